import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLines } from '../../lib/report/csv.ts';

/** What a spreadsheet takes for the start of a formula, in ASCII and full-width. */
const FORMULA_STARTS = '=+@＝＋－＠\t\r-';
const STARTS_FORMULA = new RegExp(`^[${FORMULA_STARTS}]`);
const MARKED_FORMULA = new RegExp(`^'(?=[${FORMULA_STARTS}])`);

const write = (rows: readonly (readonly string[])[]): string => [...csvLines(['a', 'b'], rows)].join('');
const read = (text: string): string[][] => parse(text, { relax_column_count: true });

describe('CSV', () => {
  it.each([
    ['plain', 'plain', 'plain'],
    ['comma', 'a,b', '"a,b"'],
    ['quote', 'a"b', '"a""b"'],
    ['line break', 'a\nb', '"a\nb"'],
    ['equals sign first', '=1+1', "'=1+1"],
    ['plus first', '+1', "'+1"],
    ['minus first', '-1', "'-1"],
    ['at sign first', '@SUM(A1)', "'@SUM(A1)"],
    ['full-width equals sign first', '＝1+1', "'＝1+1"],
    ['full-width plus first', '＋1', "'＋1"],
    ['full-width minus first', '－1', "'－1"],
    ['full-width at sign first', '＠SUM(A1)', "'＠SUM(A1)"],
    ['tab first', '\t=1', "'\t=1"],
    ['carriage return first', '\r=1', '"\'\r=1"'],
    ['formula with a comma', '=HYPERLINK("x","y")', '"\'=HYPERLINK(""x"",""y"")"'],
    ['formula character inside', 'a=1', 'a=1'],
  ])('writes a cell with %s so that it stays data', (_name, cell, written) => {
    expect(write([[cell, 'end']])).toBe(`a,b\r\n${written},end\r\n`);
  });

  it('reads back as the same cells, whatever is in them, and no cell starts a formula', () => {
    const cell = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('"', ',', '\n', "'", 'a', ...FORMULA_STARTS) }),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { maxLength: 8 }), (rows) => {
        const found = read(write(rows)).slice(1);
        const unmarked = (table: readonly (readonly string[])[]): string[][] =>
          table.map((row) => row.map((text) => text.replace(MARKED_FORMULA, '')));
        expect(unmarked(found)).toEqual(unmarked(rows));
        for (const text of found.flat()) expect(text).not.toMatch(STARTS_FORMULA);
      }),
    );
  });
});
