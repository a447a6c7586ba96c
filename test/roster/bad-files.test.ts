import { gzipSync } from 'node:zlib';
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
    const issues = await issuesOf(content, { maxBytes: 2 ** 21 });
    expect(issues.slice(-1)).toEqual([[code, line, column]]);
  });

  it('says where a byte is wrong and what it would be in the likely encoding', async () => {
    const { issues } = await parseWhole(windows(`${GOOD}jos\xe9@example.com,user\n`));
    expect(issues[0]?.message).toContain('0xE9 at byte offset 35');
    expect(issues[0]?.message).toContain('"é"');
  });

  it('still lists the issues of the rows before the break', async () => {
    const codes = await issuesOf('email,role\nn/a,user\nb@example.com,\nc@example.com,user\n"d');
    expect(codes.map(([code]) => code)).toEqual(['invalid_email', 'missing_role', 'unclosed_quote']);
  });
});
