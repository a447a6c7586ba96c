/**
 * One fuzz run: a roster that is random, or valid, or valid and then damaged, goes through the parser, and whatever comes
 * out must hold together. Throws when it does not. The same seed and run make the same bytes.
 */

import { deepStrictEqual, ok, strictEqual } from 'node:assert/strict';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Access, type Entry, PERMISSIONS, parseEmail } from '../../lib/domain/invitation.ts';
import { messageWithoutAddresses } from '../../lib/domain/issue.ts';
import { parseRoster, type Roster, type RosterIssueCode } from '../../lib/roster/parse-roster.ts';
import { Random } from '../simulation/random.ts';
import { chunksOf, type RosterStyle, RULES, writeRoster } from './roster-csv.ts';
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

const TOKENS = [
  ...[
    'email',
    'role',
    'roles',
    'services',
    'limit_services',
    'name',
    'user',
    'engineer',
    'superuser',
    'true',
  ],
  ...[
    'ada@example.com',
    'Ada@Example.com ',
    'a+b@example.com',
    '@',
    ';',
    ':',
    ':full',
    'svc1:read_only',
    ' ',
  ],
  ...[
    ',',
    ',',
    ',',
    '"',
    '""',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '\t',
    '\ufeff',
    '\u00a0',
    '\u200b',
    'é',
    '😀',
    '=1',
  ],
];

const randomAccess = (random: Random): Access => {
  if (random.chance(0.15)) return { roles: ['idA', 'idB'], limitServices: false, services: [] };
  if (random.chance(0.6))
    return { role: random.pick(['user', 'billing', 'tls_admin']), limitServices: false, services: [] };
  const services = random.some(['svc1', 'svc2', 'svc3'], 0.4);
  return {
    role: 'engineer',
    limitServices: services.length > 0 || random.chance(0.3),
    services: services.map((id) => ({ id, permission: random.pick(PERMISSIONS) })),
  };
};

const randomEntry = (random: Random): Entry => {
  const parsed = parseEmail(
    `${random.pick(['ada', 'béla', "o'neil", '=cmd', 'a+b'])}${random.between(0, 500)}@example.com`,
  );
  if ('problem' in parsed) throw new Error(parsed.problem);
  return { email: parsed.email, access: randomAccess(random) };
};

const randomStyle = (random: Random): RosterStyle => {
  const quoting = random.next();
  return {
    columns: random.shuffled([
      ...['Email', 'role ', 'ROLES', 'services', 'limit_services'],
      ...random.some(['name', 'team', ''], 0.3),
    ]),
    filler: random.pick(['', 'Ada', 'Lovelace, Ada', 'two\nlines', 'two\r\nlines', 'say "hi"', '😀']),
    lineEnding: random.pick(['\n', '\r\n', '\r']),
    byteOrderMark: random.chance(0.2),
    finalLineEnding: random.chance(0.8),
    gzip: random.chance(0.05),
    quoted: () => random.chance(quoting * quoting),
  };
};

const validRoster = (random: Random): Buffer => {
  const most = random.pick([3, 5, 5, 5, 80]);
  const entries = Array.from({ length: random.between(0, most) }, () => randomEntry(random));
  return writeRoster(entries, randomStyle(random));
};

const splice = (bytes: Buffer, at: number, remove: number, insert: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]);

const RECODINGS: readonly ((bytes: Buffer) => Buffer)[] = [
  (bytes) => Buffer.from(bytes.toString('latin1').replaceAll(',', ';'), 'latin1'),
  (bytes) => Buffer.from(bytes.toString(), 'utf16le'),
  (bytes) => Buffer.from(bytes.toString(), 'latin1'),
  (bytes) => gzipSync(bytes, { level: 1 }),
];

const DAMAGES: readonly ((bytes: Buffer, at: number, random: Random) => Buffer)[] = [
  (bytes, at) => bytes.subarray(0, at),
  (bytes, at, random) => splice(bytes, at, random.between(1, 8), Buffer.alloc(0)),
  (bytes, at, random) => splice(bytes, at, 0, Buffer.from(random.pick(TOKENS))),
  (bytes, at, random) => splice(bytes, at, 1, Buffer.of(random.between(0, 255))),
  (bytes, at, random) => splice(bytes, at, 1, Buffer.of((bytes[at] ?? 0) ^ (1 << random.between(0, 7)))),
  (bytes, at, random) => splice(bytes, at, 0, bytes.subarray(random.between(0, bytes.length))),
  (bytes, _, random) => random.pick(RECODINGS)(bytes),
];

const damagedRoster = (random: Random): Buffer => {
  let bytes = validRoster(random);
  for (let count = random.between(1, 3); count > 0; count -= 1)
    bytes = random.pick(DAMAGES)(bytes, random.between(0, bytes.length), random);
  return bytes;
};

/** Right in shape, and anything in the cells. */
const careless = (random: Random): Buffer => {
  const row = () => [
    random.pick(['ada@example.com', 'bob@example.com', ' BOB@example.com', 'n/a', 'a b@example.com', '']),
    random.pick(['user', 'engineer', 'superuser', 'Engineer', 'admin', '', '']),
    random.pick(['', '', '', 'idA;idB', 'idA;', 'no id']),
    random.pick(['', '', 'svc1:full', 'svc1:full;svc1:full', 'svc1:full;svc1:read_only', 'svc1', 'svc1:all']),
    random.pick(['', '', 'true', 'FALSE', 'yes']),
  ];
  const rows = Array.from({ length: random.between(0, 8) }, row);
  const lines = [['email', 'role', 'roles', 'services', 'limit_services'], ...rows];
  return Buffer.from(lines.map((cells) => cells.join(',')).join(random.pick(['\n', '\r\n', '\r', '\n\n'])));
};

const randomBytes = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: random.between(0, 300) }, () => random.between(0, 255)));

const randomTokens = (random: Random): Buffer => {
  const header = random.chance(0.7) ? 'email,role,services\n' : '';
  const tokens = Array.from({ length: random.between(0, 60) }, () => random.pick(TOKENS));
  return Buffer.from(header + tokens.join(''));
};

const fuzzBytes = (random: Random): { bytes: Buffer; isValid: boolean } => {
  const kind = random.between(0, 9);
  if (kind < 2) return { bytes: validRoster(random), isValid: true };
  if (kind < 6) return { bytes: damagedRoster(random), isValid: false };
  if (kind < 8) return { bytes: careless(random), isValid: false };
  return { bytes: kind < 9 ? randomTokens(random) : randomBytes(random), isValid: false };
};

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
  return unpacked.toString().replace(/^\ufeff/, '');
};

/** By line. */
const addressesOf = (rows: readonly ReferenceRow[]): Map<number, string> => {
  const column = rows[0]?.cells.findIndex((cell) => cell.trim().toLowerCase() === 'email') ?? -1;
  return new Map(
    referenceDataRows(rows).map(({ line, cells }) => [line, (cells[column] ?? '').trim().toLowerCase()]),
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
    if (random.chance(0.2)) checkSame(roster, await parseInChunks(bytes, random));
    count(roster, figures);
  } catch (error) {
    // Without the cause: it prints whole rosters, and the same seed and run make them again.
    throw new Error(`seed ${seed}, run ${run}: ${(error as Error).message}`);
  }
};
