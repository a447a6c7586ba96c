/** What tests and demonstrations do to a simulated account behind the API's back, and what they read from it. */

import { type Account, windowOf } from './account.ts';
import { isExpired, newestFirst } from './listing.ts';
import type { AccountEvent, SimulatedInvitation, SimulatedMember } from './state.ts';
import { openInvitations, simulatedId } from './writes.ts';

export type InvitationSeed = Pick<SimulatedInvitation, 'email'> &
  Partial<
    Pick<SimulatedInvitation, 'role' | 'roles' | 'limitServices' | 'services' | 'createdAt' | 'expired'>
  >;

export type MemberSeed = Pick<SimulatedMember, 'login'> &
  Partial<Pick<SimulatedMember, 'role' | 'roles' | 'limitServices' | 'locked'>>;

type Seeds = { readonly invitations?: readonly InvitationSeed[]; readonly members?: readonly MemberSeed[] };

const invitedEvent = (account: Account, seed: InvitationSeed, offset: number): AccountEvent => ({
  type: 'invited',
  mailed: false,
  invitation: {
    role: seed.roles === undefined ? 'user' : undefined,
    limitServices: false,
    services: [],
    createdAt: account.options.now(),
    ...seed,
    id: simulatedId(account, offset),
  },
});

const joinedEvent = (account: Account, seed: MemberSeed, offset: number): AccountEvent => ({
  type: 'joined',
  member: {
    role: seed.roles === undefined ? 'user' : undefined,
    limitServices: false,
    locked: false,
    ...seed,
    id: simulatedId(account, offset),
    createdAt: account.options.now(),
  },
});

export const createControls = (account: Account) => {
  const { state, options, commit } = account;

  const openInvitation = (email: string): SimulatedInvitation => {
    const invitation = openInvitations(state, email).at(-1);
    if (invitation === undefined)
      throw new Error('The simulated account has no open invitation for this address');
    return invitation;
  };

  return {
    /** Neither accepted nor deleted, expired ones included; newest first. */
    invitations: (): readonly SimulatedInvitation[] =>
      newestFirst(state.invitations.values().filter(({ end }) => end === undefined)),
    members: (): readonly SimulatedMember[] => [...state.members.values()],
    /** How many mails POSTs through the API sent, by lower-cased address. Seeds are not counted. */
    mails: (): ReadonlyMap<string, number> => state.mails,
    /** Counted writes by the start of their quota window, in milliseconds since 1970. */
    writes: (): ReadonlyMap<number, { readonly us: number; readonly others: number }> => state.writes,
    /** How often 429 was answered. */
    rateLimited: (): number => state.rateLimited,
    /** Adds people at once; also: somebody else invites them. */
    seed: ({ invitations = [], members = [] }: Seeds): void =>
      commit([
        ...invitations.map((seed, index) => invitedEvent(account, seed, index)),
        ...members.map((seed, index) => joinedEvent(account, seed, invitations.length + index)),
      ]),
    /** The person follows the link: the invitation ends and a member is there. Throws without a live invitation. */
    accept: (email: string): void => {
      const invitation = openInvitation(email);
      if (isExpired(invitation, options.behaviour, options.now()))
        throw new Error('An expired invitation cannot be accepted');
      const { id, email: login, role, roles, limitServices } = invitation;
      commit([
        { type: 'ended', id, at: options.now(), end: 'accepted' },
        joinedEvent(account, { login, role, roles, limitServices }, 0),
      ]);
    },
    /** Throws when the address has no open invitation, as does `removeInvitation`. */
    expire: (email: string): void => commit([{ type: 'expired', id: openInvitation(email).id }]),
    /** Somebody else cancels it. */
    removeInvitation: (email: string): void =>
      commit([{ type: 'ended', id: openInvitation(email).id, at: options.now(), end: 'deleted' }]),
    /** Another tool of the same Fastly user makes writes in the current window. */
    spendQuota: (writes: number): void =>
      commit([{ type: 'spent', window: windowOf(options), writes, by: 'others' }]),
    behave: account.behave,
    revokeToken: (): void => commit([{ type: 'token', valid: false }]),
    restoreToken: (): void => commit([{ type: 'token', valid: true }]),
  };
};

export type Controls = ReturnType<typeof createControls>;
