/** The simulated account of the sample run: what somebody found at Fastly before `events/roster.csv` was written. */

import { DAY_MS, HOUR_MS } from '../../lib/domain/time.ts';
import type { InvitationSeed, MemberSeed } from '../simulator/controls.ts';

/** People who accepted long ago. Fastly keeps the case in which an address was typed. */
const MEMBERS: readonly MemberSeed[] = [
  { login: 'Ada.Winter@example.com', role: 'engineer' },
  { login: 'bruno.lake@example.com', role: 'billing' },
  { login: 'CLARA.STONE@EXAMPLE.COM', role: 'engineer' },
  { login: 'dario.field@example.com', role: 'user' },
  { login: 'Elif.Harbour@example.com', role: 'engineer', locked: true },
  { login: 'felix.moor@example.com', role: 'tls_viewer' },
  // The roster says engineer by now: reported, never changed.
  { login: 'gwen.brook@example.com', role: 'user' },
  { login: 'Henrik.Dale@example.com', role: 'tls_admin' },
  // Not in the roster: a member is left alone.
  { login: 'ola.founder@example.com', role: 'superuser' },
];

/** Invitations that are what the roster asks for. */
const PENDING: readonly InvitationSeed[] = [
  { email: 'ines.ridge@example.com', role: 'engineer' },
  { email: 'jonas.marsh@example.com', role: 'user' },
  { email: 'Kira.Coast@example.com', role: 'user' },
  { email: 'leo.meadow@example.com', role: 'engineer' },
  { email: 'mina.grove@example.com', role: 'billing' },
  { email: 'nils.spring@example.com', role: 'user' },
  { email: 'olga.cliff@example.com', role: 'tls_viewer' },
  { email: 'pablo.heath@example.com', role: 'user' },
  { email: 'quinn.shore@example.com', role: 'engineer' },
  { email: 'rosa.glen@example.com', role: 'user' },
];

/** Invitations that the roster wants otherwise: another role, fewer services. */
const CHANGED: readonly InvitationSeed[] = [
  { email: 'sven.forest@example.com', role: 'user' },
  { email: 'tara.bridge@example.com', role: 'engineer', limitServices: false },
];

/** Somebody who left. */
const CANCELLED: readonly InvitationSeed[] = [{ email: 'uwe.former@example.com', role: 'engineer' }];

/** Somebody who did not answer for longer than the seven days that an invitation lives. */
const EXPIRED: readonly InvitationSeed[] = [{ email: 'vera.sound@example.com', role: 'user' }];

export const sampleAccount = (
  now: number,
): { readonly invitations: readonly InvitationSeed[]; readonly members: readonly MemberSeed[] } => ({
  members: MEMBERS,
  invitations: [
    ...[...PENDING, ...CHANGED, ...CANCELLED].map((seed, index) => ({
      ...seed,
      createdAt: now - (index + 1) * HOUR_MS,
    })),
    ...EXPIRED.map((seed) => ({ ...seed, createdAt: now - 9 * DAY_MS })),
  ],
});
