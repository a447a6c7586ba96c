/** What happens while the trouble lasts, spread over time by chance. */

import type { FastlyAccount } from './fastly-account.ts';
import type { Operator } from './operator.ts';
import type { Outsiders } from './outsiders.ts';
import type { PlannerHost } from './planner-host.ts';
import type { Rosters } from './rosters.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** An account with the people around it. */
export type Tenant = {
  readonly fastly: FastlyAccount;
  readonly rosters: Rosters;
  readonly outsiders: Outsiders;
};

/** S3 tells of an upload at least once, mostly soon. */
const tellOfUpload = ({ scheduler, random }: World, host: PlannerHost, key: string): void => {
  const tell = (): void => {
    const delayMs = random.chance(0.2) ? random.between(0, 20) * MINUTE_MS : random.between(300, 3000);
    scheduler.after(delayMs, () => host.invoke({ kind: 'upload', keys: [key] }));
  };
  tell();
  if (random.chance(0.2)) tell();
};

const MALFORMED = ['{', '{"version":2}', '[]', '{"version":1,"account":"other-account"}'];

const sendNonsense = (world: World, { fastly }: Tenant): void => {
  const { queue, scheduler, random, witness, counts } = world;
  const body = `${random.pick(MALFORMED)}${' '.repeat(random.between(0, 1000))}`;
  const message = { groupId: fastly.name, deduplicationId: `nonsense ${random.next()}`, body };
  witness.sent(message, queue.send(message, scheduler.now));
  counts.add('malformed messages');
  world.queueChanged();
};

export const makeTrouble = (
  world: World,
  host: PlannerHost,
  operator: Operator,
  tenants: readonly Tenant[],
): void => {
  const { scheduler, random, settings } = world;
  const { events, lastsMs, scheduleEveryMs } = settings;
  const sometimes = (count: number, action: () => void): void => {
    for (let index = 0; index < count; index += 1)
      scheduler.after(random.between(0, lastsMs - 1), () => {
        if (!world.isCalm) action();
      });
  };
  for (const tenant of tenants) {
    const { fastly, rosters, outsiders } = tenant;
    outsiders.settle();
    const upload = (): void => {
      rosters.change();
      tellOfUpload(world, host, rosters.key);
    };
    scheduler.after(random.between(0, MINUTE_MS), upload);
    sometimes(events.rosters, upload);
    sometimes(events.acceptances, () => outsiders.accept());
    sometimes(events.cancellations, () => outsiders.cancel());
    sometimes(events.invitations, () => outsiders.invite());
    sometimes(events.expiries, () => outsiders.expire());
    sometimes(events.outages, () => outsiders.outage());
    sometimes(events.revocations, () => outsiders.revoke());
    sometimes(events.manualTriggers, () => operator.trigger(fastly.name));
    sometimes(events.malformedMessages, () => sendNonsense(world, tenant));
    const othersPerHour = Math.round(events.otherWrites * settings.quotaPerHour);
    const bursts = Math.ceil(lastsMs / HOUR_MS);
    if (othersPerHour > 0)
      sometimes(bursts, () => {
        for (let write = 0; write < othersPerHour; write += 1) outsiders.useQuota();
      });
  }
  for (let at = random.between(0, scheduleEveryMs); at < lastsMs; at += scheduleEveryMs)
    scheduler.after(at, () => host.invoke({ kind: 'schedule' }));
};
