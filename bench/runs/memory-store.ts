import type { ObjectStore } from '../../lib/store.ts';

/** A bucket in memory for one writer: conditions always hold. */
export const createMemoryStore = (): ObjectStore => {
  const objects = new Map<string, string>();
  let writes = 0;
  return {
    read: async (key) => {
      const content = objects.get(key);
      return content === undefined
        ? undefined
        : {
            body: (async function* () {
              yield Buffer.from(content);
            })(),
            etag: `"${writes}"`,
          };
    },
    write: async (key, content) => {
      writes += 1;
      objects.set(key, typeof content === 'string' ? content : [...content].join(''));
      return { etag: `"${writes}"` };
    },
    list: async function* (prefix) {
      yield* [...objects.keys()].filter((key) => key.startsWith(prefix)).sort();
    },
  };
};
