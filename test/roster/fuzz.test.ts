import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const RUNS = 20_000;
/** A failure names the command that shows it again. */
const SEED = 20261123;

// As a process of its own: inside Jest's sandbox the same runs take three times as long.
it(`${RUNS} random and damaged rosters, seed ${SEED}: every row is accounted for`, async () => {
  const options = [
    '--stack-trace-limit=0',
    'scripts/fuzz.ts',
    '--runs',
    String(RUNS),
    '--seed',
    String(SEED),
  ];
  const { stdout } = await promisify(execFile)(process.execPath, options);
  const accepted = Number(/^accepted (\d+)/m.exec(stdout)?.[1]);
  const codes = stdout.match(/^│ [a-z0-9_]+ +│ \d+/gm) ?? [];
  // Fuzzing that reaches nothing proves nothing.
  expect(accepted).toBeGreaterThan(RUNS / 10);
  expect(codes.length).toBeGreaterThan(25);
}, 120_000);
