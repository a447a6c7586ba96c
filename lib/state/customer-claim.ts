/**
 * Which account manages a Fastly customer (docs/contract.md, “Bucket layout”). Two accounts with one customer would cancel
 * each other's invitations again and again, so the first one that applies claims the customer, for good.
 */

import * as v from 'valibot';
import { decodeJson } from '../domain/decode-json.ts';
import { ACCOUNT_NAME } from '../domain/invitation.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { DamagedStateError } from './damaged-state.ts';
import { customerKey } from './keys.ts';

const claimSchema = v.object({ account: v.pipe(v.string(), v.regex(ACCOUNT_NAME)) });

/** The account that has the customer; undefined when none has. Throws a {@link DamagedStateError}. */
export const accountOfCustomer = async (
  store: Pick<ObjectStore, 'read'>,
  customerId: string,
): Promise<string | undefined> => {
  const key = customerKey(customerId);
  const stored = await readText(store, key);
  if (stored === undefined) return undefined;
  const decoded = decodeJson(claimSchema, stored.text);
  if ('problem' in decoded) throw new DamagedStateError(key, decoded.problem);
  return decoded.value.account;
};

/** Gives the customer to `account` if no account has it. Returns the account that has it. */
export const claimCustomer = async (
  store: Pick<ObjectStore, 'read' | 'write'>,
  customerId: string,
  account: string,
): Promise<string> => {
  const owner = await accountOfCustomer(store, customerId);
  if (owner !== undefined) return owner;
  const key = customerKey(customerId);
  const written = await store.write(key, `${JSON.stringify({ account })}\n`, { ifAbsent: true });
  if (written !== 'conflict') return account;
  // Another account was quicker, or this is the repeated write of a claim whose answer was lost.
  const winner = await accountOfCustomer(store, customerId);
  if (winner === undefined) throw new Error(`${key} could not be written; try again`);
  return winner;
};
