/** What people read instead of a code. A code without a label is shown as it is. */

import type { LookAlike } from '../plan/look-alikes.ts';
import type { RecordedChange } from '../state/plan-record.ts';
import { enumeration, inAscii } from './wording.ts';

/** What a plan says of somebody: a change, or why there is none. */
export const ACTION_LABELS = {
  delete: 'Delete',
  replace: 'Replace',
  create: 'Create',
  /** Somebody who is not mailed in this run. */
  waiting: 'Waiting',
  /** A member whose role differs from the roster. */
  drift: 'Role differs',
  /** An invitation that Fastly shows otherwise than it was sent; it stays. */
  shown_differently: 'Shown differently',
  /** Somebody for whom Fastly's list was changing while it was read. */
  moving: 'Moving',
  /** A member without a roster row. */
  unlisted_member: 'Unlisted member',
  /** An invitation without a roster row that stays. */
  spared: 'Spared',
  /** An entry that is invited, or a member, as the roster says. */
  keep: 'Keep',
  member: 'Member',
} as const;

export const HELD_LABELS = { held: 'Held' } as const;

export const REASON_LABELS = {
  not_in_roster: 'Not in the roster',
  duplicate: 'Second invitation of the same person',
  changed: 'Differs from the roster',
  expired: 'Invitation expired',
  not_invited: 'Not invited yet',
  resend: 'Sent again on request',
  interrupted: 'An earlier replacement was cut off',
  cooling_down: 'Mailed too recently',
  given_up: 'Mailed as often as allowed',
  role_differs: 'Member with another role; never changed',
  shown_differently: 'Shown otherwise than it was sent; kept',
  moving: "Fastly's list was changing; left alone in this run",
  member_not_in_roster: 'Member without a roster row; left alone',
  protected: 'Protected address (PROTECTED_EMAILS)',
  prune: 'Not in the roster, but kept (PRUNE)',
  as_sent: 'Invited exactly so',
  same_access: 'Invited with this access already',
  accepted: 'Member already',
} as const;

export const LIKENESS_LABELS = {
  leaver: 'who is at Fastly and not in the roster',
  person: 'another person of the roster',
  domain: 'the domain of at least ten people',
  mail_domain: 'a mail provider',
} as const;

export const RESULT_LABELS = {
  created: 'Created',
  deleted: 'Deleted',
  replaced: 'Replaced',
  already_invited: 'Invited already',
  already_member: 'Member already',
  already_gone: 'Gone already',
  rejected: 'Rejected by Fastly',
  failed: 'Failed',
  unknown: 'Unknown',
  superseded: 'Left to a newer run',
} as const;

/** A label as a part of a sentence. */
const inSentence = (label: string): string => label.charAt(0).toLowerCase() + label.slice(1);

export const reasonText = (reason: keyof typeof REASON_LABELS): string => inSentence(REASON_LABELS[reason]);

export const changeReason = (change: RecordedChange): string =>
  change.action === 'replace' && change.fields.length > 0
    ? `differs in ${enumeration(change.fields)}`
    : reasonText(change.reason);

export const resultText = (result: string): string => {
  const labels: Readonly<Record<string, string>> = RESULT_LABELS;
  return inSentence(labels[result] ?? result);
};

/** `ann@example.com looks like anne@example.com, another person of the roster` */
export const likenessText = ({ email, resembles, reason }: LookAlike): string =>
  `${inAscii(email)} looks like ${inAscii(resembles)}, ${LIKENESS_LABELS[reason]}`;
