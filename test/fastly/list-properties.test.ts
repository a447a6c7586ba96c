import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Page, parsePage } from '../../lib/fastly/json-api.ts';
import { listWhole } from '../../lib/fastly/list.ts';
import { pagesOf } from './support.ts';

type Spoiling = (page: Page) => Page;

const dropAt =
  (index: number): Spoiling =>
  (page) => ({
    ...page,
    ids: page.ids.filter((_, at) => at !== index),
    invitations: page.invitations.filter((_, at) => at !== index),
  });

const emptied: Spoiling = (page) => ({ ...page, ids: [], invitations: [] });

const shifted =
  (field: 'currentPage' | 'recordCount' | 'totalPages', by: number): Spoiling =>
  (page) => ({ ...page, [field]: page[field] + by });

const spoiling: fc.Arbitrary<Spoiling> = fc.oneof(
  fc.nat(120).map(dropAt),
  fc.constant(emptied),
  fc
    .tuple(fc.constantFrom('currentPage', 'recordCount', 'totalPages'), fc.integer({ min: -3, max: 3 }))
    .map(([field, by]) => shifted(field, by)),
);

const pageAt = (count: number, page: number): Page => {
  const parsed = parsePage(pagesOf(count)(page));
  if ('problem' in parsed) throw new Error(parsed.problem);
  return parsed.value;
};

it('a spoiled listing is whole or refused: nobody is ever missing, nobody is there twice', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(650),
      fc.dictionary(fc.nat(9).map(String), spoiling, { maxKeys: 3 }),
      fc.dictionary(fc.nat(9).map(String), fc.integer({ min: 1, max: 8 }), { maxKeys: 2 }),
      async (count, spoiled, swapped) => {
        const answer = await listWhole(
          async (asked) => {
            const page = pageAt(count, swapped[asked] ?? asked);
            return { ok: true, value: spoiled[asked]?.(page) ?? page };
          },
          { listConcurrency: 3, sleep: async () => undefined, random: () => 0 },
        );
        if (!answer.ok) expect(answer.failure.kind).toBe('incomplete');
        else {
          expect(answer.value.length).toBe(count);
          expect(new Set(answer.value.map(({ id }) => id)).size).toBe(count);
        }
      },
    ),
    { numRuns: 200 },
  );
});
