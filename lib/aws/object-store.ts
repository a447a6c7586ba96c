/**
 * The object store in an S3 bucket. S3 itself checks the condition of a write, so that no writer can come in between.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-requests.html
 */

import {
  GetObjectCommand,
  type GetObjectCommandOutput,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { encoded, type ObjectStore, type WriteCondition } from '../ports/object-store.ts';
import { describeError, errorName, isAccessDenied, statusOf } from './sdk-errors.ts';

type Bucket = { readonly client: S3Client; readonly bucket: string };

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  json: 'application/json',
  jsonl: 'application/jsonl; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
};

const contentType = (key: string): string =>
  CONTENT_TYPES[key.slice(key.lastIndexOf('.') + 1)] ?? 'application/octet-stream';

const failure = ({ bucket }: Bucket, doing: string, key: string, remedy: string, error: unknown): Error => {
  const hint = isAccessDenied(error) ? `. ${remedy}` : '';
  return new Error(`could not ${doing} s3://${bucket}/${key}: ${describeError(error)}${hint}`, {
    cause: error,
  });
};

const readObject = async (target: Bucket, key: string): Promise<GetObjectCommandOutput | undefined> => {
  const { client, bucket } = target;
  try {
    return await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  } catch (error) {
    if (errorName(error) === 'NoSuchKey') return undefined;
    const remedy =
      'Check that the role may s3:GetObject this key and s3:ListBucket the bucket: without the latter, S3 answers 403 to a key that does not exist, too';
    throw failure(target, 'read', key, remedy, error);
  }
};

/**
 * Whether somebody else wrote first: the condition does not hold (412), another conditional write is going on (409), or
 * the object to replace does not exist any more (404).
 */
const isConflict = (error: unknown, condition: WriteCondition): boolean => {
  if (statusOf(error) === 412 || errorName(error) === 'ConditionalRequestConflict') return true;
  return 'ifMatch' in condition && errorName(error) === 'NoSuchKey';
};

const conditionOf = (condition: WriteCondition | undefined) => {
  if (condition === undefined) return {};
  return 'ifMatch' in condition ? { IfMatch: condition.ifMatch } : { IfNoneMatch: '*' };
};

const listKeys = async function* (target: Bucket, prefix: string): AsyncGenerator<string> {
  const { client, bucket } = target;
  let token: string | undefined;
  do {
    const page = await client
      .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }))
      .catch((error: unknown) => {
        throw failure(target, 'list', prefix, 'Check that the role may s3:ListBucket this prefix', error);
      });
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key;
    token = page.NextContinuationToken;
  } while (token !== undefined);
};

/**
 * Etags are S3's, with their quotes. A missing object and a condition that does not hold are results. Every other failure is
 * thrown: the error names bucket and key and, when access was denied, the permission to check.
 */
export const createS3Store = (target: Bucket): ObjectStore => ({
  async read(key) {
    const found = await readObject(target, key);
    if (found === undefined) return undefined;
    const { Body: body, ETag: etag, VersionId: versionId } = found;
    // In Node the body is a readable stream; the SDK's type also covers browsers.
    const stream = body as AsyncIterable<Uint8Array> | undefined;
    if (stream === undefined || etag === undefined)
      throw new Error(`S3 answered s3://${target.bucket}/${key} without body or etag; try again`);
    return { body: stream, etag, ...(versionId !== undefined && { versionId }) };
  },

  async write(key, content, condition) {
    const { client, bucket } = target;
    const command = new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      // One buffer: S3 needs the length beforehand, and the SDK can send a buffer again when a request fails.
      Body: Buffer.concat([...encoded(content)]),
      ContentType: contentType(key),
      ...conditionOf(condition),
    });
    try {
      const { ETag: etag } = await client.send(command);
      if (etag === undefined) throw new Error('S3 answered without an etag');
      return { etag };
    } catch (error) {
      if (condition !== undefined && isConflict(error, condition)) return 'conflict';
      const remedy = 'Check that the role may s3:PutObject this key and, for If-Match, s3:GetObject it';
      throw failure(target, 'write', key, remedy, error);
    }
  },

  list: (prefix) => listKeys(target, prefix),
});
