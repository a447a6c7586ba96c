import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Access, Email, Entry } from '../../lib/domain/invitation.ts';
import { EntryTable } from '../../lib/roster/entry-table.ts';

const access: Access = { role: 'user', limitServices: false, services: [] };
const entryOf = (email: string): Entry => ({ email: email as Email, access });

describe('EntryTable', () => {
  it('numbers like a Map, through all its sizes', () => {
    const emails = fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000, size: 'max' });
    fc.assert(
      fc.property(emails, (texts) => {
        const table = new EntryTable();
        const expected = new Map<string, number>();
        for (const text of texts) {
          const entry = entryOf(text);
          expect(table.find(entry.email)).toBe(expected.get(text));
          if (!expected.has(text)) expected.set(text, expected.size);
          expect(table.add(entry)).toBe(expected.get(text));
        }
        expect([...table].map(({ email }) => email)).toEqual([...expected.keys()]);
        expect(table.size).toBe(expected.size);
      }),
      { numRuns: 20 },
    );
  });

  it('has no entries but its own', () => {
    expect(() => EntryTable.of([entryOf('ada')]).at(1)).toThrow('there is no entry 1');
  });

  it('keeps addresses apart whose hashes are equal', () => {
    // A well-known pair with the same 32-bit FNV-1a.
    const table = new EntryTable();
    expect(table.add(entryOf('costarring'))).toBe(0);
    expect(table.add(entryOf('liquid'))).toBe(1);
    expect(table.find(entryOf('costarring').email)).toBe(0);
  });
});
