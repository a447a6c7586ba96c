import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { changeMessage, decodeJob } from '../../lib/domain/job.ts';
import { decodeLedger } from '../../lib/domain/ledger.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { accountOfCustomer } from '../../lib/state/customer-claim.ts';
import { countFailedWrite } from '../../lib/state/failed-writes.ts';
import { failedWritesKey } from '../../lib/state/keys.ts';
import { readOutcomes, readRecord, readReport } from '../../lib/state/read-run.ts';
import { decodePointer } from '../../lib/state/run-pointer.ts';
import { email, ledgerEntry } from '../support/build.ts';
import { FakeStore } from '../support/fakes.ts';
import { outcomeOf, recordWith, runPointer } from '../support/stored-state.ts';
import { create } from '../support/worker.ts';

const ADDRESS = email('thelma');

/** What reading `text` as an object of the run says of it; undefined when nothing is wrong. */
const readAs = async (
  key: string,
  text: string,
  read: (store: ObjectStore) => Promise<unknown>,
): Promise<string | undefined> => {
  const store = new FakeStore();
  store.objects.set(key, text);
  return await read(store).then(
    () => undefined,
    (error: Error) => error.message,
  );
};

const problemIn = (decoded: object): string | undefined =>
  'problem' in decoded ? String(decoded.problem) : undefined;

const recovered = { [ADDRESS]: ledgerEntry() };
const TEXTS: Readonly<
  Record<string, { text: string; problem: (text: string) => Promise<string | undefined> }>
> = {
  'run pointer': {
    text: JSON.stringify(runPointer({ unsettled: [ADDRESS], reason: ADDRESS })),
    problem: async (text) => problemIn(decodePointer(text)),
  },
  ledger: { text: JSON.stringify(recovered), problem: async (text) => problemIn(decodeLedger(text)) },
  job: {
    text: changeMessage({ account: 'acme', runId: 'r', generation: 1, customerId: 'c' }, create('thelma'))
      .body,
    problem: async (text) => problemIn(decodeJob(text)),
  },
  record: {
    text: JSON.stringify(recordWith([create('thelma')], { ledger: { recovered, forgotten: [ADDRESS] } })),
    problem: (text) => readAs('runs/acme/r/plan.json', text, (store) => readRecord(store, 'acme', 'r')),
  },
  outcomes: {
    text: JSON.stringify(outcomeOf(create('thelma'), 'created')),
    problem: (text) =>
      readAs('runs/acme/r/outcomes/a.jsonl', text, (store) => readOutcomes(store, 'acme', 'r')),
  },
  report: {
    text: JSON.stringify({
      durationSeconds: 3,
      counts: { created: 1 },
      outcomes: [{ email: ADDRESS, result: 'created' }],
    }),
    problem: (text) => readAs('runs/acme/r/report.json', text, (store) => readReport(store, 'acme', 'r')),
  },
  'count of failed writes': {
    text: JSON.stringify({ failedWrites: 2 }),
    problem: (text) =>
      readAs(failedWritesKey('acme', 'r', ADDRESS), text, (store) =>
        countFailedWrite(store, { account: 'acme', runId: 'r', email: ADDRESS }, false),
      ),
  },
  'claim of a customer': {
    text: JSON.stringify({ account: 'acme' }),
    problem: (text) => readAs('state/_customers/c.json', text, (store) => accountOfCustomer(store, 'c')),
  },
};

/** An address in the place of some value. */
const replacements = [
  '"thelma@example.com"',
  'thelma@example.com',
  '{"thelma@example.com":1}',
  '["thelma@example.com"]',
];

describe.each(Object.entries(TEXTS))('a damaged %s', (_, { text, problem }) => {
  it('is told without a word of its content, wherever and however it is damaged', async () => {
    const values = [...text.matchAll(/(?<=:)(?:"[^"]*"|[\d.]+|true|false)/g)].map(
      ({ index, 0: value }) => [index, value] as const,
    );
    let told = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.nat(text.length - 1).map((end) => text.slice(0, end)),
          fc
            .tuple(fc.constantFrom(...values), fc.constantFrom(...replacements))
            .map(
              ([[index, value], other]) => text.slice(0, index) + other + text.slice(index + value.length),
            ),
          fc.constantFrom(...replacements),
        ),
        async (damaged) => {
          const said = await problem(damaged);
          if (said === undefined) return;
          told += 1;
          expect(said).not.toMatch(/thelma|example\.com|@/);
        },
      ),
    );
    expect(told).toBeGreaterThan(10);
  });

  it('says nothing of one that is whole', async () => {
    expect(await problem(text)).toBeUndefined();
  });
});

it('a damaged object of a run is named', async () => {
  expect(await TEXTS.record?.problem('{')).toBe('runs/acme/r/plan.json is damaged: it is not JSON');
  expect(await TEXTS.outcomes?.problem('{}')).toBe(
    'runs/acme/r/outcomes/a.jsonl is damaged: in line 1, "action" is missing or wrong',
  );
});
