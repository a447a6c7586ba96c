/** Whoever was listed from the first page to the last is in what a listing says, or among those it can't tell of. */

import { normalizeEmail } from '../../../lib/domain/invitation.ts';
import type { InvitationList } from '../../../lib/ports/fastly.ts';
import type { Behaviour } from '../../../local/simulator/behaviour.ts';
import { isExpired, isListed } from '../../../local/simulator/listing.ts';
import { shownAccess } from '../../../local/simulator/shown.ts';
import type { SimulatedInvitation } from '../../../local/simulator/state.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import { nameOf } from '../people.ts';
import type { Violate } from './book.ts';

const listedNow = ({ account, now }: FastlyAccount): SimulatedInvitation[] => {
  const { behaviour } = account.options;
  return [...account.state.invitations.values()].filter(
    (one) =>
      isListed(one, behaviour) &&
      one.createdAt <= now - behaviour.listingLagMs &&
      (behaviour.expired === 'listed' || !isExpired(one, behaviour, now)),
  );
};

/** Begins with a listing; to be called with what came of it. */
export const watchListing = (violate: Violate, fastly: FastlyAccount): ((found: InvitationList) => void) => {
  const before = new Set(listedNow(fastly).map(({ id }) => id));
  return ({ invitations, moving }) => {
    const ids = new Set(invitations.map(({ id }) => id));
    const untold = new Set(moving);
    const hidden = listedNow(fastly).find(
      ({ id, email }) => before.has(id) && !ids.has(id) && !untold.has(normalizeEmail(email)),
    );
    if (hidden !== undefined)
      violate(`${fastly.name}: a listing hides ${nameOf(hidden.email)}, who was there all the time`);
  };
};

/** Whether Fastly shows this invitation's access otherwise than it was asked for. */
export const isShownOtherwise = (invitation: SimulatedInvitation, behaviour: Behaviour): boolean => {
  const asAsked = { ...behaviour, ...SHOWN_AS_ASKED };
  return (
    JSON.stringify(shownAccess(invitation, behaviour)) !== JSON.stringify(shownAccess(invitation, asAsked))
  );
};

const SHOWN_AS_ASKED = { shownRole: 'as_asked', shownRoles: 'as_asked', shownLimit: 'as_asked' } as const;

/** How many invitations are shown so. */
export const shownOtherwise = (fastly: FastlyAccount): number =>
  listedNow(fastly).filter((one) => isShownOtherwise(one, fastly.account.options.behaviour)).length;
