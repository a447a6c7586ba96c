/** An export of another system is blocked for its header. This is the way out: a mapping that begins with what is there. */

import { isStatusColumn } from './unread-columns.ts';

const ADDRESSES = [/^e-?mail( address)?\b/i, /mail/i, /principal|login|user ?name/i];
const OTHERS_ADDRESSES = /manager|second|recovery|alternate|home|work|new|usage|nick/i;
const GROUPS = [/department/i, /team|group|division/i, /title|org|type|role/i];
const MAX_NAME_LENGTH = 60;

const firstOf = (names: readonly string[], patterns: readonly RegExp[]): string | undefined =>
  patterns.flatMap((pattern) => names.find((name) => pattern.test(name)) ?? [])[0];

/** Values that leave a row out, as directories write them. */
const leavingValue = (name: string): string => {
  if (/inactive|suspended|deleted|archived|disabled|deactivated|terminated/i.test(name)) return 'true';
  return /enabled|active/i.test(name) ? 'false' : 'suspended';
};

/** `header` as it is in the file. */
export const mappingExample = (header: readonly string[]): string => {
  const names = header
    .map((name) => name.trim())
    .filter((name) => name !== '' && name.length <= MAX_NAME_LENGTH && /^[^\p{C}@]*$/u.test(name));
  const has = (column: string): boolean => names.some((name) => name.toLowerCase() === column);
  const status = names.find(isStatusColumn);
  const email = firstOf(
    names.filter((name) => !OTHERS_ADDRESSES.test(name)),
    ADDRESSES,
  );
  const group = firstOf(names, GROUPS) ?? status;
  return JSON.stringify({
    version: 1,
    ...(!has('email') && { columns: { email: email ?? 'Email' } }),
    ...(status !== undefined && { leaveOut: [{ column: status, is: [leavingValue(status)] }] }),
    ...(!has('role') &&
      !has('roles') && {
        access: {
          column: group ?? 'Department',
          values: { Engineering: { role: 'user' }, Sales: 'leave out' },
        },
      }),
  });
};
