/** Columns that nothing reads. Most of them change nothing, but some show that the roster would be misread. */

import { isWithin } from '../domain/edits.ts';
import { type Problem, quote } from './issues.ts';

/** Rows with some value in such a column may not count. Nobody knows which value, so the column can't be ignored. */
const STATUS_NAMES: ReadonlySet<string> = new Set([
  ...['action', 'operation', 'status', 'active', 'inactive', 'enabled', 'disabled'],
  ...['suspended', 'deleted', 'archived', 'deactivated', 'terminated'],
]);

/** As in `accountEnabled`, `is_active` and `User status`. */
const STATUS_PREFIX = /^(?:is|account|user|employee|employment|login)/;

/** As in `Status [READ ONLY]` and `Active (yes/no)`. */
const REMARK = /(?<=.)[[(].*$/s;

/** Two edits make other words of short names: `role`, `note`. */
const LONG_NAME = 7;

const lettersOf = (name: string): string =>
  name
    .replace(REMARK, '')
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '');

const withoutPlural = (letters: string): string => letters.replace(/s$/, '');

/** `letters` of a name. */
const isStatus = (letters: string): boolean => {
  const name = letters.replace(STATUS_PREFIX, '');
  return STATUS_NAMES.has(name) || STATUS_NAMES.has(withoutPlural(name));
};

/** Whether a column says that a row may not count. */
export const isStatusColumn = (name: string): boolean => isStatus(lettersOf(name));

const isClose = (letters: string, column: string, edits: number): boolean => {
  const meant = lettersOf(column);
  if (edits < 2) return [letters, withoutPlural(letters)].some((text) => isWithin(text, meant, edits));
  const isLong = Math.min(letters.length, meant.length) >= LONG_NAME;
  return isLong && letters[0] === meant[0] && isWithin(letters, meant, edits);
};

const problemOf = (name: string, columns: readonly string[], wayOut: string): Problem | undefined => {
  const letters = lettersOf(name);
  if (letters === '') return undefined;
  const column = undefined;
  if (isStatus(letters)) {
    const text = `the column ${quote(name)} says that a row may not count, but everybody in a roster is to have access. Remove the rows that do not count, then the column, or ${wayOut}`;
    return { code: 'status_column', column, text };
  }
  for (const edits of [0, 1, 2])
    for (const meant of columns)
      if (isClose(letters, meant, edits)) {
        const text = `the column ${quote(name)} is not read. Did you mean ${meant}? Rename it, or remove it if it means something else`;
        return { code: 'misspelt_column', column, text };
      }
  return undefined;
};

/**
 * What is wrong with columns that nothing reads. `unread` are their names, `columns` the names that one of them may have
 * been meant to be, `wayOut` is how to say what a status means. Ignoring a misspelt column would widen access: engineers without `services` are not limited.
 */
export const unreadColumnProblems = (
  unread: readonly string[],
  columns: readonly string[],
  wayOut: string,
): Problem[] => unread.flatMap((name) => problemOf(name, columns, wayOut) ?? []);
