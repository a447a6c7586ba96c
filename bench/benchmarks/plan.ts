import { join } from 'node:path';
import { atMost, type Bench, type Benchmark, below, type Row, withRatio } from '../benchmark.ts';
import { measure, startServer, withServers } from '../child.ts';
import { deployedNodeOptions } from '../deployed.ts';
import { writeRoster } from '../people.ts';
import { constant, type Spread, seconds, spreadOf } from '../race.ts';

/** The last one is the one with goals. */
const SIZES = {
  full: { rows: [10_000, 100_000, 1_000_000], people: 100_000 },
  tiny: { rows: [20, 200], people: 50 },
};

/** How much steeper than a straight line through the origin it grows from the smallest to the largest. */
const growth = (sizes: readonly number[], medians: readonly Spread[]): Row => {
  const [small = 1, large = 1] = [sizes[0], sizes.at(-1)];
  const times = (medians.at(-1)?.median ?? 0) / (medians[0]?.median ?? 1);
  const label = (rows: number): string => rows.toLocaleString('en');
  return below(
    {
      figure: `plan, growth from ${label(small)} to ${label(large)} rows by linear growth`,
      unit: '×',
      ours: constant(times / (large / small)),
    },
    1.1,
  );
};

const run = async ({ scale, folder, race }: Bench) => {
  const { rows: sizes, people } = SIZES[scale];
  const options = { invitations: people, members: people, prepared: true };
  const environment = { NODE_OPTIONS: deployedNodeOptions() };
  return await withServers([startServer('account-server', options)], async ([url = '']) => {
    const rows: Row[] = [];
    const times: Spread[] = [];
    for (const size of sizes) {
      const rosterPath = join(folder, `roster-${size}.csv`);
      await writeRoster(rosterPath, size);
      const contestant = (name: string) => {
        const once = () => measure(name, { rosterPath, url, rows: size }, environment);
        // Once for all: what there is to warm is the server. The roster was written a moment ago.
        return size === sizes[0] ? { warmUp: once, run: once } : { run: once };
      };
      const [ours, theirs] = await race([contestant('plan'), contestant('plan-peer')]);
      const label = size.toLocaleString('en');
      const compared = {
        figure: `plan ${label} rows`,
        unit: 's',
        ours: spreadOf(ours, seconds),
        beside: { name: 'csv-parse and JSON.parse alone', ...spreadOf(theirs, seconds) },
      };
      times.push(compared.ours);
      const peak = {
        figure: `plan ${label} rows, peak memory`,
        unit: 'MiB',
        ours: spreadOf(ours, ({ peakMiB }) => peakMiB),
        beside: { name: 'csv-parse and JSON.parse alone', ...spreadOf(theirs, ({ peakMiB }) => peakMiB) },
      };
      if (size === sizes.at(-1)) rows.push(atMost(compared, 2), below(peak, 512));
      else rows.push(withRatio(compared), peak);
    }
    return [...rows, growth(sizes, times)];
  });
};

export const plan: Benchmark = { name: 'plan', peers: ['csv-parse'], run };
