/** What a benchmark is, and what comes of it. */

import { type Race, type Spread, seconds, spreadOf } from './race.ts';
import type { Measured } from './runs/measured.ts';

/** `tiny`: does everything once, with hardly any data, to show that it works. */
export type Scale = 'full' | 'tiny';

export type Bench = {
  readonly scale: Scale;
  /** A folder for data, removed in the end. */
  readonly folder: string;
  readonly race: Race;
};

export type Benchmark = {
  readonly name: string;
  /** The package of bench/package.json that it compares with. */
  readonly peer?: 'fastly';
  /** Default 5 */
  readonly runs?: number;
  readonly run: (bench: Bench) => Promise<readonly Row[]>;
};

/** One line of the table. */
export type Row = {
  readonly figure: string;
  readonly unit: string;
  readonly ours: Spread;
  readonly beside?: Spread & { readonly name: string };
  /** Ours divided by the peer's; for "times faster" the peer's divided by ours. Absent without a peer. */
  readonly ratio?: number;
  /** In words. A line without a goal is there for comparison. */
  readonly goal?: string;
  readonly isMet?: boolean;
};

type Compared = Pick<Row, 'figure' | 'unit' | 'ours'> & Required<Pick<Row, 'beside'>>;

/** A figure in seconds, of runs that were measured, beside that of `name`. */
export const inSeconds = (
  figure: string,
  ours: readonly Measured[] | undefined,
  name: string,
  theirs: readonly Measured[] | undefined,
): Compared => ({
  figure,
  unit: 's',
  ours: spreadOf(ours, seconds),
  beside: { name, ...spreadOf(theirs, seconds) },
});

/** How many times as much ours takes, without a goal. */
export const withRatio = (row: Compared): Row & { readonly ratio: number } => ({
  ...row,
  ratio: row.ours.median / row.beside.median,
});

/** Ours takes at most `limit` times as much. */
export const atMost = (row: Compared, limit: number): Row => {
  const compared = withRatio(row);
  return { ...compared, goal: `≤ ${limit} ×`, isMet: compared.ratio <= limit };
};

/** Ours is at least `limit` times as fast. */
export const timesFaster = (row: Compared, limit: number): Row => {
  const ratio = row.beside.median / row.ours.median;
  return { ...row, ratio, goal: `≥ ${limit} × faster`, isMet: ratio >= limit };
};

/** A figure with a limit of its own. */
export const below = (row: Omit<Row, 'goal' | 'isMet' | 'ratio'>, limit: number): Row => ({
  ...row,
  goal: `≤ ${limit.toLocaleString('en')} ${row.unit}`.trim(),
  isMet: row.ours.median <= limit,
});
