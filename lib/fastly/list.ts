/** The listing is whole or it is nothing: whoever is missing in it would be invited twice, or stay for ever. */

import pLimit from 'p-limit';
import type { Invitation } from '../domain/invitation.ts';
import type { Failure, FastlyResult } from '../ports/fastly.ts';
import type { Page } from './json-api.ts';
import { LISTING_ATTEMPTS, listingPauseMs } from './retry.ts';

/**
 * The most that Fastly's own clients let through.
 * @see https://github.com/fastly/fastly-ruby/blob/main/lib/fastly/api/invitations_api.rb
 */
export const PAGE_SIZE = 100;

/** A million invitations. A page count beyond that is not believed, or it would keep us reading for days. */
const MAX_PAGES = 10_000;

export type ReadPage = (page: number) => Promise<FastlyResult<Page>>;

export type ListOptions = {
  /** Pages read at once after the first one. */
  readonly listConcurrency: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** 0 to 1 */
  readonly random: () => number;
};

type Listing = { readonly invitations: Invitation[]; readonly ids: Set<string> };

const totalsProblem = ({ recordCount, totalPages }: Page): string | undefined => {
  const fits = totalPages <= Math.max(1, recordCount) && totalPages >= Math.ceil(recordCount / PAGE_SIZE);
  return fits && totalPages <= MAX_PAGES
    ? undefined
    : `${recordCount} records on ${totalPages} pages can't be right`;
};

const pageProblem = (asked: number, page: Page, first: Page): string | undefined => {
  if (page.currentPage !== asked) return `page ${page.currentPage} came for page ${asked}`;
  if (page.recordCount !== first.recordCount || page.totalPages !== first.totalPages)
    return `page ${asked} speaks of ${page.recordCount} records on ${page.totalPages} pages, page 1 of ${first.recordCount} on ${first.totalPages}`;
  if (page.ids.length > PAGE_SIZE) return `page ${asked} holds ${page.ids.length} records`;
  if (page.ids.length === 0 && first.recordCount > 0) return `page ${asked} is empty`;
  return undefined;
};

const add = (listing: Listing, asked: number, page: Page): string | undefined => {
  const expected = listing.ids.size + page.ids.length;
  for (const id of page.ids) listing.ids.add(id);
  if (listing.ids.size < expected) return `page ${asked} repeats an invitation`;
  listing.invitations.push(...page.invitations);
  return undefined;
};

const incomplete = (problem: string): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind: 'incomplete', message: `GET /invitations: the listing is not whole, ${problem}` },
});

const readOnce = async (
  readPage: ReadPage,
  concurrency: number,
): Promise<FastlyResult<readonly Invitation[]>> => {
  const listing: Listing = { invitations: [], ids: new Set() };
  const firstResult = await readPage(1);
  if (!firstResult.ok) return firstResult;
  const first = firstResult.value;
  const firstProblem = totalsProblem(first) ?? pageProblem(1, first, first) ?? add(listing, 1, first);
  if (firstProblem !== undefined) return incomplete(firstProblem);

  let failed: { ok: false; failure: Failure } | undefined;
  const readNext = async (asked: number): Promise<void> => {
    if (failed !== undefined) return;
    const result = await readPage(asked);
    if (!result.ok) failed ??= result;
    else {
      const problem = pageProblem(asked, result.value, first) ?? add(listing, asked, result.value);
      if (problem !== undefined) failed ??= incomplete(problem);
    }
  };
  const pagesAfterFirst = Array.from({ length: Math.max(0, first.totalPages - 1) }, (_, index) => index + 2);
  await pLimit(concurrency).map(pagesAfterFirst, readNext);

  if (failed !== undefined) return failed;
  if (listing.ids.size !== first.recordCount)
    return incomplete(`${listing.ids.size} of ${first.recordCount} records came`);
  return { ok: true, value: listing.invitations };
};

/**
 * All invitations, or why there is no knowing them. Whole means: every page came, each with the same totals, no id
 * twice, and as many as Fastly counts. A short, empty or repeated page is never the end, and links are not followed.
 * Read again from the start when somebody changed it meanwhile.
 */
export const listWhole = async (
  readPage: ReadPage,
  { listConcurrency, sleep, random }: ListOptions,
): Promise<FastlyResult<readonly Invitation[]>> => {
  for (let attempt = 1; ; attempt += 1) {
    const result = await readOnce(readPage, listConcurrency);
    if (result.ok) return result;
    const mayPass = result.failure.kind === 'incomplete' || result.failure.kind === 'unavailable';
    if (!mayPass || attempt === LISTING_ATTEMPTS) return result;
    await sleep(listingPauseMs(attempt, random));
  }
};
