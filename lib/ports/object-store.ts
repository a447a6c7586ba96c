/** A bucket, or a folder laid out like one (docs/contract.md, “Bucket layout”). */

export type StoredObject = {
  readonly body: AsyncIterable<Uint8Array>;
  /** Opaque; equal etags mean equal content. */
  readonly etag: string;
  readonly versionId?: string;
};

/** `ifMatch`: only over this version. `ifAbsent`: only if there is none. Both are exact, also between processes. */
export type WriteCondition = { readonly ifMatch: string } | { readonly ifAbsent: true };

export type ObjectStore = {
  /** `undefined` when there is no such object; throws when that can't be told. */
  read(key: string): Promise<StoredObject | undefined>;
  /** Whole or not at all. `conflict` when the condition did not hold, whether it lost (412) or raced (409). */
  write(
    key: string,
    content: string | Iterable<string>,
    condition?: WriteCondition,
  ): Promise<{ readonly etag: string } | 'conflict'>;
  /** All keys under the prefix, in order. */
  list(prefix: string): AsyncIterable<string>;
};

/** The object as text, with its etag. */
export const readText = async (
  store: Pick<ObjectStore, 'read'>,
  key: string,
): Promise<{ readonly text: string; readonly etag: string } | undefined> => {
  const stored = await store.read(key);
  if (stored === undefined) return undefined;
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let text = '';
  for await (const chunk of stored.body) text += decoder.decode(chunk, { stream: true });
  return { text: text + decoder.decode(), etag: stored.etag };
};

/** Characters that are encoded at a time, so that a long content is never whole in memory as text and as bytes. */
const PIECE_LENGTH = 64 * 1024;

/** The content as bytes. A piece never ends between the two halves of a surrogate pair: alone, each would become U+FFFD. */
export function* encoded(content: string | Iterable<string>): Generator<Uint8Array> {
  let text = '';
  for (const part of typeof content === 'string' ? [content] : content) {
    text += part;
    if (text.length < PIECE_LENGTH || /[\ud800-\udbff]$/.test(text)) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(text);
}

/** A file of a report; its content is made while it is written. */
export type ReportFile = { readonly name: string; readonly content: Iterable<string> };
