import type { Access, Email, Invitation } from '../../../lib/domain/invitation.ts';
import { isLive } from '../../../lib/domain/invitation-match.ts';
import { decodeLedger, type Ledger } from '../../../lib/domain/ledger.ts';
import type { OutcomeResult } from '../../../lib/domain/outcome.ts';
import { protectedEmails } from '../../../lib/plan/protected-emails.ts';
import type { PlanRecord } from '../../../lib/state/plan-record.ts';
import { isExpired } from '../../../local/simulator/listing.ts';
import { shownAccess } from '../../../local/simulator/shown.ts';
import type { SimulatedInvitation } from '../../../local/simulator/state.ts';
import { accessKey, nameOf } from '../people.ts';
import type { Tenant } from '../trouble.ts';
import type { World } from '../world.ts';

/** Accepted before its message came back, a mail shows as a member. */
const MAILED: ReadonlySet<OutcomeResult | undefined> = new Set([
  'created',
  'replaced',
  'already_invited',
  'already_member',
]);

const DAY_MS = 24 * 3_600_000;

export const checkFinalState = (world: World, tenants: readonly Tenant[]): void => {
  const { queue, deadLetters, witness } = world;
  if (queue.size > 0) world.violate(`${queue.size} messages are left in the queue`);
  witness.outcomes.checkAll(deadLetters);
  for (const tenant of tenants) checkAccount(world, tenant);
};

type Seen = {
  readonly world: World;
  readonly tenant: Tenant;
  readonly ledger: Ledger;
  readonly invitations: ReadonlyMap<Email, readonly Invitation[]>;
  readonly members: ReadonlySet<Email>;
  /** When the last run began, by its own clock: what expired or became due since is for the next one. */
  readonly asOf: number;
};

const checkAccount = (world: World, tenant: Tenant): void => {
  for (const problem of problemsOf(world, tenant)) world.violate(`${tenant.fastly.name}: ${problem}`);
};

function* problemsOf(world: World, tenant: Tenant): Generator<string> {
  const { fastly, rosters } = tenant;
  const pointer = world.witness.book.pointers.get(fastly.name);
  if (pointer?.status !== 'finished') yield `the last run is ${pointer?.status}`;
  const decoded = decodeLedger(world.bucket.get(`state/${fastly.name}/ledger.json`)?.content ?? '{}');
  if ('problem' in decoded) return yield `the ledger is damaged: ${decoded.problem}`;
  const asOf = Date.parse(pointer?.startedAt ?? '');
  const listed = fastly.listInvitations(asOf - world.clocks.planner + world.clocks.fastly);
  const seen: Seen = {
    world,
    tenant,
    ledger: decoded.ledger,
    invitations: Map.groupBy(listed, ({ email }) => email),
    members: new Set(fastly.listMembers().map(({ email }) => email)),
    asOf,
  };
  const about = (
    emails: Iterable<Email>,
    check: (seen: Seen, email: Email) => string | undefined,
  ): string[] =>
    [...emails].flatMap((email) => {
      const problem = check(seen, email);
      return problem === undefined ? [] : [`${nameOf(email)} ${problem}`];
    });
  yield* about(rosters.wishes.keys(), wishProblem);
  yield* about(seen.invitations.keys(), leftoverProblem);
  yield* about(seen.ledger.keys(), countProblem);
  for (const record of world.witness.book.records.values())
    if (record.account === fastly.name && record.generation !== undefined)
      yield* about(new Set(record.changes.map(({ email }) => email)), (_, email) =>
        outcomeProblem(world, record, email),
      );
}

/** A run says that it mailed somebody exactly when it did. */
const outcomeProblem = (world: World, record: PlanRecord, email: Email): string | undefined => {
  const { mails, outcomes } = world.witness;
  const { account, runId } = record;
  const history = mails.historyOf(account, email);
  if (history.excused || history.foreign || world.witness.book.revivedRuns.has(runId)) return undefined;
  const { result, mayHaveSent } = outcomes.folded(runId).get(email) ?? {};
  const isMailed = history.mails.some((mail) => mail.runId === runId);
  if (!isMailed && (result === 'created' || result === 'replaced'))
    return `was not mailed by run ${runId}, which says ${result}`;
  // Where Fastly shows the invitation otherwise, and its id was lost, no more can be said than that there may be a mail.
  if (isMailed && !mayHaveSent && outcomes.isReported(runId) && !MAILED.has(result))
    return `was mailed by run ${runId}, which says ${result}`;
  return undefined;
};

const liveOf = ({ world, invitations, asOf }: Seen, email: Email): readonly Invitation[] => {
  const ttlDays = world.settings.rules.INVITATION_TTL_DAYS;
  return (invitations.get(email) ?? []).filter((one) => isLive(one, ttlDays, asOf));
};

/** Whoever is in the roster is a member, or invited once and for what the roster says, or waits for a reason. */
const wishProblem = (seen: Seen, email: Email): string | undefined => {
  const { world, tenant, members } = seen;
  const wish = tenant.rosters.wishes.get(email);
  if (members.has(email) || wish === undefined) return undefined;
  const live = liveOf(seen, email);
  const real = tenant.fastly.account.state.invitations.get(live[0]?.id ?? '');
  if (real === undefined) return mayWait(seen, email) ? undefined : 'is not invited';
  if (isGivenUp(seen, email)) return undefined;
  if (live.length > 1) return `has ${live.length} invitations`;
  const { mails, excused, foreign } = world.witness.mails.historyOf(tenant.fastly.name, email);
  // One whose id was never told may be anybody's: then there is only what Fastly shows.
  const isTold = world.witness.contract.ownMails.knew(tenant.fastly.name, real.id, world.scheduler.now);
  const isOurs = isTold && mails.some(({ id }) => id === real.id);
  if (isAccepted(seen, wish, real, isOurs)) return undefined;
  // Services can't be seen: where others had a hand in it, or Fastly was late, they may be anything.
  const isRestored = world.witness.contract.isRestored(tenant.fastly.name);
  const isKnown = isOurs && !excused && !foreign && !isRestored;
  const found = accessKey({ ...real, services: isKnown ? real.services : wish.services });
  return found === accessKey(wish) ? undefined : `is invited as ${found}, not as ${accessKey(wish)}`;
};

/** Whether an invitation may stay although it may be for something else. */
const isAccepted = ({ world }: Seen, wish: Access, real: SimulatedInvitation, isOurs: boolean): boolean => {
  const { behaviour } = world.settings;
  if (isOurs) return false;
  // Of somebody else's there is only what Fastly shows; what it does not show differs.
  const shown = shownAccess(real, behaviour);
  const isShown = (wish.role === undefined ? 'roles' in shown : 'role' in shown) && 'limit_services' in shown;
  return isShown && JSON.stringify(shown) === JSON.stringify(shownAccess(wish, behaviour));
};

/** Whoever was mailed as often as allowed keeps what there is. Somebody else's invitation may have been taken for ours. */
const isGivenUp = ({ world, tenant }: Seen, email: Email): boolean => {
  const mails = tenant.fastly.account.state.idsByAddress.get(email)?.length ?? 0;
  return mails + countedInDoubt(world, tenant, email) >= world.settings.rules.MAX_INVITES_PER_EMAIL;
};

/** Where Fastly lists late, a POST whose answer was lost may have sent what is not listed yet: it counts, also if it sent nothing. */
const countedInDoubt = ({ witness, settings }: World, { fastly }: Tenant, email: Email): number => {
  if (settings.behaviour.listingLagMs === 0) return 0;
  const { mails } = witness.mails.historyOf(fastly.name, email);
  const runs = [...witness.book.records.values()].filter(({ account }) => account === fastly.name);
  return runs.filter(
    ({ runId }) =>
      witness.outcomes.folded(runId).get(email)?.mayHaveSent && !mails.some((mail) => mail.runId === runId),
  ).length;
};

/** No further mail is due. */
const mayWait = (seen: Seen, email: Email): boolean => {
  const { rules } = seen.world.settings;
  const entry = seen.ledger.get(email);
  if (isGivenUp(seen, email)) return true;
  if (entry === undefined) return false;
  return seen.asOf < Date.parse(entry.lastSentAt) + rules.REINVITE_AFTER_DAYS * DAY_MS;
};

/** Whoever is not in the roster is not invited, unless the rules say so. */
const leftoverProblem = ({ world, tenant, ledger, members }: Seen, email: Email): string | undefined => {
  // Of members, accepted invitations may still be listed.
  if (tenant.rosters.wishes.has(email) || members.has(email)) return undefined;
  const { PRUNE, PROTECTED_EMAILS } = world.settings.rules;
  const isSpared = PRUNE === 'none' || (PRUNE === 'managed' && !ledger.has(email));
  return isSpared || protectedEmails(PROTECTED_EMAILS)(email)
    ? undefined
    : 'is not in the roster, and invited';
};

/** Where expired invitations are not listed, one that nobody counted in time left no trace. */
const expiredUnseen = ({ world, tenant }: Seen, ids: readonly string[]): number => {
  const { behaviour } = world.settings;
  if (behaviour.expired === 'listed') return 0;
  const { state } = tenant.fastly.account;
  const invitations = ids.map((id) => state.invitations.get(id)).filter((found) => found !== undefined);
  return invitations.filter((one) => isExpired(one, behaviour, tenant.fastly.now)).length;
};

/** The ledger counts what was mailed. */
const countProblem = (seen: Seen, email: Email): string | undefined => {
  const { world, tenant, ledger } = seen;
  const history = world.witness.mails.historyOf(tenant.fastly.name, email);
  const { mails, excused, foreign } = history;
  if (excused || foreign || world.witness.contract.isRestored(tenant.fastly.name)) return undefined;
  const all = world.witness.mails.since(history);
  const unseen = expiredUnseen(
    seen,
    mails.map(({ id }) => id),
  );
  const since = all - unseen;
  const counted = ledger.get(email)?.count ?? 0;
  return since <= counted && counted <= mails.length
    ? undefined
    : `has ${mails.length} mails, ${all} of them since they were last added, and the ledger counts ${counted}`;
};
