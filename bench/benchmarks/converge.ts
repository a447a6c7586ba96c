import { QUOTA_PER_HOUR, converge as simulate } from '../../test/simulation/convergence.ts';
import { atMost, type Bench, type Benchmark, below } from '../benchmark.ts';
import { spreadOf } from '../race.ts';

const JOBS = { full: 5000, tiny: 1000 };

/** Time is virtual, so the runs differ only by their random numbers: when they start, and how long an answer takes. */
const run = async ({ scale, race }: Bench) => {
  const jobs = JOBS[scale];
  let seed = 0;
  const [runs = []] = await race([
    {
      run: () => {
        seed += 1;
        return simulate({ name: 'alone', jobs, action: 'create' }, seed);
      },
    },
  ]);
  const broken = runs.find(({ violation }) => violation !== undefined);
  if (broken !== undefined) throw new Error(`the simulation broke a rule: ${broken.violation}`);
  const count = jobs.toLocaleString('en');
  const row = {
    figure: `converge ${count} jobs at ${QUOTA_PER_HOUR.toLocaleString('en')} an hour`,
    unit: 'h',
    ours: spreadOf(runs, ({ hours }) => hours),
  };
  return [
    atMost(
      { ...row, beside: { name: 'optimum', ...spreadOf(runs, ({ optimumHours }) => optimumHours) } },
      1.02,
    ),
    below(
      {
        figure: 'refusals (429) on the way',
        unit: '',
        ours: spreadOf(runs, ({ rateLimited }) => rateLimited),
      },
      0,
    ),
  ];
};

export const converge: Benchmark = { name: 'converge', run };
