import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { SyncResponse } from '../../lib/planner/handle-trigger.ts';
import { poll } from '../support/event-source.ts';
import { type LambdaFunction, startFunction } from '../support/function.ts';
import { packaged } from '../support/packaged.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../support/simulator.ts';
import { startWire, type Wire } from '../support/wire.ts';

const event = (name: string): unknown => JSON.parse(readFileSync(`events/${name}.json`, 'utf8'));

type Deployment = {
  readonly wire: Wire;
  readonly fastly: Simulator;
  readonly planner: LambdaFunction;
  readonly worker: LambdaFunction;
};

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
});

/** The bundles that `npm run package` made, against servers that speak the protocols of S3, SQS, SNS and Fastly. */
const deploy = async (
  options: SimulatorOptions = {},
  env: Record<string, string> = {},
): Promise<Deployment> => {
  const wire = await startWire();
  stops.push(() => wire.stop());
  const fastly = await startSimulator(options);
  stops.push(() => fastly.close());
  const environment = {
    ...wire.environment,
    FASTLY_API_URL: fastly.url,
    FASTLY_API_TOKEN: fastly.token,
    ...env,
  };
  const [planner, worker] = await Promise.all(
    ['sync', 'worker'].map((name) => startFunction(join(packaged(), 'dist', name, 'index.mjs'), environment)),
  );
  if (planner === undefined || worker === undefined) throw new Error('two functions were expected');
  stops.push(planner.stop, worker.stop);
  return { wire, fastly, planner, worker };
};

const upload = ({ wire }: Deployment, roster: string) =>
  wire.clients.s3.send(new PutObjectCommand({ Bucket: wire.bucket, Key: 'rosters/acme.csv', Body: roster }));

const readJson = async ({ wire }: Deployment, key: string): Promise<Record<string, unknown>> => {
  const { Body } = await wire.clients.s3.send(new GetObjectCommand({ Bucket: wire.bucket, Key: key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
};

/** Polls until the run is finished. Bounded: a pipeline that does not come to its end fails. */
const drain = async (deployment: Deployment, maxPolls: number): Promise<void> => {
  for (let polls = 0; polls < maxPolls; polls += 1) {
    if ((await poll(deployment.wire, deployment.worker)) === 0) await sleep(250);
    const { status } = await readJson(deployment, 'state/acme/run.json');
    if (status === 'finished') return;
  }
  throw new Error(`not finished after ${maxPolls} polls:\n${deployment.worker.output()}`);
};

const pending = ({ fastly }: Deployment): string[] =>
  fastly
    .invitations()
    .map(({ email, role }) => `${email} ${role}`)
    .sort();

const rosterOf = (count: number): string =>
  `email,role\n${Array.from({ length: count }, (_, index) => `p${index}@example.com,user\n`).join('')}`;

describe('the deployed bundles, over the wire', () => {
  it('make Fastly equal to the roster, from an S3 event to the report', async () => {
    const deployment = await deploy({}, { PERCENT_FLOOR: '100' });
    const { fastly, planner, wire } = deployment;
    fastly.seed({
      members: [{ login: 'Member@Example.com' }],
      invitations: [
        { email: 'kept@example.com', role: 'user' },
        { email: 'changed@example.com', role: 'user' },
        { email: 'gone@example.com', role: 'user' },
      ],
    });
    await upload(
      deployment,
      'email,role,services\nmember@example.com,user,\nkept@example.com,user,\nchanged@example.com,billing,\nnew@example.com,engineer,exampleService00000001:purge_all\n',
    );
    const { results } = (await planner.invoke(event('s3-notification'))) as SyncResponse;
    expect(results).toMatchObject([
      {
        account: 'acme',
        status: 'enqueued',
        counts: { create: 1, delete: 1, replace: 1, keep: 1, member: 1, waiting: 0 },
      },
    ]);
    await drain(deployment, 40);
    expect(pending(deployment)).toEqual([
      'changed@example.com billing',
      'kept@example.com user',
      'new@example.com engineer',
    ]);
    expect([...fastly.mails().values()]).toEqual([1, 1]);
    const prefix = `runs/acme/${results[0]?.runId}/`;
    const { Contents } = await wire.clients.s3.send(
      new ListObjectsV2Command({ Bucket: wire.bucket, Prefix: prefix }),
    );
    const files = Contents?.map(({ Key }) => Key?.slice(prefix.length)).filter((key) => !key?.includes('/'));
    expect(files?.sort()).toEqual([
      'plan.csv',
      'plan.html',
      'plan.json',
      'plan.md',
      'report.csv',
      'report.html',
      'report.json',
    ]);
    expect(await planner.invoke(event('object-created'))).toMatchObject({ results: [{ status: 'in_sync' }] });
  }, 60_000);

  it('answer the files of events/ and refuse anything else', async () => {
    const deployment = await deploy();
    const { planner, worker, wire } = deployment;
    await upload(deployment, rosterOf(2));
    const status = async (name: string): Promise<unknown> =>
      ((await planner.invoke(event(name))) as SyncResponse).results.map((result) => result.status);
    expect(await status('manual-plan')).toEqual(['planned']);
    expect(await status('approve')).toEqual(['enqueued']);
    expect(await status('schedule')).toEqual(['in_progress']);
    expect(await status('manual-apply')).toEqual(['in_progress']);
    await expect(planner.invoke({ accuont: 'acme' })).rejects.toThrow('not a trigger');
    await expect(worker.invoke({ account: 'acme' })).rejects.toThrow('not a batch');
    expect(await worker.invoke(event('sqs-batch'))).toEqual({ batchItemFailures: [] });
    await expect(
      startFunction(join(packaged(), 'dist/worker/index.mjs'), { ...wire.environment, MAX_CREATES: 'many' }),
    ).rejects.toThrow(/FASTLY_API_TOKEN[\s\S]*MAX_CREATES|MAX_CREATES[\s\S]*FASTLY_API_TOKEN/);
  }, 60_000);

  it('use up small quota windows without a single 429, and mail nobody twice', async () => {
    const deployment = await deploy(
      { quotaPerHour: 25, windowSeconds: 3 },
      { RATE_LIMIT_PER_HOUR: '25', RATE_LIMIT_RESERVE: '5' },
    );
    const { fastly, planner, worker } = deployment;
    await upload(deployment, rosterOf(35));
    await planner.invoke(event('manual-apply'));
    await drain(deployment, 2000);
    expect(fastly.invitations()).toHaveLength(35);
    expect(new Set(fastly.mails().values())).toEqual(new Set([1]));
    expect(fastly.rateLimited()).toBe(0);
    expect([...fastly.writes().values()].every(({ us }) => us <= 20)).toBe(true);
    expect(`${planner.output()}${worker.output()}`).not.toMatch(/@example\.com/);
    expect(`${planner.output()}${worker.output()}`).not.toContain(fastly.token);
  }, 120_000);
});
