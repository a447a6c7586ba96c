import { describe, expect, it } from '@jest/globals';
import { bareResult, type SyncResult } from '../../lib/planner/result.ts';
import type { Ending } from '../../local/cli/apply.ts';
import { exitStatus } from '../../local/cli/ending.ts';
import { applyCommand, type Options, parseSyncOptions } from '../../local/cli/options.ts';

const HASH = `sha256:${'0a'.repeat(32)}`;

const parsed = (...argv: readonly string[]): Options => {
  const options = parseSyncOptions(argv);
  if (options === 'help') throw new Error('help was not asked for');
  return options;
};

describe('options', () => {
  it.each([
    { given: ['--help'], is: 'help' },
    { given: ['--help', '--roster', 'x.csv'], is: 'help' },
  ])('$given → $is', ({ given, is }) => {
    expect(parseSyncOptions(given)).toBe(is);
  });

  it.each([
    { given: [], mode: 'apply', live: false, isSample: true, account: 'roster' },
    { given: ['--account', 'demo'], mode: 'apply', live: false, isSample: true, account: 'demo' },
    { given: ['--roster', 'acme.csv'], mode: 'plan', live: false, isSample: false, account: 'acme' },
    { given: ['--roster', 'acme.csv', '--apply'], mode: 'apply', live: false, account: 'acme' },
    { given: ['--roster', 'a/b/acme.csv.gz', '--live'], mode: 'plan', live: true, account: 'acme' },
    { given: ['--roster', 'acme', '--live', '--apply'], mode: 'apply', live: true, account: 'acme' },
    { given: ['--roster', 'ACME.CSV', '--account', 'acme-2'], mode: 'plan', account: 'acme-2' },
  ])('$given', ({ given, ...expected }) => {
    expect(parsed(...given)).toMatchObject(expected);
  });

  it.each([
    { given: [], command: 'npm run sync' },
    { given: ['--json'], command: 'npm run sync' },
    { given: ['--state', 'here'], command: 'npm run sync -- --state here' },
    { given: ['--roster', 'a.csv', '--live'], command: 'npm run sync -- --roster a.csv --live --apply' },
    {
      given: ['--roster', "it's b.csv", '--account', 'b', '--prune', 'none', '--apply', '--approve', HASH],
      command: "npm run sync -- --roster 'it'\\''s b.csv' --account b --prune none --apply",
    },
  ])('$given is carried out with: $command', ({ given, command }) => {
    expect(applyCommand(parsed(...given))).toBe(command);
  });
});

describe('exit status', () => {
  const result = (status: SyncResult['status'], more: Partial<SyncResult> = {}): Ending => ({
    result: bareResult('acme', 'run', status, more),
    drained: [],
  });
  const drained = (more: Partial<Ending['drained'][number]>): Ending => ({
    ...result('enqueued'),
    drained: [{ end: 'empty', deadLetters: 0, ...more }],
  });
  const held = { held: [{ action: 'delete', count: 80, reason: 'too many' }] } as const;
  const report = (outcome: string) =>
    ({ outcomes: [{ action: 'create', email: 'a@example.com', result: outcome }] }) as never;

  it.each([
    { name: 'planned', ending: result('planned'), status: 0 },
    { name: 'in sync', ending: result('in_sync'), status: 0 },
    { name: 'done', ending: drained({ report: report('created') }), status: 0 },
    { name: 'planned with holds', ending: result('planned', held), status: 2 },
    { name: 'held', ending: result('held', held), status: 2 },
    { name: 'a hash that no longer fits', ending: result('changed'), status: 2 },
    { name: 'blocked', ending: result('blocked'), status: 1 },
    { name: 'failed', ending: result('failed'), status: 1 },
    { name: 'interrupted', ending: drained({ end: 'stopped' }), status: 1 },
    { name: 'halted', ending: drained({ halted: '401' }), status: 1 },
    { name: 'a job rejected', ending: drained({ report: report('rejected') }), status: 1 },
    { name: 'a job failed', ending: drained({ report: report('failed') }), status: 1 },
  ])('$name: $status', ({ ending, status }) => {
    expect(exitStatus(ending)).toBe(status);
  });
});
