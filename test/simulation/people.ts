/** Invented people, what they may do, and rosters of them. */

import { type Access, type Email, normalizeEmail } from '../../lib/domain/invitation.ts';
import type { Random } from './random.ts';

const NAMES = [
  'ada', 'bela', 'cleo', 'dina', 'egon', 'fred', 'gita', 'hugo', 'iris', 'jana', 'kito', 'lara', 'milo', 'nora',
  'omar', 'pia', 'quin', 'rosa', 'sven', 'tara', 'ugo', 'vera', 'wim', 'xena', 'yuri', 'zoe', 'arlo', 'bina',
  'cato', 'dora', 'emil', 'fay', 'gus', 'hana', 'ivo', 'juno', 'kai', 'luca', 'mara', 'nils',
]; // biome-ignore format: one line per name says no more

/** Beyond the list, people are numbered. */
export const person = (index: number): Email =>
  normalizeEmail(`${NAMES[index] ?? `person-${String(index).padStart(5, '0')}`}@example.com`);

/** For traces: the person without the domain. */
export const nameOf = (email: string): string => email.split('@')[0] ?? '';

const CACHE = { id: 'serviceCache0000000001', permission: 'purge_all' } as const;
const SHOP = { id: 'serviceShop00000000001', permission: 'read_only' } as const;
const NO_LIMITS = { limitServices: false, services: [] };

export const ACCESSES: readonly Access[] = [
  { role: 'user', ...NO_LIMITS },
  { role: 'engineer', ...NO_LIMITS },
  { role: 'engineer', limitServices: true, services: [CACHE] },
  { role: 'engineer', limitServices: true, services: [CACHE, SHOP] },
  { role: 'engineer', limitServices: true, services: [{ ...SHOP, permission: 'full' }] },
  { role: 'billing', ...NO_LIMITS },
  { roles: ['roleIdAuditor', 'roleIdReader'], ...NO_LIMITS },
];

type AccessLike = Pick<Access, 'limitServices'> & {
  readonly role?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly services: readonly { readonly id: string; readonly permission: string }[];
};

/** Equal access, equal key. */
export const accessKey = ({ role, roles, limitServices, services }: AccessLike): string =>
  [
    role ?? roles?.join('+'),
    limitServices,
    ...services.map(({ id, permission }) => `${id}:${permission}`),
  ].join(' ');

/** Who shall be able to do what. */
export type Wishes = ReadonlyMap<Email, Access>;

const cellsOf = (email: string, { role, roles, services }: Access): string =>
  [
    email,
    role ?? '',
    roles?.join(';') ?? '',
    services.map(({ id, permission }) => `${id}:${permission}`).join(';'),
  ].join(',');

const HEADER = 'email,role,roles,services';

/** A roster of these wishes, in some order and some case. */
export const rosterText = (wishes: Wishes, random: Random): string => {
  const rows = random
    .shuffled([...wishes])
    .map(([email, access]) => cellsOf(random.chance(0.1) ? email.toUpperCase() : email, access));
  return `${[HEADER, ...rows].join('\n')}\n`;
};

/** Rosters that must not be believed. */
export const brokenRosterText = (wishes: Wishes, random: Random): string => {
  const text = rosterText(wishes, random);
  return random.pick([
    '',
    `${text}someone,user,,\n`,
    `${text}"cut@example.com,user`,
    text.replaceAll(',', ';'),
    `${text}nobody@example.com,emperor,,\n`,
  ]);
};
