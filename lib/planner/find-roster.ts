/** Finds an account's roster in the bucket. */

import type { Issue } from '../domain/issue.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';
import { parseRoster, type Roster, type RosterRules } from '../roster/parse-roster.ts';
import { rosterKeys } from '../state/keys.ts';
import type { RosterVersion } from '../state/run-pointer.ts';

/** Exactly one of `parse` and `release` has to be called. `version` is known before either. */
export type FoundRoster = {
  readonly version: RosterVersion;
  readonly parse: (rules: RosterRules) => Promise<Roster>;
  /** Closes the connection of a roster that is not parsed. */
  readonly release: () => Promise<void>;
};

export type RosterSearch =
  | { readonly kind: 'found'; readonly roster: FoundRoster }
  | { readonly kind: 'absent' }
  | { readonly kind: 'ambiguous'; readonly issue: Issue };

/** Leaving the loop destroys the stream. It has to be begun for that, so one chunk is read. */
const release = async ({ body }: StoredObject): Promise<void> => {
  for await (const _chunk of body) break;
};

export const findRoster = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
): Promise<RosterSearch> => {
  const keys = rosterKeys(account);
  const [plain, packed] = await Promise.all(keys.map((key) => store.read(key)));
  if (plain !== undefined && packed !== undefined) {
    await Promise.all([release(plain), release(packed)]);
    const message = `both ${keys[0]} and ${keys[1]} exist; remove one, so that it is clear which counts`;
    return { kind: 'ambiguous', issue: { code: 'two_rosters', message } };
  }
  const stored = plain ?? packed;
  if (stored === undefined) return { kind: 'absent' };
  const { etag, versionId, body } = stored;
  const key = plain !== undefined ? keys[0] : keys[1];
  const version = { key, etag, ...(versionId !== undefined && { versionId }) };
  return {
    kind: 'found',
    roster: { version, parse: (rules) => parseRoster(body, rules), release: () => release(stored) },
  };
};
