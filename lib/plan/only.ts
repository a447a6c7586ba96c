/** A plan for some addresses only, and invitations that somebody asked to send again. */

import type { Email } from '../domain/invitation.ts';
import type { Issue } from '../domain/issue.ts';
import type { FastlyState } from '../ports/fastly.ts';
import type { RosterEntries } from '../roster/entries.ts';

export const UNKNOWN_ADDRESS = 'unknown_address';

/**
 * Addresses that were asked for and that nothing is known of: probably misspelt. With `resend` they also have to be in
 * the roster, unless they are members: a plan would rather cancel the invitation of anybody else than send it again.
 */
export const unknownAddresses = (
  only: readonly Email[],
  resend: boolean,
  entries: RosterEntries,
  { invitations, members, moving }: FastlyState,
): readonly Issue[] => {
  const has = (people: readonly { readonly email: Email }[], email: Email): boolean =>
    people.some((person) => person.email === email);
  return only.flatMap((email) => {
    if (entries.has(email) || has(members, email)) return [];
    const isInvited = has(invitations, email) || moving.includes(email);
    if (isInvited && !resend) return [];
    const problem = isInvited
      ? 'is not in the roster, so its invitation is not sent again: give it a row first'
      : 'is neither in the roster, nor a member, nor invited: check how it is written';
    return [{ code: UNKNOWN_ADDRESS, message: `${JSON.stringify(email)} ${problem}` }];
  });
};
