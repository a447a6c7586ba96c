/** Deliberate mistakes that the invariants of the contract find, each with the invariant that it breaks. */

import { decodeJob } from '../../lib/domain/job.ts';
import { encodeOutcomes, type Outcome } from '../../lib/domain/outcome.ts';
import { DAY_MS } from '../../lib/domain/time.ts';
import type { FastlyReader } from '../../lib/ports/fastly.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { outcomesPrefix } from '../../lib/state/keys.ts';
import type { Bug } from './bugs.ts';
import type { Mutation } from './functions.ts';
import {
  bodyOf,
  inPlanner,
  inWorker,
  isLedger,
  isPointer,
  isQuota,
  readingOtherwise,
  textOf,
  withReader,
  withWriter,
  writingOtherwise,
} from './stand-ins.ts';
import type { WorldName } from './worlds.ts';

export type ContractBug = Bug & {
  readonly name: string;
  /** What the broken invariant says. */
  readonly breaks: RegExp;
  /** The worlds in which it shows. */
  readonly worlds: readonly WorldName[];
};

type Json = Record<string, unknown>;

/** The planner reads its JSON state as `change` makes it. */
const readingJson = (
  store: ObjectStore,
  matches: (key: string) => boolean,
  change: (json: Json) => Json,
): ObjectStore =>
  readingOtherwise(store, matches, async (read) => {
    const stored = await read();
    if (stored === undefined) return undefined;
    const text = await textOf(stored);
    // What is damaged stays so.
    return {
      ...stored,
      body: bodyOf(text.startsWith('{"') || text.startsWith('{\n') ? changed(text, change) : text),
    };
  });

const changed = (text: string, change: (json: Json) => Json): string =>
  JSON.stringify(change(JSON.parse(text)));

/** Every entry of the ledger as `change` makes it. */
const readingLedger = (change: (entry: { readonly lastSentAt: string }) => Json): Mutation =>
  inPlanner(({ store }) => ({
    store: readingJson(store, isLedger, (ledger) =>
      Object.fromEntries(
        Object.entries(ledger).map(([email, entry]) => [
          email,
          { ...(entry as Json), ...change(entry as { readonly lastSentAt: string }) },
        ]),
      ),
    ),
  }));

const movedBy =
  (ms: number) =>
  ({ lastSentAt }: { readonly lastSentAt: string }): Json => ({
    lastSentAt: new Date(Date.parse(lastSentAt) + ms).toISOString(),
  });

/** What would be handed back is failed instead. */
const givesUpAtOnce: Mutation = {
  work: (call) => async (messages, deps, remainingMs) => {
    const ids = new Set(await call(messages, deps, remainingMs));
    const kept: string[] = [];
    for (const { id, body, account } of messages.filter((message) => ids.has(message.id))) {
      const decoded = decodeJob(body);
      if (!('job' in decoded) || decoded.job.action === 'finish') kept.push(id);
      else {
        const { action, email, runId } = decoded.job;
        const outcome: Outcome = { action, email, result: 'failed', at: new Date(deps.now()).toISOString() };
        await deps.store
          .write(`${outcomesPrefix(account, runId)}${id}.jsonl`, encodeOutcomes([outcome]))
          .catch(() => kept.push(id));
      }
    }
    return kept;
  },
};

/** More than there is, wherever Fastly tells it. */
const moreQuota = (remaining: string | undefined): string | undefined =>
  remaining === undefined ? undefined : String(Number(remaining) + 2);

const withMore = ({ remaining, ...kept }: Json, more: number): Json => ({
  ...kept,
  ...(remaining !== undefined && { remaining: Number(remaining) + more }),
});

const keepingQuota = (store: ObjectStore, more: number): ObjectStore =>
  writingOtherwise(store, isQuota, (key, content, condition) =>
    store.write(key, JSON.stringify(withMore(JSON.parse(String(content)), more)), condition),
  );

/** An answer about the token that does not tell its time. */
const untimed = (fastly: FastlyReader): Pick<FastlyReader, 'readToken'> => ({
  readToken: async () => {
    const result = await fastly.readToken();
    return result.ok ? { ...result, value: { ...result.value, answeredAt: undefined } } : result;
  },
});

export const CONTRACT_BUGS: readonly ContractBug[] = [
  {
    name: 'forgets how often it mailed',
    mutation: readingLedger(() => ({ count: 0 })),
    breaks: /gets mail number/,
    worlds: [],
    stress: { events: { expiries: 12, rosters: 4 } },
  },
  {
    name: 'takes every mail for a month old',
    mutation: readingLedger(movedBy(-30 * DAY_MS)),
    breaks: /within the cool-down/,
    worlds: [],
    stress: { events: { expiries: 12, cancellations: 6 } },
  },
  {
    name: 'gives up a job instead of handing it back',
    mutation: givesUpAtOnce,
    breaks: /is given up after/,
    worlds: ['hand-backs'],
  },
  {
    name: 'waits for a month after each mail',
    mutation: readingLedger(movedBy(30 * DAY_MS)),
    breaks: /is neither invited nor a member/,
    worlds: [],
    stress: { events: { expiries: 12, cancellations: 12 } },
  },
  {
    name: 'reads more quota than there is',
    mutation: withWriter((fastly) => ({
      createInvitation: async (...wish) => {
        const answer = await fastly.createInvitation(...wish);
        const { quota } = answer;
        return quota === undefined
          ? answer
          : { ...answer, quota: { ...quota, remaining: moreQuota(quota.remaining) } };
      },
    })),
    breaks: /and nobody else writes/,
    worlds: ['quota-headers'],
  },
  {
    name: 'gives back more quota than it took',
    mutation: inWorker(({ store }) => ({ store: keepingQuota(store, 3) })),
    breaks: /and nobody else writes/,
    worlds: ['quota-headers'],
  },
  {
    name: 'takes more quota than is kept',
    mutation: inWorker(({ store }) => ({
      store: readingJson(store, isQuota, (kept) => withMore(kept, 1000)),
    })),
    breaks: /it is kept that none is left/,
    worlds: ['hand-backs'],
    stress: { faults: { visibilityFails: 0.5 } },
  },
  {
    name: 'takes the account for that of somebody else',
    mutation: {
      client: (client) => {
        let customerId = '';
        return {
          ...client,
          readToken: async () => {
            const answer = await client.readToken();
            if (!answer.ok) return answer;
            customerId = answer.value.customerId;
            return { ...answer, value: { ...answer.value, customerId: 'customer-unknown' } };
          },
          listMembers: () => client.listMembers(customerId),
        };
      },
    },
    breaks: /for another customer than that of run/,
    worlds: [],
  },
  {
    name: 'takes the generation that was there before',
    mutation: inPlanner(({ store }) => ({
      store: writingOtherwise(store, isPointer, (key, content, condition) => {
        const pointer = JSON.parse(String(content));
        const generation = Math.max(1, pointer.generation - 1);
        return store.write(key, JSON.stringify({ ...pointer, generation }), condition);
      }),
    })),
    breaks: /is claimed, and/,
    worlds: [],
  },
  {
    name: 'does not compare its clock with that of Fastly',
    mutation: withReader(untimed),
    breaks: /begins by a clock/,
    worlds: ['clocks'],
  },
  {
    name: 'does not compare the worker’s clock with that of Fastly',
    mutation: withWriter(untimed),
    breaks: /writes by a clock/,
    worlds: ['clocks'],
  },
  {
    name: 'takes every other run for a dead one',
    mutation: inPlanner(({ store }) => ({
      store: readingJson(store, isPointer, (pointer) => ({ ...pointer, status: 'halted' })),
    })),
    breaks: /which the same event began/,
    worlds: ['events-twice'],
  },
  {
    name: 'takes an outage for a refused token',
    mutation: withReader((fastly) => ({
      readToken: async () => {
        const answer = await fastly.readToken();
        return answer.ok ? answer : { ...answer, failure: { ...answer.failure, kind: 'unauthorized' } };
      },
    })),
    breaks: /blocked although nothing is wrong with it \(token_refused\)/,
    worlds: [],
    stress: { faults: { fastlyReadFails: 0.2 } },
  },
  {
    name: 'loses one of a long list',
    mutation: {
      client: (client) => ({
        ...client,
        listInvitations: async () => {
          const listed = await client.listInvitations();
          if (!listed.ok) return listed;
          return { ...listed, value: { ...listed.value, invitations: listed.value.invitations.slice(1) } };
        },
      }),
    },
    breaks: /a listing hides/,
    worlds: [],
  },
];
