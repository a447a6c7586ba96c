import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonLines } from '../../lib/report/readable-json.ts';

const write = (value: unknown): string => [...jsonLines(value)].join('');

describe('JSON in lines', () => {
  it('is the same value as JSON.stringify gives', () => {
    const value = fc.letrec((tie) => ({
      node: fc.oneof(
        { depthSize: 'small' },
        fc.jsonValue(),
        fc.dictionary(fc.string(), fc.oneof(tie('node'), fc.constant(undefined))),
        fc.array(tie('node')),
      ),
    })).node;
    fc.assert(
      fc.property(value, (value) => {
        expect(JSON.parse(write(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('has a line per element and per entry, so that it diffs and greps', () => {
    const lines = write({
      changes: [{ email: 'a@example.com' }, { email: 'b@example.com' }],
      ledger: { recovered: { 'c@example.com': { count: 1 } }, forgotten: [] },
    }).split('\n');
    expect(lines).toEqual([
      '{',
      '"changes": [',
      '{"email":"a@example.com"},',
      '{"email":"b@example.com"}',
      '],',
      '"ledger": {',
      '"recovered": {',
      '"c@example.com": {"count":1}',
      '},',
      '"forgotten": []',
      '}',
      '}',
      '',
    ]);
  });
});
