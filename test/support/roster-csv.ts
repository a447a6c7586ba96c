/** Writes rosters in every way that counts as the same roster, and hands bytes out in every size of chunk. */

import { gzipSync } from 'node:zlib';
import type { Access, Entry } from '../../lib/domain/invitation.ts';
import { parseRoster, type Roster, type RosterRules } from '../../lib/roster/parse-roster.ts';

export const RULES: RosterRules = {
  allowedRoles: new Set(['user', 'billing', 'engineer', 'tls_viewer', 'tls_admin']),
  allowedDomains: new Set(),
  maxBytes: 1024 * 1024,
};

export type RosterStyle = {
  /** In any order; names that are not columns of a roster are filled with `filler`. */
  readonly columns: readonly string[];
  readonly filler: string;
  readonly lineEnding: '\n' | '\r\n' | '\r';
  readonly byteOrderMark: boolean;
  readonly finalLineEnding: boolean;
  /** Before the header, where it counts as a line. */
  readonly delimiterLine: boolean;
  /** A byte 0x1A at the very end. */
  readonly endOfFile: boolean;
  /** How many empty cells the row with this number has more at its end; the header is row 0. */
  readonly surplusCells: (row: number) => number;
  /** Whether the row with this number goes without its last cells as far as their columns are not read. */
  readonly leavesOff: (row: number) => boolean;
  readonly gzip: boolean;
  /** Whether the cell with this number is quoted though it need not be. */
  readonly quoted: (cell: number) => boolean;
};

const cellOf = (entry: Entry, column: string, filler: string): string => {
  const { email, access } = entry;
  switch (column.trim().toLowerCase()) {
    case 'email':
      return email;
    case 'role':
      return access.role ?? '';
    case 'roles':
      return (access.roles ?? []).join(';');
    case 'services':
      return access.services.map(({ id, permission }) => `${id}:${permission}`).join(' ; ');
    case 'limit_services':
      return limitCell(access);
    default:
      return filler;
  }
};

/** Empty where empty means the same. */
const limitCell = ({ limitServices, services }: Access): string =>
  limitServices === services.length > 0 ? '' : String(limitServices).toUpperCase();

const READ_COLUMN = /^\s*(?:email|roles?|services|limit_services)\s*$/i;

export const writeRoster = (entries: readonly Entry[], style: RosterStyle): Buffer => {
  const { columns, filler, lineEnding } = style;
  let cellNumber = 0;
  /** Behind the last column that has a name all cells are empty. */
  const width = columns.findLastIndex((column) => column !== '') + 1;
  const needed = columns.findLastIndex((column) => READ_COLUMN.test(column)) + 1;
  const write = (cell: string): string => {
    cellNumber += 1;
    return style.quoted(cellNumber) || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
  };
  const cellsOf = (entry: Entry): string[] =>
    columns.map((column, index) => cellOf(entry, column, index < width ? filler : ''));
  const rows = entries.map((entry, index) =>
    style.leavesOff(index + 1) ? cellsOf(entry).slice(0, needed) : cellsOf(entry),
  );
  const lines = [columns, ...rows].map((row, index) =>
    [...row.map(write), ...Array<string>(style.surplusCells(index)).fill('')].join(','),
  );
  const text = [
    style.byteOrderMark ? '\ufeff' : '',
    style.delimiterLine ? `sep=,${lineEnding}` : '',
    lines.join(lineEnding),
    style.finalLineEnding ? lineEnding : '',
    style.endOfFile ? '\u001a' : '',
  ];
  const bytes = Buffer.from(text.join(''));
  return style.gzip ? gzipSync(bytes, { level: 1 }) : bytes;
};

/** `size` gives the length of each next chunk; below 1 it is 1. */
export async function* chunksOf(bytes: Uint8Array, size: () => number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + Math.max(1, size());
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** In file order, without the lines that they are on. */
export const entriesOf = ({ entries }: Roster): Entry[] =>
  [...entries.values()].map(({ email, access }) => ({ email, access }));

/** Parses text or bytes that come in one piece. */
export const parseWhole = (content: string | Uint8Array, rules: Partial<RosterRules> = {}): Promise<Roster> =>
  parseRoster(
    chunksOf(Buffer.from(content), () => Infinity),
    { ...RULES, ...rules },
  );

/** `[code, line, column]` of each issue. */
export const issuesOf = async (content: string | Uint8Array, rules: Partial<RosterRules> = {}) => {
  const { issues } = await parseWhole(content, rules);
  return issues.map(({ code, line, column }) => [code, line, column]);
};
