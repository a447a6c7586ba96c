/** What happens while the trouble lasts, spread over time by chance. */

import type { FastlyAccount } from './fastly-account.ts';
import type { Operator } from './operator.ts';
import { Outsiders } from './outsiders.ts';
import type { PlannerHost } from './planner-host.ts';
import type { Random } from './random.ts';
import { DAMAGED, restoreState } from './restorations.ts';
import type { Rosters } from './rosters.ts';
import type { World } from './world.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** With less between planner's and Fastly's clocks nobody has a reason to stop. */
const SUSPICIOUS_MS = 4.5 * MINUTE_MS;

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

/** Longer than any planner enqueues. SQS puts nothing aside by itself until hours later. */
const PUT_ASIDE_MS = 16 * MINUTE_MS;

/**
 * Somebody sends back what is in the dead-letter queue: nothing of it may do harm, also while it is still in the queue,
 * because its acknowledgement was lost. Some of it comes without the worker's mark, as if SQS itself had put it aside.
 */
const redrive = (world: World): void => {
  const { queue, deadLetters, scheduler, random, counts } = world;
  const dead = deadLetters.messages();
  deadLetters.purge();
  for (const { groupId, body, sentAt, attributes = {} } of dead) {
    counts.add('redriven messages');
    const isMarked = scheduler.now - sentAt <= PUT_ASIDE_MS || random.chance(0.5);
    const deduplicationId = `redriven ${random.next()}`;
    queue.send({ groupId, body, ...(isMarked && { attributes }), deduplicationId }, scheduler.now);
  }
  world.queueChanged();
};

/** A state file is damaged for a while. */
const damage = (world: World, { fastly }: Tenant): void => {
  const { bucket, scheduler, random, counts } = world;
  const key = `state/${fastly.name}/${random.pick(['run', 'ledger'])}.json`;
  const good = bucket.get(key)?.content;
  if (good === undefined || good === DAMAGED) return;
  bucket.put(key, DAMAGED);
  const { triggers } = world.witness.contract;
  triggers.trouble(fastly.name, key);
  counts.add('damaged files');
  world.note(() => `${key} is damaged`);
  scheduler.after(random.between(1, 60) * MINUTE_MS, () => {
    // Somebody else may have restored it meanwhile.
    if (bucket.get(key)?.content === DAMAGED) bucket.put(key, good);
    triggers.over(fastly.name, key, scheduler.now);
    world.note(() => `${key} is restored`);
  });
};

/** Somebody uses the quota up for some hours, as soon as there is one. */
const drought = ({ scheduler, random, settings, counts }: World, { fastly, outsiders }: Tenant): void => {
  counts.add('droughts');
  const hours = random.between(2, 5);
  for (let hour = 0; hour < hours; hour += 1)
    scheduler.after(fastly.window + hour * HOUR_MS - fastly.now, () =>
      outsiders.useQuota(settings.quotaPerHour),
    );
};

/** From one second to a minute and a half, the shorter the likelier. */
const soonMs = (random: Random): number => 1000 * 90 ** random.next();

/** What happens to one account. Mostly things happen while something else is going on. */
const disturb = (world: World, host: PlannerHost, operator: Operator, tenant: Tenant): void => {
  const { scheduler, random, settings } = world;
  const { events, lastsMs } = settings;
  const { fastly, rosters, outsiders } = tenant;
  const busyTimes = [random.between(0, MINUTE_MS)];
  const someTime = (): number =>
    random.chance(0.6) ? random.pick(busyTimes) + soonMs(random) : random.between(0, lastsMs - 1);
  const sometimes = (count: number, action: () => void): void => {
    for (let index = 0; index < count; index += 1)
      scheduler.after(someTime(), () => {
        if (!world.isCalm) action();
      });
  };
  const upload = (): void => {
    if (world.isCalm) return;
    rosters.change();
    tellOfUpload(world, host, rosters.key);
  };
  for (let index = 0; index < events.rosters; index += 1) busyTimes.push(someTime());
  for (const time of busyTimes) scheduler.after(time, upload);
  sometimes(events.acceptances, () => outsiders.accept());
  sometimes(events.cancellations, () => outsiders.cancel());
  sometimes(events.invitations, () => outsiders.invite());
  sometimes(events.expiries, () => outsiders.expire());
  sometimes(events.outages, () => outsiders.outage());
  sometimes(events.revocations, () => outsiders.revoke());
  sometimes(events.manualTriggers, () => operator.trigger(fastly.name));
  sometimes(events.malformedMessages, () => sendNonsense(world, tenant));
  sometimes(events.damages, () => damage(world, tenant));
  sometimes(events.restorations, () => restoreState(world, fastly.name));
  sometimes(events.tokenSwaps, () => outsiders.swapToken());
  sometimes(events.droughts, () => drought(world, tenant));
  sometimes(events.headerChanges, () => outsiders.changeHeaders());
  const othersPerHour = Math.round(events.otherWrites * settings.quotaPerHour);
  if (othersPerHour > 0) sometimes(Math.ceil(lastsMs / HOUR_MS), () => outsiders.useQuota(othersPerHour));
};

export const makeTrouble = (
  world: World,
  host: PlannerHost,
  operator: Operator,
  tenants: readonly Tenant[],
): void => {
  const { scheduler, random, settings } = world;
  const { events, lastsMs, scheduleEveryMs } = settings;
  const isClockOff = Math.abs(world.clocks.planner - world.clocks.fastly) > SUSPICIOUS_MS;
  const { planner, worker, fastly } = world.clocks;
  if (planner !== fastly || worker !== fastly) world.counts.add('clocks that differ');
  if (isClockOff) world.counts.add('clocks that differ by hours or days');
  for (const tenant of tenants) {
    if (isClockOff) world.witness.contract.triggers.trouble(tenant.fastly.name, 'clock');
    tenant.outsiders.settle();
    const { stranger } = tenant.fastly;
    if (stranger !== undefined) new Outsiders(world, stranger).settle();
    disturb(world, host, operator, tenant);
  }
  // The moments between the first look at an account and the last one.
  world.approached = (account) => {
    if (world.isCalm || events.acceptances === 0 || !random.chance(0.15)) return;
    const tenant = tenants.find(({ fastly }) => fastly.name === account);
    scheduler.after(random.between(0, 1500), () => tenant?.outsiders.accept());
  };
  world.pageMade = (account) => {
    if (!world.strikes('pageMoves')) return;
    const tenant = tenants.find(({ fastly }) => fastly.name === account);
    tenant?.outsiders.actBetweenPages();
  };
  for (let at = random.between(0, scheduleEveryMs); at < lastsMs; at += scheduleEveryMs)
    scheduler.after(at, () => host.invoke({ kind: 'schedule' }));
  for (let index = 0; index < events.redrives; index += 1)
    scheduler.after(random.between(0, lastsMs - 1), () => redrive(world));
};
