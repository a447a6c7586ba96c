import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Benchmark } from '../bench/benchmark.ts';
import { drain } from '../bench/benchmarks/drain.ts';
import { importTime } from '../bench/benchmarks/import.ts';
import { list } from '../bench/benchmarks/list.ts';
import type { Race } from '../bench/race.ts';

const MAX_MS = 120_000;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

type Run = { readonly status: number; readonly stdout: string; readonly stderr: string };

const bench = (root: string, ...args: readonly string[]): Promise<Run> =>
  new Promise((done) => {
    execFile(process.execPath, ['bench/main.ts', ...args], { cwd: root }, (error, stdout, stderr) =>
      done({ status: Number(error?.code ?? 0), stdout, stderr }),
    );
  });

/** The first column of the table. */
const figuresIn = (stdout: string): string[] =>
  stdout
    .split('\n')
    .slice(2)
    .flatMap((line) => line.split('|')[1]?.trim() ?? []);

/** The project as `npm ci` leaves it: nothing is installed in bench/. */
const freshClone = (): string => {
  const root = join(folder, 'clone');
  mkdirSync(root);
  cpSync('bench', join(root, 'bench'), { recursive: true, filter: (path) => !path.includes('node_modules') });
  for (const name of ['lib', 'local', 'handlers', 'scripts', 'test', 'node_modules', 'package.json'])
    symlinkSync(resolve(name), join(root, name));
  cpSync('serverless.yml', join(root, 'serverless.yml'));
  return root;
};

/** Runs the first contestant, which is ours, and takes its result for everybody's. */
const onlyOurs: Race = async (contestants) => {
  const result = await contestants[0]?.run();
  return contestants.map(() => (result === undefined ? [] : [result]));
};

describe('the benchmarks', () => {
  it(
    'that compare with nothing to install run, with hardly any data, and print their figures',
    async () => {
      const { status, stdout, stderr } = await bench('.', '--tiny', 'plan', 'enqueue', 'converge', 'size');
      expect({ status, figures: figuresIn(stdout) }).toEqual({
        status: 0,
        figures: [
          'plan 20 rows',
          'plan 20 rows, peak memory',
          'plan 100 rows',
          'plan 100 rows, peak memory',
          'plan 200 rows',
          'plan 200 rows, peak memory',
          'plan, growth from 20 to 200 rows by linear growth',
          'enqueue 100 jobs, 15 ms per batch of 10',
          'enqueue 100 jobs, 15 ms per batch of 10',
          'converge 1,000 jobs at 1,000 an hour',
          'refusals (429) on the way',
          'size of sync, minified',
          'size of sync, zipped',
          'size of worker, minified',
          'size of worker, zipped',
        ],
      });
      expect(stdout).not.toMatch(/NaN|undefined/);
      expect(stderr).toContain('These figures are not kept');
    },
    MAX_MS,
  );

  it(
    'that compare with a package fail while it is not installed, and say what to install',
    async () => {
      const { status, stdout, stderr } = await bench(
        freshClone(),
        '--tiny',
        'list',
        'drain',
        'import',
        'size',
      );
      expect({ status, figures: figuresIn(stdout).length }).toEqual({ status: 1, figures: 4 });
      for (const name of ['list', 'drain', 'import'])
        expect(stderr).toContain(
          `${name}: failed: the package fastly, which it compares with, is not installed: npm ci --prefix bench\n`,
        );
    },
    MAX_MS,
  );

  it.each<[string, Benchmark]>([
    ['list', list],
    ['drain', drain],
    ['import', importTime],
  ])(
    'that compare with a package do our part: %s',
    async (_, { run, peer }) => {
      const rows = await run({ scale: 'tiny', folder, race: onlyOurs });
      expect(peer).toBe('fastly');
      for (const { figure, ours } of rows) expect([figure, ours.median > 0]).toEqual([figure, true]);
      expect(rows.length).toBeGreaterThan(0);
    },
    MAX_MS,
  );

  it('are named when one is asked for that is not there', async () => {
    const { status, stderr } = await bench('.', 'plam');
    expect([status, stderr]).toEqual([
      1,
      'There is no benchmark "plam"; choose from plan, enqueue, list, drain, finish, converge, import or size\n',
    ]);
  });
});
