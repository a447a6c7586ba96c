import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRows } from '../../lib/roster/csv-rows.ts';
import { IssueList } from '../../lib/roster/issues.ts';
import { readText } from '../../lib/roster/utf8.ts';
import { chunksOf } from '../support/roster-csv.ts';
import { type ReferenceRow, referenceRows } from '../support/roster-reference.ts';

const rowsOf = async (content: string, chunkBytes: number) => {
  const issues = new IssueList();
  const chunks = chunksOf(Buffer.from(content), () => chunkBytes) as AsyncIterable<Buffer>;
  const rows: ReferenceRow[] = [];
  await readRows(readText(chunks, issues), issues, (cells, line) => rows.push({ line, cells: [...cells] }));
  return issues.stopped ? undefined : rows;
};

const PLAIN = ['a', 'bc', 'é', '😀', '\ufeff', ' ', ',', ',', '\n', '\n', '\r', '\r\n'];
const plain = fc.string({ unit: fc.constantFrom(...PLAIN), maxLength: 60 });
const quoted = fc.string({ unit: fc.constantFrom(...PLAIN, '"', '""', '","', '"\n'), maxLength: 30 });

describe('the rows of a text', () => {
  it('are those of RFC 4180 with their true lines, wherever quotes stand and chunks end', async () => {
    await fc.assert(
      fc.asyncProperty(plain, quoted, fc.integer({ min: 4, max: 20 }), async (head, tail, chunkBytes) => {
        const content = `x${head}${tail}`;
        expect(await rowsOf(content, chunkBytes)).toEqual(referenceRows(content));
      }),
      { numRuns: 2000 },
    );
  }, 20_000);

  it('are read without the byte order mark, but with every other such character', async () => {
    expect(await rowsOf('\ufeffa\n\ufeffb\n"c"', 4)).toEqual([
      { line: 1, cells: ['a'] },
      { line: 2, cells: ['\ufeffb'] },
      { line: 3, cells: ['c'] },
    ]);
  });
});
