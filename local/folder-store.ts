/** A folder laid out like the bucket (docs/contract.md, “Bucket layout”), with the guarantees of the bucket. */

import { createHash, randomUUID } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { mkdir, open, readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import {
  encoded,
  type ObjectStore,
  type StoredObject,
  type WriteCondition,
} from '../lib/ports/object-store.ts';
import { errorCode, folderError } from './folder-error.ts';

/** Objects hold addresses, so that only their owner may read them. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const CHUNK_LENGTH = 256 * 1024;
/** Up to this size an object is read in one piece, so that a writer can't change it half-way. */
const WHOLE_BYTES = 4 * 1024 * 1024;
/** A name that begins with a dot is never an object: drafts have such names, and so do the files of other tools. */
const SEGMENT = /^[^./\\\0][^/\\\0]*$/;

const checkSegments = (segments: readonly string[], key: string): void => {
  if (segments.every((segment) => SEGMENT.test(segment))) return;
  throw new Error(
    `The key ${JSON.stringify(key)} can't be kept in a folder: its parts must not be empty, begin with a dot, or hold a backslash.`,
  );
};

const hashOf = (...parts: readonly Uint8Array[]) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash;
};
const etagOf = (hash: ReturnType<typeof hashOf>): string => `"${hash.digest('hex')}"`;

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(errorCode(error) ?? '');

/** The object in pieces of moderate size. */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path);
  yield* file.createReadStream({ autoClose: false, highWaterMark: CHUNK_LENGTH });
}

/** Somebody may edit the file while it is read: then it is neither the old version nor the new one. */
async function* verified(path: string, etag: string): AsyncGenerator<Uint8Array> {
  const hash = hashOf();
  for await (const chunk of chunksOf(path)) {
    hash.update(chunk);
    yield chunk;
  }
  if (etagOf(hash) !== etag) throw new Error(`The file ${path} changed while it was being read: run again.`);
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

const readObject = async (path: string): Promise<StoredObject | undefined> => {
  await using file = await open(path);
  const stats = await file.stat();
  if (!stats.isFile()) return undefined;
  if (stats.size <= WHOLE_BYTES) {
    const bytes = await file.readFile();
    return { etag: etagOf(hashOf(bytes)), body: once(bytes) };
  }
  const hash = hashOf();
  for await (const chunk of chunksOf(path)) hash.update(chunk);
  const etag = etagOf(hash);
  return { etag, body: verified(path, etag) };
};

const writeDraft = async (path: string, content: string | Iterable<string>): Promise<string> => {
  await using file = await open(path, 'wx', FILE_MODE);
  const hash = hashOf();
  for (const block of encoded(content)) {
    hash.update(block);
    await file.writeFile(block);
  }
  return etagOf(hash);
};

const currentEtag = (path: string): string | undefined => {
  try {
    return etagOf(hashOf(readFileSync(path)));
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
};

/** Looks and renames without letting anybody in between: there is no `await` in here. */
const replaceIf = (condition: WriteCondition | undefined, draft: string, path: string): boolean => {
  if (condition !== undefined) {
    const current = currentEtag(path);
    if (current !== ('ifMatch' in condition ? condition.ifMatch : undefined)) return false;
  }
  renameSync(draft, path);
  return true;
};

const writeObject = async (
  path: string,
  content: string | Iterable<string>,
  condition: WriteCondition | undefined,
): Promise<{ etag: string } | 'conflict'> => {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const draft = join(dirname(path), `.${basename(path)}.${randomUUID()}`);
  try {
    const etag = await writeDraft(draft, content);
    return replaceIf(condition, draft, path) ? { etag } : 'conflict';
  } finally {
    // Once it was renamed there is nothing to remove.
    await rm(draft, { force: true });
  }
};

const compareNames = (a: string, b: string): number => (a < b ? -1 : 1);

/** `folder` ends with a slash, or is empty. */
async function* keysUnder(directory: string, folder: string, prefix: string): AsyncGenerator<string> {
  const found = await readdir(join(directory, folder), { withFileTypes: true }).catch((error: unknown) => {
    if (isAbsent(error)) return [];
    throw folderError(error, `list ${folder === '' ? 'the objects' : folder}`, directory);
  });
  const names = found
    .filter((entry) => SEGMENT.test(entry.name) && (entry.isFile() || entry.isDirectory()))
    // With its slash a folder comes where its keys come.
    .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
    .sort(compareNames);
  for (const name of names) {
    if (name.endsWith('/')) yield* keysUnder(directory, name, prefix);
    else if (name.startsWith(prefix)) yield name;
  }
}

/**
 * Writes are whole or not at all. Conditions are exact within a process; between processes they are, because only one
 * has the account. Errors name the folder and what to do.
 */
export const createFolderStore = (directory: string): ObjectStore => {
  const pathOf = (key: string): string => {
    checkSegments(key.split('/'), key);
    return join(directory, key);
  };
  return {
    read: async (key) => {
      const path = pathOf(key);
      try {
        return await readObject(path);
      } catch (error) {
        if (isAbsent(error)) return undefined;
        throw folderError(error, `read ${key}`, directory);
      }
    },
    write: async (key, content, condition) => {
      const path = pathOf(key);
      try {
        return await writeObject(path, content, condition);
      } catch (error) {
        throw folderError(error, `write ${key}`, directory);
      }
    },
    list: (prefix) => {
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      if (folder !== '') checkSegments(folder.slice(0, -1).split('/'), prefix);
      return keysUnder(directory, folder, prefix);
    },
  };
};
