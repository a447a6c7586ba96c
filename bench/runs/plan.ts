/** The whole planner, from the roster's stream to the encoded jobs. Reports are measured on their own. */

import { createReadStream } from 'node:fs';
import { parseRules } from '../../lib/domain/config.ts';
import { createFastlyClient } from '../../lib/fastly/client.ts';
import { planAccount } from '../../lib/planner/plan-account.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import { rosterKeys } from '../../lib/state/keys.ts';
import { measured } from './measured.ts';
import { createMemoryStore } from './memory-store.ts';
import { quiet, runtime } from './runtime.ts';

export type PlanOptions = { readonly rosterPath: string; readonly url: string; readonly rows: number };

const ACCOUNT = 'acme';
const NO_LIMIT = '10000000';

await measured<PlanOptions>(async ({ rosterPath, url, rows }) => {
  const store = createMemoryStore();
  const rules = parseRules({
    MAX_CREATES: NO_LIMIT,
    MAX_DELETES: NO_LIMIT,
    MAX_REPLACES: NO_LIMIT,
    MAX_CHANGE_PERCENT: '100',
  });
  let jobs = 0;
  const fastly = createFastlyClient({
    ...runtime,
    apiUrl: url,
    token: 'simulated-token',
    requestTimeoutMs: 10_000,
    listConcurrency: rules.LIST_CONCURRENCY,
  });
  const ports: PlannerPorts = {
    ...runtime,
    ...quiet,
    rules,
    store: {
      ...store,
      read: async (key) =>
        key === rosterKeys(ACCOUNT)[0]
          ? { body: createReadStream(rosterPath), etag: '"roster"' }
          : await store.read(key),
    },
    connect: async () => ({ fastly }),
    queue: {
      send: async (messages) => {
        jobs += messages.length;
      },
    },
    renderPlan: () => [],
    approveCommand: () => '',
    requestTimeoutMs: 0,
    planningTimeoutMs: 900_000,
  };
  const result = await planAccount({ account: ACCOUNT, mode: 'apply', manual: true }, ports);
  const { create, delete: deletes, replace, keep, member } = result.counts;
  if (
    result.status !== 'enqueued' ||
    jobs !== create + deletes + replace + 1 ||
    create + replace + keep + member !== rows
  )
    throw new Error(`${jobs} jobs came of ${JSON.stringify(result)}`);
});
