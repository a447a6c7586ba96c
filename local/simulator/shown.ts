/** How Fastly shows the access that somebody was given: not always as it was asked for. */

import type { Behaviour } from './behaviour.ts';
import type { SimulatedInvitation } from './state.ts';

type Given = Pick<SimulatedInvitation, 'role' | 'roles' | 'limitServices'> &
  Partial<Pick<SimulatedInvitation, 'services'>>;

/** What somebody with role ids is said to be, where Fastly derives a role. */
const DERIVED_ROLE = 'user';
/** A role that shows up by itself; recorded on accounts that never asked for it. */
const IMPORTED_ROLE = 'ngwaf_user_imported';

const shownRole = ({ role, roles }: Given, how: Behaviour['shownRole']): string | undefined => {
  if (how === 'dropped') return undefined;
  if (how === 'derived') return role ?? (roles && DERIVED_ROLE);
  if (how === 'user') return role && 'user';
  return how === 'capitalised' ? role?.replace(/^./, (letter) => letter.toUpperCase()) : role;
};

const shownRoles = ({ role, roles }: Given, how: Behaviour['shownRoles']): readonly unknown[] | undefined => {
  switch (how) {
    case 'as_asked':
      return roles;
    case 'derived':
      return roles ?? (role === undefined ? undefined : [`roleIdOf${role}`]);
    case 'objects':
      return roles?.map((id) => ({ id, name: `Role ${id}` }));
    case 'reversed':
      return roles?.toReversed();
    case 'upper_case':
      return roles?.map((id) => id.toUpperCase());
    case 'one_more':
      return [...(roles ?? []), IMPORTED_ROLE];
    case 'dropped':
      return undefined;
  }
};

const shownLimit = (
  { limitServices, services }: Given,
  how: Behaviour['shownLimit'],
): boolean | undefined => {
  if (how === 'dropped') return undefined;
  if (how === 'always') return true;
  return how === 'derived' && services !== undefined ? services.length > 0 : limitServices;
};

/** The fields `role`, `roles` and `limit_services` of an invitation or a user, as far as they are shown. */
export const shownAccess = (given: Given, behaviour: Behaviour) => {
  const role = shownRole(given, behaviour.shownRole);
  const roles = shownRoles(given, behaviour.shownRoles);
  const limit = shownLimit(given, behaviour.shownLimit);
  return {
    ...(role !== undefined && { role }),
    ...(roles !== undefined && { roles }),
    ...(limit !== undefined && { limit_services: limit }),
  };
};
