// `npm run mutate`: makes small mistakes in the files that decide, and counts those that no unit test notices.
import { fileURLToPath } from 'node:url';

const plugin = fileURLToPath(import.meta.resolve('@stryker-mutator/jest-runner'));

/** Plan, guards, mail limits, quota and gate, jobs, unknown effects, ledger, applying run and run pointer. */
const DECIDING = [
  'lib/plan/plan.ts',
  'lib/plan/guards.ts',
  'lib/plan/mail-limits.ts',
  'lib/plan/decide.ts',
  'lib/plan/plan-hash.ts',
  'lib/domain/invitation-match.ts',
  'lib/domain/quota.ts',
  'lib/worker/quota-gate.ts',
  'lib/worker/execute-job.ts',
  'lib/worker/existing-access.ts',
  'lib/worker/resolve-unknown.ts',
  'lib/worker/final-or-retry.ts',
  'lib/worker/give-up.ts',
  'lib/worker/fence.ts',
  'lib/state/ledger-update.ts',
  'lib/state/run-pointer.ts',
  'lib/state/recover-runs.ts',
  'lib/planner/apply-plan.ts',
];

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
export default {
  plugins: [plugin],
  testRunner: 'jest',
  testRunnerNodeArgs: ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning'],
  coverageAnalysis: 'perTest',
  jest: { projectType: 'custom', configFile: 'mutation/jest.config.js', enableFindRelatedTests: false },
  mutate: DECIDING,
  // Text for people is compared where it matters; a changed word in a sentence is no mistake in a decision.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: ['dist', '.serverless', '.sync', 'bench/node_modules', 'mutation/node_modules'],
  // There is no such file: Stryker can't read tsconfig.json with TypeScript 7, and nothing here needs it.
  tsconfigFile: 'mutation/no-tsconfig.json',
  tempDirName: '.stryker-tmp',
  timeoutMS: 20_000,
  concurrency: 2,
  reporters: ['clear-text', 'progress-append-only', 'json'],
  jsonReporter: { fileName: 'mutation/report.json' },
  clearTextReporter: { allowColor: false, reportTests: false, logTests: false },
  thresholds: { high: 95, low: 85, break: 85 },
};
