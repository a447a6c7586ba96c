/** The command line as people start it, with nothing in its environment but what is given. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { JsonResult } from '../../local/cli/json-result.ts';
import { runCli } from '../../local/cli/run.ts';

const MAIN = resolve(import.meta.dirname, '../../local/main.ts');

export type Ended = {
  /** Null when a signal ended it. */
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

type Place = { readonly cwd: string; readonly env?: Readonly<Record<string, string>> };

const folders: string[] = [];

/** An empty folder; the state goes there by default. */
export const emptyFolder = (): string => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'invitation-sync-')));
  folders.push(folder);
  return folder;
};

/** For `afterAll`. */
export const removeFolders = (): void => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
};

export const startCli = (
  args: readonly string[],
  { cwd, env = {} }: Place,
): { readonly child: ChildProcess; readonly ended: Promise<Ended> } => {
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd,
    env: { ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const status = new Promise<number | null>((resolveStatus, reject) => {
    child.once('error', reject);
    child.once('close', resolveStatus);
  });
  const ended = Promise.all([status, text(child.stdout), text(child.stderr)]).then(
    ([code, stdout, stderr]): Ended => ({ status: code, stdout, stderr }),
  );
  return { child, ended };
};

/** In a process of its own. */
export const sync = (args: readonly string[], place: Place): Promise<Ended> => startCli(args, place).ended;

class Page extends Writable {
  content = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.content += chunk.toString();
    done();
  }
}

/** In this process, which is quicker; paths must be absolute. */
export const syncHere = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const stdout = new Page();
  const stderr = new Page();
  const { signal: stop } = new AbortController();
  const status = await runCli({ argv: args, env, stdout, stderr, stop });
  return { status, stdout: stdout.content, stderr: stderr.content };
};

/** What `--json` printed. Throws when there is anything else on standard output. */
export const resultIn = ({ stdout }: Ended): JsonResult => {
  const { results } = JSON.parse(stdout) as { readonly results: readonly [JsonResult] };
  return results[0];
};

/** Ends when the child has said something like this on standard output or standard error, or is gone. */
export const said = (child: ChildProcess, what: RegExp): Promise<void> =>
  new Promise((resolveSaid) => {
    let heard = '';
    const listen = (chunk: Buffer): void => {
      heard += chunk.toString();
      if (what.test(heard)) resolveSaid();
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('close', () => resolveSaid());
  });
