/** What people read instead of a code. A code without a label is shown as it is. */

export const ACTION_LABELS = {
  delete: 'Delete',
  replace: 'Replace',
  create: 'Create',
  waiting: 'Waiting',
  drift: 'Role differs',
  shown_differently: 'Shown differently',
  moving: 'Moving',
  unlisted_member: 'Unlisted member',
  spared: 'Spared',
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
export const inSentence = (label: string): string => label.charAt(0).toLowerCase() + label.slice(1);
