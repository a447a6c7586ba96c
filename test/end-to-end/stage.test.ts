import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SyncResponse } from '../../lib/planner/handle-trigger.ts';
import { type AwsAccount, REGION, startAwsAccount } from '../support/aws-account.ts';
import { type Ended, emptyFolder, removeFolders, resultIn, said, startCli } from '../support/cli.ts';
import { poll } from '../support/event-source.ts';
import { type LambdaFunction, startFunction } from '../support/function.ts';
import { packaged } from '../support/packaged.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

let fastly: Simulator;
let aws: AwsAccount;
let planner: LambdaFunction;
let worker: LambdaFunction;
/** The event source, while the worker is to work. */
let working: AbortController | undefined;

/** The bundles, the servers that they need, and the CloudFormation and Lambda of an operator. */
beforeEach(async () => {
  fastly = await startSimulator();
  aws = await startAwsAccount(fastly);
  const environment = {
    ...aws.wire.environment,
    AWS_LAMBDA_FUNCTION_NAME: 'fastly-invitation-sync-prod-sync',
    FASTLY_API_URL: fastly.url,
    FASTLY_API_TOKEN: fastly.token,
    MAX_CREATES: '3',
  };
  [planner, worker] = (await Promise.all(
    ['sync', 'worker'].map((name) => startFunction(join(packaged(), 'dist', name, 'index.mjs'), environment)),
  )) as [LambdaFunction, LambdaFunction];
  aws.plan = async (event) => {
    const { results } = (await planner.invoke(event)) as SyncResponse;
    if (results[0] === undefined) throw new Error('no result');
    return results[0];
  };
}, 60_000);

afterEach(async () => {
  working?.abort();
  await sleep(300);
  planner.stop();
  worker.stop();
  await aws.stop();
  await fastly.close();
  removeFolders();
});

const startWorking = (): void => {
  const controller = new AbortController();
  working = controller;
  void (async () => {
    while (!controller.signal.aborted)
      if ((await poll(aws.wire, worker).catch(() => 0)) === 0) await sleep(100);
  })();
};

const upload = (roster: string) =>
  aws.wire.clients.s3.send(
    new PutObjectCommand({ Bucket: aws.wire.bucket, Key: 'rosters/acme.csv', Body: roster }),
  );

const STAGE = ['--stage', 'prod', '--region', REGION];

const start = (...args: readonly string[]) =>
  startCli([...args, ...STAGE], { cwd: emptyFolder(), env: aws.environment });
const onStage = (...args: readonly string[]): Promise<Ended> => start(...args).ended;

const rosterOf = (count: number): string =>
  `email,role\n${Array.from({ length: count }, (_, index) => `p${index}@example.com,user\n`).join('')}`;

describe('--stage', () => {
  it('plans, holds, applies what was approved, tells how the run stands, and lists the runs', async () => {
    await upload(rosterOf(5));

    const planned = await onStage();
    expect(planned.stderr).toBe('');
    expect(planned.stdout).toContain(`rosters/acme.csv → the stage prod in ${REGION}`);
    expect(planned.stdout).toContain('5 to create, 0 to delete');
    expect(planned.stdout).toMatch(
      /^ {2}npm run sync -- --stage prod --region \S+ --account acme --apply --approve sha256:/m,
    );
    expect(planned.status).toBe(2);

    const held = await onStage('apply');
    expect(held.stdout).toContain('Nothing was changed: everything is held');
    const approval = resultIn(await onStage('apply', '--json')).approval ?? '';

    const approving = start('apply', '--approve', approval);
    await said(approving.child, /Following run \S+: 5 jobs/);
    const draining = await onStage('status');
    expect(draining.stdout).toMatch(/^acme: run \S+ is being carried out$/m);
    expect(draining.stdout).toContain('Jobs    0 of 5 jobs done, 5 left');
    startWorking();
    const applied = await approving.ended;

    expect(applied.stdout).toMatch(/^Done {4}5 jobs in .*: 5 created$/m);
    expect(applied.stdout).toContain(`Report  s3://${aws.wire.bucket}/runs/acme/`);
    expect(applied.status).toBe(0);
    expect(fastly.invitations()).toHaveLength(5);
    expect((await onStage('status')).stdout).toMatch(/^acme: run \S+ has finished$/m);
    const { runs } = JSON.parse((await onStage('history', '--json')).stdout);
    expect(new Set(runs.map(({ trigger }: { readonly trigger: string }) => trigger))).toEqual(
      new Set(['manual']),
    );
    expect(runs.map(({ status }: { readonly status: string }) => status)).toEqual([
      'finished',
      'held',
      'held',
      'planned',
    ]);
  }, 120_000);

  it('explains people, sends again, and dumps a roster that plans to nothing', async () => {
    fastly.seed({
      members: [{ login: 'mia@example.com', role: 'user' }],
      invitations: [{ email: 'kept@example.com', role: 'user' }],
    });
    fastly.fault({ method: 'POST', answer: { status: 400, body: '{"msg":"no such domain"}' } });
    await upload('email,role\nbad@example.com,user\nkept@example.com,user\nnew@example.com,user\n');
    startWorking();
    const applied = resultIn(await onStage('apply', '--json'));
    expect(applied).toMatchObject({ status: 'finished', outcomes: { created: 1, rejected: 1 } });
    const rejected = applied.rejected[0]?.email ?? '';
    const created = rejected === 'bad@example.com' ? 'new@example.com' : 'bad@example.com';

    const about = async (email: string) => JSON.parse((await onStage('explain', email, '--json')).stdout);
    expect(await about(created)).toMatchObject({ decision: 'nothing: invited exactly so' });
    expect((await about(rejected)).runs[0].text).toContain('rejected by Fastly');
    expect(await about('kept@example.com')).toMatchObject({ roster: 'line 3', fastly: 'invited' });
    expect(await about('mia@example.com')).toMatchObject({ decision: 'nothing: members are never touched' });
    expect(await about('nww@example.com')).toMatchObject({ unknown: true });
    fastly.removeInvitation(created);
    expect((await about(created)).decision).toMatch(/^wait: mailed too recently/);

    const resent = await onStage('resend', created);
    expect(resent.stdout).toMatch(/^Done {4}1 job in .*: 1 created$/m);
    expect(fastly.mails().get(created)).toBe(2);

    const dumped = await onStage('dump');
    expect(dumped.stdout).toContain('mia@example.com,user');
    await upload(dumped.stdout);
    expect((await onStage('plan')).stdout).toContain('In sync: nothing to change');
  }, 120_000);

  it('left with Ctrl-C says that the run goes on, and how to look', async () => {
    await upload(rosterOf(3));

    const { child, ended } = start('apply');
    await said(child, /Following run/);
    child.kill('SIGINT');
    const { stdout, status } = await ended;

    expect(stdout).toContain(
      `The run goes on in AWS. Look with:\n  npm run sync -- status --stage prod --region ${REGION} --account acme`,
    );
    expect(status).toBe(1);
  }, 60_000);

  it('says in one sentence what is missing', async () => {
    aws.outputs.delete('DeadLetterQueueUrl');
    expect((await onStage('status')).stderr).toMatch(
      /^error: The stack \S+ in \S+ has no DeadLetterQueueUrl\./,
    );
    aws.stackStatus = undefined;
    expect((await onStage('status')).stderr).toBe(
      `error: There is no stack fastly-invitation-sync-prod in ${REGION}. Deploy it, or choose another --stage or --region.\n`,
    );
  }, 60_000);
});
