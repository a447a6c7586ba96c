/** The generation pointer in the store: read, claimed and moved by compare-and-swap only. */

import { newestGeneration } from '../domain/ledger.ts';
import { type ObjectStore, readText, type WriteCondition } from '../ports/object-store.ts';
import { DamagedStateError } from './damaged-state.ts';
import { pointerKey } from './keys.ts';
import { readLedger } from './ledger-store.ts';
import {
  type Claim,
  type ClaimRequest,
  canResume,
  claimRun,
  decodePointer,
  isRunOf,
  type RunPointer,
} from './run-pointer.ts';

export type StoredPointer = { readonly pointer: RunPointer; readonly etag: string };

export const readPointer = async (
  store: Pick<ObjectStore, 'read'>,
  account: string,
): Promise<StoredPointer | undefined> => {
  const key = pointerKey(account);
  const stored = await readText(store, key);
  if (stored === undefined) return undefined;
  const decoded = decodePointer(stored.text);
  if ('problem' in decoded) throw new DamagedStateError(key, decoded.problem);
  return { pointer: decoded.pointer, etag: stored.etag };
};

const writePointer = async (
  store: Pick<ObjectStore, 'write'>,
  account: string,
  pointer: RunPointer,
  condition: WriteCondition,
): Promise<StoredPointer | 'conflict'> => {
  const written = await store.write(pointerKey(account), `${JSON.stringify(pointer, null, 2)}\n`, condition);
  return written === 'conflict' ? 'conflict' : { pointer, etag: written.etag };
};

/** More losses than this in a row are not a race. */
const MAX_CLAIM_ATTEMPTS = 5;

type NewRun = { readonly account: string; readonly runId: string; readonly customerId: string };

const readPointerFor = async (
  store: ObjectStore,
  { account, customerId }: NewRun,
): Promise<StoredPointer | undefined> => {
  const found = await readPointer(store, account);
  if (found === undefined || found.pointer.customerId === customerId) return found;
  throw new Error(`a run for customer ${found.pointer.customerId} has claimed ${account}; try again`);
};

/**
 * Takes the next generation for `run`, or says which run already does what is asked. Throws when it loses again and again,
 * and when a run for another customer of Fastly has claimed since this one's token was compared with the pointer.
 */
export const claimGeneration = async (
  store: ObjectStore,
  run: NewRun,
  request: ClaimRequest,
): Promise<
  | { readonly claim: Claim & { kind: 'take' }; readonly held: StoredPointer }
  | (Claim & { kind: 'in_progress' })
> => {
  let tried: (Claim & { kind: 'take' }) | undefined;
  for (let attempt = 1; attempt <= MAX_CLAIM_ATTEMPTS; attempt += 1) {
    const found = await readPointerFor(store, run);
    // A write whose answer was lost is repeated by the SDK, and then looks lost to somebody else: to us.
    if (tried !== undefined && found?.pointer.runId === run.runId) return { claim: tried, held: found };
    const { ledger } = await readLedger(store, run.account);
    const claim = claimRun(found?.pointer, newestGeneration(ledger), request);
    if (claim.kind === 'in_progress') return claim;
    const at = new Date(request.now).toISOString();
    const pointer: RunPointer = {
      generation: claim.generation,
      runId: run.runId,
      status: 'planning',
      customerId: run.customerId,
      roster: request.roster,
      jobs: 0,
      estimatedFinish: at,
      startedAt: at,
      updatedAt: at,
      unsettled: [...claim.unsettled],
      ...(request.approve !== undefined && { approved: request.approve }),
      ...(request.planHash !== undefined && { planHash: request.planHash }),
      ...(request.triggerId !== undefined && { triggerId: request.triggerId }),
      ...(request.only && { only: true as const }),
      ...(found?.pointer.announced !== undefined && { announced: found.pointer.announced }),
    };
    tried = claim;
    const condition = found === undefined ? { ifAbsent: true as const } : { ifMatch: found.etag };
    const held = await writePointer(store, run.account, pointer, condition);
    if (held !== 'conflict') return { claim, held };
  }
  throw new Error(
    `the pointer ${pointerKey(run.account)} kept moving while a run tried to claim it; try again`,
  );
};

/**
 * Changes the pointer of one run, whoever else writes it. `change` returns undefined to leave it as it is. `superseded`
 * when it names another run: a newer one, or after people restored it an older one, which may have the same generation.
 */
export const updatePointer = async (
  store: ObjectStore,
  account: string,
  run: Pick<RunPointer, 'generation' | 'runId'>,
  change: (pointer: RunPointer) => RunPointer | undefined,
): Promise<StoredPointer | 'superseded'> => {
  for (let attempt = 1; attempt <= MAX_CLAIM_ATTEMPTS; attempt += 1) {
    const found = await readPointer(store, account);
    if (found === undefined || !isRunOf(found.pointer, run)) return 'superseded';
    const pointer = change(found.pointer);
    if (pointer === undefined) return found;
    const written = await writePointer(store, account, pointer, { ifMatch: found.etag });
    if (written !== 'conflict') return written;
  }
  throw new Error(
    `the pointer ${pointerKey(account)} kept moving while run ${run.runId} updated it; try again`,
  );
};

/**
 * Takes over the enqueuing of the run that the pointer names, without a new generation. The time of the start tells its
 * planners apart: one that was not dead after all stops at its next look. Undefined when the run can't be resumed.
 */
export const resumeRun = async (
  store: ObjectStore,
  account: string,
  killed: RunPointer,
  request: ClaimRequest,
): Promise<RunPointer | undefined> => {
  const startedAt = new Date(request.now).toISOString();
  const found = await updatePointer(store, account, killed, (pointer) =>
    pointer.startedAt === killed.startedAt && canResume(pointer, request)
      ? { ...pointer, startedAt, updatedAt: startedAt }
      : undefined,
  );
  return found !== 'superseded' && found.pointer.startedAt === startedAt ? found.pointer : undefined;
};
