/** Finds an account's roster in the bucket, and the mapping that it is read with. */

import type { Issue } from '../domain/issue.ts';
import type { ObjectStore, StoredObject } from '../ports/object-store.ts';
import { readMapping } from '../roster/mapping.ts';
import { parseRoster, type Roster, type RosterRules, unreadRoster } from '../roster/parse-roster.ts';
import { mappingKey, rosterKeys } from '../state/keys.ts';
import type { RosterVersion } from '../state/run-pointer.ts';

/** Exactly one of `parse` and `release` has to be called. `version` is known before either. */
export type FoundRoster = {
  readonly version: RosterVersion;
  readonly parse: (rules: RosterRules) => Promise<Roster>;
  /** Closes the connections of a roster that is not parsed. */
  readonly release: () => Promise<void>;
};

export type RosterSearch =
  | { readonly kind: 'found'; readonly roster: FoundRoster }
  | { readonly kind: 'absent' }
  | { readonly kind: 'ambiguous'; readonly issue: Issue };

/** Leaving the loop destroys the stream. It has to be begun for that, so one chunk is read. */
const release = async (...objects: readonly (StoredObject | undefined)[]): Promise<void> => {
  for (const { body } of objects.filter((stored) => stored !== undefined))
    for await (const _chunk of body) break;
};

const versionOf = ({ etag, versionId }: StoredObject): Pick<RosterVersion, 'etag' | 'versionId'> => ({
  etag,
  ...(versionId !== undefined && { versionId }),
});

export const findRoster = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
): Promise<RosterSearch> => {
  const keys = rosterKeys(account);
  const [plain, packed, mapping] = await Promise.all(
    [...keys, mappingKey(account)].map((key) => store.read(key)),
  );
  if (plain !== undefined && packed !== undefined) {
    await release(plain, packed, mapping);
    const message = `both ${keys[0]} and ${keys[1]} exist; remove one, so that it is clear which counts`;
    return { kind: 'ambiguous', issue: { code: 'two_rosters', message } };
  }
  const stored = plain ?? packed;
  if (stored === undefined) {
    await release(mapping);
    return { kind: 'absent' };
  }
  const key = plain !== undefined ? keys[0] : keys[1];
  const version = {
    key,
    ...versionOf(stored),
    ...(mapping !== undefined && { mapping: versionOf(mapping) }),
  };
  const parse = async (rules: RosterRules): Promise<Roster> => {
    const read = mapping === undefined ? { mapping } : await readMapping(mapping.body);
    if ('mapping' in read) return await parseRoster(stored.body, { ...rules, ...read });
    await release(stored);
    return unreadRoster(read.issues);
  };
  return { kind: 'found', roster: { version, parse, release: () => release(stored, mapping) } };
};
