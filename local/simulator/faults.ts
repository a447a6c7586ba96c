/** Faults on demand: what goes wrong between the simulated account and its client. */

export type Fault = {
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

export const createFaults = () => {
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

export type Faults = ReturnType<typeof createFaults>;
