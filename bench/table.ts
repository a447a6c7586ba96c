/** Rows as a Markdown table whose columns line up, for the screen and for docs/performance.md alike. */

import type { Row } from './benchmark.ts';
import type { Spread } from './race.ts';

const HEADER = ['figure', 'ours', 'beside', 'ratio', 'goal', ''];

/** Rounded to three digits. */
const number = (value: number): string =>
  value.toLocaleString('en', value >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 });

const spread = ({ median, min, max, runs }: Spread, unit: string): string =>
  runs > 1 ? `${number(median)} ${unit} (${number(min)}–${number(max)})` : `${number(median)} ${unit}`;

const verdict = ({ isMet }: Row): string => {
  if (isMet === undefined) return '';
  return isMet ? 'met' : '**not met**';
};

const cellsOf = (row: Row): string[] => [
  row.figure,
  spread(row.ours, row.unit),
  row.beside === undefined ? '' : `${row.beside.name}: ${spread(row.beside, row.unit)}`,
  row.ratio === undefined ? '' : `${number(row.ratio)} ×`,
  row.goal ?? '',
  verdict(row),
];

export const tableOf = (rows: readonly Row[]): string => {
  const lines = [HEADER, ...rows.map(cellsOf)];
  const widths = HEADER.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const render = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [header = [], ...body] = lines;
  return [
    render(header),
    `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`,
    ...body.map(render),
  ].join('\n');
};
