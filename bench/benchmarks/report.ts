import { atMost, type Bench, type Benchmark } from '../benchmark.ts';
import { measure } from '../child.ts';
import { type Spread, spreadOf } from '../race.ts';
import type { Measured } from '../runs/measured.ts';
import type { ReportOptions } from '../runs/report.ts';

/** Memory shows with larger plans only: below, what V8 has not collected yet outweighs the difference. */
const CHANGES = { full: { time: 100_000, memory: 400_000 }, tiny: { time: 100, memory: 200 } };
const REPORTS = ['plan.json', 'plan.csv', 'plan.html'] as const;
const PLAIN = 'JSON.stringify';

/** What our reports and the plain text of the same plan took. */
const compare = async ({ race }: Bench, changes: number, figure: (measured: Measured) => number) => {
  const [plain = [], ...reports] = await race(
    ([PLAIN, ...REPORTS] as const).map((kind) => ({
      run: () => measure('report', { kind, changes } satisfies ReportOptions),
    })),
  );
  const beside = { name: PLAIN, ...spreadOf(plain, figure) };
  const size = `${changes.toLocaleString('en')} changes`;
  return (index: number): { size: string; ours: Spread; beside: typeof beside } => ({
    size,
    ours: spreadOf(reports[index], figure),
    beside,
  });
};

const run = async (bench: Bench) => {
  const changes = CHANGES[bench.scale];
  const time = await compare(bench, changes.time, ({ ms }) => ms);
  const memory = await compare(bench, changes.memory, ({ peakMiB }) => peakMiB);
  return REPORTS.flatMap((name, index) => {
    const { size: timedSize, ...timed } = time(index);
    const { size, ...remembered } = memory(index);
    return [
      atMost({ figure: `${name} of ${timedSize}`, unit: 'ms', ...timed }, 5),
      // Piece by piece needs less than the whole.
      atMost({ figure: `peak memory, ${name} of ${size}`, unit: 'MiB', ...remembered }, 1),
    ];
  });
};

export const report: Benchmark = { name: 'report', peers: [], run };
