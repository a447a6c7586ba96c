import { describe, expect, it } from '@jest/globals';
import { issuesOf, parseWhole } from '../support/roster-csv.ts';

const utf16 = (text: string, order: 'le' | 'be'): Buffer => {
  const bytes = Buffer.from(`\ufeff${text}`, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
};

/** Windows-1252 and Latin-1 are the same here. */
const windows = (text: string): Buffer => Buffer.from(text, 'latin1');

const GOOD = 'email,role\nada@example.com,user\n';

describe('a file that is no roster is blocked', () => {
  it.each<[string, string | Buffer, [code: string, line?: number, column?: string], string]>([
    [
      'zero bytes',
      '',
      ['empty_file'],
      'The roster is empty. If nobody is to be invited any more, upload a header without rows',
    ],
    [
      'a byte order mark only',
      '\ufeff',
      ['empty_file'],
      'The roster is empty. If nobody is to be invited any more, upload a header without rows',
    ],
    [
      'only blank lines',
      '\n\r\n\n',
      ['empty_file'],
      'The roster is empty. If nobody is to be invited any more, upload a header without rows',
    ],
    [
      'only white space',
      '  \n \n',
      ['missing_header', 1],
      'Line 1: this is not a header. The first line names the columns, at least email, and role or roles: write it, or remove what stands above it',
    ],
    [
      'UTF-16, little end first',
      utf16(GOOD, 'le'),
      ['utf16'],
      `The roster is UTF-16 (byte offset 0). Save it as "CSV UTF-8"; Excel's "Unicode text" is not it`,
    ],
    [
      'UTF-16, big end first',
      utf16(GOOD, 'be'),
      ['utf16'],
      `The roster is UTF-16 (byte offset 0). Save it as "CSV UTF-8"; Excel's "Unicode text" is not it`,
    ],
    [
      'UTF-16 without a mark',
      utf16(GOOD, 'le').subarray(2),
      ['utf16'],
      `The roster is UTF-16 (byte offset 0). Save it as "CSV UTF-8"; Excel's "Unicode text" is not it`,
    ],
    [
      'a zero byte in the middle',
      `${GOOD}bob\0@example.com,user\n`,
      ['not_text', 3],
      'Line 3: the byte 0x00 at byte offset 35 is not text. Save the roster as "CSV UTF-8"; reading stopped there',
    ],
    [
      'cp1252 in a cell (F12)',
      windows(`${GOOD}jos\xe9@example.com,user\n`),
      ['not_utf8', 3],
      'Line 3: the byte 0xE9 at byte offset 35 is not UTF-8 (in Windows-1252 or Latin-1 it would be "é"). Save the roster as "CSV UTF-8"; reading stopped there',
    ],
    [
      'cp1252 after a quoted line break',
      windows(`${GOOD}"b\r\n\xbf",user\n`),
      ['not_utf8', 4],
      'Line 4: the byte 0xBF at byte offset 36 is not UTF-8 (in Windows-1252 or Latin-1 it would be "¿"). Save the roster as "CSV UTF-8"; reading stopped there',
    ],
    [
      'cut inside a UTF-8 character',
      Buffer.from(`${GOOD}b\u00e9`).subarray(0, -1),
      ['not_utf8', 3],
      'Line 3: the byte 0xC3 at byte offset 33 begins a character that the file does not finish: it was cut off, or is not UTF-8 (in Windows-1252 or Latin-1 it would be "Ã"). Save the roster as "CSV UTF-8"; reading stopped there',
    ],
    [
      'semicolons between the columns',
      'email;role\nada@example.com;user\n',
      ['wrong_delimiter', 1],
      'Line 1: the columns are separated by semicolons. Save the roster with commas',
    ],
    [
      'semicolons between quoted columns',
      '\n"role";"Email"\n',
      ['wrong_delimiter', 2],
      'Line 2: the columns are separated by semicolons. Save the roster with commas',
    ],
    [
      'tabs between the columns',
      '\ufeffemail\trole\nada@example.com\tuser\n',
      ['wrong_delimiter', 1],
      'Line 1: the columns are separated by tabs. Save the roster with commas',
    ],
    [
      'no header',
      'ada@example.com,user\n',
      ['missing_header', 1],
      'Line 1: this is not a header. The first line names the columns, at least email, and role or roles: write it, or remove what stands above it',
    ],
    [
      'no email column',
      '\nname,role\nAda,user\n',
      ['missing_email_column', 2],
      'Line 2: there is no column email, only "name", "role". The first line names the columns, at least email, and role or roles: write it, or remove what stands above it, or say in a mapping (acme.mapping.json beside acme.csv) how to read an export, for example {"version":1,"columns":{"email":"Email"}}',
    ],
    [
      'neither role nor roles',
      'email,name\nada@example.com,Ada\n',
      ['missing_role_column', 1],
      'Line 1: there is neither a column role nor roles, only "email", "name". Add one of them, or say in a mapping (acme.mapping.json beside acme.csv) how to read an export, for example {"version":1,"access":{"column":"Department","values":{"Engineering":{"role":"user"},"Sales":"leave out"}}}',
    ],
    [
      'the same column twice',
      'email,role,Role \nada@example.com,user,user\n',
      ['duplicate_column', 1, 'role'],
      'Line 1: these columns are there twice: "role". Keep one of each',
    ],
    [
      'an ignored column twice',
      'email,role,x,x\n',
      ['duplicate_column', 1],
      'Line 1: these columns are there twice: "x". Keep one of each',
    ],
    [
      'a quote that is never closed (cut off)',
      `${GOOD}"bob@example.com,user\ncyd@ex`,
      ['unclosed_quote', 3],
      'Line 3: a quote in the row that starts here is never closed. Close it, or get the whole file if it was cut off',
    ],
    [
      'text behind a closing quote',
      `${GOOD}"bob"@example.com,user\n`,
      ['stray_quote', 3],
      'Line 3: a quote in the row that starts here stands beside text or space. Quote the whole cell and double the quotes inside it; reading stopped there',
    ],
    [
      'a quote inside a plain cell',
      `email,role\n\n"a\r\nb",user\nb"ob@example.com,user\n`,
      ['stray_quote', 5],
      'Line 5: a quote in the row that starts here stands beside text or space. Quote the whole cell and double the quotes inside it; reading stopped there',
    ],
    [
      'a row without an end',
      `${GOOD}"${'x'.repeat(1024 * 1024)}`,
      ['row_too_long', 3],
      'Line 3: the row that starts here is longer than 1 MiB. Most likely a quote is not closed; reading stopped there',
    ],
    [
      'a row of nothing but commas',
      `${GOOD}${','.repeat(1100 * 1024)}\n`,
      ['row_too_long', 3],
      'Line 3: the row that starts here is longer than 1 MiB. Most likely a quote is not closed; reading stopped there',
    ],
  ])('%s', async (_, content, [code, line, column], message) => {
    const { issues } = await parseWhole(content, { maxBytes: 2 ** 21 });
    const place = { ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
    expect(issues.slice(-1)).toEqual([{ code, ...place, message }]);
  });

  it('still lists the issues of the rows before the break', async () => {
    const codes = await issuesOf('email,role\nn/a,user\nb@example.com,\nc@example.com,user\n"d');
    expect(codes.map(([code]) => code)).toEqual(['invalid_email', 'missing_role', 'unclosed_quote']);
  });
});
