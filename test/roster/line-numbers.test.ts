import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineCounter, lineBreaksIn } from '../../lib/roster/line-numbers.ts';

const text = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', 'x', 'é'), maxLength: 40 });
const linesOf = (content: string): string[] => content.split(/\r\n|\r|\n/);

describe('lines are counted as an editor counts them', () => {
  it('in bytes, however they are cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }), (content, sizes) => {
        const bytes = Buffer.from(content);
        const lines = new LineCounter();
        expect(lines.line).toBe(1);
        for (let at = 0, index = 0; at < bytes.length; index += 1) {
          const end = at + (sizes[index] ?? bytes.length);
          lines.add(bytes.subarray(at, end));
          expect(lines.line).toBe(linesOf(bytes.toString('latin1', 0, end)).length);
          at = end;
        }
      }),
    );
  });

  it('in the cells of a row', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 5 }), (cells) => {
        const breaks = cells.map((cell) => linesOf(cell).length - 1);
        expect(lineBreaksIn(cells)).toBe(breaks.reduce((sum, count) => sum + count, 0));
      }),
    );
  });
});
