import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Email } from '../../lib/domain/invitation.ts';
import { findLookAlikes, type LookAlike, lookAlikesOf } from '../../lib/plan/look-alikes.ts';
import { isTypo } from '../../lib/plan/typo.ts';
import { create } from '../support/worker.ts';

/** `new` is invited, `listed` has an invitation already, `others` are at Fastly and not in the roster. */
const search = (people: {
  readonly new: readonly string[];
  readonly listed?: readonly string[];
  readonly others?: readonly string[];
}): LookAlike[] => {
  const roster = new Set([...people.new, ...(people.listed ?? [])]) as Set<Email>;
  return findLookAlikes({
    mailed: new Set(people.new) as Set<Email>,
    roster,
    all: new Set([...roster, ...((people.others ?? []) as Email[])]),
  });
};

const TYPOS = [
  ['a letter less', 'ada.wintr', 'ada.winter'],
  ['a letter more', 'ada.winnter', 'ada.winter'],
  ['another letter', 'ada.wimter', 'ada.winter'],
  ['two letters swapped', 'ada.witner', 'ada.winter'],
  ['the first letter lost', 'da.winter', 'ada.winter'],
  ['the last letter lost', 'ada.winte', 'ada.winter'],
  ['an accent', 'zoë.ström', 'zoe.strom'],
  ['a zero for an o', 'lea.c00k', 'lea.cook'],
  ['rn for m', 'torn.farn', 'tom.fam'],
  ['Cyrillic letters', 'раул.рассо'.replace('раул', 'pаo').replace('рассо', 'расo'), 'pao.paco'],
] as const;

const NO_TYPOS = [
  ['other digits', 'user12', 'user13'],
  ['a digit more', 'user1', 'user12'],
  ['digits swapped', 'user12', 'user21'],
  ['another first letter', 'asmith', 'bsmith'],
  ['another initial at the end', 'smith.a', 'smith.b'],
  ['another initial in the middle', 'anna-b-berg', 'anna-c-berg'],
  ['two edits', 'ada.wnte', 'ada.winter'],
  ['letters swapped that are no neighbours', 'ada.wetnir', 'ada.winter'],
  ['the same', 'ada.winter', 'ada.winter'],
] as const;

describe('a typo', () => {
  it.each(TYPOS)('is %s: %s, %s', (_what, a, b) => {
    expect([isTypo(a, b), isTypo(b, a)]).toEqual([true, true]);
  });

  it.each(NO_TYPOS)('is not %s: %s, %s', (_what, a, b) => {
    expect([isTypo(a, b), isTypo(b, a)]).toEqual([false, false]);
  });
});

const ten = (domain: string): string[] => [...'abcdefghij'].map((letter) => `${letter.repeat(6)}@${domain}`);

describe('look-alikes', () => {
  it.each<[string, Parameters<typeof search>[0], [string, LookAlike['reason'], string][]]>([
    [
      'a member without a row: the roster has the typo',
      { new: ['ada.wintr@example.com'], others: ['ada.winter@example.com'] },
      [['ada.wintr@example.com', 'leaver', 'ada.winter@example.com']],
    ],
    [
      'short names count where one of them leaves',
      { new: ['tim@example.com'], others: ['tom@example.com'] },
      [['tim@example.com', 'leaver', 'tom@example.com']],
    ],
    ['short names in the roster do not', { new: ['tim@example.com'], listed: ['tom@example.com'] }, []],
    [
      'another person of the roster',
      { new: ['ada.wintr@example.com'], listed: ['ada.winter@example.com'] },
      [['ada.wintr@example.com', 'person', 'ada.winter@example.com']],
    ],
    [
      'two who are both new: told once',
      { new: ['ada.wintr@example.com', 'ada.winter@example.com'] },
      [['ada.winter@example.com', 'person', 'ada.wintr@example.com']],
    ],
    [
      'the most telling of several, and of these the first by address',
      {
        new: ['ada.wintr@example.com'],
        listed: ['ada.winter@example.com'],
        others: ['ada.winnr@example.com', 'ada.wint@example.com'],
      },
      [['ada.wintr@example.com', 'leaver', 'ada.winnr@example.com']],
    ],
    [
      'nobody who is not mailed',
      { new: [], listed: ['ada.wintr@example.com', 'ada.winter@example.com'] },
      [],
    ],
    [
      'the same name at a domain that is mistyped',
      { new: ['tim@exmaple.com'], listed: ['tim@example.com'] },
      [['tim@exmaple.com', 'person', 'tim@example.com']],
    ],
    [
      'a domain like one that ten people have',
      { new: ['ada.winter@exmaple.com'], listed: ten('example.com') },
      [['ada.winter@exmaple.com', 'domain', 'example.com']],
    ],
    [
      'not like one that nine people have',
      { new: ['ada.winter@exmaple.com'], listed: ten('example.com').slice(1) },
      [],
    ],
    [
      'not a domain that ten people have as well',
      { new: ten('exmaple.com'), listed: ten('example.com') },
      [],
    ],
    [
      'a mail provider misspelt',
      { new: ['ada.winter@gmial.com', 'bob.lake@gmail.con', 'cy.moor@hotmal.com'] },
      [
        ['ada.winter@gmial.com', 'mail_domain', 'gmail.com'],
        ['bob.lake@gmail.con', 'mail_domain', 'gmail.com'],
        ['cy.moor@hotmal.com', 'mail_domain', 'hotmail.com'],
      ],
    ],
    [
      'other providers',
      { new: ['ada@ymail.com', 'ada@mail.com', 'ada@gmail.com', 'ada@googlemail.com'] },
      [],
    ],
    [
      'tags, which are given on purpose',
      { new: ['ada.winter+ab@example.com', 'ada.winter+ac@example.com'] },
      [],
    ],
    [
      'letters that differ at one place in more than ten addresses: a series',
      { new: [...'abcdefghijk'].map((letter) => `machine${letter}@example.com`) },
      [],
    ],
  ])('%s', (_what, people, expected) => {
    expect(search(people).map(({ email, reason, resembles }) => [email, reason, resembles])).toEqual(
      expected,
    );
  });

  it('are those that comparing everybody with everybody finds', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'b', 'n', 'r', 'm', '.', '1'),
      minLength: 5,
      maxLength: 7,
    });
    const address = fc
      .tuple(name, fc.constantFrom('ab.example', 'abc.example'))
      .map((parts) => parts.join('@') as Email);
    const people = fc.uniqueArray(address, { minLength: 2, maxLength: 10 });
    fc.assert(
      fc.property(people, fc.nat(10), fc.nat(10), (list, mailedCount, others) => {
        const roster = new Set(list.slice(others));
        const mailed = new Set([...roster].slice(0, mailedCount));
        const pairs = [...mailed].flatMap((email) =>
          list
            .filter((other) => !mailed.has(other) || email < other)
            .filter((other) => {
              const [[nameA = '', domainA], [nameB = '', domainB]] = [email.split('@'), other.split('@')];
              return domainA === domainB ? isNaiveTypo(nameA, nameB) : nameA === nameB;
            })
            .map((other) => [email, roster.has(other) ? 'person' : 'leaver', other] as const),
        );
        const best = new Map<Email, string>();
        for (const reason of ['leaver', 'person'])
          for (const pair of pairs.filter((one) => one[1] === reason).sort((a, b) => (a[2] < b[2] ? -1 : 1)))
            if (!best.has(pair[0])) best.set(pair[0], pair.join(' '));
        const found = findLookAlikes({ mailed, roster, all: new Set(list) });
        expect(
          found.map(({ email, reason, resembles }) => [email, reason, resembles].join(' ')).sort(),
        ).toEqual([...best.values()].sort());
      }),
      { numRuns: 2000 },
    );
  });
});

/** Makes every edit there is. */
const isNaiveTypo = (a: string, b: string): boolean => {
  const swapped = (text: string, at: number): string =>
    text.slice(0, at) + (text[at + 1] ?? '') + (text[at] ?? '') + text.slice(at + 2);
  const drawn = (text: string): string => text.replaceAll('1', 'l').replaceAll('rn', 'm');
  const isLetter = (character = ''): boolean => character !== '1';
  const standsAlone = (text: string, at: number): boolean =>
    at === 0 || (text[at - 1] === '.' && (text[at + 1] ?? '.') === '.');
  const places = [...a, ''].map((_, at) => at);
  const isShorter = (long: string, short: string): boolean =>
    [...long].some((letter, at) => isLetter(letter) && long.slice(0, at) + long.slice(at + 1) === short);
  return (
    a !== b &&
    (drawn(a) === drawn(b) ||
      isShorter(a, b) ||
      isShorter(b, a) ||
      places.some(
        (at) =>
          isLetter(a[at]) &&
          isLetter(b[at]) &&
          !standsAlone(a, at) &&
          a.slice(0, at) + b[at] + a.slice(at + 1) === b,
      ) ||
      places.some(
        (at) => isLetter(a[at]) && isLetter(a[at + 1]) && at + 1 < a.length && swapped(a, at) === b,
      ))
  );
};

it('nobody is searched for among more than 500,000 people, and a warning says so', () => {
  const roster = new Map(
    Array.from({ length: 500_001 }, (_, person) => [`person${person}@example.com` as Email, undefined]),
  );
  expect(lookAlikesOf([create('ada')], roster, { invitations: [], moving: [], members: [] })).toEqual({
    lookAlikes: [],
    warnings: ['look-alikes were not looked for: there are more than 500,000 people'],
  });
});
