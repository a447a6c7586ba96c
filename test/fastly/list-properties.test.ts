import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Page, parsePage } from '../../lib/fastly/json-api.ts';
import { listWhole } from '../../lib/fastly/list.ts';
import { FIRST_WINDOW, PAGE_SIZE, type Window, windowBehind } from '../../lib/fastly/list-windows.ts';
import { pagesOf } from './support.ts';

const OPTIONS = { listConcurrency: 3, sleep: async () => undefined, random: () => 0 };

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
    .tuple(fc.constantFrom('currentPage', 'totalPages'), fc.integer({ min: -3, max: 3 }))
    .map(([field, by]) => shifted(field, by)),
);

const pageAt = (count: number, page: number, size: number): Page => {
  const parsed = parsePage(pagesOf(count)(page, size));
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
        const result = await listWhole(async ({ page: asked, size }) => {
          const page = pageAt(count, swapped[asked] ?? asked, size);
          return { ok: true, value: spoiled[asked]?.(page) ?? page };
        }, OPTIONS);
        if (!result.ok) expect(result.failure.kind).toBe('incomplete');
        else {
          const { invitations } = result.value;
          expect(invitations.length).toBe(count);
          expect(new Set(invitations.map(({ id }) => id)).size).toBe(count);
        }
      },
    ),
    { numRuns: 200 },
  );
});

/** A list in a fixed order that somebody may change before any page is read. */
class BusyList {
  /** Newest first or oldest first, it does not matter: who stays keeps the order. */
  people: number[];
  readonly #begun: ReadonlySet<number>;
  readonly #cancelled = new Set<number>();
  #next: number;

  constructor(count: number) {
    this.people = Array.from({ length: count }, (_, number) => number);
    this.#begun = new Set(this.people);
    this.#next = count;
  }

  /** `at`: where in the list, 0 to 1. */
  leave(at: number): void {
    const [left] = this.people.splice(Math.floor(at * this.people.length), 1);
    if (left !== undefined) this.#cancelled.add(left);
  }

  come(at: number): void {
    this.people.splice(Math.floor(at * (this.people.length + 1)), 0, this.#next);
    this.#next += 1;
  }

  thereThroughout(): number[] {
    return [...this.#begun].filter((person) => !this.#cancelled.has(person));
  }

  read({ page, size }: Window): Page {
    const shown = this.people.slice((page - 1) * size, page * size);
    return {
      ids: shown.map(String),
      invitations: shown.map((person) => ({
        id: String(person),
        email: `person${person}@example.com` as never,
        role: 'user',
        roles: undefined,
        limitServices: false,
        active: true,
        createdAt: undefined,
      })),
      currentPage: page,
      recordCount: this.people.length,
      totalPages: Math.max(1, Math.ceil(this.people.length / size)),
    };
  }
}

/** What happens before one page is read: people leave and come at these places. */
const happening = fc.record({
  leave: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 3 }),
  come: fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 3 }),
});

describe('a list that changes between any two pages (F71, F72)', () => {
  it('F30/F72 never hides somebody who was there throughout', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 700 }),
        fc.array(happening, { maxLength: 60 }),
        async (count, happenings) => {
          const list = new BusyList(count);
          let reads = 0;
          const result = await listWhole(async (window) => {
            const { leave = [], come = [] } = happenings[reads] ?? {};
            reads += 1;
            for (const at of leave) list.leave(at);
            for (const at of come) list.come(at);
            return { ok: true, value: list.read(window) };
          }, OPTIONS);
          expect(result.ok).toBe(true);
          if (!result.ok) return;
          const ids = new Set(result.value.invitations.map(({ id }) => id));
          expect(list.thereThroughout().filter((person) => !ids.has(String(person)))).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('F72 one left and one came between two pages, with equal totals: nobody is hidden', async () => {
    const list = new BusyList(300);
    let reads = 0;
    const result = await listWhole(
      async (window) => {
        reads += 1;
        // Behind page 1 everybody moves up by one, and somebody new at the end makes the totals equal again.
        if (reads === 2) {
          list.leave(0);
          list.come(0.9999);
        }
        return { ok: true, value: list.read(window) };
      },
      { ...OPTIONS, listConcurrency: 1 },
    );
    const ids = new Set(result.ok ? result.value.invitations.map(({ id }) => id) : []);
    expect(list.thereThroughout().every((person) => ids.has(String(person)))).toBe(true);
  });

  it('F71 a busy account is readable: 10,000 pending, and a change between every ten pages', async () => {
    const list = new BusyList(10_000);
    let reads = 0;
    const result = await listWhole(async (window) => {
      reads += 1;
      if (reads % 10 === 0) list.leave((reads % 97) / 97);
      if (reads % 15 === 0) list.come((reads % 89) / 89);
      return { ok: true, value: list.read(window) };
    }, OPTIONS);
    expect(result.ok).toBe(true);
    expect(reads).toBeLessThan(2 * 120);
  });

  it('says of whom the readings disagree, and of nobody else', async () => {
    const list = new BusyList(150);
    let reads = 0;
    const result = await listWhole(
      async (window) => {
        reads += 1;
        // Person 99 stands on page 1 and in the window behind it, and leaves between the two readings.
        if (reads === 2) list.people = list.people.filter((person) => person !== 99);
        return { ok: true, value: list.read(window) };
      },
      { ...OPTIONS, listConcurrency: 1 },
    );
    expect(result.ok && result.value.moving).toEqual(['person99@example.com']);
  });

  it('nobody is moving in a list at rest', async () => {
    const list = new BusyList(950);
    const result = await listWhole(async (window) => ({ ok: true, value: list.read(window) }), OPTIONS);
    expect(result.ok && result.value.moving).toEqual([]);
  });
});

it('each window shares at least ten people with the one before it, and few requests are spent on that', () => {
  let window = FIRST_WINDOW;
  let windows = 1;
  for (; window.page * window.size < 1_000_000; windows += 1) {
    const next = windowBehind(window);
    expect(next.size).toBeLessThanOrEqual(PAGE_SIZE);
    expect(window.page * window.size - (next.page - 1) * next.size).toBeGreaterThanOrEqual(10);
    expect(next.page * next.size).toBeGreaterThan(window.page * window.size);
    window = next;
  }
  expect(windows / (1_000_000 / PAGE_SIZE)).toBeLessThan(1.3);
});

it('a last page that shows people of the first one again hides nobody', async () => {
  const list = new BusyList(180);
  const result = await listWhole(async (window) => {
    const page = list.read(window);
    if (window.page === 1) return { ok: true, value: page };
    const again = list.read({ page: 1, size: page.ids.length });
    return { ok: true, value: { ...page, ids: again.ids, invitations: again.invitations } };
  }, OPTIONS);
  expect(result).toMatchObject({ ok: false, failure: { kind: 'incomplete' } });
});
