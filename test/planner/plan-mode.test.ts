import { describe, expect, it } from '@jest/globals';
import { worldWith } from '../support/planner.ts';

describe('plan mode', () => {
  it('F48 changes nothing: no pointer, no ledger, no job, no write; only the report', async () => {
    const world = worldWith(['ada']);
    const result = await world.run({ mode: 'plan' });
    expect(result.status).toBe('planned');
    expect([...world.store.objects.keys()]).toEqual(
      ['rosters/acme.csv', `runs/acme/${result.runId}/plan.json`].sort(),
    );
    expect(world.queue.messages).toEqual([]);
    expect(world.writes()).toEqual([]);
  });

  it('F47 evaluates and prints the guards like an applying run', async () => {
    const world = worldWith(['ada', 'bob'], { MAX_CREATES: '1' });
    const planned = await world.run({ mode: 'plan' });
    const applied = await world.run();
    expect(planned.held).toEqual(applied.held);
    expect(planned.approval).toBe(applied.approval);
    expect(planned.planHash).toBe(applied.planHash);
  });

  it('MODE=plan makes schedule and upload only report and notify', async () => {
    const world = worldWith(['ada'], { MODE: 'plan' });
    const { results } = await world.trigger({ trigger: 'schedule' });
    expect(results).toMatchObject([{ account: 'acme', status: 'planned' }]);
    expect(world.telemetry.notifications).toHaveLength(1);
    expect(world.queue.messages).toEqual([]);
  });
});
