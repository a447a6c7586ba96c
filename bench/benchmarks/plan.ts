import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { atMost, type Bench, type Benchmark, below, type Row, withRatio } from '../benchmark.ts';
import { measure, startServer, withServers } from '../child.ts';
import { writeRoster } from '../people.ts';
import { constant, type Spread, seconds, spreadOf } from '../race.ts';
import type { Measured } from '../runs/measured.ts';

/** The middle size has a goal for time, the largest one for memory; growth is from the first to the last. */
const SIZES = {
  full: { rows: [10_000, 100_000, 1_000_000], people: 100_000 },
  tiny: { rows: [20, 100, 200], people: 50 },
};
const MAX_RATIO = 3.5;
const MAX_PEAK_MIB = 800;

const SERVERLESS = resolve(import.meta.dirname, '../../serverless.yml');

/** Node's options as the deployed planner has them, if it has any: its memory depends on them. */
const deployedOptions = (): { readonly NODE_OPTIONS?: string } => {
  const options = /^ +NODE_OPTIONS: (.+)$/m.exec(readFileSync(SERVERLESS, 'utf8'))?.[1];
  return options === undefined ? {} : { NODE_OPTIONS: options };
};

/** How much steeper than a straight line through the origin time grows with the rows. */
const growth = (sizes: readonly number[], times: readonly Spread[]): Row => {
  const [small = 1, large = 1] = [sizes[0], sizes.at(-1)];
  const ratio = (times.at(-1)?.median ?? 0) / (times[0]?.median ?? 1);
  const label = (rows: number): string => rows.toLocaleString('en');
  return below(
    {
      figure: `plan, growth from ${label(small)} to ${label(large)} rows by linear growth`,
      unit: '×',
      ours: constant(ratio / (large / small)),
    },
    1,
  );
};

const run = async ({ scale, folder, race }: Bench) => {
  const { rows: sizes, people } = SIZES[scale];
  const account = startServer('account-server', { invitations: people, members: people, prepared: true });
  return await withServers([account], async ([url = '']) => {
    const rows: Row[] = [];
    const times: Spread[] = [];
    for (const [index, size] of sizes.entries()) {
      const rosterPath = join(folder, `roster-${size}.csv`);
      await writeRoster(rosterPath, size);
      const contestant = (name: string) => {
        const once = () => measure(name, { rosterPath, url, rows: size }, deployedOptions());
        // Only the server has to be warmed, and once: the roster was written a moment ago and is in memory.
        return index === 0 ? { warmUp: once, run: once } : { run: once };
      };
      const [ours, theirs] = await race([contestant('plan'), contestant('plan-peer')]);
      const row = (kind: string, unit: string, figure: (measured: Measured) => number) => ({
        figure: `plan ${size.toLocaleString('en')} rows${kind}`,
        unit,
        ours: spreadOf(ours, figure),
        beside: { name: 'csv-parse and JSON.parse alone', ...spreadOf(theirs, figure) },
      });
      const time = row('', 's', seconds);
      const peak = row(', peak memory', 'MiB', ({ peakMiB }) => peakMiB);
      times.push(time.ours);
      rows.push(
        index === 1 ? atMost(time, MAX_RATIO) : withRatio(time),
        index === 2 ? below(peak, MAX_PEAK_MIB) : peak,
      );
    }
    return [...rows, growth(sizes, times)];
  });
};

export const plan: Benchmark = { name: 'plan', run };
