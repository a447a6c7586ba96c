/** What the simulated account remembers, and the events that change it: replaying them gives the same account. */

type SimulatedPerson = {
  readonly id: string;
  readonly role?: string | undefined;
  readonly roles?: readonly string[] | undefined;
  readonly limitServices: boolean;
  /** Milliseconds since 1970, as all times here. */
  readonly createdAt: number;
};

export type SimulatedInvitation = SimulatedPerson & {
  /** As it was sent: case is kept, but does not count. */
  readonly email: string;
  readonly services: readonly { readonly id: string; readonly permission: string }[];
  /** Expired before its time, by a test control. */
  readonly expired?: true;
  readonly endedAt?: number;
  readonly end?: 'accepted' | 'deleted';
};

export type SimulatedMember = SimulatedPerson & { readonly login: string; readonly locked: boolean };

export type AccountEvent =
  /** `mailed`: through the API, so that it counts as our mail. */
  | { readonly type: 'invited'; readonly invitation: SimulatedInvitation; readonly mailed: boolean }
  | { readonly type: 'ended'; readonly id: string; readonly at: number; readonly end: 'accepted' | 'deleted' }
  | { readonly type: 'expired'; readonly id: string }
  | { readonly type: 'joined'; readonly member: SimulatedMember }
  | { readonly type: 'spent'; readonly window: number; readonly writes: number; readonly by: 'us' | 'others' }
  | { readonly type: 'limited' }
  | { readonly type: 'token'; readonly valid: boolean };

export const createState = () => ({
  invitations: new Map<string, SimulatedInvitation>(),
  /** Ids of all invitations an address ever had, by {@link addressKey}. */
  idsByAddress: new Map<string, string[]>(),
  /** By {@link addressKey}, as the mails below. */
  members: new Map<string, SimulatedMember>(),
  /** How many mails our POSTs sent. */
  mails: new Map<string, number>(),
  /** Counted writes, by the start of their window. */
  writes: new Map<number, { us: number; others: number }>(),
  rateLimited: 0,
  tokenValid: true,
  /** Invitations and members made so far: the next id is made from it. */
  made: 0,
});

export type AccountState = ReturnType<typeof createState>;

export const addressKey = (email: string): string => email.trim().toLowerCase();

const changeInvitation = (state: AccountState, id: string, change: Partial<SimulatedInvitation>): void => {
  const invitation = state.invitations.get(id);
  if (invitation !== undefined) state.invitations.set(id, { ...invitation, ...change });
};

const applyInvited = (state: AccountState, invitation: SimulatedInvitation, mailed: boolean): void => {
  state.invitations.set(invitation.id, invitation);
  state.made += 1;
  const key = addressKey(invitation.email);
  const ids = state.idsByAddress.get(key);
  if (ids === undefined) state.idsByAddress.set(key, [invitation.id]);
  else ids.push(invitation.id);
  if (mailed) state.mails.set(key, (state.mails.get(key) ?? 0) + 1);
};

export const applyEvent = (state: AccountState, event: AccountEvent): void => {
  switch (event.type) {
    case 'invited':
      applyInvited(state, event.invitation, event.mailed);
      return;
    case 'ended':
      changeInvitation(state, event.id, { endedAt: event.at, end: event.end });
      return;
    case 'expired':
      changeInvitation(state, event.id, { expired: true });
      return;
    case 'joined':
      state.members.set(addressKey(event.member.login), event.member);
      state.made += 1;
      return;
    case 'spent': {
      const writes = state.writes.get(event.window) ?? { us: 0, others: 0 };
      writes[event.by] += event.writes;
      state.writes.set(event.window, writes);
      return;
    }
    case 'limited':
      state.rateLimited += 1;
      return;
    case 'token':
      state.tokenValid = event.valid;
  }
};
