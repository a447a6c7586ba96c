import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from '../support/simulator.ts';
import {
  clientFor,
  json,
  pageNumberOf,
  pageSizeOf,
  pagesOf,
  TOKEN,
  wireInvitation,
  withScript,
} from './support.ts';

type Page = ReturnType<ReturnType<typeof pagesOf>>;

/** A listing of 250 in three windows, pages 1 of 100, 2 of 90 and 3 of 85 each, in which those of `spoiled` are something else. */
const spoil =
  (spoiled: (page: number, whole: Page) => object | undefined) =>
  ({ url }: { readonly url: string }) => {
    const page = pageNumberOf(url);
    const size = pageSizeOf(url);
    const whole = pagesOf(250)(page, size);
    return json(spoiled(page, whole) ?? whole);
  };

describe('a listing of a real size', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ token: TOKEN });
  });
  afterEach(() => simulator.close());

  it.each([0, 1, 99, 100, 101, 1234])('scenario 13: %d invitations come back, each once', async (count) => {
    simulator.seed({
      invitations: Array.from({ length: count }, (_, number) => ({ email: `Person${number}@Example.com` })),
    });
    const result = await clientFor(simulator.url).client.listInvitations();
    expect(result.ok && result.value.invitations.map(({ email }) => email).sort()).toEqual(
      Array.from({ length: count }, (_, number) => `person${number}@example.com`).sort(),
    );
  });

  it('scenario 17: somebody leaves between two pages, and nobody else is missing', async () => {
    simulator.seed({
      invitations: Array.from({ length: 250 }, (_, number) => ({ email: `person${number}@example.com` })),
    });
    simulator.fault({ url: '/invitations?page[number]=2', answer: { status: 500 }, times: 1 });
    const { client } = clientFor(simulator.url, {
      // The pause after the 500 is the moment: page 1 was read, page 2 was not.
      sleep: async () => {
        if (simulator.invitations().length === 250) simulator.removeInvitation('person249@example.com');
      },
    });
    const result = await client.listInvitations();
    const found = new Set(result.ok ? result.value.invitations.map(({ email }) => String(email)) : []);
    expect(simulator.invitations().filter(({ email }) => !found.has(email))).toEqual([]);
  });

  it('asks for the first page alone, then never for more pages at once than allowed', async () => {
    let open = 0;
    const atOnce: number[] = [];
    await withScript(
      ({ url }, response) => {
        open += 1;
        atOnce.push(open);
        setImmediate(() => {
          open -= 1;
          response.end(JSON.stringify(pagesOf(2000)(pageNumberOf(url), pageSizeOf(url))));
        });
        return undefined;
      },
      async ({ client, server }) => {
        expect((await client.listInvitations()).ok).toBe(true);
        // 20 pages' worth, as each window but the first shares some people with the one before it.
        expect(server.requests.length).toBe(25);
        expect(server.requests[0]?.url).toBe('/invitations?page[number]=1&page[size]=100');
        expect(Math.max(...atOnce)).toBeLessThanOrEqual(3);
      },
      { listConcurrency: 3 },
    );
  });
});

describe('a listing that is not whole is never used (F1, F2, F5, F6, F31b)', () => {
  it.each<[name: string, spoiled: (page: number, whole: Page) => object | undefined, problem: string]>([
    [
      'scenario 14, F28: a short page in the middle',
      (page, whole) => (page === 2 ? { ...whole, data: whole.data.slice(1) } : undefined),
      'page 2 of 90 each holds 89 of its 90 records',
    ],
    [
      'scenario 14: an empty page before the end',
      (page, whole) => (page === 2 ? { ...whole, data: [] } : undefined),
      'page 2 of 90 each holds 0 of its 90 records',
    ],
    [
      'scenario 14, F32: the first page again and again',
      (page) => (page > 1 ? pagesOf(250)(1) : undefined),
      'page 1 came for page',
    ],
    [
      'scenario 14: a page repeated under the next number',
      (page, whole) => (page === 2 ? { ...whole, data: pagesOf(250)(1, 90).data } : undefined),
      'nothing joins page 1 of 100 each and page 2 of 90 each',
    ],
    [
      'a page that repeats an invitation',
      (page, whole) =>
        page === 2 ? { ...whole, data: [...whole.data.slice(1), whole.data[1] ?? {}] } : undefined,
      'page 2 of 90 each repeats an invitation',
    ],
    [
      'the order of two neighbours changes between two readings',
      (page, whole) => (page === 2 ? { ...whole, data: whole.data.toReversed() } : undefined),
      'the order of page 1 of 100 each and page 2 of 90 each changes',
    ],
    [
      'the number of pages does not fit',
      (page, whole) => (page === 2 ? { ...whole, meta: { ...whole.meta, total_pages: 4 } } : undefined),
      "250 records on 4 pages of 90 can't be right",
    ],
    [
      'F27: a list that stops at its cap',
      (_, whole) => ({ ...whole, meta: { ...whole.meta, total_pages: 1 } }),
      "250 records on 1 pages of 100 can't be right",
    ],
    ['F1: success without data', (_, { meta }) => ({ meta }), '"data" is missing'],
    [
      'data that is not a list',
      (_, whole) => ({ ...whole, data: {} }),
      '"data" is missing or of another kind',
    ],
    ['an answer that is a bare list', (_, whole) => whole.data, 'is missing or of another kind'],
    ['no meta to count by', (_, { data }) => ({ data }), '"meta" is missing'],
    [
      'an invitation without an address',
      (page, whole) => (page === 2 ? { ...whole, data: [wireInvitation(1, { email: null })] } : undefined),
      'an invitation has no address',
    ],
    [
      'an invitation whose id would lead elsewhere',
      (_, whole) => ({ ...whole, data: [{ ...wireInvitation(1), id: '..' }] }),
      '"data.0.id" is missing or of another kind',
    ],
    [
      'more records on a page than asked for',
      () => ({
        ...pagesOf(250)(1),
        data: Array.from({ length: 101 }, (_, number) => wireInvitation(number)),
      }),
      'page 1 of 100 each holds 101 of its 100 records',
    ],
    [
      'F1, F6: an empty list that claims to be of 250',
      (_, whole) => ({ ...whole, data: [] }),
      'page 1 of 100 each holds 0 of its 100 records',
    ],
  ])('%s', async (_name, spoiled, problem) => {
    await withScript(spoil(spoiled), async ({ client, pauses, server }) => {
      const result = await client.listInvitations();
      expect(result).toMatchObject({ ok: false, failure: { kind: 'incomplete' } });
      expect(!result.ok && result.failure.message).toContain(problem);
      expect(pauses).toEqual([2000, 4000, 8000, 8000, 8000, 8000, 8000]);
      expect(server.requests.length).toBeLessThanOrEqual(8 * 5);
    });
  });

  it('an attempt that is whole after two that were not is taken', async () => {
    let attempts = 0;
    const script = spoil((page, whole) => {
      if (page === 1) attempts += 1;
      return attempts < 3 ? { ...whole, data: [] } : undefined;
    });
    await withScript(script, async ({ client }) => {
      const result = await client.listInvitations();
      expect(result.ok && result.value.invitations.length).toBe(250);
    });
  });
});

describe('totals that nobody should believe', () => {
  it.each([
    { record_count: 1e9, total_pages: 1e7 },
    { record_count: 1e15, total_pages: 1e13 },
    { record_count: 100, total_pages: 1000 },
    { record_count: 0, total_pages: 2 },
    { record_count: -1, total_pages: 1 },
    { record_count: 100, total_pages: -1 },
    { record_count: 100, total_pages: 0 },
    { record_count: 100.5, total_pages: 2 },
    { record_count: '100', total_pages: 1 },
    { record_count: null, total_pages: 1 },
  ])('%o: refused after the first page', async (totals) => {
    const script = spoil((_, whole) => ({ ...whole, meta: { ...whole.meta, ...totals } }));
    await withScript(script, async ({ client, server }) => {
      expect(await client.listInvitations()).toMatchObject({ failure: { kind: 'incomplete' } });
      expect(server.requests.length).toBe(8);
    });
  });

  it('a huge total that fits is given up at the first page that is not there', async () => {
    const script = spoil((page) => ({
      ...pagesOf(900_000)(page),
      ...(page > 2 && { data: [] }),
    }));
    await withScript(script, async ({ client, server }) => {
      expect(await client.listInvitations()).toMatchObject({ failure: { kind: 'incomplete' } });
      expect(server.requests.length).toBeLessThan(8 * 10);
    });
  });
});

it('hostile links are never followed, and the token goes to one host only', async () => {
  await withScript(
    () => json({}),
    async ({ server: elsewhere }) => {
      const script = spoil((page, whole) => {
        const next = `${elsewhere.url}/invitations?page[number]=${page + 1}`;
        return { ...whole, links: { next, last: next, self: next, first: next } };
      });
      await withScript(script, async ({ client }) => {
        const result = await client.listInvitations();
        expect(result.ok && result.value.invitations.length).toBe(250);
        expect(elsewhere.requests).toEqual([]);
      });
    },
  );
});
