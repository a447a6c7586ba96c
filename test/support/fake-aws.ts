/** A shell in which `aws` is a stand-in that notes what it was called with. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type AwsCall = {
  readonly args: readonly string[];
  readonly attempts: string | undefined;
  readonly region: string | undefined;
};

/** Answers with the last argument: a file that is written, or a word about what was asked for. */
const PROGRAM = `#!${process.execPath}
const { appendFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const { AWS_MAX_ATTEMPTS: attempts, AWS_REGION: region, CALLS } = process.env;
appendFileSync(CALLS, JSON.stringify({ args, attempts, region }) + '\\n');
if (args[1] === 'invoke') writeFileSync(args.at(-1), '{"results":[]}');
else console.log(args[1] === 'get-queue-attributes' ? 'arn-of-' + args[args.indexOf('--queue-url') + 1] : (/=='(\\w+)'/.exec(args.join(' '))?.[1] ?? args[1]));
`;

/** Runs `script` with `sh`. Throws when it fails. */
export const runWithAws = (
  script: string,
): { readonly calls: readonly AwsCall[]; readonly output: string } => {
  const folder = mkdtempSync(join(tmpdir(), 'aws-'));
  try {
    const program = join(folder, 'aws');
    writeFileSync(program, PROGRAM);
    chmodSync(program, 0o755);
    const calls = join(folder, 'calls');
    const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
      cwd: folder,
      env: { PATH: `${folder}:/usr/bin:/bin`, CALLS: calls },
      encoding: 'utf8',
    });
    if (status !== 0) throw new Error(`exit status ${status}: ${stderr}`);
    const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
    return { calls: lines.map((line) => JSON.parse(line)), output: stdout };
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/** What follows an option. */
export const optionOf = ({ args }: AwsCall, name: string): string | undefined =>
  args.includes(name) ? args[args.indexOf(name) + 1] : undefined;
