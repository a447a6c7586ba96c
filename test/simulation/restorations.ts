/** People who remove state, or put an older version of it in its place. */

import { ledgerKey, pointerKey } from '../../lib/state/keys.ts';
import type { RunPointer } from '../../lib/state/run-pointer.ts';
import type { World } from './world.ts';

/** What a damaged state file holds. */
export const DAMAGED = '{';

/** Any version but the newest one of each key; false when one of them has none. */
const putOlder = ({ bucket, random }: World, ...keys: readonly string[]): boolean => {
  const older = keys.map((key) => ({ key, versions: bucket.writtenTo(key).slice(0, -1) }));
  if (older.some(({ versions }) => versions.length === 0)) return false;
  for (const { key, versions } of older) bucket.put(key, random.pick(versions));
  return true;
};

/** Everything under a prefix; false when there is nothing. */
const removeAll = ({ bucket }: World, prefix: string): boolean => {
  const keys = bucket.keys(prefix);
  for (const key of keys) bucket.remove(key);
  return keys.length > 0;
};

/** What people do to the state of an account, each if there is something to do it to. */
const RESTORATIONS: Readonly<Record<string, (world: World, account: string) => boolean>> = {
  'run.json removed': (world, account) => removeAll(world, pointerKey(account)),
  'older run.json': (world, account) => putOlder(world, pointerKey(account)),
  'ledger.json removed': (world, account) => removeAll(world, ledgerKey(account)),
  'older ledger.json': (world, account) => putOlder(world, ledgerKey(account)),
  'older run.json and ledger.json': (world, account) =>
    putOlder(world, pointerKey(account), ledgerKey(account)),
  'state removed': (world, account) => removeAll(world, `state/${account}/`),
  'runs removed': (world, account) => removeAll(world, `runs/${account}/`),
};

const pointerIn = ({ bucket }: World, account: string): RunPointer | undefined => {
  const text = bucket.get(pointerKey(account))?.content;
  return text === undefined ? undefined : JSON.parse(text);
};

/** Something happens to the state of an account, at a moment when nobody is to blame for another customer's token. */
export const restoreState = (world: World, account: string): void => {
  const { bucket, random, counts, witness } = world;
  // Without a pointer nobody could say whose token the right one is.
  if (world.account(account).isSwapped) return;
  if ([pointerKey(account), ledgerKey(account)].some((key) => bucket.get(key)?.content === DAMAGED)) return;
  const [what, restore] = random.pick(Object.entries(RESTORATIONS));
  if (!restore(world, account)) return;
  counts.add(`people: ${what}`);
  world.note(() => `${account}: ${what}`);
  witness.restored(account, pointerIn(world, account));
  if (what === 'runs removed') witness.runsRemoved(account);
};

/** Puts the newest versions in place that the tool wrote: what its messages ask for, when state is missing or too old. */
export const repairState = (world: World, account: string): void => {
  const { bucket, counts, witness } = world;
  for (const key of [pointerKey(account), ledgerKey(account)]) {
    const newest = bucket.writtenTo(key).at(-1);
    if (newest !== undefined && bucket.get(key)?.content !== newest) bucket.put(key, newest);
  }
  witness.restored(account, pointerIn(world, account));
  counts.add('repairs of state');
  world.note(() => `${account}: the newest state is put in place`);
};
