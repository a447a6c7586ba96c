import { globSync, readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { tablesOf } from './docs/markdown.ts';
import { testNamesIn } from './docs/test-names.ts';

/** `F31b` is a number of its own. */
const NUMBER = /\bF\d+b?\b/g;

const numbersIn = (texts: readonly string[]): string[] =>
  [...new Set(texts.flatMap((text) => text.match(NUMBER) ?? []))].sort();

const testNames = globSync('test/**/*.test.ts')
  .filter((file) => file !== 'test/scenarios.test.ts')
  .flatMap((file) => testNamesIn(readFileSync(file, 'utf8')));

const known = numbersIn(
  tablesOf('docs/scenarios.md')
    .flat()
    .map((row) => row[''] ?? ''),
);

it('docs/scenarios.md leaves out no number', () => {
  const last = Math.max(...known.map((number) => Number.parseInt(number.slice(1), 10)));
  const numbers = Array.from({ length: last }, (_, index) => `F${index + 1}`);
  expect(numbers.filter((number) => !known.includes(number))).toEqual([]);
  expect(last).toBeGreaterThanOrEqual(90);
});

it('every failure of docs/scenarios.md is in the name of a test', () => {
  const tested = numbersIn(testNames);
  expect(known.filter((number) => !tested.includes(number))).toEqual([]);
});

it('only the name of a test counts as one', () => {
  const names = testNamesIn(`
    // it('F1 in a comment', () => {});
    const CASES = [{ name: 'F2 a row of a table', say: 'F3 another property' }];
    const OTHERS = [{ name: 'F4 a table that no test has' }];
    describe('F5 a group', () => {
      it.each(CASES)('$name', () => { expect('F6 in a body').toBe(OTHERS); });
      it.each<[string, string]>([['F7 the first cell', 'F8 the second cell']])('%s: F9', () => {});
      test(\`F10 a template \${CASES}\`, () => {});
      helper('F11 no test');
    });
  `);
  expect(numbersIn(names)).toEqual(['F10', 'F2', 'F5', 'F7', 'F9']);
});
