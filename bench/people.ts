/** Invented people: the same ones in rosters, invitations and members, whoever asks. */

import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DAY_MS } from '../lib/domain/time.ts';
import type { InvitationSeed, MemberSeed } from '../local/simulator/controls.ts';

const GIVEN = 'ada bruno clara dario elif felix gwendolyn henrik ines jonas kira'.split(' ');
const FAMILY = 'winter lake stone field harbour moor brook dale ridge marsh vale'.split(' ');

const nameOf = (person: number): string =>
  `${GIVEN[person % GIVEN.length]}.${FAMILY[Math.floor(person / GIVEN.length) % FAMILY.length]}`;

export const addressOf = (person: number): string => `${nameOf(person)}.${person}@example.com`;

const roleOf = (person: number): string =>
  person % 5 < 3 ? 'user' : person % 5 === 3 ? 'engineer' : 'billing';

/** One in ten is limited to one or two of 40 services. */
const servicesOf = (person: number): string => {
  if (person % 10 !== 3) return '';
  const service = (index: number): string => `exampleService${String(10_000_000 + (index % 40))}:purge_all`;
  return person % 20 === 3 ? service(person) : `${service(person)};${service(person + 7)}`;
};

/** Every number below `count` once, far from sorted, as rosters are. */
function* shuffled(count: number): Generator<number> {
  // A prime larger than any roster has no common factor with `count`, so no number comes twice.
  const step = 15_485_863;
  for (let index = 0; index < count; index += 1) yield (index * step) % count;
}

function* rosterLines(rows: number): Generator<string> {
  yield 'email,name,role,services\n';
  let text = '';
  for (const person of shuffled(rows)) {
    text += `${addressOf(person)},${nameOf(person)},${roleOf(person)},${servicesOf(person)}\n`;
    if (text.length < 64 * 1024) continue;
    yield text;
    text = '';
  }
  yield text;
}

export const writeRoster = async (path: string, rows: number): Promise<void> =>
  await pipeline(Readable.from(rosterLines(rows)), createWriteStream(path));

/** Spread over a million people, so that a roster of any size has its share of them. */
const spread = (index: number, offset: number): number => Math.floor(index * 10.5) + offset;

const seeds = <T>(count: number, seed: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => seed(index));

/** One in twenty has another role than the roster wants. */
export const invitationSeeds = (count: number, now: number): InvitationSeed[] =>
  seeds(count, (index) => {
    const person = spread(index, 0);
    return {
      email: addressOf(person),
      role: index % 20 === 0 ? 'tls_viewer' : roleOf(person),
      limitServices: servicesOf(person) !== '',
      createdAt: now - DAY_MS,
    };
  });

export const memberSeeds = (count: number): MemberSeed[] =>
  seeds(count, (index) => ({ login: addressOf(spread(index, 3)), role: roleOf(spread(index, 3)) }));
