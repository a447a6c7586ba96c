import { Writable } from 'node:stream';
import { afterAll, describe, expect, it } from '@jest/globals';
import { parseRules } from '../../lib/domain/config.ts';
import { changeMessage, finishMessage } from '../../lib/domain/job.ts';
import { NOBODY_LEFT_ALONE } from '../../lib/plan/plan.ts';
import { apply } from '../../local/cli/apply.ts';
import type { Context } from '../../local/cli/context.ts';
import { settingsDigest } from '../../local/cli/interrupted-run.ts';
import { openJobs } from '../../local/cli/jobs.ts';
import { parseCall } from '../../local/cli/options.ts';
import { createScreen } from '../../local/cli/screen.ts';
import { email, invitation, NOW } from '../support/build.ts';
import { emptyFolder, removeFolders } from '../support/cli.ts';
import { FakeClock, FakeFastly, FakeStore, FakeTelemetry } from '../support/fakes.ts';
import { putPointer, putRecord, recordWith, runPointer } from '../support/stored-state.ts';
import { create } from '../support/worker.ts';

afterAll(removeFolders);

const TIMEOUT_MS = 10_000;
const RUN = { account: 'acme', runId: 'run7', generation: 7 };

const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });

/** A process was killed with the POST for ada in the air: `arrivesAfterMs` later it takes effect. */
const startedAgain = async (arrivesAfterMs: number, outlivesProcess: boolean) => {
  const clock = new FakeClock(NOW);
  const store = new FakeStore();
  const fastly = new FakeFastly(clock.now);
  const telemetry = new FakeTelemetry();
  fastly.resetAt = NOW + 3_600_000;
  fastly.onCall = () => {
    if (clock.time < NOW + arrivesAfterMs || fastly.mails.size > 0) return;
    fastly.mails.set(email('ada'), 1);
    fastly.invitations.push(invitation('ada', { createdAt: clock.time }));
  };
  const call = parseCall(['--roster', 'acme.csv', '--apply']);
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
  store.objects.set('rosters/acme.csv', 'email,role\nada@example.com,user\n');
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
