import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { METRIC_NAMES } from '../../lib/ports/metrics.ts';
import { at } from '../../scripts/template.ts';
import { type LambdaFunction, startFunction } from '../support/function.ts';
import { type HttpServer, startHttpServer } from '../support/http-server.ts';
import { packaged, readTemplate } from '../support/packaged.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';
import { startWire, type Wire } from '../support/wire.ts';
import { unzip } from '../support/zip.ts';

const product = packaged();
const template = readTemplate(product);
const archives = new Map(
  ['sync', 'worker'].map((name) => [name, unzip(readFileSync(join(product, `.serverless/${name}.zip`)))]),
);
const bundleOf = (name: string): string =>
  archives.get(name)?.get(`dist/${name}/index.mjs`)?.toString('utf8') ?? '';

describe.each(['sync', 'worker'])('%s.zip', (name) => {
  it("holds the bundle that was built and tested, the script of the reports' pages, and nothing else", () => {
    expect([...(archives.get(name)?.keys() ?? [])].sort()).toEqual([
      `dist/${name}/client-script.js`,
      `dist/${name}/index.mjs`,
    ]);
    expect(bundleOf(name)).toBe(readFileSync(join(product, `dist/${name}/index.mjs`), 'utf8'));
  });

  it('has the handler where Lambda will look for it', () => {
    const { Handler } =
      template.Resources[name === 'sync' ? 'SyncLambdaFunction' : 'WorkerLambdaFunction']?.Properties ?? {};
    expect(Handler).toBe(`dist/${name}/index.handler`);
  });

  it('has no source map, nothing of tests and tools, and no path of the machine that built it', () => {
    expect(bundleOf(name)).not.toMatch(/sourceMappingURL|@jest|fast-check|fauxqs|simulator|node_modules/i);
    expect(bundleOf(name)).not.toContain(process.cwd());
  });
});

const PARAMETER = '/fastly-invitation-sync/prod/acme/token';

/** The Parameter Store, as little of it as is used here. */
const startParameterStore = (parameters: ReadonlyMap<string, string>): Promise<HttpServer> =>
  startHttpServer(({ body }) => {
    const name = String(JSON.parse(body).Name);
    const value = parameters.get(name);
    return value === undefined
      ? { status: 400, body: JSON.stringify({ __type: 'ParameterNotFound' }) }
      : {
          status: 200,
          body: JSON.stringify({ Parameter: { Name: name, Type: 'SecureString', Value: value } }),
        };
  });

/** What the template sets, with what only a deployment knows filled in. */
const environmentOf = (resource: string, wire: Wire): Record<string, string> => {
  const variables = at(template.Resources[resource], 'Properties', 'Environment', 'Variables') ?? {};
  const given = Object.entries(variables).filter(([, value]) => typeof value === 'string');
  return { ...Object.fromEntries(given), ...wire.environment };
};

describe('the functions, unpacked and with the environment of the template', () => {
  const folder = mkdtempSync(join(tmpdir(), 'shipped-'));
  const parameters = new Map<string, string>();
  let wire: Wire;
  let fastly: Simulator;
  let store: HttpServer;
  const started: LambdaFunction[] = [];

  const start = async (name: string, more: Record<string, string> = {}): Promise<LambdaFunction> => {
    const file = join(folder, `dist/${name}/index.mjs`);
    mkdirSync(dirname(file), { recursive: true });
    for (const [path, content] of archives.get(name) ?? []) writeFileSync(join(folder, path), content);
    const running = await startFunction(file, {
      ...environmentOf(name === 'sync' ? 'SyncLambdaFunction' : 'WorkerLambdaFunction', wire),
      FASTLY_API_URL: fastly.url,
      AWS_ENDPOINT_URL_SSM: store.url,
      ...more,
    });
    started.push(running);
    return running;
  };

  beforeAll(async () => {
    [wire, fastly, store] = await Promise.all([
      startWire(),
      startSimulator(),
      startParameterStore(parameters),
    ]);
    const roster = 'email,role\nthelma@example.com,user\n';
    await wire.clients.s3.send(
      new PutObjectCommand({ Bucket: wire.bucket, Key: 'rosters/acme.csv', Body: roster }),
    );
  });

  afterAll(async () => {
    for (const running of started) running.stop();
    await Promise.all([wire.stop(), fastly.close(), store.close()]);
    rmSync(folder, { recursive: true });
  });

  it('start, with handlers of two parameters at most', async () => {
    const functions = await Promise.all([start('sync'), start('worker')]);
    for (const { arity } of functions) expect(arity).toBeLessThanOrEqual(2);
  });

  it('block an account without a token by the name of its parameter, and go on once it is there', async () => {
    parameters.clear();
    const sync = await start('sync');
    const blocked = await sync.invoke({ account: 'acme' });
    expect(blocked).toMatchObject({ results: [{ status: 'blocked', issues: [{ code: 'no_token' }] }] });
    expect(JSON.stringify(blocked)).toContain(PARAMETER);
    parameters.set(PARAMETER, fastly.token);
    expect(await sync.invoke({ account: 'acme' })).toMatchObject({
      results: [{ status: 'planned', counts: { create: 1 } }],
    });
    expect(sync.output()).not.toContain(fastly.token);
  });

  it('sign their requests with the credentials that Lambda puts into the environment', async () => {
    parameters.set(PARAMETER, fastly.token);
    const before = store.requests.length;
    const sync = await start('sync', {
      AWS_ACCESS_KEY_ID: 'keyOfTheRole',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'session',
    });
    expect(await sync.invoke({ account: 'acme' })).toMatchObject({ results: [{ status: 'planned' }] });
    expect(store.requests[before]?.headers).toMatchObject({
      authorization: expect.stringContaining('Credential=keyOfTheRole/'),
      'x-amz-security-token': 'session',
    });
  });

  it('emit only known metrics, by account and without dimension, in the namespace of the stage', async () => {
    parameters.set(PARAMETER, fastly.token);
    const sync = await start('sync', { POWERTOOLS_METRICS_NAMESPACE: 'FastlyInvitationSync/other' });
    await sync.invoke({ account: 'acme' });
    const [emitted] = sync
      .output()
      .split('\n')
      .filter((line) => line.includes('CloudWatchMetrics'))
      .map((line) => at(JSON.parse(line), '_aws', 'CloudWatchMetrics', 0));
    expect(emitted).toMatchObject({ Namespace: 'FastlyInvitationSync/other', Dimensions: [['account'], []] });
    const names = (at(emitted, 'Metrics') as unknown[]).map((metric) => at(metric, 'Name'));
    expect(names).toContain('PlanCompleted');
    for (const name of names) expect(METRIC_NAMES).toContain(name);
  });

  it('do not start with a faulty environment, and name every fault', async () => {
    const starting = start('worker', { MAX_DELETES: 'many', QUEUE_URL: '', TOKEN_PARAMETER_PREFIX: '' });
    await expect(starting).rejects.toThrow(/MAX_DELETES[\s\S]*QUEUE_URL[\s\S]*TOKEN_PARAMETER_PREFIX/);
  });

  it('throw errors whose class has the name that it has in the code, as Lambda logs it', async () => {
    await expect(start('sync', { MODE: 'maybe' })).rejects.toMatchObject({ errorType: 'ConfigError' });
    const sync = await start('sync');
    await expect(sync.invoke('apply')).rejects.toMatchObject({ errorType: 'TriggerError' });
  });
});
