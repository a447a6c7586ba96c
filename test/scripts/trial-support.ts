/** A trial invitation against a simulated account, on a clock that only sleeping moves. */

import { normalizeEmail } from '../../lib/domain/invitation.ts';
import { createSend } from '../../lib/fastly/transport.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../local/simulator/simulator.ts';
import { createReport } from '../../scripts/smoke/report.ts';
import { tryInvitation } from '../../scripts/smoke/trial.ts';
import { createTrialWire } from '../../scripts/smoke/wire.ts';
import { clientFor } from '../fastly/support.ts';
import { FakeClock } from '../support/fakes.ts';

export const TOKEN = 'example-token-of-the-bot';
export const NOW = Date.parse('2026-11-23T12:00:00Z');

/** The client and the transport with one token, and without pauses. */
export const fastlyFor = (apiUrl: string, requestTimeoutMs = 2000) => {
  const transport = { apiUrl, token: TOKEN, requestTimeoutMs };
  return { client: clientFor(apiUrl, transport).client, send: createSend(transport) };
};

export const ADDRESS = 'thelma@example.com';
export const EMPTY_PAGE = JSON.stringify({
  data: [],
  meta: { current_page: 1, record_count: 0, total_pages: 1 },
});

type Attempt = {
  readonly email?: string;
  /** The operator presses Ctrl-C when this line comes. */
  readonly interruptAt?: RegExp;
  readonly afterPost?: () => void;
};

export type TrialBench = {
  readonly fastly: Simulator;
  readonly clock: FakeClock;
  attempt(
    options?: Attempt,
  ): Promise<{ readonly lines: readonly string[]; readonly output: string; readonly failures: number }>;
  /** Ids of what is at Fastly besides what was there before. */
  leftovers(): readonly string[];
  /** Counted by Fastly. */
  writes(): number;
};

const OTHERS = 'ada@example.com';

export const startTrial = async (options: SimulatorOptions = {}): Promise<TrialBench> => {
  const clock = new FakeClock(NOW);
  const fastly = await startSimulator({ token: TOKEN, now: clock.now, ...options });
  fastly.seed({ invitations: [{ email: OTHERS }], members: [{ login: 'Grace@example.com' }] });

  const attempt: TrialBench['attempt'] = async ({ email = ADDRESS, interruptAt, afterPost } = {}) => {
    const lines: string[] = [];
    const report = createReport((line) => lines.push(line));
    const { client, send } = fastlyFor(fastly.url, 100);
    const wire = createTrialWire(send, TOKEN);
    const trial = {
      email: normalizeEmail(email),
      customerId: fastly.customerId,
      apiUrl: 'https://api.fastly.com',
      allowedDomains: [],
    };
    await tryInvitation(trial, {
      client,
      wire: {
        ...wire,
        invite: async (...args) => {
          const answer = await wire.invite(...args);
          afterPost?.();
          return answer;
        },
      },
      report,
      now: clock.now,
      sleep: clock.sleep,
      interrupted: () => lines.some((line) => interruptAt?.test(line)),
    });
    return { lines, output: lines.join('\n'), failures: report.counts().failures };
  };

  return {
    fastly,
    clock,
    attempt,
    leftovers: () =>
      fastly
        .invitations()
        .filter(({ email }) => email !== OTHERS)
        .map(({ id }) => id),
    writes: () => [...fastly.writes().values()].reduce((sum, { us }) => sum + us, 0),
  };
};
