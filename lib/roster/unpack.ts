/** From the stored object to the bytes of the CSV: in slices, unpacked, and never more than allowed. */

import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { IssueList } from './issues.ts';

/** A chunk may be as large as the file; slices of this size keep small what each later step holds. */
const SLICE_BYTES = 64 * 1024;
/** The first slice has at least this many bytes, if the file has: enough for magic bytes and a header. */
const HEAD_BYTES = 1024;
/** A packed file may be larger than its text by this much: gzip adds headers to text that does not get smaller. */
const GZIP_OVERHEAD_BYTES = 64 * 1024;

async function* slice(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer, void> {
  for await (const chunk of bytes)
    for (let at = 0; at < chunk.length; at += SLICE_BYTES)
      yield Buffer.from(chunk.buffer, chunk.byteOffset + at, Math.min(SLICE_BYTES, chunk.length - at));
}

async function* gatherHead(slices: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const next of slices) {
    if (head === undefined) {
      yield next;
      continue;
    }
    head = Buffer.concat([head, next]);
    if (head.length < HEAD_BYTES) continue;
    yield head;
    head = undefined;
  }
  if (head !== undefined && head.length > 0) yield head;
}

/** Hands on the first `maxBytes` bytes. If there are more it stops `issues`, and reads no further. */
async function* limit(
  slices: AsyncIterable<Buffer>,
  maxBytes: number,
  message: string,
  issues: IssueList,
): AsyncGenerator<Buffer, void> {
  let left = maxBytes;
  for await (const next of slices) {
    if (next.length > left) {
      if (left > 0) yield next.subarray(0, left);
      issues.stop({ code: 'too_large', message });
      return;
    }
    left -= next.length;
    yield next;
  }
}

/** What is wrong with a gzip file of which the last byte is `lastByte`; undefined when `error` is not about that. */
const faultOf = (error: unknown, lastByte: number | undefined): string | undefined => {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code?.startsWith('Z_') !== true) return undefined;
  // zlib takes what follows the data for the start of more gzip data, and only looks at two bytes at once.
  if (message === 'incorrect header check') return 'goes on behind its end';
  return lastByte === 0x0a || lastByte === 0x0d
    ? 'goes on behind its end with a line break, or was cut off'
    : 'is damaged or was cut off';
};

const damaged = (what: string): Parameters<IssueList['stop']>[0] => ({
  code: 'damaged_gzip',
  message: `The gzip file ${what}. Pack the roster again and upload it again, or upload it unpacked`,
});

async function* gunzip(packed: AsyncIterable<Buffer>, issues: IssueList): AsyncGenerator<Buffer, void> {
  let packedBytes = 0;
  let lastByte: number | undefined;
  const counted = async function* () {
    for await (const next of packed) {
      packedBytes += next.length;
      lastByte = next.at(-1);
      yield next;
    }
  };
  const unpacker = createGunzip();
  // `pipeline` passes an error of the source on to the unpacker, and so to the loop that reads it.
  pipeline(Readable.from(counted()), unpacker, () => {});
  try {
    yield* unpacker;
  } catch (error) {
    const fault = faultOf(error, lastByte);
    if (fault === undefined) throw error;
    return issues.stop(damaged(fault));
  }
  // zlib ignores what follows a zero byte behind the data. Rows could be hidden there, so such a file is refused.
  if (unpacker.bytesWritten !== packedBytes) issues.stop(damaged('goes on behind its end'));
}

const isGzip = (head: Buffer): boolean => head[0] === 0x1f && head[1] === 0x8b;

/**
 * The roster's own bytes, unpacked when they begin like gzip. The first slice has at least 1 KiB, if the file has.
 * Stops `issues` when there are more than `maxBytes` or the packing is damaged; errors of `bytes` go through.
 */
export async function* unpack(
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
  issues: IssueList,
): AsyncGenerator<Buffer, void> {
  const tooLarge = `The roster has more than the ${maxBytes} bytes that MAX_ROSTER_BYTES allows`;
  const slices = gatherHead(slice(bytes));
  const first = await slices.next();
  if (first.done === true) return;
  const all = async function* () {
    yield first.value;
    yield* slices;
  };
  if (!isGzip(first.value)) return yield* limit(all(), maxBytes, tooLarge, issues);
  const packed = limit(all(), maxBytes + GZIP_OVERHEAD_BYTES, `${tooLarge}, although it is packed`, issues);
  yield* limit(gatherHead(gunzip(packed, issues)), maxBytes, `${tooLarge}, once unpacked`, issues);
}
