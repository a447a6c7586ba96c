/** Where things are in the bucket (docs/contract.md, “Bucket layout”). */

import { emailHash } from '../domain/digest.ts';
import { ACCOUNT_NAME } from '../domain/invitation.ts';

export const ROSTER_PREFIX = 'rosters/';
export const STATE_PREFIX = 'state/';

const ROSTER_KEY = /^rosters\/([^/]+?)\.csv(?:\.gz)?$/;
const MAPPING_KEY = /^rosters\/([^/]+?)\.mapping\.json$/;

const accountIn = (pattern: RegExp, key: string): string | undefined => {
  const account = pattern.exec(key)?.[1];
  return account !== undefined && ACCOUNT_NAME.test(account) ? account : undefined;
};

/** `rosters/acme.csv.gz` → `acme`; undefined for anything that is not a roster of a well-named account. */
export const accountOfRosterKey = (key: string): string | undefined => accountIn(ROSTER_KEY, key);

/** `rosters/acme.mapping.json` → `acme` */
export const accountOfMappingKey = (key: string): string | undefined => accountIn(MAPPING_KEY, key);

const POINTER_KEY = /^state\/([^/]+)\/run\.json$/;

/** `state/acme/run.json` → `acme`; undefined for any other key. */
export const accountOfPointerKey = (key: string): string | undefined => accountIn(POINTER_KEY, key);

/** The two names that a roster may have; both at once block the account. */
export const rosterKeys = (account: string): readonly [string, string] => [
  `${ROSTER_PREFIX}${account}.csv`,
  `${ROSTER_PREFIX}${account}.csv.gz`,
];

export const mappingKey = (account: string): string => `${ROSTER_PREFIX}${account}.mapping.json`;

export const pointerKey = (account: string): string => `${STATE_PREFIX}${account}/run.json`;
export const ledgerKey = (account: string): string => `${STATE_PREFIX}${account}/ledger.json`;
/** No account is called `_customers`. The id is Fastly's text, so it is encoded. */
export const customerKey = (customerId: string): string =>
  `${STATE_PREFIX}_customers/${encodeURIComponent(customerId)}.json`;
export const quotaKey = (account: string): string => `${STATE_PREFIX}${account}/quota.json`;
/** In it are the files of plan and report, by the names that report/plan-files.ts and report/run-files.ts give them. */
export const runPrefix = (account: string, runId: string): string => `runs/${account}/${runId}/`;
/** The account as a roster, by the mode `dump`. */
export const dumpKey = (account: string, runId: string): string => `${runPrefix(account, runId)}roster.csv`;
export const outcomesPrefix = (account: string, runId: string): string =>
  `${runPrefix(account, runId)}outcomes/`;
/** Under a hash of the address, as keys get into logs. */
export const failedWritesKey = (account: string, runId: string, email: string): string =>
  `${runPrefix(account, runId)}failed-writes/${emailHash(email)}.json`;
