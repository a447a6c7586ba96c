import { fileURLToPath } from 'node:url';
import jest from '../jest.config.js';

const plugin = fileURLToPath(import.meta.resolve('@stryker-mutator/jest-runner'));

/**
 * Small mistakes in `files` of `lib/<room>`, to be noticed by the unit tests of this room alone: other rooms' tests and
 * the simulation find many of them, but minutes later and not where they were made.
 *
 * @param {string} room
 * @param {readonly string[]} files
 * @returns {import('@stryker-mutator/api/core').PartialStrykerOptions}
 */
export const mutateRoom = (room, files) => ({
  plugins: [plugin],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: {
    projectType: 'custom',
    config: { ...jest, testMatch: [`<rootDir>/test/${room}/**/*.test.ts`] },
    enableFindRelatedTests: false,
  },
  mutate: files.map((file) => `lib/${room}/${file}.ts`),
  // Text for people is compared where it matters; a changed word in a sentence is no mistake in a decision.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', '.serverless', '.sync', 'bench/node_modules', 'mutation/node_modules'],
  // There is no such file: Stryker can't read tsconfig.json with TypeScript 7, and nothing here needs it.
  tsconfigFile: 'mutation/no-tsconfig.json',
  tempDirName: '.stryker-tmp',
  timeoutMS: 30_000,
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: `mutation/reports/${room}.json` },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
});
