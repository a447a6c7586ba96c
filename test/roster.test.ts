import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Access } from '../lib/invitation.ts';
import { parseRoster, type RosterRules } from '../lib/roster.ts';
import { chunksOf, parseWhole, RULES } from './support/roster-csv.ts';

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

/** Windows-1252 and Latin-1 are the same here. */
const windows = (text: string): Buffer => Buffer.from(text, 'latin1');

const GOOD = 'email,role\nada@example.com,user\n';

/** `[code, line, column]` of each issue. */
const blockedFor = async (content: string | Uint8Array, rules: Partial<RosterRules> = {}) => {
  const { issues } = await parseWhole(content, rules);
  return issues.map(({ code, line, column }) => [code, line, column]);
};

const accessOf = async (content: string): Promise<Access | undefined> => {
  const { entries, issues } = await parseWhole(content);
  expect(issues).toEqual([]);
  return entries[0]?.access;
};

describe('a file that is no roster is blocked', () => {
  it.each<[string, string | Buffer, [code: string, line?: number, column?: string]]>([
    ['zero bytes', '', ['empty_file']],
    ['a byte order mark only', '\ufeff', ['empty_file']],
    ['only blank lines', '\n\r\n\n', ['empty_file']],
    ['only white space', '  \n \n', ['missing_header', 1]],
    ['UTF-16, little end first', utf16(GOOD, 'le'), ['utf16']],
    ['UTF-16, big end first', utf16(GOOD, 'be'), ['utf16']],
    ['UTF-16 without a mark', utf16(GOOD, 'le').subarray(2), ['utf16']],
    ['a workbook', Buffer.from('PK\x03\x04 and so on'), ['not_text']],
    ['a zero byte in the middle', `${GOOD}bob\0@example.com,user\n`, ['not_text', 3]],
    ['cp1252 in a cell (F12)', windows(`${GOOD}jos\xe9@example.com,user\n`), ['not_utf8', 3]],
    ['cp1252 after a quoted line break', windows(`${GOOD}"b\r\n\xbf",user\n`), ['not_utf8', 4]],
    ['cut inside a UTF-8 character', Buffer.from(`${GOOD}b\u00e9`).subarray(0, -1), ['not_utf8', 3]],
    ['a damaged gzip file', gzipSync(GOOD).subarray(0, -9), ['damaged_gzip']],
    [
      'a gzip file with rows behind its end',
      Buffer.concat([gzipSync(GOOD), Buffer.from('b')]),
      ['damaged_gzip'],
    ],
    [
      'a gzip file with zeros behind its end',
      Buffer.concat([gzipSync(GOOD), Buffer.alloc(9)]),
      ['damaged_gzip'],
    ],
    ['semicolons between the columns', 'email;role\nada@example.com;user\n', ['wrong_delimiter', 1]],
    ['semicolons between quoted columns', '\n"role";"Email"\n', ['wrong_delimiter', 2]],
    ['tabs between the columns', '\ufeffemail\trole\nada@example.com\tuser\n', ['wrong_delimiter', 1]],
    ['no header', 'ada@example.com,user\n', ['missing_header', 1]],
    ['no email column', '\nname,role\nAda,user\n', ['missing_email_column', 2]],
    ['an email column by another name', 'e-mail,role\n', ['missing_email_column', 1]],
    ['neither role nor roles', 'email,name\nada@example.com,Ada\n', ['missing_role_column', 1]],
    [
      'the same column twice',
      'email,role,Role \nada@example.com,user,user\n',
      ['duplicate_column', 1, 'role'],
    ],
    ['an ignored column twice', 'email,role,x,x\n', ['duplicate_column', 1]],
    ['a quote that is never closed (cut off)', `${GOOD}"bob@example.com,user\ncyd@ex`, ['unclosed_quote', 3]],
    ['text behind a closing quote', `${GOOD}"bob"@example.com,user\n`, ['stray_quote', 3]],
    [
      'a quote inside a plain cell',
      `email,role\n\n"a\r\nb",user\nb"ob@example.com,user\n`,
      ['stray_quote', 5],
    ],
    ['a row without an end', `${GOOD}"${'x'.repeat(1024 * 1024)}`, ['row_too_long', 3]],
    ['a row of nothing but commas', `${GOOD}${','.repeat(1100 * 1024)}\n`, ['row_too_long', 3]],
  ])('%s', async (_, content, [code, line, column]) => {
    const issues = await blockedFor(content, { maxBytes: 2 ** 21 });
    expect(issues.slice(-1)).toEqual([[code, line, column]]);
  });

  it('says where a byte is wrong and what it would be in the likely encoding', async () => {
    const { issues } = await parseWhole(windows(`${GOOD}jos\xe9@example.com,user\n`));
    expect(issues[0]?.message).toContain('0xE9 at byte offset 35');
    expect(issues[0]?.message).toContain('"é"');
  });

  it('still lists the issues of the rows before the break', async () => {
    const codes = await blockedFor('email,role\nn/a,user\nb@example.com,\nc@example.com,user\n"d');
    expect(codes.map(([code]) => code)).toEqual(['invalid_email', 'missing_role', 'unclosed_quote']);
  });

  it('gives up after 10,000 rows of the wrong length', async () => {
    const roster = await parseWhole(`email,role\n${'x\n'.repeat(50_000)}`);
    expect(roster.issues.slice(-2).map(({ code }) => code)).toEqual(['too_many_uneven_rows', 'more_issues']);
  }, 30_000);
});

describe('a row that cannot be used blocks the roster, with its line and column', () => {
  const HEADER = 'email,role,roles,services,limit_services';
  it.each<[string, string, string, string | undefined]>([
    ['too few cells', 'ada@example.com,user', 'too_few_cells', undefined],
    ['too many cells', 'ada@example.com,user,,,,', 'too_many_cells', undefined],
    ['an address that is missing', ',user,,,', 'missing_email', 'email'],
    ['n/a for an address', 'n/a,user,,,', 'invalid_email', 'email'],
    ['a space inside the address', 'ada l@example.com,user,,,', 'invalid_email', 'email'],
    ['a NBSP inside the address (F18)', 'ada\u00a0l@example.com,user,,,', 'invalid_email', 'email'],
    ['a zero-width space behind the address', 'ada@example.com\u200b,user,,,', 'invalid_email', 'email'],
    ['a semicolon behind the address (F17)', 'ada@example.com;,user,,,', 'invalid_email', 'email'],
    ['two addresses', '"ada@example.com,bob@example.com",user,,,', 'invalid_email', 'email'],
    ['no role', 'ada@example.com,,,,', 'missing_role', 'role'],
    ['role and roles', 'ada@example.com,user,idA,,', 'role_and_roles', 'roles'],
    ['a role that Fastly has not', 'ada@example.com,admin,,,', 'unknown_role', 'role'],
    ['a role in capitals', 'ada@example.com,User,,,', 'unknown_role', 'role'],
    ['a role that is not allowed', 'ada@example.com,superuser,,,', 'role_not_allowed', 'role'],
    ['an empty role id', 'ada@example.com,,idA;,,', 'invalid_role_id', 'roles'],
    ['a role id with a space', 'ada@example.com,,id A,,', 'invalid_role_id', 'roles'],
    ['a service without a permission', 'ada@example.com,engineer,,svc1,', 'invalid_service', 'services'],
    ['a service with an empty permission', 'ada@example.com,engineer,,svc1:,', 'invalid_service', 'services'],
    ['a service without an id', 'ada@example.com,engineer,,:full,', 'invalid_service', 'services'],
    ['a separator too many', 'ada@example.com,engineer,,svc1:full;,', 'invalid_service', 'services'],
    ['a permission that is none', 'ada@example.com,engineer,,svc1:all,', 'unknown_permission', 'services'],
    [
      'a service with two permissions',
      'ada@example.com,engineer,,svc1:full;svc1:read_only,',
      'conflicting_permissions',
      'services',
    ],
    ['neither true nor false', 'ada@example.com,engineer,,,yes', 'invalid_limit_services', 'limit_services'],
    [
      'services without a limit',
      'ada@example.com,,idA,svc1:full,false',
      'unlimited_with_services',
      'limit_services',
    ],
    ['services of a user', 'ada@example.com,user,,svc1:full,', 'limits_need_engineer', 'services'],
    ['a limit for billing', 'ada@example.com,billing,,,TRUE', 'limits_need_engineer', 'limit_services'],
  ])('%s', async (_, row, code, column) => {
    const content = `${HEADER}\r\nbob@example.com,user,,,\r\n${row}\r\ncyd@example.com,user,,,\r\n`;
    expect(await blockedFor(content)).toEqual([[code, 3, column]]);
  });

  it('a domain that is not allowed, in any case', async () => {
    const rules = { allowedDomains: new Set(['example.com']) };
    const content = 'email,role\nada@EXAMPLE.com,user\nbob@example.org,user\ncyd@sub.example.com,user\n';
    expect(await blockedFor(content, rules)).toEqual([
      ['domain_not_allowed', 3, 'email'],
      ['domain_not_allowed', 4, 'email'],
    ]);
  });

  it('names everything that is wrong with one row', async () => {
    const content = `${HEADER}\nn/a,admin,,svc1;svc2:all,maybe\n`;
    expect(await blockedFor(content)).toEqual([
      ['invalid_email', 2, 'email'],
      ['unknown_role', 2, 'role'],
      ['invalid_service', 2, 'services'],
      ['unknown_permission', 2, 'services'],
      ['invalid_limit_services', 2, 'limit_services'],
    ]);
  });

  it('1 valid and 40 garbled rows: all 40 lines, also behind quoted line breaks (F8, F9)', async () => {
    const garbled = Array.from({ length: 40 }, () => '"n/a\r\nsee\nbelow",user\r\n').join('');
    const issues = await blockedFor(`email,role\r\n\r\nada@example.com,user\r\n${garbled}`);
    expect(issues).toEqual(
      Array.from({ length: 40 }, (_, index) => ['invalid_email', 4 + 3 * index, 'email']),
    );
  });

  it('lists 1,000 issues and counts the others', async () => {
    const { issues } = await parseWhole(`email,role\n${'n/a,user\n'.repeat(1500)}`);
    expect(issues).toHaveLength(1001);
    expect(issues[1000]).toMatchObject({ code: 'more_issues' });
    expect(issues[1000]?.message).toContain('500 more');
  });

  it('never shows an address, wherever it stands', async () => {
    const cell = 'ada@example.com';
    const content = `email,role,services,bob@example.com\n${cell} ${cell},${cell},${cell}:full;svc1:${cell},\n`;
    const { issues, warnings } = await parseWhole(content);
    expect(issues.length).toBeGreaterThan(3);
    expect([...issues.map(({ message }) => message), ...warnings].join()).not.toMatch(/\S@\S/);
  });

  it('shows other cells cut, and with nothing hidden in them', async () => {
    const { issues } = await parseWhole(`email,role\nada@example.com,"a\u202eb\n${'x'.repeat(99)}"\n`);
    expect(issues[0]?.message).toContain(`"a\\u{202e}b\\u{a}${'x'.repeat(36)}…"`);
  });
});

describe('the same address twice', () => {
  it('saying the same, in any case and with outer space, is one entry and one warning (F14, F17)', async () => {
    const roster = await parseWhole(
      'email,role,services\nada@example.com,engineer,"b:full; a:purge_all"\n Ada@Example.COM\u00a0,engineer,a:purge_all;b:full;b:full\n',
    );
    expect(roster).toMatchObject({ rows: 2, merged: 1, issues: [] });
    expect(roster.entries).toHaveLength(1);
    expect(roster.warnings).toEqual([expect.stringContaining('lines 3 (of 2)')]);
  });

  it('saying different things is an issue on every line', async () => {
    const roster = await parseWhole(
      'email,role\nada@example.com,user\nbob@example.com,user\nADA@example.com,billing\nada@example.com,engineer\n',
    );
    expect(roster.issues.map(({ code, line }) => [code, line])).toEqual([
      ['conflicting_rows', 2],
      ['conflicting_rows', 4],
      ['conflicting_rows', 5],
    ]);
    expect(roster.entries.map(({ email }) => email)).toEqual(['bob@example.com']);
  });

  it('100 times is still one warning', async () => {
    const roster = await parseWhole(`email,role\n${'ada@example.com,user\n'.repeat(100)}`);
    expect(roster.warnings).toEqual([expect.stringContaining('and 89 more')]);
  });

  it('with and without a tag is two people and a warning', async () => {
    const roster = await parseWhole(
      'email,role\nada+x@example.com,user\nada@example.com,user\nbob+x@example.com,user\n',
    );
    expect(roster.entries).toHaveLength(3);
    expect(roster.warnings).toEqual([expect.stringContaining('lines 2 (beside 3)')]);
  });
});

describe('a good roster', () => {
  it.each([
    ['a byte order mark (F11)', `\ufeff${GOOD}`],
    ['two byte order marks', `\ufeff\ufeff${GOOD}`],
    ['CR LF', GOOD.replaceAll('\n', '\r\n')],
    ['CR only', GOOD.replaceAll('\n', '\r')],
    ['no final line break', GOOD.trimEnd()],
    ['blank lines and blank rows', 'email,role\n\n , \r\n,\rada@example.com,user\n""\n'],
    ['columns in another order and case, with space', ' ROLE , Email\nuser,ada@example.com\n'],
    ['every cell quoted', '"email","role"\n"ada@example.com","user"\n'],
    ['capitals and outer space in the address (F15, F16)', 'email,role\n  Ada@Example.com , user\n'],
    ['gzip', gzipSync(GOOD)],
    ['gzip in two members', Buffer.concat([gzipSync(GOOD.slice(0, 15)), gzipSync(GOOD.slice(15))])],
    ['columns without a name', 'email,role,,\nada@example.com,user,,\n'],
  ])('may have %s', async (_, content) => {
    const { entries, issues, rows } = await parseWhole(content);
    expect(issues).toEqual([]);
    expect(rows).toBe(1);
    expect(entries).toEqual([
      { email: 'ada@example.com', access: { role: 'user', limitServices: false, services: [] } },
    ]);
  });

  it('with a header and no rows is one without entries, not an issue', async () => {
    expect(await parseWhole('email,role\n')).toEqual({
      entries: [],
      rows: 0,
      merged: 0,
      issues: [],
      warnings: [],
    });
  });

  it('may have delimiters, quotes, line breaks and formulas in cells that do not matter (F13, F50)', async () => {
    const roster = await parseWhole(
      'email,role,name,note\n=cmd@example.com,user,"Lovelace, ""Ada""","two\nlines"\nbob@example.com,user,=1+1,@SUM(A1)\n',
    );
    expect(roster.issues).toEqual([]);
    expect(roster.entries.map(({ email }) => email)).toEqual(['=cmd@example.com', 'bob@example.com']);
    expect(roster.warnings).toEqual([expect.stringContaining('"name", "note"')]);
  });

  it.each<[string, string, Access]>([
    [
      'role ids, sorted and once',
      ',idB; idA ;idB,,',
      { roles: ['idA', 'idB'], limitServices: false, services: [] },
    ],
    [
      'services, sorted and once; empty means limited',
      'engineer,,svc2:full; svc1 : purge_all;svc2:full,',
      {
        role: 'engineer',
        limitServices: true,
        services: [
          { id: 'svc1', permission: 'purge_all' },
          { id: 'svc2', permission: 'full' },
        ],
      },
    ],
    ['limited to nothing', 'engineer,,,True', { role: 'engineer', limitServices: true, services: [] }],
    ['not limited', 'engineer,,,FALSE', { role: 'engineer', limitServices: false, services: [] }],
    [
      'role ids with services',
      ',idA,svc1:read_only,true',
      { roles: ['idA'], limitServices: true, services: [{ id: 'svc1', permission: 'read_only' }] },
    ],
  ])('asks for %s', async (_, cells, access) => {
    expect(await accessOf(`email,role,roles,services,limit_services\nada@example.com,${cells}\n`)).toEqual(
      access,
    );
  });

  it('shares one object between rows that ask for the same', async () => {
    const { entries } = await parseWhole(
      'email,role,services\na@example.com,engineer,s:full;t:full\nb@example.com,engineer,t:full;s:full\n',
    );
    expect(entries[0]?.access).toBe(entries[1]?.access);
  });

  it('keeps cells apart that look alike when put together', async () => {
    const { entries } = await parseWhole(
      'email,role,roles\na@example.com,user,\nb@example.com,,user\nc@example.com,,"user;u"\n',
    );
    expect(entries.map(({ access }) => access.roles ?? access.role)).toEqual([
      'user',
      ['user'],
      ['u', 'user'],
    ]);
  });

  it('is the same with 100,000 rows', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => `p${index}@example.com,user\r\n`).join('');
    const roster = await parseWhole(`email,role\r\n${rows}n/a,user\r\n`, { maxBytes: 2 ** 26 });
    expect(roster.entries).toHaveLength(100_000);
    expect(roster.issues.map(({ line }) => line)).toEqual([100_002]);
  }, 30_000);
});

describe('MAX_ROSTER_BYTES', () => {
  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['packed', (text: string) => gzipSync(text)],
  ])('is exact for a %s roster', async (_, store) => {
    const bytes = store(GOOD);
    expect(await blockedFor(bytes, { maxBytes: GOOD.length })).toEqual([]);
    expect(await blockedFor(bytes, { maxBytes: GOOD.length - 1 })).toEqual([
      ['too_large', undefined, undefined],
    ]);
  });

  it('stops reading at once, and closes what it read from', async () => {
    let chunks = 0;
    let closed = false;
    const endless = async function* () {
      try {
        for (;;) {
          chunks += 1;
          yield Buffer.from('\n'.repeat(1000));
        }
      } finally {
        closed = true;
      }
    };
    const { issues } = await parseRoster(endless(), { ...RULES, maxBytes: 10_000 });
    expect(issues.map(({ code }) => code)).toEqual(['too_large']);
    expect(closed).toBe(true);
    expect(chunks).toBeLessThan(20);
  });

  it('holds while unpacking: 64 MiB packed to 64 KiB', async () => {
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 'email,role\n\n'));
    const issues = await blockedFor(bomb, { maxBytes: 100_000 });
    expect(issues).toContainEqual(['too_large', undefined, undefined]);
  });
});

describe('the source', () => {
  it.each([
    ['plain', Buffer.from(GOOD)],
    ['packed', gzipSync(GOOD)],
  ])('that fails in the middle of a %s roster is an error, not an issue', async (_, bytes) => {
    const broken = async function* () {
      yield bytes.subarray(0, 20);
      throw new Error('the connection was lost');
    };
    await expect(parseRoster(broken(), RULES)).rejects.toThrow('the connection was lost');
  });

  it('may hand out single bytes', async () => {
    const bytes = Buffer.from(
      `\ufeffemail,role,name\r\n${'bé@example.com,user,"😀\r\n"\r\n'.repeat(60)}n/a,user,\r\n`,
    );
    const roster = await parseRoster(
      chunksOf(bytes, () => 1),
      RULES,
    );
    expect(roster).toMatchObject({ rows: 61, merged: 59 });
    expect(roster.issues.map(({ line }) => line)).toEqual([122]);
  });
});
