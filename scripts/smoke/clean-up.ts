/** Cancels the trial's invitation, and makes sure that it is gone. */

import { UNKNOWN_QUOTA, windowEndsAt, writeAnswered } from '../../lib/domain/quota.ts';
import { failed, ok, type Verdict } from './report.ts';
import type { Trial, TrialPorts } from './trial.ts';
import { quotaText, type Written } from './wire.ts';

/** Before each further try of a DELETE whose answer was lost: it may be repeated. */
const RETRY_PAUSES_MS = [1000, 2000, 4000, 8000];
/** For how long a cancelled invitation may still be listed. */
const LISTING_LAG_MS = 60_000;
const LOOK_PAUSE_MS = 1000;

type Refused = Extract<Written, { kind: 'refused' }>;

/** Waits for the next quota window, an hour at most, unless the operator wants to stop. */
const awaitQuota = async ({ reading }: Refused, id: string, ports: TrialPorts): Promise<boolean> => {
  const { now, sleep, interrupted, report } = ports;
  const time = now();
  const opensAt = windowEndsAt(writeAnswered(UNKNOWN_QUOTA, { reading, rateLimited: true }, time), time);
  report.see(
    'clean-up',
    `the quota is used up: waiting until ${new Date(opensAt).toISOString()} to cancel ${id}. Ctrl-C leaves it there`,
  );
  while (!interrupted() && now() < opensAt) await sleep(LOOK_PAUSE_MS);
  return !interrupted();
};

const cancel = async (id: string, ports: TrialPorts): Promise<Written> => {
  const pauses = RETRY_PAUSES_MS.values();
  for (;;) {
    const written = await ports.wire.cancel(id);
    if (written.kind === 'done') return written;
    const pause = pauses.next();
    if (pause.done) return written;
    if (written.kind === 'unknown') await ports.sleep(pause.value);
    else if (written.failure.kind !== 'rate_limited') return written;
    else if (!(await awaitQuota(written, id, ports))) return written;
  }
};

const isCancelled = (written: Written | undefined): boolean =>
  written === undefined ||
  written.kind === 'done' ||
  (written.kind === 'refused' && written.failure.kind === 'gone');

/** `problem`: why the list could not be read. */
type Rest = { readonly ids: readonly string[] } | { readonly problem: string };

/** What the address still has, once `id` is gone from the list or the patience is at its end. */
const lookAfter = async (
  trial: Trial,
  ports: TrialPorts,
  id: string | undefined,
  patienceMs: number,
): Promise<Rest> => {
  const deadline = ports.now() + patienceMs;
  for (;;) {
    const listed = await ports.client.listInvitations();
    const ids = listed.ok
      ? listed.value.invitations
          .filter(({ email }) => email === trial.email)
          .map((invitation) => invitation.id)
      : [];
    const settled = listed.ok && (id === undefined || !ids.includes(id));
    if (settled || ports.now() >= deadline) return listed.ok ? { ids } : { problem: listed.failure.message };
    await ports.sleep(LOOK_PAUSE_MS);
  }
};

const answerText = (written: Written): string =>
  written.kind === 'done'
    ? `DELETE answered ${written.status}, ${quotaText(written.reading)}`
    : written.failure.message;

const stillThere = ({ apiUrl }: Trial, id: string, why: string): Verdict<true> =>
  failed(
    `THE INVITATION ${id} IS STILL THERE: ${why}`,
    `Cancel it: curl -X DELETE -H "Fastly-Key: $FASTLY_API_TOKEN" ${apiUrl}/invitations/${id}, or in the control panel of Fastly`,
  );

const LEFT_ALONE =
  'It is left alone, since this test did not make it as far as it knows: cancel it if it does not belong there';

/** With `id` undefined there was nothing to cancel, and only the look is made. The value: all is as it was. */
export const cleanUp = async (
  trial: Trial,
  ports: TrialPorts,
  id: string | undefined,
): Promise<Verdict<true>> => {
  const written = id === undefined ? undefined : await cancel(id, ports);
  const said = written === undefined ? 'nothing was made' : answerText(written);
  const rest = await lookAfter(trial, ports, id, isCancelled(written) ? LISTING_LAG_MS : 0);
  if ('problem' in rest) {
    if (id !== undefined && !isCancelled(written)) return stillThere(trial, id, `${said}; ${rest.problem}`);
    return failed(`${said}, but it can't be seen: ${rest.problem}`, 'Look into the control panel of Fastly');
  }
  if (id !== undefined && rest.ids.includes(id)) return stillThere(trial, id, said);
  return rest.ids.length === 0
    ? ok(`${said}; the address has no invitation`, true)
    : failed(`${said}; the address has the invitation ${rest.ids.join(', ')}`, LEFT_ALONE);
};
