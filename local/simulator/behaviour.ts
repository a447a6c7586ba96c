/**
 * What Fastly's documentation leaves open, as switches. The defaults are what public client code and recordings hint
 * at; where nothing does, what is harder for the software under test.
 */
export const DEFAULT_BEHAVIOUR = {
  /** Days until a pending invitation expires. 7: the control panel's guide says "seven calendar days". */
  invitationTtlDays: 7,
  /** Whether expired ones stay in the list. `listed`: an expired one in the way is harder than none. */
  expired: 'listed' as 'listed' | 'hidden',
  /** The `status_code` of an expired one. 0: the clients' enumeration calls it "inactive", and knows no other use. */
  expiredStatusCode: 0 as 0 | 1,
  /** `hidden`: Adobe's client describes the list as "all pending invitations". */
  accepted: 'hidden' as 'listed' | 'hidden',
  /** `hidden`: `deleted_at` exists, but the one recorded list has only nulls. */
  deleted: 'hidden' as 'listed' | 'hidden',
  /** A POST for a pending address. `refused` with 409, as Fastly's other endpoints do with duplicates. */
  duplicate: 'refused' as 'refused' | 'second_invitation',
  /** A POST for an address with an expired invitation. `refused`, since it is still listed (harder). */
  duplicateOfExpired: 'refused' as 'refused' | 'second_invitation',
  /** A POST for somebody who is a user already. `refused`, like a duplicate. */
  inviteMember: 'refused' as 'refused' | 'invited',
  /** A page size above 100. `clamped`: the documentation only says that 100 is the most. */
  pageSizeAboveMax: 'clamped' as 'clamped' | 'refused',
  /** Whether reads get 429 too once the quota is used up. False: documented so; one user saw otherwise. */
  limitsReads: false,
  /** Whether write answers tell the quota. True, although 360 of 1,133 recorded ones did not; `some`: two of five do. */
  quotaHeaders: true as boolean | 'some',
  /** The reset they tell. `true`: in all recordings it is the end of the running hour, in seconds. */
  quotaReset: 'true' as 'true' | 'past' | 'far_future' | 'milliseconds',
  /** Whether the quota headers come twice, which a client sees as one with a comma. False: never recorded. */
  repeatedQuotaHeaders: false,
  /** Whether a 429 has `Retry-After`. False: no recording and no document has it. */
  retryAfter: false,
  /** A successful DELETE. 204 in the documentation; 200 with a body in a hand-written mock. */
  deleteStatus: 204 as 200 | 204,
  /** In which order invitations are listed. `newest_first`: so it looks in the one recorded list, which has two rows. */
  listOrder: 'newest_first' as 'newest_first' | 'oldest_first' | 'by_id',
  /** For how long the list does not show a new invitation, in milliseconds. 0: nothing is known of such a delay. */
  listingLagMs: 0,
  /** A POST that names another customer than the token's. `refused`: the right is the token's; no client is known to have tried. */
  otherCustomer: 'refused' as 'refused' | 'ignored',
  /**
   * How a role is shown. `derived`: also of somebody who was given role ids, as on automation tokens, whose `role` is the
   * highest of their roles; `capitalised`: under its display name; `user`: one of the old names, whatever was asked.
   */
  shownRole: 'as_asked' as 'as_asked' | 'derived' | 'capitalised' | 'user' | 'dropped',
  /**
   * How role ids are shown. `derived`: also of somebody who was given a role; `objects`: with id and name, as on automation
   * tokens; `one_more`: with one that appeared by itself, as `ngwaf_*_imported` does.
   */
  shownRoles: 'as_asked' as
    | 'as_asked'
    | 'derived'
    | 'objects'
    | 'reversed'
    | 'upper_case'
    | 'one_more'
    | 'dropped',
  /** How `limit_services` is shown. `derived`: whether there are services. */
  shownLimit: 'as_asked' as 'as_asked' | 'derived' | 'always' | 'dropped',
};

export type Behaviour = Readonly<typeof DEFAULT_BEHAVIOUR>;
