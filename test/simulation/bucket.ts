/** S3: strongly consistent, with versions, etags and conditional writes; and the way there, on which things get lost. */

import type { ObjectStore, WriteCondition } from '../../lib/ports/object-store.ts';
import type { Invocation } from './invocation.ts';
import { duration, travel } from './latency.ts';
import type { Random } from './random.ts';
import type { Strikes } from './settings.ts';

type Stored = { readonly content: string; readonly etag: string; readonly versionId: string };

export class Bucket {
  readonly #objects = new Map<string, Stored>();
  /** Equal content, equal etag. */
  readonly #etags = new Map<string, string>();
  readonly #written = new Map<string, string[]>();
  readonly #keptPrefix: string | undefined;
  #versions = 0;

  /** `keptPrefix`: of keys whose versions are kept. */
  constructor(keptPrefix?: string) {
    this.#keptPrefix = keptPrefix;
  }

  /** What the functions wrote to a kept key, oldest first. */
  writtenTo(key: string): readonly string[] {
    return this.#written.get(key) ?? [];
  }

  /** Told of what a function wrote. */
  keep(key: string, content: string): void {
    if (this.#keptPrefix === undefined || !key.startsWith(this.#keptPrefix)) return;
    const written = this.#written.get(key) ?? [];
    written.push(content);
    this.#written.set(key, written);
  }

  get(key: string): Stored | undefined {
    return this.#objects.get(key);
  }

  put(key: string, content: string, condition?: WriteCondition): { readonly etag: string } | 'conflict' {
    const found = this.#objects.get(key);
    if (condition !== undefined) {
      const holds = 'ifAbsent' in condition ? found === undefined : found?.etag === condition.ifMatch;
      if (!holds) return 'conflict';
    }
    this.#versions += 1;
    const etag = this.#etags.get(content) ?? `"${this.#etags.size + 1}"`;
    this.#etags.set(content, etag);
    this.#objects.set(key, { content, etag, versionId: String(this.#versions) });
    return { etag };
  }

  remove(key: string): void {
    this.#objects.delete(key);
  }

  keys(prefix: string): string[] {
    return [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }
}

export type StoreDeps = {
  readonly bucket: Bucket;
  readonly random: Random;
  readonly strikes: Strikes;
  /** Told of every write that took effect. */
  readonly stored: (invocation: Invocation, key: string, content: string) => void;
};

const TYPICAL_MS = 25;
/** Less than what the planner allows for between a look at the pointer and a write. */
const SLOWEST_MS = 4500;
const LONGEST_HANG_MS = 200_000;
const YOUNGEST_AGED_MS = 3000;
const OLDEST_AGED_MS = 20_000;

const failed = (what: string): never => {
  throw new Error(`S3 could not ${what}: 503 SlowDown`);
};

async function* bodyOf(content: string, breaks: boolean): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  if (breaks) yield bytes.subarray(0, bytes.length / 2);
  if (breaks) failed('send all of it');
  if (content !== '') yield bytes;
}

/** The bucket as one invocation sees it. */
export const storeFor = (
  { bucket, random, strikes, stored }: StoreDeps,
  invocation: Invocation,
): ObjectStore => {
  const trip = () =>
    travel(random, strikes('storeSlow') ? random.between(200, SLOWEST_MS) : duration(random, TYPICAL_MS));

  /** Late and old, or late but fresh: then what is read is what was there when the answer came. */
  const readTrip = () => {
    if (strikes('storeReadAges'))
      return { effectAfterMs: 1, answerAfterMs: random.between(YOUNGEST_AGED_MS, OLDEST_AGED_MS) };
    if (!strikes('storeReadHangs')) return trip();
    const answerAfterMs = random.between(SLOWEST_MS, LONGEST_HANG_MS);
    return { effectAfterMs: answerAfterMs, answerAfterMs };
  };

  const read: ObjectStore['read'] = (key) =>
    invocation.exchange({
      ...readTrip(),
      effect: () => {
        if (strikes('storeReadFails')) return failed('read');
        const found = bucket.get(key);
        return (
          found && {
            body: bodyOf(found.content, strikes('storeReadBreaks')),
            etag: found.etag,
            versionId: found.versionId,
          }
        );
      },
    });

  const write: ObjectStore['write'] = (key, content, condition) => {
    const text = typeof content === 'string' ? content : Array.from(content).join('');
    const effect = () => {
      if (strikes('storeWriteFails')) return failed('write');
      if (condition !== undefined && strikes('storeWriteRaces')) return 'conflict';
      const written = bucket.put(key, text, condition);
      if (written === 'conflict') return written;
      bucket.keep(key, text);
      stored(invocation, key, text);
      return written;
    };
    if (strikes('storeWriteLost'))
      return invocation.exchange({ ...trip(), effect, instead: () => failed('say whether it wrote') });
    if (strikes('storeWriteRepeated'))
      return invocation.exchange({
        ...trip(),
        effect: () => {
          const first = effect();
          return condition === undefined ? first : 'conflict';
        },
      });
    return invocation.exchange({ ...trip(), effect });
  };

  async function* list(prefix: string): AsyncGenerator<string> {
    yield* await invocation.exchange({
      ...trip(),
      effect: () => (strikes('storeReadFails') ? failed('list') : bucket.keys(prefix)),
    });
  }

  return { read, write, list };
};
