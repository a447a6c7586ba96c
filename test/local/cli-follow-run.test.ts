import { Writable } from 'node:stream';
import { expect, it } from '@jest/globals';
import { followRun } from '../../local/cli/follow-run.ts';
import { createScreen } from '../../local/cli/screen.ts';
import { FakeStore } from '../support/fakes.ts';
import { putPointer, putRecord, recordWith, runPointer } from '../support/stored-state.ts';

const REPORT = JSON.stringify({ durationSeconds: 3, counts: { created: 0 }, outcomes: [] });

/** A newer run has the pointer. */
const follow = async (report: string | undefined) => {
  const store = new FakeStore();
  putRecord(store, recordWith([], { runId: 'run7' }));
  putPointer(store, runPointer({ runId: 'run8' }));
  if (report !== undefined) store.objects.set('runs/acme/run7/report.json', report);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  return await followRun({ account: 'acme', runId: 'run7' }, 1, store, {
    screen: createScreen(nowhere, nowhere, false),
    clock: { now: () => 0, sleep: async () => undefined },
    stop: new AbortController().signal,
  });
};

it('a run that a newer one replaced before it had finished was halted', async () => {
  expect(await follow(undefined)).toMatchObject({ end: 'empty', halted: 'a newer run took over' });
});

it('a run that had finished before a newer one began was not halted', async () => {
  expect(await follow(REPORT)).toEqual({ end: 'empty', report: JSON.parse(REPORT), deadLetters: 0 });
});
