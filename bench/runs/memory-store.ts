import type { ObjectStore } from '../../lib/ports/object-store.ts';

/** A bucket in memory. It has a single writer, so its conditional writes always succeed. */
export const createMemoryStore = (): ObjectStore => {
  const objects = new Map<string, { readonly content: string; readonly etag: string }>();
  let writes = 0;
  return {
    read: async (key) => {
      const object = objects.get(key);
      return (
        object && {
          body: (async function* () {
            yield Buffer.from(object.content);
          })(),
          etag: object.etag,
        }
      );
    },
    write: async (key, content) => {
      writes += 1;
      const etag = `"${writes}"`;
      objects.set(key, { content: typeof content === 'string' ? content : [...content].join(''), etag });
      return { etag };
    },
    list: async function* (prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
};
