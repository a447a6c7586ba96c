import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { LineIndex } from '../../lib/roster/line-numbers.ts';

describe('LineIndex', () => {
  it('counts like an editor, however the text is cut', () => {
    const text = fc.string({ unit: fc.constantFrom('\r', '\n', '\r\n', 'x', 'yy'), maxLength: 40 });
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }), (content, sizes) => {
        const bytes = Buffer.from(content);
        const lines = new LineIndex();
        for (let at = 0, index = 0; at < bytes.length; index += 1) {
          const size = sizes[index] ?? bytes.length;
          lines.add(bytes.subarray(at, at + size));
          at += size;
        }
        expect(lines.end).toBe(bytes.length);
        for (let offset = 0; offset <= bytes.length; offset += 1) {
          // Between a CR and its LF no row starts.
          if (content.slice(offset - 1, offset + 1) === '\r\n') continue;
          expect(lines.lineAt(offset)).toBe(content.slice(0, offset).split(/\r\n|\r|\n/).length);
        }
      }),
    );
  });
});
