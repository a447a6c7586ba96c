import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { type Ended, emptyFolder, removeFolders, resultIn, syncHere } from '../support/cli.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(
  JSON.parse(readFileSync('docs/result.schema.json', 'utf8')),
);

let server: Simulator;
beforeEach(async () => {
  server = await startSimulator();
});
afterEach(() => server.close());
afterAll(removeFolders);

const rosterOf = (count: number): string =>
  `email,role\n${Array.from({ length: count }, (_, index) => `p${index}@example.com,user\n`).join('')}`;

/** `--json` against the server, in a folder of its own. */
const call = (
  args: readonly string[],
  roster = rosterOf(3),
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const folder = emptyFolder();
  writeFileSync(join(folder, 'acme.csv'), roster);
  const place = ['--roster', join(folder, 'acme.csv'), '--state', join(folder, '.sync'), '--live', '--json'];
  return syncHere([...args, ...place], {
    FASTLY_API_URL: server.url,
    FASTLY_API_TOKEN: server.token,
    ...env,
  });
};

it.each<{
  name: string;
  args: readonly string[];
  roster?: string;
  env?: Record<string, string>;
  prepare?: () => void;
  is: Record<string, unknown>;
}>([
  { name: 'a plan', args: ['plan'], is: { status: 'planned', rejected: [], failed: [] } },
  { name: 'a finished run', args: ['apply'], is: { status: 'finished', failed: [] } },
  { name: 'a hold', args: ['apply'], env: { MAX_CREATES: '1' }, is: { status: 'held' } },
  { name: 'a blocked roster', args: ['apply'], roster: 'email\n', is: { status: 'blocked' } },
  {
    name: 'a rejected person',
    args: ['apply'],
    prepare: () =>
      server.fault({ method: 'POST', answer: { status: 400, body: '{"msg":"domain not allowed"}' } }),
    is: { status: 'finished', rejected: [{ action: 'create', result: 'rejected' }] },
  },
  {
    name: 'a halted run',
    args: ['apply'],
    prepare: () => server.fault({ method: 'POST', skip: 1, times: 9, answer: { status: 401 } }),
    is: { status: 'halted', outcomes: { created: 1, superseded: 2 } },
  },
])(
  'F88 $name: standard output is as docs/result.schema.json says',
  async ({ args, roster, env, prepare, is }) => {
    prepare?.();
    const ended = await call(args, roster, env);

    expect(validate(JSON.parse(ended.stdout)) ? [] : validate.errors).toEqual([]);
    const result = resultIn(ended);
    expect(result).toMatchObject(is);
    const paths = Object.values(result.reports);
    expect(paths.filter((path) => !isAbsolute(path) || !existsSync(path))).toEqual([]);
    expect(paths).toHaveLength(result.outcomes === undefined ? 2 : 4);
  },
);

it('the schema refuses what nobody described', () => {
  expect(validate({ results: [{ account: 'acme', surprise: true }] })).toBe(false);
});
