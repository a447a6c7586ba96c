import { describe, expect, it } from '@jest/globals';
import type { Email } from '../../lib/domain/invitation.ts';
import type { LedgerEntry } from '../../lib/domain/ledger.ts';
import type { Outcome } from '../../lib/domain/outcome.ts';
import { handleTrigger } from '../../lib/planner/handle-trigger.ts';
import { parseTrigger } from '../../lib/planner/trigger.ts';
import { updateLedger } from '../../lib/state/ledger-store.ts';
import { type PlanRecord, releasedChanges } from '../../lib/state/plan-record.ts';
import { email, invitation } from '../support/build.ts';
import { type PlannerWorld, rosterOf, worldWith } from '../support/planner.ts';
import { LEDGER_KEY, outcomeOf } from '../support/stored-state.ts';

const only = (...names: string[]) => ({ only: names.map(email) });
const resend = (...names: string[]) => ({ ...only(...names), resend: true });

/** A delivery of an event by this name. */
const deliver = async (world: PlannerWorld, event: object, id: string) => {
  const trigger = parseTrigger({ account: 'acme', mode: 'apply', ...event });
  const { results } = await handleTrigger(trigger, world.deps(), id);
  return results[0];
};

/** Does the jobs of the run as the worker would, and finishes it. */
const carryOut = async (world: PlannerWorld): Promise<void> => {
  const { runId, generation } = world.pointer();
  const record = world.store.json(`runs/acme/${runId}/plan.json`) as PlanRecord;
  const outcomes = new Map<Email, Outcome>();
  for (const change of releasedChanges(record)) {
    const ids: readonly string[] = change.action === 'create' ? [] : change.invitationIds;
    world.fastly.invitations = world.fastly.invitations.filter(({ id }) => !ids.includes(id));
    const id = `${runId} ${change.email}`;
    outcomes.set(change.email, { ...outcomeOf(change, 'created'), invitationId: id });
    const name = change.email.split('@')[0] ?? '';
    if (change.action !== 'delete')
      world.fastly.invitations.push(invitation(name, { id, createdAt: world.clock.now() }));
  }
  await updateLedger(world.store, record, outcomes, generation);
  world.finish();
};

const ledgerOf = (world: PlannerWorld) => world.store.json(LEDGER_KEY) as Record<string, LedgerEntry>;

describe('a run for some addresses only', () => {
  it('changes nothing for anybody else', async () => {
    const world = worldWith(['ada', 'bob']);
    world.fastly.invitations = [invitation('cyd')];
    const result = await world.run(only('bob'));
    expect(result).toMatchObject({ status: 'enqueued', counts: { create: 1, delete: 0 } });
    expect(world.jobLines()).toEqual(['create bob', 'finish']);
    expect(world.record(result).only).toEqual([email('bob')]);
  });

  it('is for addresses as a roster writes them', async () => {
    const world = worldWith(['ada', 'bob']);
    await world.run({ only: [' BOB@example.com', 'bob@Example.com'] });
    expect(world.jobLines()).toEqual(['create bob', 'finish']);
  });

  it('is blocked by an address that nothing is known of, which it names, and raises no alarm', async () => {
    const world = worldWith(['ada']);
    const result = await world.run(only('ada', 'adda'));
    expect(result).toMatchObject({ status: 'blocked', issues: [{ code: 'unknown_address' }] });
    expect(result.issues[0]?.message).toContain('adda@example.com');
    expect(world.jobLines()).toEqual([]);
    expect(world.telemetry.notifications).toEqual([]);
    expect(world.pointer().status).toBe('finished');
  });

  it('is guarded, and approved with the same addresses only', async () => {
    const world = worldWith(['ada', 'bob', 'cyd'], { MAX_CREATES: '0' });
    const scopes: unknown[] = [];
    const noteScope = {
      approveCommand: (_account: string, _approval: string, scope: object) => {
        scopes.push(scope);
        return 'approve';
      },
    };
    const { status, approval = '' } = await world.run(only('ada'), noteScope);
    expect({ status, scopes }).toEqual({ status: 'held', scopes: [only('ada')] });
    expect(world.telemetry.notifications).toEqual([]);
    expect(await world.run({ approve: approval })).toMatchObject({ status: 'held' });
    expect(await world.run({ approve: approval, ...only('ada') })).toMatchObject({ status: 'enqueued' });
    expect(world.jobLines()).toEqual(['create ada', 'finish']);
  });

  it('leaves the hold of the whole plan announced', async () => {
    const world = worldWith(['ada', 'bob', 'cyd'], { MAX_CREATES: '0' });
    await world.run();
    await world.run(only('ada'));
    await world.run();
    expect(world.telemetry.notifications).toHaveLength(1);
  });

  it.each([
    ['planning', 'has been planning since'],
    ['draining', 'is carrying out its changes'],
  ] as const)('is refused while another run is %s, which goes on', async (status, sentence) => {
    const world = worldWith(['ada']);
    await world.run();
    world.setPointer({ status });
    world.upload('acme', rosterOf('ada', 'bob'));
    const result = await world.run(resend('bob'));
    expect(result).toMatchObject({ status: 'failed', error: expect.stringContaining(sentence) });
    expect(result.error).toContain('nothing was done for these addresses');
    expect(world.pointer()).toMatchObject({ generation: 1, status });
  });

  it.each(['planning', 'draining'] as const)(
    'does not stand for a plan of its roster: the next one plans everybody, also while it is %s',
    async (status) => {
      const world = worldWith(['ada', 'bob']);
      await world.run(only('ada'));
      world.setPointer({ status });
      expect(await world.run()).toMatchObject({ status: 'enqueued', counts: { create: 2 } });
      expect(world.pointer()).not.toHaveProperty('only');
    },
  );

  it('does not stand for a plan of its roster when it is finished', async () => {
    const world = worldWith(['ada', 'bob']);
    await world.run(only('ada'));
    world.finish();
    expect(await world.run()).toMatchObject({ status: 'enqueued', counts: { create: 2 } });
  });
});

describe('a resend', () => {
  it('mails past cool-down and cap, once: the same event delivered again finds it done', async () => {
    const world = worldWith(['ada', 'bob'], { MAX_INVITES_PER_EMAIL: '1' });
    await world.run();
    await carryOut(world);
    const first = await deliver(world, resend('ada'), 'event1');
    expect(first).toMatchObject({ status: 'enqueued', counts: { replace: 1 } });
    expect(await deliver(world, resend('ada'), 'event1')).toMatchObject({ status: 'in_progress' });
    await carryOut(world);
    expect(ledgerOf(world)[email('ada')]).toMatchObject({ count: 2, resend: 'event1' });
    expect(await deliver(world, resend('ada'), 'event1')).toMatchObject({
      status: 'in_sync',
      counts: { keep: 1 },
    });
    expect(await deliver(world, resend('ada'), 'event2')).toMatchObject({ counts: { replace: 1 } });
  });

  it('is sent by the next run when its own was cut off before', async () => {
    const world = worldWith(['ada', 'bob']);
    await world.run();
    await carryOut(world);
    await deliver(world, resend('ada'), 'event1');
    world.upload('acme', rosterOf('ada', 'bob', 'cyd'));
    const next = await world.run();
    expect(next.counts).toMatchObject({ replace: 1, create: 1, keep: 1 });
    await carryOut(world);
    expect(ledgerOf(world)[email('ada')]).toMatchObject({ count: 2, resend: 'event1' });
    expect(await world.run()).toMatchObject({ status: 'in_sync' });
  });

  it('is not sent by the next run when its own was cut off after it was sent', async () => {
    const world = worldWith(['ada']);
    await world.run();
    await carryOut(world);
    await deliver(world, resend('ada'), 'event1');
    world.fastly.invitations = [invitation('ada', { id: 'new', createdAt: world.clock.now() })];
    world.upload('acme', rosterOf('ada', 'cyd'));
    expect((await world.run()).counts).toMatchObject({ replace: 0, create: 1, keep: 1 });
  });

  it('is refused for somebody without a row, whose invitation a plan would cancel', async () => {
    const world = worldWith(['ada']);
    world.fastly.invitations = [invitation('bob')];
    expect(await world.run(resend('bob'))).toMatchObject({
      status: 'blocked',
      issues: [{ code: 'unknown_address', message: expect.stringContaining('is not in the roster') }],
    });
    expect(world.jobLines()).toEqual([]);
  });
});
