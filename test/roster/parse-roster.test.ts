import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import type { Access } from '../../lib/domain/invitation.ts';
import { parseRoster } from '../../lib/roster/parse-roster.ts';
import { chunksOf, entriesOf, issuesOf, parseWhole, RULES } from '../support/roster-csv.ts';

const GOOD = 'email,role\nada@example.com,user\n';

const accessOf = async (content: string): Promise<Access | undefined> => {
  const roster = await parseWhole(content);
  expect(roster.issues).toEqual([]);
  return entriesOf(roster)[0]?.access;
};

describe('the same address twice', () => {
  it('saying the same, in any case and with outer space, is one entry and one warning (F14, F17)', async () => {
    const roster = await parseWhole(
      'email,role,services\nada@example.com,engineer,"b:full; a:purge_all"\n Ada@Example.COM\u00a0,engineer,a:purge_all;b:full;b:full\n',
    );
    expect(roster).toMatchObject({ rows: 2, merged: 1, issues: [] });
    expect(roster.entries.size).toBe(1);
    expect(roster.warnings).toEqual([expect.stringContaining('lines 3 (of 2)')]);
  });

  it('saying different things is an issue on every line', async () => {
    const roster = await parseWhole(
      'email,role\nada@example.com,user\nbob@example.com,user\nADA@example.com,billing\nada@example.com,engineer\n',
    );
    const said = 'has the same address with another role or other services. Keep the row that is right';
    expect(roster.issues.map(({ code, message }) => [code, message])).toEqual([
      ['conflicting_rows', `Line 2, column email: line 4 ${said}`],
      ['conflicting_rows', `Line 4, column email: line 2 ${said}`],
      ['conflicting_rows', `Line 5, column email: line 2 ${said}`],
    ]);
    expect([...roster.entries.keys()]).toEqual(['bob@example.com']);
  });

  it('100 times is still one warning', async () => {
    const roster = await parseWhole(`email,role\n${'ada@example.com,user\n'.repeat(100)}`);
    expect(roster.warnings).toEqual([expect.stringContaining('and 89 more')]);
  });

  it('with and without a tag is two people and a warning', async () => {
    const roster = await parseWhole(
      'email,role\nada+x@example.com,user\nada@example.com,user\nbob+x@example.com,user\n',
    );
    expect(roster.entries.size).toBe(3);
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
    const roster = await parseWhole(content);
    expect(roster).toMatchObject({ issues: [], rows: 1 });
    expect(entriesOf(roster)).toEqual([
      { email: 'ada@example.com', access: { role: 'user', limitServices: false, services: [] } },
    ]);
  });

  it('with a header and no rows is one without entries, not an issue', async () => {
    expect(await parseWhole('email,role\n')).toEqual({
      entries: new Map(),
      rows: 0,
      leftOut: [],
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
    expect([...roster.entries.keys()]).toEqual(['=cmd@example.com', 'bob@example.com']);
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

  it('shares one object between rows with the same cells, as there may be a million', async () => {
    const { entries } = await parseWhole(
      'email,role,services\na@example.com,engineer,s:full\nb@example.com,user,\nc@example.com,engineer,s:full\n',
    );
    const [first, other, third] = [...entries.values()].map(({ access }) => access);
    expect(first).toBe(third);
    expect(first).not.toBe(other);
  });

  it('knows of each entry the line of its first row', async () => {
    const { entries } = await parseWhole(
      'email,role,note\n\na@example.com,user,"two\r\nlines"\nb@example.com,user,\na@example.com,user,\n',
    );
    expect([...entries.values()].map(({ email, line }) => [email, line])).toEqual([
      ['a@example.com', 3],
      ['b@example.com', 5],
    ]);
  });

  it('keeps cells apart that look alike when put together', async () => {
    const content =
      'email,role,roles\na@example.com,user,\nb@example.com,,user\nc@example.com,,idA\nd@example.com,idA,\n';
    expect(await issuesOf(content)).toEqual([
      ['invalid_role_id', 3, 'roles'],
      ['unknown_role', 5, 'role'],
    ]);
  });

  it('is the same with 100,000 rows', async () => {
    const rows = Array.from({ length: 100_000 }, (_, index) => `p${index}@example.com,user\r\n`).join('');
    const roster = await parseWhole(`email,role\r\n${rows}n/a,user\r\n`, { maxBytes: 2 ** 26 });
    expect(roster.entries.size).toBe(100_000);
    expect(roster.issues.map(({ line }) => line)).toEqual([100_002]);
  }, 30_000);
});

describe('MAX_ROSTER_BYTES', () => {
  it.each([
    ['plain', (text: string) => Buffer.from(text)],
    ['packed', (text: string) => gzipSync(text)],
  ])('is exact for a %s roster', async (_, store) => {
    const bytes = store(GOOD);
    expect(await issuesOf(bytes, { maxBytes: GOOD.length })).toEqual([]);
    expect(await issuesOf(bytes, { maxBytes: GOOD.length - 1 })).toEqual([
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
    const issues = await issuesOf(bomb, { maxBytes: 100_000 });
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
