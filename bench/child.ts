/** Starts what is measured, and the servers for it, each in a process of its own, so that they do not disturb each other. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import type { Measured } from './runs/measured.ts';

/** Runs `bench/runs/<name>.ts` with options, and returns what it measured. */
export const measure = async (
  name: string,
  options: unknown,
  environment: Readonly<Record<string, string>> = {},
): Promise<Measured> => {
  const script = resolve(import.meta.dirname, 'runs', `${name}.ts`);
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (code !== 0) throw new Error(`bench/runs/${name}.ts failed: what it said is above`);
  return JSON.parse(output) as Measured;
};

export type ServerProcess = { readonly url: string; stop(): Promise<void> };

/** Runs `bench/<name>.ts`, whose first line of output is its address and which ends with its input. */
export const startServer = async (name: string, options: unknown): Promise<ServerProcess> => {
  const script = resolve(import.meta.dirname, `${name}.ts`);
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const url = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    ended.then(() => Promise.reject(new Error(`bench/${name}.ts ended before it listened`))),
  ]);
  return {
    url,
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
};

/** Stops the servers whatever happens. */
export const withServers = async <T>(
  starting: readonly Promise<ServerProcess>[],
  work: (urls: readonly string[]) => Promise<T>,
): Promise<T> => {
  const servers = await Promise.all(starting);
  try {
    return await work(servers.map(({ url }) => url));
  } finally {
    await Promise.all(servers.map((server) => server.stop()));
  }
};
