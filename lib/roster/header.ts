/** The first row names the columns. */

import { type IssueList, listSome, quote, type RosterIssue, type RosterIssueCode } from './issues.ts';
import { findMappedColumns, headerName, type MappedColumns, namedColumns } from './mapped-columns.ts';
import { COLUMNS, type Column, type Mapping, normalizeName } from './mapping.ts';
import { mappingExample } from './mapping-hint.ts';
import { isStatusColumn, unreadColumnProblems } from './unread-columns.ts';

export type Header = MappedColumns & {
  /** Where the column is; -1 when there is none. */
  readonly position: Readonly<Record<Column, number>>;
  /** How many columns have a name, or stand before one that has. Only blank cells may follow. */
  readonly width: number;
  readonly warnings: readonly string[];
};

export type HeaderRules = {
  readonly allowedRoles: ReadonlySet<string>;
  /** How to read an export of another system. */
  readonly mapping?: Mapping | undefined;
};

const MAX_NAMED_COLUMNS = 20;

const OTHER_DELIMITERS = [
  { character: ';', name: 'semicolons' },
  { character: '\t', name: 'tabs' },
] as const;

const LINE_BREAK = /\r\n|\n|\r/;
/** Excel's own line about the delimiter, before the header. */
const DELIMITER_LINE = /^("?)sep=(.)\1(?=[\r\n]|$)/i;

const wrongDelimiter = (name: string, line: number): RosterIssue => ({
  code: 'wrong_delimiter',
  line,
  message: `Line ${line}: the columns are separated by ${name}. Save the roster with commas`,
});

/** An issue when the first line that is not empty names the columns, but separates them by something else than commas. */
const otherDelimiter = (head: string, email: string): RosterIssue | undefined => {
  const lines = head.split(LINE_BREAK).map((line) => line.trim());
  const index = lines.findIndex((line) => line !== '');
  const names = (delimiter: string): string[] =>
    (lines[index] ?? '').split(delimiter).map((cell) => normalizeName(cell.replaceAll('"', '')));
  if (names(',').includes(email)) return undefined;
  const found = OTHER_DELIMITERS.find(({ character }) => {
    const cells = names(character);
    return cells.length > 1 && cells.includes(email);
  });
  return found === undefined ? undefined : wrongDelimiter(found.name, index + 1);
};

/**
 * Hands `text` on, without a line `sep=,`, unless its first line shows another delimiter. That is looked for before CSV is
 * parsed: between quoted names another delimiter would be reported as a stray quote.
 */
export async function* expectCommas(
  text: AsyncIterable<Buffer>,
  mapping: Mapping | undefined,
  issues: IssueList,
): AsyncGenerator<Buffer, void> {
  let isFirst = true;
  for await (const slice of text) {
    if (!isFirst) yield slice;
    else {
      const head = slice.toString();
      const [line = '', , delimiter = ','] = DELIMITER_LINE.exec(head) ?? [];
      const named =
        OTHER_DELIMITERS.find(({ character }) => character === delimiter)?.name ?? quote(delimiter);
      const other =
        delimiter === ','
          ? otherDelimiter(head, headerName('email', mapping) ?? '')
          : wrongDelimiter(named, 1);
      if (other !== undefined) return issues.stop(other);
      // Its line break stays, so that lines are counted right.
      yield slice.subarray(Buffer.byteLength(line));
    }
    isFirst = false;
  }
}

const REMEDY =
  'The first line names the columns, at least email, and role or roles: write it, or remove what stands above it';

/** Templates of Entra have a line with their version above the header. It says nothing about anybody. */
export const isTemplateVersion = ([first = '', ...others]: readonly string[]): boolean =>
  /^\s*version:/i.test(first) && others.every((cell) => cell.trim() === '');

/** Data has an address in it. */
const isHeader = (names: readonly string[]): boolean =>
  names.length > 0 && !names.some((name) => name.includes('@'));

const repeatedNames = (names: readonly string[]): string[] => {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const name of names) (seen.has(name) ? repeated : seen).add(name);
  // Columns without a name mean nothing, however many there are.
  repeated.delete('');
  return [...repeated];
};

/** A list of an account that this tool wrote has remarks for people in it. */
const REMARKS = 'comment';

const ignoredColumns = (unread: readonly string[]): string[] => {
  const ignored = unread.filter((name) => name !== REMARKS);
  if (ignored.length === 0) return [];
  const named = ignored.map((name) => (name === '' ? '(without a name)' : quote(name)));
  return [`Columns that are not read, and so change nothing: ${listSome(named, MAX_NAMED_COLUMNS)}`];
};

/** How to go on when an export was taken for a roster. */
const wayOutOf = (mapping: Mapping | undefined, header: readonly string[]): string =>
  mapping === undefined
    ? `say in a mapping (acme.mapping.json beside acme.csv) how to read an export, for example ${mappingExample(header)}`
    : 'say in leaveOut of the mapping which of its values leave a row out';

const unknownColumns = (mapping: Mapping | undefined, names: readonly string[]): string[] =>
  (mapping === undefined ? [] : namedColumns(mapping))
    .filter(([, name]) => !names.includes(normalizeName(name)))
    .map(([path, name]) => `${quote(name)} (${path})`);

type FoundColumns = Pick<Header, 'position'> & {
  readonly unread: readonly string[];
  /** Columns that one of `unread` may have been meant to be. What the mapping names was not misspelt. */
  readonly open: readonly Column[];
};

const findColumns = (names: readonly string[], mapping: Mapping | undefined): FoundColumns => {
  const wanted = COLUMNS.map((column) => [column, headerName(column, mapping)] as const);
  const mapped = mapping === undefined ? [] : namedColumns(mapping).map(([, name]) => normalizeName(name));
  const read = new Set([...wanted.map(([, name]) => name), ...mapped]);
  const position = wanted.map(([column, name]) => [column, name === undefined ? -1 : names.indexOf(name)]);
  return {
    position: Object.fromEntries(position),
    unread: names.filter((name) => !read.has(name)),
    open: wanted.flatMap(([column, name]) => (name === column ? [column] : [])),
  };
};

/** Undefined when rows can't be understood with this header; `issues` is stopped then. */
export const readHeader = (
  cells: readonly string[],
  line: number,
  { mapping, allowedRoles }: HeaderRules,
  issues: IssueList,
): Header | undefined => {
  const stop = (code: RosterIssueCode, text: string, column?: Column): undefined => {
    const place = column === undefined ? { line } : { line, column };
    issues.stop({ code, ...place, message: `Line ${line}: ${text}` });
  };

  // Spreadsheets add empty cells at the end of every row.
  const header = cells.slice(0, cells.findLastIndex((cell) => cell.trim() !== '') + 1);
  const names = header.map(normalizeName);
  const found = listSome(names.filter((name) => name !== '').map(quote), MAX_NAMED_COLUMNS);
  const { position, unread, open } = findColumns(names, mapping);
  const wayOut = wayOutOf(mapping, header);
  // A column with a status has an issue that says so already.
  const orElse = mapping === undefined && !unread.some(isStatusColumn) ? `, or ${wayOut}` : '';

  const unknown = unknownColumns(mapping, names);
  if (unknown.length > 0)
    return stop(
      'unknown_mapping_column',
      `the mapping names columns that are not there: ${listSome(unknown, MAX_NAMED_COLUMNS)}. The header has ${found}`,
    );
  const hasEmail = position.email !== -1;
  if (!hasEmail && !isHeader(names)) return stop('missing_header', `this is not a header. ${REMEDY}`);
  for (const problem of unreadColumnProblems(unread, open, wayOut)) issues.add(line, problem);
  if (!hasEmail)
    return stop('missing_email_column', `there is no column email, only ${found}. ${REMEDY}${orElse}`);
  const repeated = repeatedNames(names);
  if (repeated.length > 0) {
    const text = `these columns are there twice: ${listSome(repeated.map(quote), MAX_NAMED_COLUMNS)}. Keep one of each`;
    // Reports show `column` as it is, so it is only set to a name that is known here.
    return stop(
      'duplicate_column',
      text,
      COLUMNS.find((name) => repeated.includes(name)),
    );
  }
  const columns = findMappedColumns(mapping ?? { version: 1 }, names, allowedRoles, issues);
  if (columns === undefined) return undefined;
  if (columns.access === undefined && position.role === -1 && position.roles === -1)
    return stop(
      'missing_role_column',
      `there is neither a column role nor roles, only ${found}. Add one of them${mapping === undefined ? orElse : ', or say in access of the mapping what gives access'}`,
    );
  return {
    position,
    width: names.length,
    warnings: ignoredColumns(unread),
    ...columns,
  };
};
