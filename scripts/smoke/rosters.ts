/** Which accounts there are. */

import { accountOfRosterKey, ROSTER_PREFIX } from '../../lib/state/keys.ts';
import { failed, ok, type Verdict } from './report.ts';

export type RosterReader = {
  /** All keys under `rosters/`. */
  rosterKeys(bucket: string): Promise<readonly string[]>;
};

/** The accounts to look at. */
export const checkRosters = async (
  reader: RosterReader,
  bucket: string,
  chosen: string | undefined,
): Promise<Verdict<readonly string[]>> => {
  const keys = (await reader.rosterKeys(bucket)).filter((key) => key !== ROSTER_PREFIX);
  const found = new Set(keys.map(accountOfRosterKey).filter((account) => account !== undefined));
  const accounts = chosen === undefined ? [...found].sort() : [chosen];
  const where = `s3://${bucket}/${ROSTER_PREFIX}`;
  const nameless = keys.filter((key) => accountOfRosterKey(key) === undefined).length;
  if (nameless > 0)
    return failed(
      `${nameless} files in ${where} are not named <account>.csv, and are not read`,
      'Rename them: an account has lower-case letters, digits and hyphens',
      accounts,
    );
  if (chosen !== undefined && !found.has(chosen))
    return failed(`there is no ${where}${chosen}.csv`, 'Upload it', accounts);
  return accounts.length === 0
    ? failed(`there is no roster in ${where}`, `Upload one as ${where}<account>.csv`, accounts)
    : ok(`${where}: ${[...found].sort().join(', ')}`, accounts);
};
