/** What Fastly has, person by person. */

import type { Email, Invitation, Member } from '../domain/invitation.ts';

/** What Fastly has of one address. */
export type Person = { readonly invitations: readonly Invitation[]; readonly member: Member | undefined };

export const byPerson = (
  invitations: readonly Invitation[],
  members: readonly Member[],
): ReadonlyMap<Email, Person> => {
  const people = new Map<Email, { invitations: Invitation[]; member: Member | undefined }>();
  for (const invitation of invitations) {
    const person = people.get(invitation.email);
    if (person === undefined) people.set(invitation.email, { invitations: [invitation], member: undefined });
    else person.invitations.push(invitation);
  }
  for (const member of members) {
    const person = people.get(member.email);
    if (person === undefined) people.set(member.email, { invitations: [], member });
    else person.member = member;
  }
  return people;
};
