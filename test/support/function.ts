/** A bundle in a process of its own, as Lambda would run it: environment in, events in, answers and output out. */

import { type ChildProcess, fork } from 'node:child_process';
import { resolve } from 'node:path';

type Reply = {
  readonly id: string;
  readonly value?: unknown;
  readonly error?: string;
  readonly errorType?: string;
};

export type LambdaFunction = {
  /** How many parameters the handler declares. */
  readonly arity: number;
  /** Throws an error with the handler's words and, as `errorType`, the name of the class that it threw. */
  invoke(event: unknown, remainingMs?: number): Promise<unknown>;
  /** All that was written to standard output and error so far. */
  output(): string;
  stop(): void;
};

const MAX_MS = 120_000;

const replyTo = (child: ChildProcess, id: string, output: () => string): Promise<unknown> =>
  new Promise((fulfil, reject) => {
    const onExit = (): void => reject(new Error(`the function's process ended:\n${output()}`));
    const onMessage = (reply: Reply): void => {
      if (reply.id !== id) return;
      child.off('message', onMessage).off('exit', onExit);
      if (reply.error === undefined) fulfil(reply.value);
      else reject(Object.assign(new Error(reply.error), { errorType: reply.errorType }));
    };
    child.on('message', onMessage).on('exit', onExit);
  });

/** Rejects with the handler's own words when the bundle does not load. */
export const startFunction = async (
  bundle: string,
  environment: Readonly<Record<string, string>>,
): Promise<LambdaFunction> => {
  const child = fork(resolve('test/support/function-process.mjs'), [resolve(bundle)], {
    env: environment,
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let written = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => {
      written += chunk.toString();
    });
  const output = (): string => written;
  let calls = 0;
  try {
    const arity = (await replyTo(child, 'load', output)) as number;
    return {
      arity,
      invoke(event, remainingMs = MAX_MS) {
        calls += 1;
        const id = String(calls);
        const reply = replyTo(child, id, output);
        child.send({ id, event, remainingMs });
        return reply;
      },
      output,
      stop: () => child.kill(),
    };
  } catch (error) {
    child.kill();
    throw error;
  }
};
