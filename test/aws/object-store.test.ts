import { Readable } from 'node:stream';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import fc from 'fast-check';
import { createClients } from '../../lib/aws/clients.ts';
import { createS3Store } from '../../lib/aws/object-store.ts';
import { type ObjectStore, readText, type WriteCondition } from '../../lib/ports/object-store.ts';
import { startWire, type Wire } from '../support/wire.ts';
import { awsError, OFFLINE } from './support.ts';

const BUCKET = 'example-bucket';

const mocked = () => {
  const client = new S3Client(OFFLINE);
  return { s3: mockClient(client), store: createS3Store({ client, bucket: BUCKET }) };
};

describe('reading an object', () => {
  it('hands over body, etag and version', async () => {
    const { s3, store } = mocked();
    const Body = Readable.from([Buffer.from('a,'), Buffer.from('b')]) as never;
    s3.on(GetObjectCommand, { Bucket: BUCKET, Key: 'k.csv' }).resolves({
      Body,
      ETag: '"1"',
      VersionId: 'v7',
    });
    const found = await store.read('k.csv');
    expect(found).toMatchObject({ etag: '"1"', versionId: 'v7' });
    const chunks = found && (await Array.fromAsync(found.body));
    expect(Buffer.concat(chunks ?? []).toString()).toBe('a,b');
  });

  it('takes a missing key for no object, and nothing else', async () => {
    const { s3, store } = mocked();
    s3.on(GetObjectCommand).rejects(awsError('NoSuchKey', 404));
    expect(await store.read('k')).toBeUndefined();
    s3.on(GetObjectCommand).rejects(awsError('NoSuchBucket', 404));
    await expect(store.read('k')).rejects.toThrow(/^could not read s3:\/\/example-bucket\/k: NoSuchBucket/);
    s3.on(GetObjectCommand).rejects(awsError('InternalError', 500));
    await expect(store.read('k')).rejects.toThrow('InternalError');
  });

  it('says which permissions to check when access is denied', async () => {
    const { s3, store } = mocked();
    s3.on(GetObjectCommand).rejects(awsError('AccessDenied', 403));
    await expect(store.read('k')).rejects.toThrow(/s3:GetObject.*s3:ListBucket/);
  });

  it('refuses an answer without a body', async () => {
    const { s3, store } = mocked();
    s3.on(GetObjectCommand).resolves({ ETag: '"1"' });
    await expect(store.read('k')).rejects.toThrow('without body or etag');
  });
});

describe('writing an object', () => {
  it.each([
    ['runs/a/plan.json', 'application/json'],
    ['runs/a/plan.csv', 'text/csv; charset=utf-8'],
    ['runs/a/plan.html', 'text/html; charset=utf-8'],
    ['runs/a/outcomes/1.jsonl', 'application/jsonl; charset=utf-8'],
    ['something', 'application/octet-stream'],
  ])('serves %s as %s', async (key, type) => {
    const { s3, store } = mocked();
    s3.on(PutObjectCommand).resolves({ ETag: '"1"' });
    expect(await store.write(key, 'x')).toEqual({ etag: '"1"' });
    expect(s3.commandCalls(PutObjectCommand)[0]?.args[0].input).toMatchObject({
      Key: key,
      ContentType: type,
    });
  });

  it.each<[string, WriteCondition | undefined, object]>([
    ['unconditional', undefined, { IfMatch: undefined, IfNoneMatch: undefined }],
    ['over this version', { ifMatch: '"1"' }, { IfMatch: '"1"' }],
    ['only if absent', { ifAbsent: true }, { IfNoneMatch: '*' }],
  ])('asks S3 to check the condition: %s', async (_, condition, expected) => {
    const { s3, store } = mocked();
    s3.on(PutObjectCommand).resolves({ ETag: '"2"' });
    await store.write('k', 'x', condition);
    const input = s3.commandCalls(PutObjectCommand)[0]?.args[0].input;
    expect({ IfMatch: input?.IfMatch, IfNoneMatch: input?.IfNoneMatch }).toMatchObject(expected);
  });

  it.each<[string, WriteCondition | undefined, string, number, 'conflict' | 'throws']>([
    ['lost', { ifMatch: '"1"' }, 'PreconditionFailed', 412, 'conflict'],
    ['there is one already', { ifAbsent: true }, 'PreconditionFailed', 412, 'conflict'],
    ['raced', { ifMatch: '"1"' }, 'ConditionalRequestConflict', 409, 'conflict'],
    ['raced to create', { ifAbsent: true }, 'ConditionalRequestConflict', 409, 'conflict'],
    ['the version is gone', { ifMatch: '"1"' }, 'NoSuchKey', 404, 'conflict'],
    ['another 409', { ifMatch: '"1"' }, 'OperationAborted', 409, 'throws'],
    ['no bucket', { ifMatch: '"1"' }, 'NoSuchBucket', 404, 'throws'],
    ['no condition that could be lost', undefined, 'PreconditionFailed', 412, 'throws'],
    ['S3 is down', { ifMatch: '"1"' }, 'SlowDown', 503, 'throws'],
  ])('tells a lost condition from a failure: %s', async (_, condition, name, status, expected) => {
    const { s3, store } = mocked();
    s3.on(PutObjectCommand).rejects(awsError(name, status));
    const written = store.write('state/a/run.json', 'x', condition);
    if (expected === 'conflict') expect(await written).toBe('conflict');
    else
      await expect(written).rejects.toThrow(`could not write s3://example-bucket/state/a/run.json: ${name}`);
  });

  it('encodes any pieces to the bytes of their concatenation, whole surrogate pairs or halves', async () => {
    const { s3, store } = mocked();
    s3.on(PutObjectCommand).resolves({ ETag: '"1"' });
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('\ud83d', '\ude00', 'é'.repeat(40_000), `${'x'.repeat(65_536)}\ud83d`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        s3.resetHistory();
        await store.write('k', pieces);
        const body = s3.commandCalls(PutObjectCommand)[0]?.args[0].input.Body as Uint8Array;
        expect(Buffer.compare(body, Buffer.from(pieces.join('')))).toBe(0);
      }),
      { numRuns: 25 },
    );
  });
});

it('lists page after page', async () => {
  const { s3, store } = mocked();
  s3.on(ListObjectsV2Command, { Prefix: 'rosters/' })
    .resolves({ Contents: [{ Key: 'rosters/c.csv' }] })
    .on(ListObjectsV2Command, { Prefix: 'rosters/', ContinuationToken: undefined })
    .resolves({ Contents: [{ Key: 'rosters/a.csv' }, { Key: 'rosters/b.csv' }], NextContinuationToken: 't' });
  const keys = await Array.fromAsync(store.list('rosters/'));
  expect(keys).toEqual(['rosters/a.csv', 'rosters/b.csv', 'rosters/c.csv']);
  s3.on(ListObjectsV2Command).rejects(awsError('AccessDenied', 403));
  await expect(Array.fromAsync(store.list('rosters/'))).rejects.toThrow(/could not list.*s3:ListBucket/);
});

describe('over the wire', () => {
  let wire: Wire;
  let store: ObjectStore;
  beforeAll(async () => {
    wire = await startWire();
    store = createS3Store({ client: wire.clients.s3, bucket: wire.bucket });
  });
  afterAll(() => wire.stop());

  it('reads what it wrote, bytes and etag', async () => {
    const text = 'ä€😀\r\n'.repeat(50_000);
    const written = await store.write('runs/a/plan.html', [text, text]);
    expect(await readText(store, 'runs/a/plan.html')).toEqual({
      text: text + text,
      etag: written !== 'conflict' && written.etag,
    });
    expect(await store.read('runs/a/other.html')).toBeUndefined();
  });

  it('lets one of many racing writers win, and exactly one', async () => {
    const race = async (name: string, condition: WriteCondition) => {
      const contents = Array.from({ length: 12 }, (_, writer) => `${name} ${writer}`);
      const written = await Promise.all(
        contents.map((content) => store.write('state/a/run.json', content, condition)),
      );
      return written.filter((result) => result !== 'conflict');
    };
    const [first, ...others] = await race('first', { ifAbsent: true });
    expect(others).toEqual([]);
    expect(await race('second', { ifMatch: first?.etag ?? '' })).toHaveLength(1);
    expect(await race('late', { ifMatch: first?.etag ?? '' })).toHaveLength(0);
    expect(await store.write('state/b/run.json', 'x', { ifMatch: '"1"' })).toBe('conflict');
  });

  it('lists more keys than one page holds, in order', async () => {
    const { s3, ...others } = createClients(wire.environment);
    s3.middlewareStack.add((next) => (args) => next({ ...args, input: { ...args.input, MaxKeys: 3 } }), {
      step: 'initialize',
    });
    const keys = Array.from({ length: 10 }, (_, index) => `many/${index}.json`);
    await Promise.all(keys.map((key) => store.write(key, '{}')));
    const paged = createS3Store({ client: s3, bucket: wire.bucket });
    expect(await Array.fromAsync(paged.list('many/'))).toEqual(keys);
    expect(await Array.fromAsync(paged.list('nothing/'))).toEqual([]);
    for (const client of [s3, ...Object.values(others)]) client.destroy();
  });

  it('names a bucket that does not exist', async () => {
    const lost = createS3Store({ client: wire.clients.s3, bucket: 'no-such-bucket' });
    await expect(lost.read('k')).rejects.toThrow('could not read s3://no-such-bucket/k: NoSuchBucket');
  });
});
