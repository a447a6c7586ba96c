/** Addresses that look like a slip of the hand (docs/contract.md, “Look-alikes”). They are warnings and never block. */

import { type Change, kindOf } from '../domain/change.ts';
import type { Email } from '../domain/invitation.ts';
import { numeral } from '../domain/quantities.ts';
import type { FastlyState } from '../ports/fastly.ts';
import { isTypo, typoPairs } from './typo.ts';

/**
 * What somebody who is mailed looks like, the most telling first:
 *
 * - `leaver` a person who is not in the roster, but a member, or invited
 * - `person` another person of the roster
 * - `domain` the domain is like one that at least ten people have
 * - `mail_domain` the domain is like a well-known mail provider's
 */
const LIKENESSES = ['leaver', 'person', 'domain', 'mail_domain'] as const;

export type LookAlike = {
  readonly email: Email;
  readonly reason: (typeof LIKENESSES)[number];
  /** The other address, or the other domain. */
  readonly resembles: string;
};

/** So many people with one domain did not all mistype it. */
const MIN_DOMAIN_USERS = 10;
/** Shorter names are often one letter apart (`tim`, `tom`), so of people in the roster they are not compared. */
const MIN_NAME_LENGTH = 5;

const PROVIDERS = [
  ...['gmail.com', 'googlemail.com', 'outlook.com', 'hotmail.com'],
  ...['yahoo.com', 'icloud.com', 'protonmail.com', 'fastmail.com'],
];
/** The others are a letter away from one above, and are providers too. */
const KNOWN_PROVIDERS: ReadonlySet<string> = new Set([...PROVIDERS, 'mail.com', 'email.com', 'ymail.com']);

const domainStart = (email: string): number => email.lastIndexOf('@') + 1;
const domainOf = (email: string): string => email.slice(domainStart(email));

/** Without a `+tag`: tags are given on purpose. */
const nameLength = (email: string): number => {
  const plus = email.indexOf('+');
  return plus > 0 && plus < domainStart(email) ? plus : domainStart(email) - 1;
};

type People = {
  /** Who is mailed, and may be a typo. */
  readonly mailed: ReadonlySet<Email>;
  readonly roster: { has(email: Email): boolean };
  /** Everybody in the roster and at Fastly. */
  readonly all: ReadonlySet<Email>;
};

/** The search needs some 400 bytes for each person, which the planner of a larger account has no room for. */
const MAX_PEOPLE = 500_000;
/** Lists that are made of a roster stay short, whatever is in it. */
const MAX_ALIKE_DOMAINS = 10;
const MAX_LISTED = 1000;

const alikeDomainsOf = (domains: readonly string[]): ReadonlyMap<string, readonly string[]> => {
  const alike = new Map<string, string[]>();
  for (const [domain, other] of typoPairs(domains, [], (text) => text.length)) {
    const others = alike.get(domain) ?? [];
    if (others.length < MAX_ALIKE_DOMAINS && !others.includes(other)) alike.set(domain, [...others, other]);
  }
  return alike;
};

function* alikePeople({ mailed, roster, all }: People): Generator<readonly [Email, Email]> {
  const others = [...all].filter((email) => !mailed.has(email));
  for (const [email, other] of typoPairs([...mailed], others, nameLength)) {
    const isShort = Math.min(nameLength(email), nameLength(other)) < MIN_NAME_LENGTH;
    if (!isShort || !roster.has(other)) yield [email, other];
  }
}

const likePerson = (email: Email, other: Email, roster: People['roster']): LookAlike => ({
  email,
  reason: roster.has(other) ? 'person' : 'leaver',
  resembles: other,
});

const countUsers = (all: People['all']): ReadonlyMap<string, number> => {
  const users = new Map<string, number>();
  for (const email of all) users.set(domainOf(email), (users.get(domainOf(email)) ?? 0) + 1);
  return users;
};

/** Where a domain may be mistyped: few people have it, and it is no provider's. */
function* inAlikeDomains({ mailed, roster, all }: People): Generator<LookAlike> {
  const users = countUsers(all);
  const isCommon = (domain: string): boolean => (users.get(domain) ?? 0) >= MIN_DOMAIN_USERS;
  const alikeDomains = alikeDomainsOf([...users.keys()]);
  for (const email of mailed) {
    const domain = domainOf(email);
    if (isCommon(domain) || KNOWN_PROVIDERS.has(domain)) continue;
    for (const other of alikeDomains.get(domain) ?? []) {
      const person = (email.slice(0, domainStart(email)) + other) as Email;
      if (all.has(person)) yield likePerson(email, person, roster);
      if (isCommon(other)) yield { email, reason: 'domain', resembles: other };
    }
    const provider = PROVIDERS.find((name) => isTypo(domain, name));
    if (provider !== undefined) yield { email, reason: 'mail_domain', resembles: provider };
  }
}

function* allLikenesses(people: People): Generator<LookAlike> {
  for (const [email, other] of alikePeople(people)) yield likePerson(email, other, people.roster);
  yield* inAlikeDomains(people);
}

const rankOf = ({ reason }: LookAlike): number => LIKENESSES.indexOf(reason);
const byRank = (a: LookAlike, b: LookAlike): number =>
  rankOf(a) - rankOf(b) || (`${a.email} ${a.resembles}` < `${b.email} ${b.resembles}` ? -1 : 1);

/**
 * The most telling likeness of everybody who is mailed, in that order, then by address. Where two who are both mailed
 * look like each other, only the first by address has it.
 */
export const findLookAlikes = (people: People): LookAlike[] => {
  const found = new Map<Email, LookAlike>();
  for (const lookAlike of allLikenesses(people)) {
    const { email, resembles } = lookAlike;
    const isTold = people.mailed.has(resembles as Email) && resembles < email;
    const known = found.get(email);
    if (!isTold && (known === undefined || byRank(lookAlike, known) < 0)) found.set(email, lookAlike);
  }
  return [...found.values()].sort(byRank);
};

/** Everybody in the roster and at Fastly; undefined for more people than can be searched. */
const everybody = (
  roster: ReadonlyMap<Email, unknown>,
  { invitations, members }: FastlyState,
): ReadonlySet<Email> | undefined => {
  if (roster.size > MAX_PEOPLE) return undefined;
  const all = new Set(roster.keys());
  for (const { email } of invitations) all.add(email);
  for (const { email } of members) all.add(email);
  return all.size > MAX_PEOPLE ? undefined : all;
};

/** The first look-alikes of a plan, and a sentence about them without addresses. */
export const lookAlikesOf = (
  changes: readonly Change[],
  roster: ReadonlyMap<Email, unknown>,
  current: FastlyState,
): { readonly lookAlikes: readonly LookAlike[]; readonly warnings: readonly string[] } => {
  const mails = changes.filter((change) => kindOf(change) === 'mail');
  if (mails.length === 0) return { lookAlikes: [], warnings: [] };
  const all = everybody(roster, current);
  if (all === undefined) {
    const warning = `look-alikes were not looked for: there are more than ${numeral(MAX_PEOPLE)} people`;
    return { lookAlikes: [], warnings: [warning] };
  }
  const mailed = new Set(mails.map(({ email }) => email));
  const found = findLookAlikes({ mailed, roster, all });
  if (found.length === 0) return { lookAlikes: [], warnings: [] };
  const listed = found.length > MAX_LISTED ? `; the first ${numeral(MAX_LISTED)} are listed` : '';
  const warning = `${numeral(found.length)} of the addresses to be invited look like a typo of another one: compare them before they get mail${listed}`;
  return { lookAlikes: found.slice(0, MAX_LISTED), warnings: [warning] };
};
