import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { parseRules } from '../../lib/domain/config.ts';
import type { Context } from '../../local/cli/context.ts';
import {
  findInterruptedRun,
  hasPlanHash,
  newestRun,
  settingsDigest,
  tokenProblem,
} from '../../local/cli/interrupted-run.ts';
import { type Jobs, openJobs } from '../../local/cli/jobs.ts';
import { parseCall } from '../../local/cli/options.ts';
import { NOW } from '../support/build.ts';
import { emptyFolder, removeFolders } from '../support/cli.ts';
import { FakeFastly, FakeStore } from '../support/fakes.ts';
import { POINTER_KEY, putPointer, putRecord, recordWith, runPointer } from '../support/stored-state.ts';

afterAll(removeFolders);

let store: FakeStore;
let said: string[];
beforeEach(() => {
  store = new FakeStore();
  said = [];
});

const contextOf = (argv: readonly string[] = [], env: Readonly<Record<string, string>> = {}): Context => {
  const call = parseCall(['--roster', 'acme.csv', '--apply', ...argv]);
  if (typeof call === 'string') throw new Error('no call');
  const notUsed = {} as never;
  return {
    options: { ...call, account: 'acme' },
    rules: parseRules(env),
    store,
    connection: notUsed,
    screen: { say: (line: string) => said.push(line) } as never,
    log: notUsed,
    notify: notUsed,
    clock: { now: () => NOW, sleep: async () => undefined },
    stop: notUsed,
  };
};

/** The queue as a run that was planned by this call has left it. */
const jobsOf = async (context: Context, bodies: readonly string[]): Promise<Jobs> => {
  const jobs = openJobs(emptyFolder(), 'acme', () => NOW);
  jobs.restart(settingsDigest(context));
  await jobs.send(bodies.map((body) => ({ body, groupId: 'acme', deduplicationId: body })));
  return jobs;
};

describe('an interrupted run', () => {
  it('continues with its jobs under the settings that it was planned under', async () => {
    putPointer(store, runPointer({ status: 'draining' }));
    const jobs = await jobsOf(contextOf(), ['job', 'finish']);

    const found = await findInterruptedRun(contextOf(), jobs);
    jobs.close();

    expect({ found, said }).toEqual({ found: runPointer({ status: 'draining' }), said: [] });
  });

  it.each([
    { name: 'its queue is gone', bodies: [], context: contextOf(), because: 'its queue is empty' },
    {
      name: 'a limit is another',
      bodies: ['job'],
      context: contextOf([], { MAX_DELETES: '1' }),
      because: 'limits or options have changed',
    },
    {
      name: '--prune is another',
      bodies: ['job'],
      context: contextOf(['--prune', 'none']),
      because: 'limits or options have changed',
    },
  ])('is halted, so that the account is planned again, when $name', async ({ bodies, context, because }) => {
    putPointer(store, runPointer({ status: 'draining' }));
    const jobs = await jobsOf(contextOf(), bodies);

    const found = await findInterruptedRun({ ...context, store, screen: contextOf().screen }, jobs);
    jobs.close();

    expect(found).toBeUndefined();
    expect(await newestRun(contextOf())).toEqual({
      ...runPointer({ status: 'halted' }),
      updatedAt: new Date(NOW).toISOString(),
      reason: `interrupted, and ${because}`,
    });
    expect(said).toEqual([`Run run7 was interrupted and can't continue, because ${because}. Planning again`]);
  });

  it.each(['planning', 'finished', 'halted'] as const)('is none that was %s', async (status) => {
    putPointer(store, runPointer({ status }));
    const jobs = await jobsOf(contextOf(), ['job']);

    const found = await findInterruptedRun(contextOf(), jobs);
    jobs.close();

    expect(found).toBeUndefined();
    expect(await newestRun(contextOf())).toEqual(runPointer({ status }));
  });

  it('is none where the pointer is damaged, which is for the planner to report', async () => {
    store.objects.set(POINTER_KEY, '{');

    expect(await newestRun(contextOf())).toBeUndefined();
  });

  it('is asked for by the hash of its own plan, and by no other', async () => {
    putRecord(store, recordWith([], { planHash: 'sha256:01' }));
    const asked = (hash: string) => hasPlanHash(contextOf(), runPointer(), hash);

    expect([await asked('sha256:01'), await asked('sha256:02')]).toEqual([true, false]);
  });
});

describe('the token of a run that continues', () => {
  const problemWith = (customerId: string, fastly = new FakeFastly(() => NOW)) =>
    tokenProblem({ ...contextOf(), connection: { fastly } as never }, runPointer({ customerId }));

  it('has to belong to the same customer', async () => {
    expect(await problemWith('customer1')).toBeUndefined();
    expect(await problemWith('customer2')).toBe(
      'run run7 is about customer customer2, but the token belongs to customer1',
    );
  });

  it('has to be accepted', async () => {
    const fastly = new FakeFastly(() => NOW);
    fastly.fail('token', 'unauthorized', { message: 'Fastly does not accept the token' });

    expect(await problemWith('customer1', fastly)).toBe(
      "run run7 can't continue: Fastly does not accept the token",
    );
  });
});
