/** What a run has stored: the record of its plan, the outcomes of its jobs, and its report. */

import pLimit from 'p-limit';
import * as v from 'valibot';
import { decodeJson } from '../domain/decode-json.ts';
import type { Email } from '../domain/invitation.ts';
import { decodeOutcomes, foldOutcomes, type Outcome } from '../domain/outcome.ts';
import { type ObjectStore, readText } from '../ports/object-store.ts';
import { errorText } from '../ports/telemetry.ts';
import { DamagedFileError } from './damaged-state.ts';
import { outcomesPrefix, runPrefix } from './keys.ts';
import { decodeRecord, type PlanRecord } from './plan-record.ts';
import type { RunReport } from './run-report.ts';

const namingDamaged = <T>(key: string, decode: () => T): T => {
  try {
    return decode();
  } catch (error) {
    throw new DamagedFileError(key, errorText(error), { cause: error });
  }
};

/**
 * Undefined when there is no record: the run ended before it had stored its plan, and so before its first job. Throws
 * a {@link DamagedFileError} when the record is damaged.
 */
export const readRecord = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
  runId: string,
): Promise<PlanRecord | undefined> => {
  const key = `${runPrefix(account, runId)}plan.json`;
  const stored = await readText(store, key);
  return stored && namingDamaged(key, () => decodeRecord(stored.text));
};

/**
 * Objects of outcomes that are read at once. One after another, at some 20 ms each, those of a large run take longer than
 * the function may run. The AWS client opens 50 connections at most; this leaves some of them to others.
 */
export const OUTCOME_READ_CONCURRENCY = 32;

/** A run has up to thousands of these objects. Where one read in a hundred fails, all of them at one go never succeed. */
const READ_ATTEMPTS = 3;

const readAgain = async (store: Pick<ObjectStore, 'read'>, key: string): ReturnType<typeof readText> => {
  for (let attempt = 1; ; attempt += 1)
    try {
      return await readText(store, key);
    } catch (error) {
      if (attempt === READ_ATTEMPTS) throw error;
    }
};

/** The outcomes stored so far, one per address. Throws when one of them is damaged or can't be read three times. */
export const readOutcomes = async (
  store: Pick<ObjectStore, 'read' | 'list'>,
  account: string,
  runId: string,
): Promise<ReadonlyMap<Email, Outcome>> => {
  const keys = await Array.fromAsync(store.list(outcomesPrefix(account, runId)));
  const limit = pLimit(OUTCOME_READ_CONCURRENCY);
  try {
    const outcomes = await limit.map(keys, async (key) => {
      const stored = await readAgain(store, key);
      return stored === undefined ? [] : namingDamaged(key, () => decodeOutcomes(stored.text));
    });
    return foldOutcomes(outcomes.flat());
  } finally {
    // After a failure the other reads would be of no use.
    limit.clearQueue();
  }
};

/** What its readers can't do without. */
const reportSchema = v.looseObject({
  durationSeconds: v.number(),
  counts: v.record(v.string(), v.number()),
  outcomes: v.array(v.looseObject({ email: v.string(), result: v.string() })),
});

/** Undefined as long as the run has not finished. Throws a {@link DamagedFileError} when the report is damaged. */
export const readReport = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
  runId: string,
): Promise<RunReport | undefined> => {
  const key = `${runPrefix(account, runId)}report.json`;
  const stored = await readText(store, key);
  if (stored === undefined) return undefined;
  const decoded = decodeJson(reportSchema, stored.text);
  if ('problem' in decoded) throw new DamagedFileError(key, decoded.problem);
  return decoded.value as unknown as RunReport;
};
