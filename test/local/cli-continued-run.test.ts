import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { Change } from '../../lib/domain/change.ts';
import { parseRules } from '../../lib/domain/config.ts';
import { changeMessage, finishMessage } from '../../lib/domain/job.ts';
import { NOBODY_LEFT_ALONE } from '../../lib/plan/plan.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import { apply } from '../../local/cli/apply.ts';
import type { Context } from '../../local/cli/context.ts';
import { settingsDigest } from '../../local/cli/interrupted-run.ts';
import { openJobs } from '../../local/cli/jobs.ts';
import { parseCall } from '../../local/cli/options.ts';
import { createScreen } from '../../local/cli/screen.ts';
import { email, invitation, NOW } from '../support/build.ts';
import { emptyFolder, removeFolders } from '../support/cli.ts';
import { FakeClock, FakeFastly, FakeStore, FakeTelemetry } from '../support/fakes.ts';
import {
  outcomeOf,
  putOutcomes,
  putPointer,
  putRecord,
  recordWith,
  runPointer,
} from '../support/stored-state.ts';
import { create } from '../support/worker.ts';

afterAll(removeFolders);

const TIMEOUT_MS = 10_000;
const RUN = { account: 'acme', runId: 'run7', generation: 7 };

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

const worldOf = (argv: readonly string[], outlivesProcess: boolean, people: readonly string[]) => {
  const clock = new FakeClock(NOW);
  const store = new FakeStore();
  const fastly = new FakeFastly(clock.now);
  const telemetry = new FakeTelemetry();
  fastly.resetAt = NOW + 3_600_000;
  const call = parseCall([...argv, '--roster', 'acme.csv']);
  if (typeof call === 'string') throw new Error(call);
  const context: Context = {
    options: { ...call, account: 'acme' },
    rules: parseRules({}),
    store,
    connection: { fastly, requestTimeoutMs: TIMEOUT_MS, outlivesProcess, close: async () => undefined },
    screen: createScreen(nowhere, nowhere, false),
    log: telemetry.log,
    notify: telemetry.notify,
    clock,
    stop: new AbortController().signal,
  };
  store.objects.set(
    'rosters/acme.csv',
    `email,role\n${people.map((name) => `${email(name)},user\n`).join('')}`,
  );
  return { clock, store, fastly, telemetry, context };
};

/** A process was killed with the POST for ada in the air: `arrivesAfterMs` later it takes effect. */
const startedAgain = async (arrivesAfterMs: number, outlivesProcess: boolean) => {
  const { clock, store, fastly, context } = worldOf(['apply'], outlivesProcess, ['ada']);
  fastly.onCall = () => {
    if (clock.time < NOW + arrivesAfterMs || fastly.mails.size > 0) return;
    fastly.mails.set(email('ada'), 1);
    fastly.invitations.push(invitation('ada', { createdAt: clock.time }));
  };
  const roster = { key: 'rosters/acme.csv', etag: store.etag('rosters/acme.csv') ?? '' };
  putPointer(store, runPointer({ roster }));
  putRecord(
    store,
    recordWith([create('ada')], { generation: 7, held: [], leftOut: [], ...NOBODY_LEFT_ALONE }),
  );
  const folder = emptyFolder();
  const killed = openJobs(folder, 'acme', clock.now);
  killed.restart(settingsDigest(context));
  const job = changeMessage({ ...RUN, customerId: 'customer1' }, create('ada'));
  await killed.send([job, finishMessage(RUN)]);
  killed.receive();
  killed.close();
  return { context, jobs: openJobs(folder, 'acme', clock.now), fastly, clock };
};

describe('a run that continues', () => {
  it.each([1, 3000, TIMEOUT_MS])(
    'F59 mails nobody again whose POST takes effect %i ms after its process was killed',
    async (arrivesAfterMs) => {
      const { context, jobs, fastly } = await startedAgain(arrivesAfterMs, true);
      const { result, drained } = await apply(context, jobs, { mode: 'apply' });
      jobs.close();
      expect(drained.map(({ end, report }) => [end, report?.counts.already_invited])).toEqual([['empty', 1]]);
      expect(result.status).toBe('in_sync');
      expect(fastly.log.filter((made) => made.startsWith('create'))).toEqual([]);
      expect([...fastly.mails.values()]).toEqual([1]);
    },
  );

  it('does not wait where Fastly is simulated in the same process', async () => {
    const { context, jobs, clock } = await startedAgain(0, false);
    await apply(context, jobs, { mode: 'apply' });
    jobs.close();
    expect(clock.slept).toEqual([]);
  });
});

describe('an interrupted run for some people', () => {
  const PEOPLE = ['ada', 'bob', 'cyd'];
  const resent = (name: string) => ({ ...create(name), reason: 'resend', resend: 'event1' }) as Change;

  /** Of a resend for ada and bob (or a run for everybody), ada's mail is sent and bob's is not. */
  const calledAgain = async (words: readonly string[], more: Partial<RunPointer> = { only: true }) => {
    const { store, fastly, telemetry, context } = worldOf(words, false, PEOPLE);
    const only = more.only && { only: [email('ada'), email('bob')] };
    const changes = [resent('ada'), resent('bob')];
    putRecord(
      store,
      recordWith(changes, { generation: 7, ...only, held: [], leftOut: [], ...NOBODY_LEFT_ALONE }),
    );
    putOutcomes(store, 'run7', 'a', [{ ...outcomeOf(resent('ada'), 'created'), invitationId: 'new' }]);
    fastly.invitations.push(invitation('ada', { id: 'new', createdAt: NOW }));
    putPointer(store, runPointer({ jobs: 2, ...more }));
    const jobs = openJobs(emptyFolder(), 'acme', () => NOW);
    jobs.restart(settingsDigest(context));
    await jobs.send([changeMessage({ ...RUN, customerId: 'customer1' }, resent('bob')), finishMessage(RUN)]);
    const { addresses, command } = context.options;
    const { result } = await apply(context, jobs, {
      mode: 'apply',
      ...(addresses.length > 0 && { only: addresses }),
      ...(command === 'resend' && { resend: true }),
    });
    const left = jobs.size();
    jobs.close();
    const mails = Object.fromEntries(
      [...fastly.mails].map(([address, sent]) => [address.split('@')[0], sent]),
    );
    return { result, mails, left, logged: JSON.stringify(telemetry) };
  };

  it.each([
    { words: ['resend', email('ada'), email('bob')], mails: { bob: 1 } },
    { words: ['resend', email('bob'), email('ada')], mails: { bob: 1 } },
    { words: ['apply', '--only', email('ada'), '--only', email('bob')], mails: { bob: 1 } },
    { words: ['apply'], mails: { bob: 1, cyd: 1 } },
    { words: ['resend', email('ada')], mails: { ada: 1 } },
  ])('goes on with $words, and mails $mails', async ({ words, mails }) => {
    for (const status of ['draining', 'halted', 'planning'] as const) {
      const made = await calledAgain(words, { only: true, status });
      expect(made).toMatchObject({ result: { status: 'enqueued' }, mails, left: 0 });
      expect(made.logged).not.toContain('@example.com');
    }
  });

  it.each([
    ['resend', email('bob')],
    ['apply', '--only', email('bob')],
  ])('is refused while one for everybody is interrupted, which goes on with apply: %s', async (...words) => {
    const { result, mails, left } = await calledAgain(words, {});
    expect(result).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('run run7 was interrupted'),
    });
    expect(result.error).toMatch(/Continue it first, with:\n {2}npm run sync -- --roster acme\.csv --apply$/);
    expect({ mails, left }).toEqual({ mails: {}, left: 2 });
  });
});
