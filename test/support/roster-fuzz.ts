/**
 * One fuzz run: a roster that is random, or valid, or valid and then damaged, goes through the parser, and whatever comes
 * out must hold together. Throws when it does not. The same seed and run make the same bytes.
 */

import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';
import { normalizeEmail } from '../../lib/domain/invitation.ts';
import { messageWithoutAddresses } from '../../lib/domain/issue.ts';
import { readRows } from '../../lib/roster/csv-rows.ts';
import { IssueList } from '../../lib/roster/issues.ts';
import { parseRoster, type Roster, type RosterIssueCode } from '../../lib/roster/parse-roster.ts';
import { Random } from '../simulation/random.ts';
import { chunksOf, RULES } from './roster-csv.ts';
import { fuzzBytes } from './roster-fuzz-inputs.ts';
import { type ReferenceRow, referenceDataRows, referenceRows } from './roster-reference.ts';

/** Small, so that some rosters are too large. */
const MAX_BYTES = 4096;
const FUZZ_RULES = { ...RULES, maxBytes: MAX_BYTES };
/** As many numbers as seed and run need to stay apart. */
const RUNS_PER_SEED = 2 ** 32;

/** Where reading stops, and what is said of the file and not of a row that was counted. */
const STOPPING: ReadonlySet<RosterIssueCode> = new Set<RosterIssueCode>([
  ...(['empty_file', 'too_large', 'damaged_gzip', 'utf16', 'not_utf8', 'not_text'] as const),
  ...(['wrong_delimiter', 'missing_header', 'missing_email_column', 'missing_role_column'] as const),
  ...(['misspelt_column', 'status_column'] as const),
  ...(['duplicate_column', 'unclosed_quote', 'stray_quote', 'row_too_long'] as const),
]);

const parseInChunks = (bytes: Buffer, random: Random): Promise<Roster> => {
  const most = random.pick([30, 300, 100_000, 100_000]);
  return parseRoster(
    chunksOf(bytes, () => random.between(1, most)),
    FUZZ_RULES,
  );
};

/** The text as one reads it who knows that it is fine. */
const textOf = (bytes: Buffer): string => {
  const unpacked = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  // A line sep=, or version: becomes an empty one, so that lines are counted right.
  const text = unpacked.toString();
  return text
    .slice(0, text.endsWith('\u001a') ? -1 : undefined)
    .replace(/^\ufeff/, '')
    .replace(/^("?)sep=,\1(?=[\r\n]|$)/i, '')
    .replace(/^version:.*/, '');
};

/** By line. */
const addressesOf = (rows: readonly ReferenceRow[]): Map<number, string> => {
  const column = rows[0]?.cells.findIndex((cell) => cell.trim().toLowerCase() === 'email') ?? -1;
  return new Map(
    referenceDataRows(rows).map(({ line, cells }) => [line, normalizeEmail(cells[column] ?? '')]),
  );
};

const rowIssueLines = (roster: Roster): Set<number | undefined> =>
  new Set(roster.issues.filter(({ code }) => !STOPPING.has(code)).map(({ line }) => line));

/** Every data row is an entry, or was merged into one, or has an issue. */
const checkAccount = (roster: Roster): void => {
  const { entries, merged, rows } = roster;
  strictEqual(entries.size + merged + rowIssueLines(roster).size, rows, 'rows are not accounted for');
  for (const [email, entry] of entries) strictEqual(email, entry.email, 'an entry is under another address');
  for (const issue of roster.issues)
    ok(!/\S[@\uff20\ufe6b]\S/.test(messageWithoutAddresses(issue)), 'a notification shows an address');
};

/** Compares with the plain reading of the same text, when reading went to its end. */
const checkAgainstReference = (bytes: Buffer, roster: Roster): void => {
  if (roster.issues.some(({ code }) => STOPPING.has(code))) return;
  const rows = referenceRows(textOf(bytes));
  ok(rows !== undefined, 'a broken CSV was taken for a whole one');
  const addresses = addressesOf(rows);
  strictEqual(roster.rows, addresses.size, 'the number of rows is wrong');
  const lines = new Set<number | undefined>(addresses.keys());
  for (const line of rowIssueLines(roster)) ok(lines.has(line), 'an issue is on a line where no row starts');
  for (const { email, line } of roster.entries.values())
    strictEqual(addresses.get(line), email, 'an entry has the line of another row');
  if (roster.issues.length === 0)
    deepStrictEqual(new Set<string>(roster.entries.keys()), new Set(addresses.values()), 'a person is lost');
};

/** Compares the rows of a valid roster with what Papa Parse, a reader of another make, finds in the same text. */
const checkAgainstPapaParse = async (bytes: Buffer): Promise<void> => {
  const text = textOf(bytes);
  const newline = /\r\n|\n|\r/.exec(text.replace(/"[^"]*"/g, ''))?.[0] as '\n' | '\r\n' | '\r' | undefined;
  const { data } = Papa.parse<string[]>(text, {
    delimiter: ',',
    newline: newline ?? '\n',
    skipEmptyLines: true,
  });
  const rows: (readonly string[])[] = [];
  await readRows(
    chunksOf(Buffer.from(text), () => Infinity) as AsyncIterable<Buffer>,
    new IssueList(),
    (cells) => rows.push(cells),
  );
  deepStrictEqual(rows, data, 'Papa Parse reads other rows');
};

/** Two maps are equal in any order; the entries have to be in file order. */
const inOrder = (roster: Roster) => ({ ...roster, entries: [...roster.entries.values()] });

/** The same bytes in other chunks. How far one gets before a damaged gzip file breaks depends on them. */
const checkSame = (one: Roster, other: Roster): void => {
  const isDamaged = [...one.issues, ...other.issues].some(({ code }) => code === 'damaged_gzip');
  if (isDamaged) ok(one.issues.length > 0 && other.issues.length > 0, 'a damaged file was accepted');
  else deepStrictEqual(inOrder(one), inOrder(other), 'the result depends on the chunks');
};

export type FuzzFigures = {
  accepted: number;
  /** How many were compared with the reading of Papa Parse. */
  compared: number;
  readonly blocked: Partial<Record<RosterIssueCode, number>>;
};

const count = (roster: Roster, figures: FuzzFigures): void => {
  if (roster.issues.length === 0) figures.accepted += 1;
  for (const code of new Set(roster.issues.map((issue) => issue.code)))
    figures.blocked[code] = (figures.blocked[code] ?? 0) + 1;
};

/** Throws with seed and run when the parser fails. Adds to `figures`, where a roster counts once for each code. */
export const fuzzRoster = async (seed: number, run: number, figures: FuzzFigures): Promise<void> => {
  const random = new Random(seed + run * RUNS_PER_SEED);
  const { bytes, isValid } = fuzzBytes(random);
  try {
    const roster = await parseInChunks(bytes, random);
    checkAccount(roster);
    checkAgainstReference(bytes, roster);
    const conflicts = roster.issues.every(({ code }) => code === 'conflicting_rows' || code === 'too_large');
    ok(!isValid || conflicts, 'a valid roster was blocked');
    if (isValid) {
      await checkAgainstPapaParse(bytes);
      figures.compared += 1;
    }
    if (random.chance(0.2)) checkSame(roster, await parseInChunks(bytes, random));
    count(roster, figures);
  } catch (error) {
    // Without the cause: it prints whole rosters, and the same seed and run make them again.
    throw new Error(`seed ${seed}, run ${run}: ${(error as Error).message}`);
  }
};
