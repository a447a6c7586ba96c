import { describe, expect, it } from '@jest/globals';
import { parseEmail } from '../../lib/domain/invitation.ts';

describe('parseEmail', () => {
  it.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace@Example.COM\t', 'ada.lovelace@example.com'],
    ['\u00a0ada@example.com\ufeff', 'ada@example.com'],
    ['a+x@mail.example.com', 'a+x@mail.example.com'],
    ["o'neil@example.com", "o'neil@example.com"],
    ['=cmd|x@example.com', '=cmd|x@example.com'],
    ['bjørn@bücher.example', 'bjørn@bücher.example'],
    [`${'a'.repeat(242)}@example.com`, `${'a'.repeat(242)}@example.com`],
  ])('takes %j', (raw, email) => {
    expect(parseEmail(raw)).toEqual({ email });
  });

  it.each([
    ['', 'empty'],
    [' \t', 'empty'],
    ['n/a', 'no @'],
    ['ada @example.com', 'space'],
    ['ada\u3000@example.com', 'space'],
    ['ada\u00a0l@example.com', 'invisible'],
    ['ada\u200b@example.com', 'invisible'],
    ['ada@example.com\u200b', 'invisible'],
    ['ada\u00ad@example.com', 'invisible'],
    ['ada\u3164@example.com', 'invisible'],
    ['ada\ufe0f@example.com', 'invisible'],
    ['jos\ufffd@example.com', 'damaged'],
    ['ada@example.com;', 'separator'],
    ['ada@example.com,bob@example.com', 'separator'],
    ['ada@bob@example.com', 'not an address'],
    ['@example.com', 'not an address'],
    ['ada@', 'not an address'],
    ['ada@localhost', 'not an address'],
    ['ada@.example.com', 'not an address'],
    ['ada@example..com', 'not an address'],
    ['ada@example.com.', 'not an address'],
    ['Ada <ada@example.com>', 'space'],
    ['<ada@example.com>', 'not an address'],
    ['mailto:ada@example.com', 'not an address'],
    [`${'a'.repeat(243)}@example.com`, '254'],
  ])('refuses %j', (raw, problem) => {
    expect(parseEmail(raw)).toEqual({ problem: expect.stringContaining(problem) });
  });
});
