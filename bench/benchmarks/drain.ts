import { type Bench, type Benchmark, inSeconds, timesFaster } from '../benchmark.ts';
import { measure, startServer, withServers } from '../child.ts';
import { addressOf } from '../people.ts';
import type { DrainOptions } from '../runs/drain.ts';

const WRITE_DELAY_MS = 50;
const SIZES = { full: { jobs: 1000, warmUp: 20 }, tiny: { jobs: 12, warmUp: 2 } };

const addresses = (count: number): string[] => Array.from({ length: count }, (_, index) => addressOf(index));

const run = async ({ scale, race }: Bench) => {
  const { jobs, warmUp } = SIZES[scale];
  // Each run has empty accounts of its own, and spends most of its time waiting for them.
  const contestant = (name: string) => ({
    run: () => {
      const account = () => startServer('account-server', { delayMs: WRITE_DELAY_MS });
      return withServers([account(), account()], ([url = '', warmUpUrl = '']) => {
        const options: DrainOptions = {
          url,
          warmUpUrl,
          emails: addresses(jobs),
          warmUpEmails: addresses(warmUp),
        };
        return measure(name, options);
      });
    },
  });
  const [ours, theirs] = await race([contestant('drain'), contestant('drain-peer')], { atOnce: true });
  const figure = `drain ${jobs.toLocaleString('en')} jobs within the quota, ${WRITE_DELAY_MS} ms per write`;
  return [timesFaster(inSeconds(figure, ours, 'loop over the official client', theirs), 3)];
};

export const drain: Benchmark = { name: 'drain', peer: 'fastly', run };
