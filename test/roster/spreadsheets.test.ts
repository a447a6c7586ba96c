import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { entriesOf, parseWhole } from '../support/roster-csv.ts';

const messagesOf = async (content: string | Buffer): Promise<string[]> =>
  (await parseWhole(content)).issues.map(({ message }) => message);

const ADA = { email: 'ada@example.com', access: { role: 'user', limitServices: false, services: [] } };

describe('F80 empty cells that spreadsheets add at the end are nothing', () => {
  it.each([
    ['of every row and of the header', 'email,role,,,\nada@example.com,user,,,\n'],
    ['of the header', 'email,role,,,\nada@example.com,user\n'],
    ['of a row', 'email,role\nada@example.com,user,, ,\n'],
    ['as blank rows', `email,role\nada@example.com,user\n${',,,,\n'.repeat(20_000)}`],
    ['as shorter blank rows', `email,role,name\nada@example.com,user,\n${',\n'.repeat(20_000)}`],
  ])('%s', async (_, content) => {
    const roster = await parseWhole(content);
    expect(roster).toMatchObject({ issues: [], rows: 1 });
    expect(entriesOf(roster)).toEqual([ADA]);
  });

  it('without a warning about columns without a name, but for one in the middle', async () => {
    expect((await parseWhole('email,role,,\n')).warnings).toEqual([]);
    expect((await parseWhole('email,,role,\n')).warnings).toEqual([
      'Columns that are not read, and so change nothing: (without a name)',
    ]);
  });
});

describe('F80 cells that spreadsheets leave off at the end', () => {
  it('are nothing in columns that are not read', async () => {
    const roster = await parseWhole('email,role,name,team\nada@example.com,user\n');
    expect(roster).toMatchObject({ issues: [], rows: 1 });
  });

  const REMEDY =
    'Spreadsheets leave off empty cells at the end: make a column that is filled in every row the last one, such as email, or write the missing commas';
  it.each<[header: string, row: string, message: string]>([
    [
      'email,role,services',
      'ada@example.com,engineer',
      'column services: the row that begins with "ada@example.com" has 2 cells',
    ],
    ['email,role', 'ada@example.com', 'column role: the row that begins with "ada@example.com" has 1 cell'],
    ['role,services,email', 'user', 'column email: the row that begins with "user" has 1 cell'],
    ['email,role', '\u001a', 'column role: the row that begins with "\\u{1a}" has 1 cell'],
  ])('in %s: %s', async (header, row, message) => {
    expect(await messagesOf(`${header}\n${row}\n`)).toEqual([
      `Line 2, ${message} and ends before this column. ${REMEDY}`,
    ]);
  });

  it('in 50,000 rows are 1,000 issues, and the others are counted', async () => {
    const { issues, rows } = await parseWhole(`email,role\n${'x\n'.repeat(50_000)}`);
    expect(rows).toBe(50_000);
    expect(issues.length).toBe(1001);
  }, 30_000);
});

describe('cells behind the columns', () => {
  it.each([
    [
      'email,role\nada@example.com,user,x\n',
      'the row has 3 cells, but the header names 2 columns: "x" is in none of them. Quote the cell that has a comma in it, or remove what is too much',
    ],
    [
      'name,email,role,,\nLovelace, Ada,ada@example.com,user,,\n',
      'the row has 6 cells, but the header names 3 columns: "user" is in none of them. Quote the cell that has a comma in it, or remove what is too much',
    ],
  ])('are named: %j', async (content, message) => {
    expect(await messagesOf(content)).toEqual([`Line 2: ${message}`]);
  });
});

describe('a service outside the column services, which would limit nobody', () => {
  it.each([
    ['behind the columns', 'email,role,services', 'engineer,svc1:full,svc2:read_only', 'svc2:read_only'],
    ['in a column that is not read', 'email,role,services,team', 'engineer,svc1:full,svc2:full', 'svc2:full'],
    ['in limit_services', 'email,role,services,limit_services', 'engineer,svc1:full,svc2:full', 'svc2:full'],
    [
      'in a column by another name',
      'email,role,permissions',
      'engineer,svc1:full ;svc2:full',
      'svc1:full ;svc2:full',
    ],
    [
      'with a comma behind it',
      'email,role,limits',
      'engineer,"svc1 : full,svc2:full"',
      'svc1 : full,svc2:full',
    ],
  ])('%s', async (_, header, cells, shown) => {
    expect(await messagesOf(`${header}\nada@example.com,${cells}\n`)).toEqual([
      `Line 2: "${shown}" is a service outside the column services. Separate services with ;, or give their column this name`,
    ]);
  });

  it.each(['12:30', 'a note: full', 'full', 'https://example.com/a:full', ':full'])(
    'is not %j',
    async (note) => {
      expect(await messagesOf(`email,role,note\nada@example.com,user,${note}\n`)).toEqual([]);
    },
  );
});

describe('services separated by', () => {
  it.each([
    ['a comma', 'svc1:full,svc2:full', 'svc1:full,svc2:full'],
    ['a space', 'svc1:full svc2:full', 'svc1:full svc2:full'],
    ['a line break', 'svc1:full\nsvc2:full', 'svc1:full\\u{a}svc2:full'],
    ['a line break', 'svc1:full\r\nsvc2:full', 'svc1:full\\u{d}\\u{a}svc2:full'],
    ['white space', 'svc1:full\tsvc2:full', 'svc1:full\\u{9}svc2:full'],
  ])('%s: %j', async (what, services, shown) => {
    expect(await messagesOf(`email,role,services\nada@example.com,engineer,"${services}"\n`)).toEqual([
      `Line 2, column services: "${shown}" has ${what} in it. Separate services with ;`,
    ]);
  });
});

describe('a line sep= before the header', () => {
  it.each(['sep=,\n', 'SEP=,\r\n', '"sep=,"\r', '\ufeffsep=,\n'])(
    'is skipped, and counted: %j',
    async (line) => {
      const roster = await parseWhole(`${line}email,role\nada@example.com,user\nn/a,user\n`);
      expect(roster).toMatchObject({ rows: 2, issues: [{ line: 4 }] });
      expect([...roster.entries.values()]).toEqual([{ ...ADA, line: 3 }]);
    },
  );

  it.each([
    ['sep=;\nemail;role\n', 'semicolons'],
    ['"sep=;"\nemail;role\n', 'semicolons'],
    ['sep=\t\nemail\trole\n', 'tabs'],
    ['sep=|\nemail|role\n', '"|"'],
  ])('says what stands between the columns: %j', async (content, name) => {
    expect(await messagesOf(content)).toEqual([
      `Line 1: the columns are separated by ${name}. Save the roster with commas`,
    ]);
  });

  it('is not skipped where it is none', async () => {
    expect(await messagesOf('sep=,email,role\n')).toEqual([]);
  });
});

describe('a line with the version of a template, above the header', () => {
  it.each(['version:v1.0', 'version:v1.0,,', 'Version: 2'])('is nothing: %j', async (line) => {
    const roster = await parseWhole(`${line}\r\nemail,role\r\nada@example.com,user\r\n`);
    expect(roster.issues).toEqual([]);
    expect([...roster.entries.values()]).toEqual([{ ...ADA, line: 3 }]);
  });

  it('alone is an empty roster', async () => {
    expect(await messagesOf('version:v1.0\n')).toEqual([expect.stringContaining('is empty')]);
  });

  it.each(['version:v1.0,ada@example.com', 'email,role\nversion:v1.0'])('is only that: %j', async (line) => {
    expect((await messagesOf(`${line}\n`)).length).toBe(1);
  });
});

describe('a byte 0x1A', () => {
  const GOOD = 'email,role\nada@example.com,user\n';
  it.each([`${GOOD}\u001a`, `${GOOD.trimEnd()}\u001a`])('at the very end is nothing: %j', async (content) => {
    const roster = await parseWhole(content);
    expect(roster).toMatchObject({ issues: [], rows: 1 });
    expect(entriesOf(roster)).toEqual([ADA]);
  });

  it('alone is an empty roster', async () => {
    expect(await messagesOf('\u001a')).toEqual([expect.stringContaining('is empty')]);
  });

  it.each<[string, string]>([
    [`${GOOD}b\u001a@example.com,user\n`, 'has the control character U+001A at character 2'],
    [`${GOOD}bob@example.com,us\u001aer\n`, '"us\\u{1a}er" is not a role of Fastly'],
    [`${GOOD}bob@example.com,user\u0007\n`, '"user\\u{7}" is not a role of Fastly'],
    [`${GOOD}bob@example.com,user\u001a\u001a`, '"user\\u{1a}" is not a role of Fastly'],
  ])('elsewhere is named, as other control characters: %j', async (content, part) => {
    expect(await messagesOf(content)).toEqual([expect.stringContaining(part)]);
  });
});

describe('a file that is packed in a way that is not read', () => {
  const GOOD = Buffer.from('email,role\nada@example.com,user\n');
  const bytes = (hex: string): Buffer => Buffer.concat([Buffer.from(hex, 'hex'), Buffer.alloc(40, 0x5a)]);
  const gzipFault = (what: string): string =>
    `The gzip file ${what}. Pack the roster again and upload it again, or upload it unpacked`;
  it.each<[string, Buffer, string]>([
    [
      'bzip2',
      bytes('425a68393141'),
      'The roster is packed with bzip2 (byte offset 0). Unpack it, or pack it with gzip',
    ],
    [
      'xz',
      bytes('fd377a585a00'),
      'The roster is packed with xz (byte offset 0). Unpack it, or pack it with gzip',
    ],
    [
      'zstd',
      bytes('28b52ffd'),
      'The roster is packed with zstd (byte offset 0). Unpack it, or pack it with gzip',
    ],
    [
      '.xls',
      bytes('d0cf11e0a1b11ae1'),
      'The roster is an .xls workbook (byte offset 0). Export it as "CSV UTF-8"',
    ],
    [
      '.xlsx',
      bytes('504b0304'),
      'The roster is a zip archive, as .xlsx workbooks are (byte offset 0). Export it as "CSV UTF-8"',
    ],
    [
      'gzip within gzip',
      gzipSync(gzipSync(GOOD)),
      'The roster is gzipped twice (byte offset 0). Unpack it once',
    ],
    [
      'gzip and a line break',
      Buffer.concat([gzipSync(GOOD), Buffer.from('\n')]),
      gzipFault('goes on behind its end with a line break, or was cut off'),
    ],
    [
      'gzip and CR LF',
      Buffer.concat([gzipSync(GOOD), Buffer.from('\r\n')]),
      gzipFault('goes on behind its end'),
    ],
    ['gzip and text', Buffer.concat([gzipSync(GOOD), GOOD]), gzipFault('goes on behind its end')],
    ['gzip and zeros', Buffer.concat([gzipSync(GOOD), Buffer.alloc(9)]), gzipFault('goes on behind its end')],
    ['gzip cut off', gzipSync(GOOD).subarray(0, -9), gzipFault('is damaged or was cut off')],
    [
      'gzip of which a byte is wrong',
      Buffer.concat([gzipSync(GOOD).subarray(0, -8), Buffer.alloc(8)]),
      gzipFault('is damaged or was cut off'),
    ],
  ])('%s', async (_, content, message) => {
    expect((await messagesOf(content)).slice(-1)).toEqual([message]);
  });
});
