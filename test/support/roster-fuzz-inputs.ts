/** Rosters for the fuzz runs: random, or valid, or valid and then damaged. */

import { gzipSync } from 'node:zlib';
import { type Access, type Entry, PERMISSIONS, parseEmail } from '../../lib/domain/invitation.ts';
import type { Random } from '../simulation/random.ts';
import { type RosterStyle, writeRoster } from './roster-csv.ts';

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
    delimiterLine: random.chance(0.1),
    endOfFile: random.chance(0.1),
    surplusCells: () => (random.chance(0.1) ? random.between(1, 3) : 0),
    leavesOff: () => random.chance(0.2),
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

/** Some are one mailbox in two spellings. */
const ADDRESSES = [
  ...['ada@example.com', 'bob@example.com', ' BOB@example.com', 'Ada@b\u00fccher.example'],
  ...[
    'ada@bu\u0308cher.example',
    'ada@xn--bcher-kva.example',
    'm\u00fcller@example.com',
    'mu\u0308ller@example.com',
  ],
];

const BAD_ADDRESSES = [
  ...[
    '',
    'n/a',
    'a b@example.com',
    '#ada@example.com',
    '// ada@example.com',
    "'ada@example.com",
    '\u201cada@example.com\u201d',
  ],
  ...[
    'ada@example.com/',
    'mailto:ada@example.com',
    'Ada <ada@example.com>',
    'ada\uff20example.com',
    'a..b@example.com',
  ],
  ...[
    'ada_example.com#EXT#@corp.example.com',
    'ada@-example.com',
    'ada@192.0.2.1',
    'ada@b\u0301.\u0301c.example',
  ],
];

const HEADERS = [
  ...Array(12).fill('email,role,roles,services,limit_services'),
  ...['email,role,roles,service,limit_services', 'e-mail,role,roles,services,limit_services'],
  ...['email,role,roles,services,status', 'email,role,roles,services,limit_services,,'],
  'version:v1.0,\nemail,role,roles,services,limit_services',
];

/** Right in shape, and anything in the cells. */
const careless = (random: Random): Buffer => {
  const row = () => [
    random.pick([...ADDRESSES, ...ADDRESSES, ...BAD_ADDRESSES]),
    random.pick(['user', 'engineer', 'superuser', 'Engineer', 'admin', '', '']),
    random.pick(['', '', '', 'idA;idB', 'idA;', 'no id']),
    random.pick(['', '', 'svc1:full', 'svc1:full;svc1:full', 'svc1:full;svc1:read_only', 'svc1', 'svc1:all']),
    random.pick(['', '', 'true', 'FALSE', 'yes']),
  ];
  const rows = Array.from({ length: random.between(0, 8) }, row);
  const raggedRows = rows.map((cells) => {
    if (random.chance(0.9)) return cells;
    return random.chance(0.5)
      ? cells.slice(0, random.between(1, 5))
      : [...cells, '', random.pick(['', 'x', 'svc2:full'])];
  });
  const lines = [random.pick(HEADERS), ...raggedRows.map((cells) => cells.join(','))];
  return Buffer.from(lines.join(random.pick(['\n', '\r\n', '\r', '\n\n'])));
};

const randomBytes = (random: Random): Buffer =>
  Buffer.from(Array.from({ length: random.between(0, 300) }, () => random.between(0, 255)));

const randomTokens = (random: Random): Buffer => {
  const header = random.chance(0.7) ? 'email,role,services\n' : '';
  const tokens = Array.from({ length: random.between(0, 60) }, () => random.pick(TOKENS));
  return Buffer.from(header + tokens.join(''));
};

/** `isValid`: written by somebody who knows how, so that only rows that contradict each other may block it. */
export const fuzzBytes = (random: Random): { bytes: Buffer; isValid: boolean } => {
  const kind = random.between(0, 9);
  if (kind < 2) return { bytes: validRoster(random), isValid: true };
  if (kind < 6) return { bytes: damagedRoster(random), isValid: false };
  if (kind < 8) return { bytes: careless(random), isValid: false };
  return { bytes: kind < 9 ? randomTokens(random) : randomBytes(random), isValid: false };
};
