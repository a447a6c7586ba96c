import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { normalizeEmail, parseEmail } from '../../lib/domain/invitation.ts';

/** Each line of spellings is one mailbox; the first spelling is its normal form. */
const MAILBOXES: readonly (readonly string[])[] = [
  ['ada@example.com', '  Ada@Example.COM\t', '\u00a0ada@example.com\ufeff'],
  ['ada.lovelace@example.com', 'Ada.Lovelace@example.com'],
  ['a+x@mail.example.com'],
  ["o'brien@example.com", "O'Brien@example.com"],
  ['=cmd|x@example.com'],
  [
    'ada@xn--bcher-kva.example',
    'ada@b\u00fccher.example',
    'ada@bu\u0308cher.example',
    'ADA@XN--BCHER-KVA.example',
  ],
  [
    'm\u00fcller@example.com',
    'mu\u0308ller@example.com',
    'M\u00dcLLER@example.com',
    'MU\u0308LLER@example.com',
  ],
  [
    '\u0430\u0434\u0430@xn--e1afmkfd.xn--p1ai',
    '\u0410\u0434\u0430@\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444',
  ],
  ['ada@xn--fa-hia.example', 'ada@fa\u00df.example'],
  ['a@b-c.d9.example'],
  [`${'a'.repeat(64)}@${'b'.repeat(63)}.example`],
];

const spellings = MAILBOXES.flatMap((mailbox) => mailbox.map((spelling) => [spelling, mailbox[0] ?? '']));

describe('F79 one mailbox in two spellings', () => {
  it.each(spellings)('%j in a roster is %j', (raw, email) => {
    expect(parseEmail(raw)).toEqual({ email });
  });

  it.each(spellings)('%j at Fastly is %j', (raw, email) => {
    expect(normalizeEmail(raw)).toBe(email);
  });
});

describe('normalizeEmail', () => {
  it.each([
    ['without a domain', 'M\u00dcLLER', 'm\u00fcller'],
    ['with a domain that has no ASCII form', 'a@\u0301b.example', 'a@\u0301b.example'],
    ['with a domain that is a path', 'a@b\u00fc/c%62.example', 'a@b\u00fc/c%62.example'],
    ['with two @', 'a@b@B\u00fccher.example', 'a@b@xn--bcher-kva.example'],
    ['of one label that can be converted', 'a@*.b\u00fccher.example', 'a@*.xn--bcher-kva.example'],
  ])('keeps what is no mailbox: %s', (_, raw, email) => {
    expect(normalizeEmail(raw)).toBe(email);
  });

  it('is the same the second time, and the same as in a roster', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'aB.-@@.+\u00fcu\u0308\u00df\u0130\uff21\u3002%/1 '),
      maxLength: 30,
    });
    fc.assert(
      fc.property(text, (raw) => {
        const email = normalizeEmail(raw);
        expect(normalizeEmail(email)).toBe(email);
        const parsed = parseEmail(raw);
        if ('email' in parsed) expect(parsed.email).toBe(email);
      }),
      { numRuns: 2000 },
    );
  });
});
