import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';

/** What went wrong in systems that do this job, by the numbers of docs/scenarios.md. */
const LAST = 55;

it('every failure of docs/scenarios.md is named by a test', () => {
  const files = globSync('test/**/*.test.ts').filter((file) => !file.endsWith('scenarios.test.ts'));
  const tests = files.map((file) => readFileSync(file, 'utf8')).join('\n');
  const numbers = Array.from({ length: LAST }, (_, index) => `F${index + 1}`);
  expect(numbers.filter((number) => !new RegExp(`\\b${number}\\b`).test(tests))).toEqual([]);
});
