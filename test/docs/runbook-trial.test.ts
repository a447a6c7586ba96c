import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { emptyFolder, removeFolders } from '../support/cli.ts';
import { type Simulator, startSimulator } from '../support/simulator.ts';
import { codeBlocksOf } from './markdown.ts';

const MAX_MS = 60_000;
/** `npm run sync -- …`, from any folder. */
const NPM = `npm() { shift 3; '${process.execPath}' '${resolve('local/main.ts')}' "$@"; }`;

let fastly: Simulator;
beforeAll(async () => {
  fastly = await startSimulator();
});
afterAll(async () => {
  await fastly.close();
  removeFolders();
});

/** The commands of the trial, one block after the other. The token is in the environment already. */
const [PLAN = '', APPLY = '', TAKE_BACK = ''] = codeBlocksOf('docs/runbook.md')
  .filter((block) => block.includes('trial.csv'))
  .map((block) =>
    block
      .split('\n')
      .slice(1, -1)
      .join('\n')
      .replace(/^read .*\n/, ''),
  );

const inFolder = async (folder: string, script: string): Promise<string> => {
  const shell = spawn('bash', ['-c', `${NPM}\n${script}`], {
    cwd: folder,
    env: { PATH: process.env.PATH, FASTLY_API_URL: fastly.url, FASTLY_API_TOKEN: fastly.token },
  });
  const [output] = await Promise.all([text(shell.stdout), text(shell.stderr), once(shell, 'exit')]);
  return output;
};

it(
  'the trial invitation of the runbook is sent once, taken back, and leaves nothing',
  async () => {
    const folder = emptyFolder();
    expect(await inFolder(folder, PLAN)).toMatch(/^Plan {4}1 to create, 0 to delete, 0 to replace/m);
    expect(await inFolder(folder, APPLY)).toMatch(/^Done {4}1 job .*: 1 created$/m);
    expect(fastly.invitations()).toHaveLength(1);

    const [empty = '', apply = '', ...approve] = TAKE_BACK.split('\n');
    const held = await inFolder(folder, `${empty}\n${apply}`);
    const approval = /--approve (sha256:[0-9a-f]{64})/.exec(held)?.[1] ?? '';
    expect(approval).not.toBe('');
    const output = await inFolder(folder, approve.join('\n').replace('sha256:…', approval));

    expect(output).toMatch(/1 deleted$/m);
    expect(fastly.invitations()).toEqual([]);
    expect([...fastly.mails().values()]).toEqual([1]);
    expect(existsSync(join(folder, 'trial'))).toBe(false);
  },
  MAX_MS,
);
