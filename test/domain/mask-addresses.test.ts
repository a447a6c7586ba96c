import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { maskAddresses } from '../../lib/domain/mask-addresses.ts';

const hex = (character: string): string => (character.codePointAt(0) ?? 0).toString(16);

/** Ways to write one character, each of which something on the way may have used. */
const SPELLINGS: readonly ((character: string) => string)[] = [
  (character) => character,
  (character) => encodeURIComponent(character).replace(character, `%${hex(character).padStart(2, '0')}`),
  (character) => `%25${hex(character)}`,
  (character) => `&#${character.codePointAt(0)};`,
  (character) => `&#x${hex(character).toUpperCase()};`,
  (character) => `&#0${character.codePointAt(0)};`,
  (character) => `&amp;#${character.codePointAt(0)};`,
  (character) => `\\u${hex(character).padStart(4, '0')}`,
  (character) => `\\\\u${hex(character).padStart(4, '0')}`,
  (character) => `\\u{${hex(character).padStart(4, '0')}}`,
  (character) => `\\x${hex(character)}`,
  (character) => String.fromCodePoint((character.codePointAt(0) ?? 0) + 0xfee0),
  (character) => `${character}\u200b`,
  (character) => `\u00ad${character}`,
  (character) => `${character}\u0000`,
];

/** Ways to write the sign and the dots so that people read them and machines do not. */
const SIGNS = [
  '@',
  ' @ ',
  '@ ',
  ' @',
  '(at)',
  ' (at) ',
  '[at]',
  ' [ AT ] ',
  '{at}',
  '<at>',
  '\uff20',
  '\ufe6b',
  '&commat;',
];
const DOTS = ['.', ' . ', ' .', '(dot)', ' [dot] ', '\uff0e'];

const LOCAL = 'thelma';
/** One that begins like hexadecimal digits, and one that does not. */
const NAMES = ['hidden', 'facade'];

const spelt = (text: string): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom(...SPELLINGS), { minLength: text.length, maxLength: text.length })
    .map((spellings) => [...text].map((character, index) => spellings[index]?.(character)).join(''));

const wrapped: fc.Arbitrary<(text: string) => string> = fc.constantFrom(
  (text: string) => text,
  encodeURIComponent,
  (text: string) => encodeURIComponent(encodeURIComponent(text)),
  (text: string) => JSON.stringify(text),
  (text: string) => text.replaceAll('&', '&amp;'),
);

const addresses = fc
  .tuple(
    fc.oneof(fc.constant(LOCAL), spelt(LOCAL)),
    fc.oneof(fc.constantFrom(...SIGNS), spelt('@')),
    fc.constantFrom(...NAMES).chain((name) => fc.oneof(fc.constant(name), spelt(name))),
    fc.constantFrom(...DOTS),
    fc.array(wrapped, { maxLength: 2 }),
  )
  .map(([local, at, name, dot, wrappings]) =>
    wrappings.reduce((text, wrap) => wrap(text), `${local}${at}${name}${dot}example`),
  );

describe('maskAddresses', () => {
  it('leaves nothing of an address, however it is written', () => {
    fc.assert(
      fc.property(addresses, fc.constantFrom('', 'the value ', '"', '<', 'to='), (address, before) => {
        const masked = maskAddresses(`${before}${address} is refused`);
        expect(masked.normalize('NFKC').toLowerCase()).not.toMatch(/thelma|hidden|facade/);
        expect(masked).toContain('refused');
      }),
      { numRuns: 5000 },
    );
  });

  it.each([
    ['Value "thelma@hidden.example" for <bob@hidden.example>.', 'Value [address] for [address]'],
    ['thelma at hidden dot example is invited', '[address] is invited'],
    ['thelma at hidden . example is invited', '[address] is invited'],
    ['"thelma louise"@hidden.example', '[address]'],
    ["o'thelma/x=y@hidden.example", '[address]'],
    ['rosters/thelma%2540hidden.example.csv', '[address]'],
    ['thelma=40hidden.example', '[address]'],
    ['thelma+AEA-hidden.example', '[address]'],
    ['thelma\\100hidden.example', '[address]'],
    ['Invalid. thelma@hidden.example. Try again', 'Invalid. [address] Try again'],
    ['%EF%BC%A0thelma', '[address]'],
    ['%ff@thelma', '[address]'],
  ])('%j', (text, masked) => {
    expect(maskAddresses(text)).toBe(masked);
  });

  it.each([
    'at least 15 seconds, at 10:20 . or later',
    'GET /invitations: 503, 100%25 busy &amp; "late" \\u00e4',
    'the page has 40 of 100 % of page[size]=40',
    '  two\n lines\u0000',
    '',
  ])('leaves a text without an address as it is: %j', (text) => {
    expect(maskAddresses(text)).toBe(text);
  });

  it('gives up on what has no end', () => {
    expect(maskAddresses(`%${'25'.repeat(50)}40`)).toBe('[unreadable]');
  });

  it('masked once is masked', () => {
    fc.assert(
      fc.property(addresses, (address) => {
        const masked = maskAddresses(address);
        expect(maskAddresses(masked)).toBe(masked);
      }),
    );
  });
});
