import { atMost, type Bench, type Benchmark } from '../benchmark.ts';
import { measure } from '../child.ts';
import { spreadOf } from '../race.ts';
import type { ReportOptions } from '../runs/report.ts';

const CHANGES = { full: 100_000, tiny: 100 };
const REPORTS = ['plan.json', 'plan.csv', 'plan.html'] as const;
const PLAIN = 'JSON.stringify';

const run = async ({ scale, race }: Bench) => {
  const changes = CHANGES[scale];
  const [plain = [], ...reports] = await race(
    ([PLAIN, ...REPORTS] as const).map((kind) => ({
      run: () => measure('report', { kind, changes } satisfies ReportOptions),
    })),
  );
  const size = `${changes.toLocaleString('en')} changes`;
  return REPORTS.flatMap((name, index) => [
    atMost(
      {
        figure: `${name} of ${size}`,
        unit: 'ms',
        ours: spreadOf(reports[index], ({ ms }) => ms),
        beside: { name: PLAIN, ...spreadOf(plain, ({ ms }) => ms) },
      },
      5,
    ),
    // Piece by piece needs less than the whole.
    atMost(
      {
        figure: `peak memory, ${name} of ${size}`,
        unit: 'MiB',
        ours: spreadOf(reports[index], ({ peakMiB }) => peakMiB),
        beside: { name: PLAIN, ...spreadOf(plain, ({ peakMiB }) => peakMiB) },
      },
      1,
    ),
  ]);
};

export const report: Benchmark = { name: 'report', peers: [], run };
