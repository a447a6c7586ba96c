import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Email } from '../../lib/invitation.ts';
import { EmailIndex } from '../../lib/roster/email-index.ts';

describe('EmailIndex', () => {
  it('numbers like a Map, through all its sizes', () => {
    const emails = fc.array(fc.string({ maxLength: 3 }), { maxLength: 3000, size: 'max' });
    fc.assert(
      fc.property(emails, (texts) => {
        const index = new EmailIndex();
        const expected = new Map<string, number>();
        for (const text of texts as Email[]) {
          expect(index.find(text)).toBe(expected.get(text));
          if (!expected.has(text)) expected.set(text, expected.size);
          expect(index.add(text)).toBe(expected.get(text));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('keeps addresses apart whose hashes are equal', () => {
    // A well-known pair with the same 32-bit FNV-1a.
    const index = new EmailIndex();
    expect(index.add('costarring' as Email)).toBe(0);
    expect(index.add('liquid' as Email)).toBe(1);
    expect(index.find('costarring' as Email)).toBe(0);
  });
});
