import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { packaged, packageProject } from '../support/packaged.ts';

const PRODUCT = ['cloudformation-template-update-stack.json', 'sync.zip', 'worker.zip'];
const MAX_MS = 120_000;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'product-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** What packaging prints about parameters that it refuses. Nothing is left that could be deployed. */
const refusal = (...args: string[]): string => {
  const { status, output } = packageProject(folder, { args, built: packaged() });
  expect(status).toBe(1);
  expect(existsSync(join(folder, '.serverless'))).toBe(false);
  return output;
};

describe('npm run package', () => {
  it(
    'makes one template and two zips, without AWS, byte for byte the same each time',
    () => {
      const { status } = packageProject(folder);
      expect(status).toBe(0);
      expect(readdirSync(join(folder, '.serverless')).sort()).toEqual(PRODUCT);
      for (const name of PRODUCT) {
        const bytes = readFileSync(join(folder, '.serverless', name));
        expect(bytes.equals(readFileSync(join(packaged(), '.serverless', name)))).toBe(true);
      }
    },
    MAX_MS,
  );

  it(
    'refuses parameters that make no stack, all of them by name',
    () => {
      const output = refusal(
        '--stage',
        'dev',
        '--param=scheduleRate=rate(2 days)',
        '--param',
        'maxDeletes=many',
      );
      expect(output).toContain('planSilenceHours: 26 contradicts scheduleRate');
      expect(output).toContain('maxDeletes (MAX_DELETES): expected a whole number');
    },
    MAX_MS,
  );

  it(
    'refuses a parameter that does not exist',
    () => {
      expect(refusal('--param=maxDelets=7')).toContain('maxDelets: there is no such parameter');
    },
    MAX_MS,
  );

  it('names a stage only where its parameters are set', () => {
    const files = ['serverless.yml', ...readdirSync('stack').map((name) => `stack/${name}`)];
    const lines = files.flatMap((file) => readFileSync(file, 'utf8').split('\n'));
    expect(lines.filter((line) => /\b(prod|dev)\b/.test(line) && !line.startsWith('#'))).toEqual([
      '  prod:',
      '  stage: prod',
      '    stages: [prod]',
    ]);
  });
});
