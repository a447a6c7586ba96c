import { describe, expect, it } from '@jest/globals';
import { messageWithoutAddresses } from '../../lib/domain/issue.ts';
import { parseWhole } from '../support/roster-csv.ts';

const cellOf = (text: string): string => `"${text.replaceAll('"', '""')}"`;

const messagesOf = async (address: string): Promise<string[]> => {
  const { issues } = await parseWhole(`role,email\nuser,${cellOf(address)}\n`);
  return issues.map(({ message }) => message);
};

const NO_PLACE = 'No address has it there: remove it; write one address per row';
const QUOTED = "Remove it; an apostrophe inside a name is '";
const COMMENT = 'begins with a comment mark. Comments are not known: remove the row';

describe('F18 F78 what can not be a mailbox is an issue that names the character or the place', () => {
  it.each<[address: string, shown: string, problem: string]>([
    ['n/a', 'n/a', 'has no @. Write one address per row'],
    ['ada@bob@example.com', 'ada@bob@example.com', 'has more than one @. Write one address per row'],
    [
      'ada@example.com, bob@example.com',
      'ada@example.com, bob@example.com',
      'has more than one @. Write one address per row',
    ],
    [
      'ada l@example.com',
      'ada l@example.com',
      'has a space at character 4. Remove it; write one address per row',
    ],
    [
      'ada\u00a0l@example.com',
      'ada\\u{a0}l@example.com',
      'has the invisible character U+00A0 at character 4. Remove it',
    ],
    [
      'ada@example.com\u200b',
      'ada@example.com\\u{200b}',
      'has the invisible character U+200B at character 16. Remove it',
    ],
    [
      'ada\ufe0f@example.com',
      'ada\\u{fe0f}@example.com',
      'has the invisible character U+FE0F at character 4. Remove it',
    ],
    [
      'ada\u3164@example.com',
      'ada\\u{3164}@example.com',
      'has the invisible character U+3164 at character 4. Remove it',
    ],
    [
      'ada\u001a@example.com',
      'ada\\u{1a}@example.com',
      'has the control character U+001A at character 4. Remove it',
    ],
    [
      'a\nda@example.com',
      'a\\u{a}da@example.com',
      'has the control character U+000A at character 2. Remove it',
    ],
    [
      'jos\ufffd@example.com',
      'jos�@example.com',
      'has what a damaged character leaves behind (U+FFFD) at character 4. Write it again',
    ],
    [
      'ａda@example.com',
      'ａda@example.com',
      'has a full-width or other special form of a (U+FF41) at character 1. Write the plain one',
    ],
    [
      'ada＠example.com',
      'ada＠example.com',
      'has a full-width or other special form of @ (U+FF20) at character 4. Write the plain one',
    ],
    [
      'ada@ｅxample.com',
      'ada@ｅxample.com',
      'has a full-width or other special form of e (U+FF45) at character 5. Write the plain one',
    ],
    ['ada@example。com', 'ada@example。com', `has the character 。 (U+3002) at character 12. ${NO_PLACE}`],
    [
      '"ada@example.com"',
      '\\"ada@example.com\\"',
      `has the quotation mark " (U+0022) at character 1. ${QUOTED}`,
    ],
    ['“ada@example.com”', '“ada@example.com”', `has the quotation mark “ (U+201C) at character 1. ${QUOTED}`],
    ['„ada@example.com“', '„ada@example.com“', `has the quotation mark „ (U+201E) at character 1. ${QUOTED}`],
    ['«ada@example.com»', '«ada@example.com»', `has the quotation mark « (U+00AB) at character 1. ${QUOTED}`],
    [
      '`ada@example.com`',
      '`ada@example.com`',
      `has the quotation mark \` (U+0060) at character 1. ${QUOTED}`,
    ],
    [
      'o’brien@example.com',
      'o’brien@example.com',
      `has the quotation mark ’ (U+2019) at character 2. ${QUOTED}`,
    ],
    [
      'o´brien@example.com',
      'o´brien@example.com',
      `has the quotation mark ´ (U+00B4) at character 2. ${QUOTED}`,
    ],
    ['ada@example.com”', 'ada@example.com”', `has the quotation mark ” (U+201D) at character 16. ${QUOTED}`],
    ["ada@example.com'", "ada@example.com'", 'has an apostrophe at the end, as if it was quoted. Remove it'],
    ["ada'@example.com", "ada'@example.com", 'has an apostrophe at the end, as if it was quoted. Remove it'],
    ['ada–l@example.com', 'ada–l@example.com', 'has the dash – (U+2013) at character 4. Write a hyphen (-)'],
    ['ada@ex—ample.com', 'ada@ex—ample.com', 'has the dash — (U+2014) at character 7. Write a hyphen (-)'],
    ['#ada@example.com', '#ada@example.com', COMMENT],
    ['// ada@example.com', '// ada@example.com', COMMENT],
    ['ada@example.com;', 'ada@example.com;', 'ends with a separator. Leave only the address'],
    ['ada@example.com,', 'ada@example.com,', 'ends with a separator. Leave only the address'],
    ['ada@example.com/', 'ada@example.com/', 'ends with a separator. Leave only the address'],
    ['Example: ada@example.com', 'Example: ada@example.com', 'is the example of a template. Remove the row'],
    ['mailto:ada@example.com', 'mailto:ada@example.com', 'begins with mailto:. Remove it'],
    [
      'Ada L <ada@example.com>',
      'Ada L <ada@example.com>',
      'is more than an address. Leave only what stands between < and >',
    ],
    [
      '<ada@example.com>',
      '<ada@example.com>',
      'is more than an address. Leave only what stands between < and >',
    ],
    [
      'ada_example.com#EXT#@corp.example.com',
      'ada_example.com#EXT#@corp.example.com',
      "is a directory's login name of a guest (#EXT#). Use the address in the directory's column mail",
    ],
    ['ada(x)@example.com', 'ada(x)@example.com', `has the character ( (U+0028) at character 4. ${NO_PLACE}`],
    ['ada:@example.com', 'ada:@example.com', `has the character : (U+003A) at character 4. ${NO_PLACE}`],
    ['a\\b@example.com', 'a\\\\b@example.com', `has the character \\ (U+005C) at character 2. ${NO_PLACE}`],
    ['ada😀@example.com', 'ada😀@example.com', `has the character 😀 (U+1F600) at character 4. ${NO_PLACE}`],
    ['ada@[192.0.2.1]', 'ada@[192.0.2.1]', `has the character [ (U+005B) at character 5. ${NO_PLACE}`],
    ['ada@ex_ample.com', 'ada@ex_ample.com', `has the character _ (U+005F) at character 7. ${NO_PLACE}`],
    ['ada@exam%70le.com', 'ada@exam%70le.com', `has the character % (U+0025) at character 9. ${NO_PLACE}`],
    ['.ada@example.com', '.ada@example.com', 'has a dot at the start of the part before the @. Remove it'],
    ['ada.@example.com', 'ada.@example.com', 'has a dot at the end of the part before the @. Remove it'],
    ['a..da@example.com', 'a..da@example.com', 'has two dots in a row in the part before the @. Remove one'],
    ['ada@.example.com', 'ada@.example.com', 'has a dot at the start of the domain. Remove it'],
    ['ada@example.com.', 'ada@example.com.', 'has a dot at the end of the domain. Remove it'],
    ['ada@example..com', 'ada@example..com', 'has two dots in a row in the domain. Remove one'],
    [
      'ada@-example.com',
      'ada@-example.com',
      'has a part of the domain that begins or ends with a hyphen. Remove it',
    ],
    [
      'ada@example-.com',
      'ada@example-.com',
      'has a part of the domain that begins or ends with a hyphen. Remove it',
    ],
    ['@example.com', '@example.com', 'has nothing before the @. Write the whole address'],
    ['ada@', 'ada@', 'has nothing after the @. Write the whole address'],
    [
      'ada@localhost',
      'ada@localhost',
      'has a domain without a dot. Write the whole domain, such as example.com',
    ],
    ['ada@192.0.2.1', 'ada@192.0.2.1', 'has a number where the domain ends. Write the domain by name'],
    [
      'ada@b\u0301.\u0301c.example',
      'ada@b\u0301.\u0301c.example',
      'has a domain that has no ASCII form (xn--…). Write it anew',
    ],
    [
      `${'a'.repeat(65)}@example.com`,
      `${'a'.repeat(60)}…`,
      'has 65 characters before the @, and 64 is the most. Write the real address',
    ],
    [
      `ada@${'b'.repeat(64)}.com`,
      `ada@${'b'.repeat(56)}…`,
      'has a part of the domain with more than 63 characters. Write the real domain',
    ],
    [
      `ada@${`${'b'.repeat(49)}.`.repeat(5)}com`,
      `ada@${'b'.repeat(49)}.${'b'.repeat(6)}…`,
      'is longer than 254 characters. Write the real address',
    ],
  ])('%j', async (address, shown, problem) => {
    expect(await messagesOf(address)).toEqual([`Line 2, column email: "${shown}" ${problem}`]);
  });

  it.each(["'ada@example.com", "'ada@example.com'", "'+ada@example.com", "'=cmd@example.com"])(
    'F83 the guard that exports put before a formula: %j',
    async (address) => {
      const problem = 'begins with an apostrophe, as spreadsheets and exports put it before text. Remove it';
      expect(await messagesOf(address)).toEqual([`Line 2, column email: "${address}" ${problem}`]);
    },
  );

  it('nothing at all', async () => {
    expect(await messagesOf(' ')).toEqual([
      'Line 2, column email: there is no address. Write it, or remove the row if nobody is meant',
    ]);
  });
});

describe('a row that is meant as a comment', () => {
  it.each(['# left in May', '#ada@example.com,user', ' // ada@example.com,user', '#,ada@example.com'])(
    '%s',
    async (row) => {
      const { issues, rows } = await parseWhole(`email,role\n${row}\nbob@example.com,user\n`);
      expect(rows).toBe(2);
      expect(issues.map(({ code, message }) => [code, message])).toEqual([
        [
          'comment_row',
          'Line 2: the row begins with # or //. Comments are not known: remove the row, or the mark if the row counts',
        ],
      ]);
    },
  );
});

it('a domain is allowed in either of its forms', async () => {
  const content = 'email,role\nada@bücher.example,user\nbob@xn--bcher-kva.example,user\n';
  for (const domain of ['bücher.example', 'xn--bcher-kva.example', 'Bu\u0308cher.example']) {
    const { issues } = await parseWhole(content, { allowedDomains: new Set([domain]) });
    expect(issues).toEqual([]);
  }
});

it('a message for a notification repeats nothing that may be an address', () => {
  const hidden = (column: string | undefined, message: string): string =>
    messageWithoutAddresses({ code: 'x', ...(column === undefined ? {} : { column }), message });
  expect(hidden('email', 'Line 2, column email: "ada\\"s \\\\" has no @')).toBe(
    'Line 2, column email: the text has no @',
  );
  expect(hidden('role', '"ada@example.com" or "ada＠example.com" is not "user"')).toBe(
    'the text or the text is not "user"',
  );
  expect(hidden(undefined, 'only "name", "a\\"@b"')).toBe('only "name", the text');
});
