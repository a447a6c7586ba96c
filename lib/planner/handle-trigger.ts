/** Finds the accounts that a trigger is about, and plans each on its own. */

import pLimit from 'p-limit';
import { maskAddresses } from '../domain/mask-addresses.ts';
import type { SyncRequest } from '../plan/decide.ts';
import {
  accountOfMappingKey,
  accountOfPointerKey,
  accountOfRosterKey,
  ROSTER_PREFIX,
  STATE_PREFIX,
} from '../state/keys.ts';
import { readPointer } from '../state/pointer-store.ts';
import { dumpAccount } from './dump-account.ts';
import { blockedNotification } from './notifications.ts';
import { planAccount } from './plan-account.ts';
import type { PlannerPorts } from './ports.ts';
import { bareResult, type SyncResult } from './result.ts';
import type { Trigger } from './trigger.ts';

export type SyncResponse = { readonly results: readonly SyncResult[] };

/** Accounts planned at once: each holds a roster and a listing in memory. */
const ACCOUNT_CONCURRENCY = 4;
/** Run pointers read at once. */
const READ_CONCURRENCY = 32;

/** A key like this was meant to be a roster. Where its name is no account's, somebody is told. */
const MISNAMED_ROSTER = /\.(csv(\.gz)?|mapping\.json)$/i;

/** A key without what may be an address: somebody may have named a roster after a person. */
const shownKey = (key: string): string =>
  key.startsWith(ROSTER_PREFIX)
    ? ROSTER_PREFIX + maskAddresses(key.slice(ROSTER_PREFIX.length))
    : maskAddresses(key);

const refuseMisnamed = async (
  name: string,
  { log, metrics, notify }: PlannerPorts,
): Promise<SyncResult[]> => {
  const key = shownKey(name);
  if (!MISNAMED_ROSTER.test(name)) {
    log.info('ignored a key that is not a roster', { key });
    return [];
  }
  const message = `${key} is not read: a roster is named rosters/<account>.csv, and its mapping rosters/<account>.mapping.json, with an account of lower-case letters, digits and hyphens; rename it`;
  const result = bareResult(key, '', 'blocked', { issues: [{ code: 'misnamed_roster', message }] });
  log.error('misnamed roster', { key });
  metrics.add('misnamed', 'RunBlocked', 1);
  await notify(blockedNotification(result));
  return [result];
};

type Selection = {
  readonly accounts: readonly string[];
  /** Keys under rosters/ that name no account. */
  readonly otherKeys: readonly string[];
};

const selectKeys = (keys: readonly string[], ports: PlannerPorts): Selection => {
  const outside = keys.filter((key) => !key.startsWith(ROSTER_PREFIX));
  for (const key of outside) ports.log.info('ignored a key outside rosters/', { key: shownKey(key) });
  const inside = keys.filter((key) => key.startsWith(ROSTER_PREFIX) && key !== ROSTER_PREFIX);
  const accountOf = (key: string): string | undefined => accountOfRosterKey(key) ?? accountOfMappingKey(key);
  return {
    accounts: [...new Set(inside.flatMap((key) => accountOf(key) ?? []))],
    otherKeys: inside.filter((key) => accountOf(key) === undefined),
  };
};

/**
 * When the account's newest run began; empty where that can't be told. It decides about the order only: what is wrong
 * with the pointer is in the result of the account itself.
 */
const lastBegun = async (account: string, { store }: PlannerPorts): Promise<string> => {
  const found = await readPointer(store, account).catch(() => undefined);
  return found?.pointer.startedAt ?? '';
};

/** Who waited longest comes first. If the time of an invocation is too short for all, the next one begins with the others. */
const inOrder = async (accounts: readonly string[], ports: PlannerPorts): Promise<string[]> => {
  const waiting = await pLimit(READ_CONCURRENCY).map(accounts, async (account) => ({
    account,
    begun: await lastBegun(account, ports),
    // In the mode plan nothing is known of any account.
    turn: ports.random(),
  }));
  waiting.sort((a, b) => (a.begun === b.begun ? a.turn - b.turn : a.begun < b.begun ? -1 : 1));
  return waiting.map(({ account }) => account);
};

/** Every roster, and every account that has state but no roster any more. */
const selectAll = async (ports: PlannerPorts): Promise<Selection> => {
  const keys = await Array.fromAsync(ports.store.list(ROSTER_PREFIX));
  // A mapping alone is no roster.
  const selection = selectKeys(
    keys.filter((key) => accountOfMappingKey(key) === undefined),
    ports,
  );
  const states = await Array.fromAsync(ports.store.list(STATE_PREFIX));
  const known = states.map(accountOfPointerKey).filter((account) => account !== undefined);
  return { ...selection, accounts: await inOrder([...new Set([...selection.accounts, ...known])], ports) };
};

const select = (trigger: Trigger, ports: PlannerPorts): Promise<Selection> | Selection => {
  if (trigger.kind === 'upload') return selectKeys(trigger.keys, ports);
  if (trigger.kind === 'manual' && trigger.request.account !== undefined)
    return { accounts: [trigger.request.account], otherKeys: [] };
  return selectAll(ports);
};

const requestFor = (
  account: string,
  trigger: Exclude<Trigger, { readonly kind: 'ignored' }>,
  ports: PlannerPorts,
  triggerId: string | undefined,
): SyncRequest => {
  const named = {
    trigger: trigger.kind,
    ...(triggerId !== undefined && { triggerId }),
  };
  if (trigger.kind !== 'manual') return { account, mode: ports.rules.MODE, manual: false, ...named };
  const { mode, planHash, approve, prune, only, resend } = trigger.request;
  const asked = mode === 'dump' ? 'plan' : mode;
  return {
    account,
    mode: asked ?? (approve === undefined ? 'plan' : 'apply'),
    ...(planHash !== undefined && { planHash }),
    ...(approve !== undefined && { approve }),
    ...(prune !== undefined && { prune }),
    ...(only !== undefined && { only: [...new Set(only)] }),
    ...(resend !== undefined && { resend }),
    manual: trigger.request.account !== undefined,
    ...named,
  };
};

/**
 * One account's failure never stops another's. Throws only when every account failed for a reason that may pass, so
 * that the platform tries again. `triggerId` names the event: a retry of the same event has the same one.
 */
export const handleTrigger = async (
  trigger: Trigger,
  ports: PlannerPorts,
  triggerId?: string,
): Promise<SyncResponse> => {
  if (trigger.kind === 'ignored') {
    ports.log.info('ignored an event', { reason: trigger.reason });
    return { results: [] };
  }
  const selection = await select(trigger, ports);
  const isDump = trigger.kind === 'manual' && trigger.request.mode === 'dump';
  const work = isDump ? dumpAccount : planAccount;
  const limit = pLimit(ACCOUNT_CONCURRENCY);
  const planned = await limit.map(selection.accounts, (account) =>
    work(requestFor(account, trigger, ports, triggerId), ports),
  );
  const refused = await Promise.all(selection.otherKeys.map((key) => refuseMisnamed(key, ports)));
  planned.sort((a, b) => (a.account < b.account ? -1 : 1));
  const results = [...planned, ...refused.flat()];
  if (results.length > 0 && results.every(({ status, mayPass }) => status === 'failed' && mayPass)) {
    const errors = results.map(({ account, error }) => `${account}: ${error}`);
    throw new Error(`every account failed, for reasons that may pass: ${errors.join('; ')}`);
  }
  return { results };
};
