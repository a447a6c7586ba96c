/**
 * One invitation, sent and cancelled again: the only thing here that changes anything. It looks before, cancels nothing
 * but what it made, and looks after. Whatever happens in between, it ends with the clean-up.
 */

import type { Email } from '../../lib/domain/invitation.ts';
import type { FastlyClient } from '../../lib/fastly/client.ts';
import { errorText } from '../../lib/ports/telemetry.ts';
import { cleanUp } from './clean-up.ts';
import { failed, ok, type Report, type Verdict } from './report.ts';
import { describeRaw, quotaText, type TrialWire } from './wire.ts';

export type Trial = {
  readonly email: Email;
  readonly customerId: string;
  /** Where the operator can cancel by hand. */
  readonly apiUrl: string;
  /** Empty: all. */
  readonly allowedDomains: readonly string[];
};

export type TrialPorts = {
  readonly client: Pick<FastlyClient, 'listInvitations' | 'listMembers'>;
  readonly wire: TrialWire;
  readonly report: Report;
  /** Milliseconds since 1970 */
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
  /** Whether the operator wants to stop. Clean-up goes on. */
  readonly interrupted: () => boolean;
};

/** For how long the list may lag behind what was done. */
const LISTING_LAG_MS = 60_000;
const LOOK_PAUSE_MS = 1000;

const duration = (ms: number): string => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(1)} s`);

const SOMEBODY_ELSE = 'Nothing was sent. Name somebody who is neither a user nor invited';

const checkAddress = async (trial: Trial, { client }: TrialPorts): Promise<Verdict<true>> => {
  const { email, customerId, allowedDomains } = trial;
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (allowedDomains.length > 0 && !allowedDomains.includes(domain))
    return failed(
      `${domain} is not in ALLOWED_DOMAINS of this stage`,
      'Nothing was sent. Name somebody else',
    );
  const invitations = await client.listInvitations();
  if (!invitations.ok) return failed(invitations.failure.message, 'Nothing was sent. Try again');
  const members = await client.listMembers(customerId);
  if (!members.ok) return failed(members.failure.message, 'Nothing was sent. Try again');
  if (members.value.some((member) => member.email === email))
    return failed(`${email} is a user of the account already`, SOMEBODY_ELSE);
  const invitation = invitations.value.invitations.find((candidate) => candidate.email === email);
  return invitation === undefined
    ? ok(`${email} is neither a user nor invited`, true)
    : failed(`${email} has the invitation ${invitation.id} already`, SOMEBODY_ELSE);
};

/** `id` undefined: there is nothing to cancel. */
type Sent = { readonly id: string | undefined };

const idsOf = async ({ email }: Trial, { client }: TrialPorts): Promise<readonly string[]> => {
  const listed = await client.listInvitations();
  return listed.ok
    ? listed.value.invitations.filter((invitation) => invitation.email === email).map(({ id }) => id)
    : [];
};

/**
 * The invitation of a POST whose answer said nothing. The address had none a moment ago, so a single one is ours; of
 * several nobody could tell.
 */
const search = async (trial: Trial, ports: TrialPorts, what: string): Promise<Verdict<Sent>> => {
  const { now, sleep } = ports;
  const deadline = now() + LISTING_LAG_MS;
  let ids = await idsOf(trial, ports);
  while (ids.length === 0 && now() < deadline) {
    await sleep(LOOK_PAUSE_MS);
    ids = await idsOf(trial, ports);
  }
  const [id, ...others] = ids;
  if (id === undefined)
    return failed(
      `${what}. WHETHER ${trial.email} WAS INVITED IS NOT KNOWN: it was not found in the list for ${duration(LISTING_LAG_MS)}`,
      'Look at the pending invitations in the control panel of Fastly later, and cancel it there',
    );
  if (others.length > 0)
    return failed(
      `${what}. THE ADDRESS HAS ${ids.length} INVITATIONS NOW (${ids.join(', ')}), and nobody can tell which is this one's`,
      'Look at the pending invitations in the control panel of Fastly, and cancel what does not belong there',
    );
  return failed(`${what}. It took effect all the same: the invitation is ${id}`, 'Try again', { id });
};

/** One that fails in an unexpected way may have been sent all the same. */
const post = async ({ customerId, email }: Trial, { wire }: TrialPorts): ReturnType<TrialWire['invite']> => {
  try {
    return await wire.invite(customerId, email);
  } catch (error) {
    return {
      written: { kind: 'unknown', failure: { kind: 'unavailable', message: errorText(error) } },
      id: undefined,
    };
  }
};

const invite = async (trial: Trial, ports: TrialPorts): Promise<Verdict<Sent>> => {
  const startedAt = ports.now();
  const { written, id } = await post(trial, ports);
  const took = duration(ports.now() - startedAt);
  if (written.kind === 'unknown') return await search(trial, ports, written.failure.message);
  if (written.kind === 'refused') {
    const quota = written.reading === undefined ? '' : `; ${quotaText(written.reading)}`;
    return failed(`${written.failure.message}${quota}`, 'Nothing was sent', { id: undefined });
  }
  const answer = `${written.status} after ${took}, ${quotaText(written.reading)}`;
  if (id === undefined) return await search(trial, ports, `${answer}, without a readable id`);
  return ok(`${answer}, id ${id}`, { id });
};

const checkListed = async (trial: Trial, ports: TrialPorts, id: string): Promise<Verdict> => {
  const { now, sleep, interrupted } = ports;
  const startedAt = now();
  for (let looks = 1; !interrupted(); looks += 1) {
    const ids = await idsOf(trial, ports);
    const waited = now() - startedAt;
    if (ids.includes(id)) return ok(`shown after ${duration(waited)}, at look ${looks}`);
    if (waited >= LISTING_LAG_MS)
      return failed(
        `not shown after ${duration(waited)}`,
        'Fastly lists invitations late: a lost answer could make the worker invite twice',
      );
    await sleep(LOOK_PAUSE_MS);
  }
  return failed('interrupted', 'Start again');
};

const observe = async (trial: Trial, ports: TrialPorts, id: string): Promise<void> => {
  await ports.report.check('in the list', () => checkListed(trial, ports, id));
  if (ports.interrupted()) return;
  const raw = await ports.wire.findRaw(id);
  ports.report.see('as listed', raw === undefined ? 'not found by reading the pages' : describeRaw(raw));
};

/** What documentation leaves open about a cancelled invitation. Nobody is concerned by a second DELETE. */
const observeEnd = async ({ wire, report }: TrialPorts, id: string): Promise<void> => {
  const raw = await wire.findRaw(id);
  report.see('after the DELETE', raw === undefined ? 'not listed any more' : `listed: ${describeRaw(raw)}`);
  const again = await wire.cancel(id);
  const answer =
    again.kind === 'done' ? `${again.status}, ${quotaText(again.reading)}` : again.failure.message;
  report.see('a second DELETE', answer);
};

/** Every step is in the report. Never leaves an invitation behind without saying so, with its id. */
export const tryInvitation = async (trial: Trial, ports: TrialPorts): Promise<void> => {
  const { report, interrupted } = ports;
  const free = await report.check('address', () => checkAddress(trial, ports));
  if (free === undefined) return;
  if (interrupted()) return report.skip('POST', 'interrupted, nothing was sent');
  const sent = await report.check('POST', () => invite(trial, ports));
  if (sent === undefined) return;
  const { id } = sent;
  let gone: true | undefined;
  try {
    if (id !== undefined && !interrupted()) await observe(trial, ports, id);
  } finally {
    gone = await report.check('clean-up', () => cleanUp(trial, ports, id));
  }
  if (gone && id !== undefined && !interrupted()) await observeEnd(ports, id);
};
