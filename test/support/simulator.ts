/** The simulated account with faults on demand: what goes wrong between it and its client. */

import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SimulatedAnswer, SimulatedRequest } from '../../local/simulator/answers.ts';
import { send, startSimulator as startFaultless } from '../../local/simulator/simulator.ts';

type Fault = {
  /** Any when left out. */
  readonly method?: string;
  /** A prefix of, or a pattern for, path and query, unescaped: `/invitations?page[number]=2`. Any when left out. */
  readonly url?: string | RegExp;
  /** Matching requests that go through first. Default 0 */
  readonly skip?: number;
  /** Matching requests that are hit after those. Default 1 */
  readonly times?: number;
  /**
   * What the client gets. `cut`: the connection ends without an answer; `cut_body`: in the middle of the body;
   * `hang`: nothing, until the client gives up. Left out: the true answer, which only makes sense with a delay.
   */
  readonly answer?: FaultAnswer | 'cut' | 'cut_body' | 'hang';
  /** The request is carried out all the same, and the client can't know. Default false */
  readonly effect?: boolean;
  /** Added before the answer. Default 0 */
  readonly delayMs?: number;
};

type FaultAnswer = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
};

type Waiting = { readonly fault: Fault; skip: number; times: number };

const matches = ({ method, url }: Fault, askedMethod: string, askedUrl: string): boolean => {
  if (method !== undefined && method !== askedMethod) return false;
  if (url === undefined) return true;
  return typeof url === 'string' ? askedUrl.startsWith(url) : url.test(askedUrl);
};

const createFaults = () => {
  let queue: Waiting[] = [];
  return {
    add: (fault: Fault): void => {
      queue.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
    },
    clear: (): void => {
      queue = [];
    },
    /** The first fault that hits this request; it is used up by one. */
    take: (method: string, url: string): Fault | undefined => {
      for (const waiting of queue) {
        if (waiting.times === 0 || !matches(waiting.fault, method, url)) continue;
        if (waiting.skip > 0) waiting.skip -= 1;
        else {
          waiting.times -= 1;
          return waiting.fault;
        }
      }
      return undefined;
    },
  };
};

const sendHalf = (response: ServerResponse, { status, headers, body }: SimulatedAnswer): void => {
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) + 1 });
  response.write(body.slice(0, body.length / 2), () => response.destroy());
};

const NO_ANSWER: SimulatedAnswer = { status: 200, headers: {}, body: '' };

const answerWithFault = async (
  { answer: instead, effect, delayMs = 0 }: Fault,
  response: ServerResponse,
  carryOut: () => SimulatedAnswer,
): Promise<void> => {
  const isCarriedOut = instead === undefined || instead === 'cut_body' || effect === true;
  const answer = isCarriedOut ? carryOut() : NO_ANSWER;
  if (delayMs > 0) await sleep(delayMs);
  if (instead === 'hang') return;
  if (instead === 'cut') response.destroy();
  else if (instead === 'cut_body') sendHalf(response, answer);
  else send(response, instead === undefined ? answer : { headers: {}, body: '', ...instead });
};

export type SimulatorOptions = Omit<NonNullable<Parameters<typeof startFaultless>[0]>, 'intercept'> & {
  /** Called when a request arrives, before it is answered: people may act between any two of them. */
  readonly onRequest?: (request: SimulatedRequest) => void;
};

export const startSimulator = async ({ onRequest, ...options }: SimulatorOptions = {}) => {
  const faults = createFaults();
  const simulator = await startFaultless({
    ...options,
    intercept: (request, url) => {
      onRequest?.(request);
      const fault = faults.take(request.method, decodeURIComponent(url));
      return fault && ((response, carryOut) => answerWithFault(fault, response, carryOut));
    },
  });
  return {
    ...simulator,
    /** Queues a fault; the first one that matches hits. */
    fault: faults.add,
    clearFaults: faults.clear,
  };
};

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;
