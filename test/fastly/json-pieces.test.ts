import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseInPieces, parseJson } from '../../lib/fastly/json-pieces.ts';

/** All pieces put together again; undefined for what is not JSON. */
const joined = (text: string, pieceBytes: number): unknown => {
  const pieces = [...parseInPieces(Buffer.from(text), pieceBytes)];
  if (pieces.includes(undefined)) return undefined;
  return pieces.length === 1 ? pieces[0] : pieces.flat(1);
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

describe('parseInPieces', () => {
  it('reads whatever JSON.parse reads, in pieces of any size', () => {
    fc.assert(
      fc.property(texts, sizes, (text, size) => {
        expect(joined(text, size)).toEqual(parseJson(text));
      }),
      { numRuns: 2000 },
    );
  });

  it('refuses whatever JSON.parse refuses', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('', ',', '[', ']', '{', '}', '"', '\\', '},{', ' '));
    fc.assert(
      fc.property(texts, fc.array(damage, { minLength: 1, maxLength: 3 }), sizes, (text, damages, size) => {
        const damaged = damages.reduce((left, [place, put]) => {
          const at = place % (left.length + 1);
          return left.slice(0, at) + put + left.slice(at + (place % 2));
        }, text);
        expect(joined(damaged, size)).toEqual(parseJson(damaged));
      }),
      { numRuns: 3000 },
    );
  });

  it('takes long lists apart between items, and nowhere else', () => {
    const awkward = { text: 'a,"b]},{[\\', list: [1, [2, 3]], 'ключ, "': { empty: [{}, {}] } };
    const items = Array.from({ length: 50 }, (_, index) => ({ index, ...awkward }));
    const bytes = Buffer.from(JSON.stringify(items));
    const pieces = [...parseInPieces(bytes, 200)];
    expect(pieces.length).toBeGreaterThan(10);
    expect(pieces.flat(1)).toEqual(items);
    expect([...parseInPieces(bytes)]).toEqual([items]);
  });
});
