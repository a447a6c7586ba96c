import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createPieceReader, parseJson } from '../../lib/fastly/json-pieces.ts';

/** What comes of a text that arrives in portions; undefined for what is not JSON. */
const piecesOf = (text: string, portionBytes: number, pieceBytes?: number): unknown[] | undefined => {
  const pieces: unknown[] = [];
  const reader = createPieceReader((json) => pieces.push(json), pieceBytes);
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += portionBytes) reader.add(bytes.subarray(at, at + portionBytes));
  return reader.end() ? pieces : undefined;
};

/** All pieces put together again. */
const joined = (text: string, portionBytes: number, pieceBytes: number): unknown => {
  const pieces = piecesOf(text, portionBytes, pieceBytes);
  return pieces?.length === 1 ? pieces[0] : pieces?.flat(1);
};

const sizes = fc.integer({ min: 1, max: 40 });
const values = fc.jsonValue({ maxDepth: 2 });
/** With what cuts are made at, in all the places where it may be. */
const objects = fc.record({
  text: fc.constantFrom('a', '},{', '"},{"', '\\', 'ключ'),
  value: values,
  list: fc.array(fc.record({ value: values })),
});
const lists = fc.array(objects, { minLength: 1, maxLength: 8 }).map((list) => JSON.stringify(list));
const texts = fc.oneof(lists, fc.json({ maxDepth: 4 }));

describe('the piece reader', () => {
  it('reads whatever JSON.parse reads, in pieces of any size that come in any portions', () => {
    fc.assert(
      fc.property(texts, sizes, sizes, (text, portion, size) => {
        expect(joined(text, portion, size)).toEqual(parseJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('', ',', '[', ']', '{', '}', '"', '\\', '},{', ' '));
    fc.assert(
      fc.property(
        texts,
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        sizes,
        sizes,
        (text, damages, portion, size) => {
          const damaged = damages.reduce((left, [place, put]) => {
            const at = place % (left.length + 1);
            return left.slice(0, at) + put + left.slice(at + (place % 2));
          }, text);
          expect(joined(damaged, portion, size)).toEqual(parseJson(damaged));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it('takes long lists apart between items, and nowhere else', () => {
    const awkward = { text: 'a,"b]},{[\\', list: [1, [2, 3]], 'ключ, "': { empty: [{}, {}] } };
    const items = Array.from({ length: 50 }, (_, index) => ({ index, ...awkward }));
    const text = JSON.stringify(items);
    const pieces = piecesOf(text, 64, 200);
    expect(pieces?.length).toBeGreaterThan(10);
    expect(pieces?.flat(1)).toEqual(items);
    expect(piecesOf(text, 64)).toEqual([items]);
  });
});
