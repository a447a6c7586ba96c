/**
 * Markdown for a comment on GitHub. Whatever comes from elsewhere stands in code: there GitHub finds no markup, no link,
 * and nobody to mention.
 *
 * @see https://github.github.com/gfm/
 */

import { numeral, undisguised } from './wording.ts';

/** Longer cells would leave no room for rows. */
const CELL_LENGTH = 200;

const ENTITIES = /[^\p{L}\p{N} ]/gu;

/** What ends a code span or a table's cell, or would be one more line. */
const UNSAFE_IN_SPAN = /[`|\\\p{Cc}\p{Zl}\p{Zp}]/u;

const shortened = (text: string): string =>
  text.length <= CELL_LENGTH ? text : `${text.slice(0, CELL_LENGTH).replace(/[\ud800-\udbff]$/, '')}…`;

/** One line of code; nothing for nothing. */
export const code = (text: string): string => {
  const shown = shortened(undisguised(text));
  if (shown.trim() === '') return '';
  if (!UNSAFE_IN_SPAN.test(shown)) return `\`${shown}\``;
  const entities = shown
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(ENTITIES, (character) => `&#${character.codePointAt(0)};`);
  return `<code>${entities}</code>`;
};

/** A block of code that is one line, to be copied. */
export const codeBlock = (text: string): string => {
  const line = text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
  const fence = '`'.repeat(Math.max(3, ...[...line.matchAll(/`+/g)].map(([run]) => run.length + 1)));
  return `${fence}\n${line}\n${fence}\n`;
};

export type MarkdownTable = {
  readonly heading: string;
  /** Folded tables are opened with a click. */
  readonly folded: boolean;
  readonly columns: readonly string[];
  readonly count: number;
  /** Cells that are Markdown already. */
  readonly rows: Iterable<readonly string[]>;
};

const rowText = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

/** Of a table without rows that is cut. */
const FRAME_LENGTH = 300;

/** The table with as many rows as fit into `room` characters; nothing when it has none, or not even its frame fits. */
export const markdownTable = (
  { heading, folded, columns, count, rows }: MarkdownTable,
  room: number,
): string => {
  if (count === 0 || room < FRAME_LENGTH) return '';
  const start = folded ? `<details><summary>${heading}</summary>\n\n` : `#### ${heading}\n\n`;
  let text = start + rowText(columns) + rowText(columns.map(() => '---'));
  let shown = 0;
  for (const row of rows) {
    const line = rowText(row);
    if (text.length + line.length > room - FRAME_LENGTH) break;
    text += line;
    shown += 1;
  }
  const more = shown < count ? `\n… and ${numeral(count - shown)} more in plan.csv.\n` : '';
  return `${text}${more}${folded ? '\n</details>\n' : ''}\n`;
};
