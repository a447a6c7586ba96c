/**
 * Deliberate mistakes, each made by standing between a function and its outside world. A simulation that does not find
 * them within some hundred runs would not find real ones either.
 */

import type { SyncResponse } from '../../lib/planner/handle-trigger.ts';
import type { PlannerPorts } from '../../lib/planner/ports.ts';
import type { Trigger } from '../../lib/planner/trigger.ts';
import type { FastlyReader } from '../../lib/ports/fastly.ts';
import type { Mutation } from './functions.ts';
import type { Events, Faults, Settings } from './settings.ts';
import {
  bodyOf,
  inPlanner,
  inWorker,
  isFinish,
  isLedger,
  isOutcomes,
  isPlan,
  isPointer,
  NO_HEADERS,
  pointerFor,
  readingOtherwise,
  textOf,
  withReader,
  withWriter,
  writingOtherwise,
} from './stand-ins.ts';

export type Bug = {
  readonly mutation: Mutation;
  /** More of the trouble in which it shows. */
  readonly stress?: { readonly faults?: Partial<Faults>; readonly events?: Partial<Events> };
};

/** The settings of a run, for a bug that is looked for. */
export const stressed =
  ({ stress }: Bug) =>
  (settings: Settings): Settings => ({
    ...settings,
    faults: { ...settings.faults, ...stress?.faults },
    events: { ...settings.events, ...stress?.events },
  });

const approveWhateverIsHeld: Mutation = {
  sync:
    (call) =>
    async (trigger: Trigger, deps: PlannerPorts): Promise<SyncResponse> => {
      if (trigger.kind !== 'manual' || trigger.request.approve === undefined)
        return await call(trigger, deps);
      const { account = '' } = trigger.request;
      const seen = await call({ kind: 'manual', request: { account } }, deps);
      const approve = seen.results[0]?.approval ?? trigger.request.approve;
      return await call({ kind: 'manual', request: { account, approve } }, deps);
    },
};

const finishFirst = inPlanner(({ queue }) => {
  let kept: Parameters<PlannerPorts['queue']['send']>[0] = [];
  return {
    queue: {
      send: async (messages) => {
        if (!messages.some(isFinish)) kept = [...kept, ...messages];
        else await queue.send(messages).then(() => queue.send(kept));
      },
    },
  };
});

const noGuards = inPlanner(({ rules }) => ({
  rules: {
    ...rules,
    MAX_CREATES: 1e6,
    MAX_DELETES: 1e6,
    MAX_REPLACES: 1e6,
    MAX_CHANGE_PERCENT: 100,
  },
}));

const membersFirst = withReader((fastly) => {
  let members: ReturnType<FastlyReader['listMembers']> | undefined;
  let customer = '';
  return {
    readToken: async () => {
      const answer = await fastly.readToken();
      if (answer.ok) customer = answer.value.customerId;
      return answer;
    },
    listInvitations: async () => {
      members = fastly.listMembers(customer);
      await members;
      return await fastly.listInvitations();
    },
    listMembers: (customerId) => members ?? fastly.listMembers(customerId),
  };
});

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  'acknowledges a job whose outcome could not be stored': inWorker(({ store }) => ({
    store: writingOtherwise(store, isOutcomes, (key, content) =>
      store.write(key, content).catch(() => ({ etag: '' })),
    ),
  })),
  'writes all outcomes of a run to one key': inWorker(({ store }) => ({
    store: writingOtherwise(store, isOutcomes, (key, content) =>
      store.write(key.replace(/[^/]*$/, 'all.jsonl'), content),
    ),
  })),
  'takes every delivery for the first one': {
    work: (call) => (messages, deps, remainingMs) =>
      call(
        messages.map((message) => ({ ...message, receives: 1 })),
        deps,
        remainingMs,
      ),
  },
  'writes without looking at the generation': inWorker(({ store }, messages) => ({
    store: { ...store, read: (key) => (isPointer(key) ? pointerFor(store, messages, key) : store.read(key)) },
  })),
  'reports no failed message': {
    work: (call) => (messages, deps, remainingMs) => call(messages, deps, remainingMs).then(() => []),
  },
  'lets one write too many through the gate': inWorker(({ rules }) => ({
    rules: { ...rules, RATE_LIMIT_RESERVE: rules.RATE_LIMIT_RESERVE - 1 },
  })),
  'ignores the reserve': inWorker(({ rules }) => ({ rules: { ...rules, RATE_LIMIT_RESERVE: 0 } })),
  'does not read the quota from the answers': withWriter((fastly) => ({
    createInvitation: async (...wish) => ({ ...(await fastly.createInvitation(...wish)), quota: NO_HEADERS }),
    deleteInvitation: async (id) => ({ ...(await fastly.deleteInvitation(id)), quota: NO_HEADERS }),
  })),
  'takes a lost POST for a success': withWriter((fastly) => ({
    createInvitation: async (...wish) => {
      const answer = await fastly.createInvitation(...wish);
      const isLost = !answer.ok && answer.failure.kind === 'unavailable';
      return isLost ? { ok: true, value: { id: 'lost' } } : answer;
    },
  })),
  'repeats a lost POST at once': withWriter((fastly) => ({
    createInvitation: async (...wish) => {
      const answer = await fastly.createInvitation(...wish);
      const isLost = !answer.ok && answer.failure.kind === 'unavailable';
      return isLost ? await fastly.createInvitation(...wish) : answer;
    },
  })),
  'logs whom it mails': withWriter((fastly, { log }) => ({
    createInvitation: (customerId, email, access) => {
      log.info('inviting', { email });
      return fastly.createInvitation(customerId, email, access);
    },
  })),
  'makes the first message of a group visible at once': inWorker(({ setVisibility }) => ({
    setVisibility: async ([first, ...others], seconds) => {
      if (first !== undefined) await setVisibility([first], 0);
      await setVisibility(others, seconds);
    },
  })),
  'finishes whatever became of the jobs': {
    work: (call) => async (messages, deps, remainingMs) => {
      const parts = [messages.filter((message) => !isFinish(message)), messages.filter(isFinish)];
      return (await Promise.all(parts.map((part) => call(part, deps, remainingMs)))).flat();
    },
  },
  'does not write the ledger': inWorker(({ store }) => ({
    store: writingOtherwise(store, isLedger, async () => ({ etag: 'none' })),
  })),
  'sends finish before the jobs': finishFirst,
  'has every job in the queue twice': inPlanner(({ queue }) => ({
    queue: {
      send: async (messages) => {
        await queue.send(messages);
        await queue.send(
          messages.map((message) => ({ ...message, deduplicationId: `${message.deduplicationId}-2` })),
        );
      },
    },
  })),
  'forgets what unfinished runs did': inPlanner(({ store }) => ({
    store: readingOtherwise(store, isPlan, async () => undefined),
  })),
  'does not wait for writes on their way': inPlanner(() => ({ sleep: async () => undefined })),
  'lists members before invitations': membersFirst,
  'takes a failed listing for an empty one': withReader((fastly) => ({
    listInvitations: async () => {
      const answer = await fastly.listInvitations();
      return answer.ok ? answer : { ok: true, value: { invitations: [], moving: [] } };
    },
  })),
  'takes an unreadable ledger for an empty one': inPlanner(({ store }) => ({
    store: readingOtherwise(store, isLedger, (read) =>
      read()
        .then(async (stored) => {
          if (stored === undefined) return stored;
          const text = await textOf(stored);
          JSON.parse(text);
          return { ...stored, body: bodyOf(text) };
        })
        .catch(() => undefined),
    ),
  })),
  'claims a generation without comparing': inPlanner(({ store }) => ({
    store: writingOtherwise(store, isPointer, (key, content) => store.write(key, content)),
  })),
  'applies what the guards hold': noGuards,
  'approves whatever is held': approveWhateverIsHeld,
};

/** For those that need two troubles at one moment. */
const STRESSES: Readonly<Record<string, Bug['stress']>> = {
  'does not wait for writes on their way': {
    faults: { fastlySlow: 0.5, writeTimesOut: 0.2 },
    events: { rosters: 10 },
  },
  'lists members before invitations': { events: { acceptances: 10, rosters: 6 } },
  'takes a failed listing for an empty one': { faults: { fastlyReadFails: 0.2 } },
  'takes an unreadable ledger for an empty one': { faults: { storeReadFails: 0.1 }, events: { rosters: 6 } },
  'claims a generation without comparing': {
    faults: { storeSlow: 0.5 },
    events: { rosters: 16, manualTriggers: 24 },
  },
};

export const BUGS: readonly (Bug & { readonly name: string })[] = Object.entries(MUTATIONS).map(
  ([name, mutation]) => ({ name, mutation, stress: STRESSES[name] ?? {} }),
);
