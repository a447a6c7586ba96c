import { describe, expect, it } from '@jest/globals';
import {
  type ClaimRequest,
  claimRun,
  decodePointer,
  isRunOf,
  PLANNING_TIMEOUT_MS,
} from '../../lib/state/run-pointer.ts';
import { NOW } from '../support/build.ts';
import { runPointer } from '../support/stored-state.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const claim = (
  pointer: Parameters<typeof claimRun>[0],
  more: Partial<ClaimRequest> = {},
  ledgerGeneration = 0,
) =>
  claimRun(pointer, ledgerGeneration, {
    roster: { key: 'rosters/acme.csv', etag: '"e"' },
    now: NOW,
    planningTimeoutMs: PLANNING_TIMEOUT_MS,
    ...more,
  });

describe('who may claim the next generation', () => {
  it.each([
    { name: 'a retry of the event whose planner was killed', triggerId: 'event1', after: 60, kind: 'take' },
    { name: 'a retry by a clock that is late', triggerId: 'event1', after: 30, kind: 'take' },
    { name: 'a second delivery of the event', triggerId: 'event1', after: 29, kind: 'in_progress' },
    { name: 'another event', triggerId: 'event2', after: 60, kind: 'in_progress' },
    { name: 'somebody without an event', triggerId: undefined, after: 60, kind: 'in_progress' },
  ])('F69 beside a run that is planning, $name: $kind', ({ triggerId, after, kind }) => {
    const begun = { ...runPointer({ status: 'planning' }), triggerId: 'event1' };
    const now = Date.parse(begun.startedAt) + after * 1000;
    expect(claim(begun, { triggerId, now }).kind).toBe(kind);
    const unnamed = runPointer({ status: 'planning' });
    expect(claim(unnamed, { triggerId, now }).kind).toBe('in_progress');
  });

  const planning = runPointer({ status: 'planning' });
  const draining = runPointer();

  it('the first run of an account takes the first one', () => {
    expect(claim(undefined)).toEqual({ kind: 'take', generation: 1, mustWait: false, unsettled: [] });
  });

  it('F58 a removed pointer: above all that the ledger knows, after a write that may be on its way', () => {
    expect(claim(undefined, {}, 41)).toEqual({ kind: 'take', generation: 42, mustWait: true, unsettled: [] });
  });

  it('F58 an older pointer that was restored: above all that the ledger knows', () => {
    const restored = runPointer({ status: 'finished', generation: 7 });
    expect(claim(restored, {}, 41)).toMatchObject({ kind: 'take', generation: 42 });
    expect(claim(restored, {}, 3)).toMatchObject({ kind: 'take', generation: 8 });
  });

  it.each([
    { name: 'the same plan hash', planHash: 'sha256:a', kind: 'in_progress' },
    { name: 'another plan hash', planHash: 'sha256:b', kind: 'take' },
    { name: 'no plan hash', planHash: undefined, kind: 'in_progress' },
  ])('F61 while a run that was asked for one plan hash drains, $name: $kind', ({ planHash, kind }) => {
    expect(claim({ ...draining, planHash: 'sha256:a' }, { planHash }).kind).toBe(kind);
  });

  it.each([
    { name: 'planning for a moment', pointer: planning, late: 0, kind: 'in_progress' },
    {
      name: 'planning for almost 15 minutes',
      pointer: planning,
      late: 15 * MINUTE_MS - 1,
      kind: 'in_progress',
    },
    { name: 'planning for exactly 15 minutes', pointer: planning, late: 15 * MINUTE_MS, kind: 'take' },
    {
      name: 'draining until exactly 6 hours late',
      pointer: draining,
      late: 6 * HOUR_MS,
      kind: 'in_progress',
    },
    { name: 'draining more than 6 hours late', pointer: draining, late: 6 * HOUR_MS + 1, kind: 'take' },
    { name: 'finished', pointer: runPointer({ status: 'finished' }), late: 0, kind: 'take' },
    { name: 'halted', pointer: runPointer({ status: 'halted' }), late: 0, kind: 'take' },
  ])('a run of the same roster, $name: $kind', ({ pointer, late, kind }) => {
    expect(claim(pointer, { now: NOW + late }).kind).toBe(kind);
  });

  it('6 hours count from the estimated finish, 15 minutes from the start', () => {
    const soon = new Date(NOW + HOUR_MS).toISOString();
    const now = NOW + 7 * HOUR_MS;
    expect(claim({ ...draining, estimatedFinish: soon }, { now }).kind).toBe('in_progress');
    expect(claim({ ...planning, startedAt: soon }, { now: NOW + HOUR_MS + 14 * MINUTE_MS }).kind).toBe(
      'in_progress',
    );
    expect(claim({ ...planning, updatedAt: soon, estimatedFinish: soon }, { now }).kind).toBe('take');
  });

  it.each([
    { name: 'planning', pointer: planning },
    { name: 'draining', pointer: draining },
  ])('another roster supersedes a run that is $name', ({ pointer }) => {
    expect(claim(pointer, { roster: { key: 'rosters/acme.csv', etag: '"f"' } }).kind).toBe('take');
    expect(claim(pointer, { roster: { key: 'rosters/acme.csv.gz', etag: '"e"' } }).kind).toBe('take');
  });

  it('the reason names the run and its time', () => {
    expect(claim(planning)).toMatchObject({
      reason: expect.stringMatching(/run7.*planning.*2026-11-23T10:20/),
    });
    expect(claim(draining)).toMatchObject({
      reason: expect.stringMatching(/run7.*finish.*2026-11-23T10:20/),
    });
  });

  it.each([
    { name: 'that released it', approved: 'sha256:a', approve: 'sha256:a', kind: 'in_progress' },
    { name: 'of something else', approved: 'sha256:b', approve: 'sha256:a', kind: 'take' },
    { name: 'that it never had', approved: undefined, approve: 'sha256:a', kind: 'take' },
    { name: 'left out', approved: 'sha256:a', approve: undefined, kind: 'in_progress' },
  ])('a draining run and an approval $name: $kind', ({ approved, approve, kind }) => {
    const pointer = runPointer({ ...(approved !== undefined && { approved }) });
    expect(claim(pointer, { approve }).kind).toBe(kind);
  });
});

describe('what the claiming run takes over', () => {
  it.each([
    { status: 'finished', mustWait: false, unsettled: ['run5'] },
    { status: 'halted', mustWait: true, unsettled: ['run5', 'run7'] },
    { status: 'draining', mustWait: true, unsettled: ['run5', 'run7'] },
    { status: 'planning', mustWait: true, unsettled: ['run5', 'run7'] },
  ] as const)('from a run that is $status', ({ status, mustWait, unsettled }) => {
    const pointer = runPointer({ status, unsettled: ['run5'] });
    const taken = claim(pointer, { roster: { key: 'rosters/acme.csv', etag: '"new"' } });
    expect(taken).toMatchObject({ kind: 'take', generation: 8, mustWait, unsettled });
  });
});

describe('isRunOf', () => {
  it.each([
    { name: 'its own job', job: { generation: 7, runId: 'run7' }, is: true },
    { name: 'a job of an older generation', job: { generation: 6, runId: 'run7' }, is: false },
    { name: 'a job of a newer generation', job: { generation: 8, runId: 'run7' }, is: false },
    {
      name: 'a job of another run, numbered again after the state was removed',
      job: { generation: 7, runId: 'run1' },
      is: false,
    },
  ])('$name: $is', ({ job, is }) => {
    expect(isRunOf(runPointer(), job)).toBe(is);
    expect(isRunOf(undefined, job)).toBe(false);
  });
});

describe('the pointer file', () => {
  it('is read back as it was written', () => {
    const pointer = runPointer({ approved: 'sha256:a', announced: 'sha256:b', reason: 'because' });
    expect(decodePointer(JSON.stringify(pointer))).toEqual({ pointer });
  });

  it('without unsettled runs has none', () => {
    const { unsettled: _unsettled, ...older } = runPointer();
    expect(decodePointer(JSON.stringify(older))).toMatchObject({ pointer: { unsettled: [] } });
  });

  it.each([
    { name: 'cut off', text: '{"generation":7,', problem: /not JSON/ },
    { name: 'empty', text: '', problem: /not JSON/ },
    { name: 'null', text: 'null', problem: /^it has another shape$/ },
    {
      name: 'of a generation that is none',
      text: JSON.stringify({ ...runPointer(), generation: 1.5 }),
      problem: /^"generation" is/,
    },
    {
      name: 'of a negative generation',
      text: JSON.stringify({ ...runPointer(), generation: -1 }),
      problem: /^"generation" is/,
    },
    {
      name: 'of an unknown status',
      text: JSON.stringify({ ...runPointer(), status: 'done' }),
      problem: /^"status" is/,
    },
    {
      name: 'of a time that is none',
      text: JSON.stringify({ ...runPointer(), startedAt: 'now' }),
      problem: /^"startedAt" is/,
    },
    {
      name: 'of a roster without etag',
      text: JSON.stringify({ ...runPointer(), roster: { key: 'rosters/acme.csv' } }),
      problem: /^"roster\.etag" is/,
    },
  ])('is refused when it is $name', ({ text, problem }) => {
    expect(decodePointer(text)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
