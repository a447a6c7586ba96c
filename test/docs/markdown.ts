/** Reads as much of Markdown as the documents of this project use: headings, tables, JSON blocks, code spans and links. */

import { readFileSync } from 'node:fs';

/** One row of a table: the text of its cells by column. */
export type Row = Readonly<Record<string, string>>;
type Link = { readonly path: string; readonly anchor: string };

/** Also inside a list. */
const FENCED_BLOCK = /^ *```.*?^ *```$/gms;
const TABLE = /(?:^\|.*\|$\n?)+/gm;

/** The document without its fenced code blocks, in which `#` and `|` have other meanings. */
const proseOf = (path: string): string => readFileSync(path, 'utf8').replace(FENCED_BLOCK, '');

/** The text between this heading and the next one. */
const sectionOf = (text: string, heading: string): string =>
  text.split(/^#+ +/m).find((section) => section.startsWith(`${heading}\n`)) ?? '';

const cellsOf = (line: string): string[] =>
  line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());

const tablesIn = (text: string): string[][][] =>
  (text.match(TABLE) ?? []).map((table) => table.trim().split('\n').map(cellsOf));

const rowsOf = ([names = [], _rule, ...rows]: readonly string[][]): Row[] =>
  rows.map((cells) => Object.fromEntries(names.map((name, index) => [name, cells[index] ?? ''])));

/** The rows of every table. */
export const tablesOf = (path: string): Row[][] => tablesIn(proseOf(path)).map(rowsOf);

/**
 * The rows of the table in this section whose first columns are `columns`. Throws if there is no such table, or more than
 * one: a table that was renamed must not go unread.
 */
export const tableOf = (path: string, heading: string, columns: readonly string[]): Row[] => {
  const tables = tablesIn(sectionOf(proseOf(path), heading)).filter(([names]) =>
    columns.every((column, index) => names?.[index] === column),
  );
  const [table] = tables;
  if (table === undefined || tables.length > 1)
    throw new Error(`${path}, ${heading}: ${tables.length} tables begin with ${columns.join(', ')}`);
  return rowsOf(table);
};

/** The values of the JSON blocks in the section with this heading. */
export const jsonBlocksOf = (path: string, heading: string): unknown[] =>
  [...sectionOf(readFileSync(path, 'utf8'), heading).matchAll(/^```json\n(.*?)^```$/gms)].map(
    ([, json = '']) => JSON.parse(json),
  );

/** The texts of the fenced code blocks. */
export const codeBlocksOf = (path: string): string[] => readFileSync(path, 'utf8').match(FENCED_BLOCK) ?? [];

/** The headings of this level, or of all. */
export const headingsOf = (path: string, level?: number): string[] =>
  [...proseOf(path).matchAll(/^(#+) +(.*)$/gm)]
    .filter(([, marks = '']) => level === undefined || marks.length === level)
    .map(([, , title = '']) => title);

/** How GitHub names a heading in a link. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replaceAll(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** The texts of the code spans, in order. */
export const codeSpansOf = (text: string): string[] =>
  [...text.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);

/** A cell that is a single code span, without its backticks; any other as it is. */
export const plainCell = (cell: string): string => /^`([^`]+)`$/.exec(cell)?.[1] ?? cell;

export const codeSpansOfFile = (path: string): string[] => codeSpansOf(proseOf(path));

/** Links to files of the repository and to headings. */
export const linksOf = (path: string): Link[] =>
  [...proseOf(path).matchAll(/\]\(([^)#\s]*)(?:#([^)\s]*))?\)/g)]
    .map(([, target = '', anchor = '']) => ({ path: target, anchor }))
    .filter((link) => !/^[a-z]+:/.test(link.path));
