/** What Fastly has, person by person, and who of them is in the roster. */

import type { Email, Invitation, Member } from '../domain/invitation.ts';
import type { EntryTable } from '../roster/entry-table.ts';

/** What Fastly has of one address. */
type Person = { invitations: readonly Invitation[]; member: Member | undefined };

export type People = {
  /** Those in the roster, by the number of their entry. */
  readonly listed: readonly (Person | undefined)[];
  readonly unlisted: ReadonlyMap<Email, Person>;
};

/** Shared by all who have none: a roster may meet a hundred thousand of them. */
const NONE: readonly Invitation[] = [];

/** One look per person, not per entry: a roster may be far longer than the lists. */
export const byPerson = (
  entries: EntryTable,
  invitations: readonly Invitation[],
  members: readonly Member[],
): People => {
  const listed = new Array<Person | undefined>(entries.size).fill(undefined);
  const unlisted = new Map<Email, Person>();
  const personOf = (email: Email): Person => {
    const number = entries.find(email);
    const known = number === undefined ? unlisted.get(email) : listed[number];
    if (known !== undefined) return known;
    const person: Person = { invitations: NONE, member: undefined };
    if (number === undefined) unlisted.set(email, person);
    else listed[number] = person;
    return person;
  };
  for (const invitation of invitations) {
    const person = personOf(invitation.email);
    // Not pushed: an array that was pushed to has room for 16 more.
    person.invitations = [...person.invitations, invitation];
  }
  for (const member of members) personOf(member.email).member = member;
  return { listed, unlisted };
};
