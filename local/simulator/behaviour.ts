/**
 * What Fastly's documentation leaves open, as switches. The defaults are what public client code and recordings hint
 * at; where nothing does, what is harder for the software under test.
 */
export type Behaviour = {
  /** Days until a pending invitation expires. 7: the control panel's guide says "seven calendar days". */
  readonly invitationTtlDays: number;
  /** Whether expired ones stay in the list. `listed`: an expired one in the way is harder than none. */
  readonly expired: 'listed' | 'hidden';
  /** The `status_code` of an expired one. 0: the clients' enumeration calls it "inactive", and knows no other use. */
  readonly expiredStatusCode: 0 | 1;
  /** `hidden`: Adobe's client describes the list as "all pending invitations". */
  readonly accepted: 'listed' | 'hidden';
  /** `hidden`: `deleted_at` exists, but the one recorded list has only nulls. */
  readonly deleted: 'listed' | 'hidden';
  /** A POST for a pending address. `refused` with 409, as Fastly's other endpoints do with duplicates. */
  readonly duplicate: 'refused' | 'second_invitation';
  /** A POST for an address with an expired invitation. `refused`, since it is still listed (harder). */
  readonly duplicateOfExpired: 'refused' | 'second_invitation';
  /** A POST for somebody who is a user already. `refused`, like a duplicate. */
  readonly inviteMember: 'refused' | 'invited';
  /** A page size above 100. `clamped`: the documentation only says that 100 is the most. */
  readonly pageSizeAboveMax: 'clamped' | 'refused';
  /** Whether reads get 429 too once the quota is used up. False: documented so; one user saw otherwise. */
  readonly limitsReads: boolean;
  /** Whether write answers tell the quota. True, although 360 of 1,133 recorded ones did not; `some`: two of five do. */
  readonly quotaHeaders: boolean | 'some';
  /** The reset they tell. `true`: in all recordings it is the end of the running hour, in seconds. */
  readonly quotaReset: 'true' | 'past' | 'far_future' | 'milliseconds';
  /** Whether the quota headers come twice, which a client sees as one with a comma. False: never recorded. */
  readonly repeatedQuotaHeaders: boolean;
  /** Whether a 429 has `Retry-After`. False: no recording and no document has it. */
  readonly retryAfter: boolean;
  /** A successful DELETE. 204 in the documentation; 200 with a body in a hand-written mock. */
  readonly deleteStatus: 200 | 204;
  /** In which order invitations are listed. `newest_first`: so it looks in the one recorded list, which has two rows. */
  readonly listOrder: 'newest_first' | 'oldest_first' | 'by_id';
  /** For how long the list does not show a new invitation, in milliseconds. 0: nothing is known of such a delay. */
  readonly listingLagMs: number;
  /** A POST that names another customer than the token's. `refused`: the right is the token's; no client is known to have tried. */
  readonly otherCustomer: 'refused' | 'ignored';
  /**
   * How a role is shown. `derived`: also of somebody who was given role ids, as on automation tokens, whose `role` is the
   * highest of their roles; `capitalised`: under its display name; `user`: one of the old names, whatever was asked.
   */
  readonly shownRole: 'as_asked' | 'derived' | 'capitalised' | 'user' | 'dropped';
  /**
   * How role ids are shown. `derived`: also of somebody who was given a role; `objects`: with id and name, as on automation
   * tokens; `one_more`: with one that appeared by itself, as `ngwaf_*_imported` does.
   */
  readonly shownRoles:
    | 'as_asked'
    | 'derived'
    | 'objects'
    | 'reversed'
    | 'upper_case'
    | 'one_more'
    | 'dropped';
  /** How `limit_services` is shown. `derived`: whether there are services. */
  readonly shownLimit: 'as_asked' | 'derived' | 'always' | 'dropped';
};

export const DEFAULT_BEHAVIOUR: Behaviour = {
  invitationTtlDays: 7,
  expired: 'listed',
  expiredStatusCode: 0,
  accepted: 'hidden',
  deleted: 'hidden',
  duplicate: 'refused',
  duplicateOfExpired: 'refused',
  inviteMember: 'refused',
  pageSizeAboveMax: 'clamped',
  limitsReads: false,
  quotaHeaders: true,
  quotaReset: 'true',
  repeatedQuotaHeaders: false,
  retryAfter: false,
  deleteStatus: 204,
  listOrder: 'newest_first',
  listingLagMs: 0,
  otherCustomer: 'refused',
  shownRole: 'as_asked',
  shownRoles: 'as_asked',
  shownLimit: 'as_asked',
};
