/**
 * Why a list that is read window by window is whole, although people accept, cancel and invite meanwhile. Pure.
 *
 * A window is one page of some size: at the moment of its reading it holds a run of neighbours of the list. People come
 * and go, but two who stay keep their order. So when two windows share one invitation, the anchor, nobody who was there
 * throughout stood between them: whoever stands before the anchor was in the first window, whoever stands behind it is in
 * the second. Pages of one size share nothing, so the size changes from window to window, and each begins before the end
 * of the one before it. A chain of such windows, from the first page to one behind which nothing stood when it was read,
 * holds everybody who was there throughout, whenever its parts were read.
 */

import type { Page } from './json-api.ts';

/**
 * The largest page that Fastly's own clients let through.
 * @see https://github.com/fastly/fastly-ruby/blob/main/lib/fastly/api/invitations_api.rb
 */
export const PAGE_SIZE = 100;
const SMALLEST_SIZE = 50;
/** How many invitations two neighbouring windows share at least, in a list at rest. */
const OVERLAP = 10;

/** A million invitations. A page count beyond that is not believed, or it would keep us reading for days. */
const MAX_PAGES = 10_000;

/** `page[number]` and `page[size]` of one request. */
export type Window = { readonly page: number; readonly size: number };
export type Reading = { readonly window: Window; readonly page: Page };
/** The newest reading of each window, by {@link windowKey}. */
export type Readings = ReadonlyMap<string, Reading>;

export const windowKey = ({ page, size }: Window): string => `${page}/${size}`;

const endOf = ({ page, size }: Window): number => page * size;

export const FIRST_WINDOW: Window = { page: 1, size: PAGE_SIZE };

/** The window that reaches farthest, of those that overlap this one. */
export const windowBehind = (window: Window): Window => {
  let best = window;
  for (let size = PAGE_SIZE; size >= SMALLEST_SIZE; size -= 1) {
    const next = { page: Math.floor((endOf(window) - OVERLAP) / size) + 1, size };
    if (endOf(next) > endOf(best)) best = next;
  }
  return best;
};

const nameOf = ({ page, size }: Window): string => `page ${page} of ${size} each`;

/** What is wrong with one reading by itself: nothing that changes at Fastly can explain it. */
export const windowProblem = (window: Window, page: Page): string | undefined => {
  const { page: asked, size } = window;
  const { ids, currentPage, recordCount, totalPages } = page;
  if (currentPage !== asked) return `page ${currentPage} came for page ${asked}`;
  const pages = Math.ceil(recordCount / size);
  if (totalPages > MAX_PAGES || totalPages < pages || totalPages > Math.max(1, pages))
    return `${recordCount} records on ${totalPages} pages of ${size} can't be right`;
  const expected = Math.max(0, Math.min(size, recordCount - (asked - 1) * size));
  if (ids.length !== expected) return `${nameOf(window)} holds ${ids.length} of its ${expected} records`;
  return new Set(ids).size < ids.length ? `${nameOf(window)} repeats an invitation` : undefined;
};

/** Where two neighbouring windows overlap: who stands in one of them only came or left in between. */
type Overlap = {
  readonly anchored: boolean;
  readonly sameOrder: boolean;
  /** The second window ends where the first one does, or behind it. */
  readonly goesOn: boolean;
  readonly moved: readonly string[];
};

const overlapOf = (first: readonly string[], second: readonly string[]): Overlap => {
  const inFirst = new Set(first);
  const inSecond = new Set(second);
  const shared = first.filter((id) => inSecond.has(id));
  const sharedAgain = second.filter((id) => inFirst.has(id));
  if (shared.length === 0) return { anchored: false, sameOrder: true, goesOn: true, moved: [] };
  const end = first.indexOf(second.at(-1) ?? '');
  const tail = first.slice(first.indexOf(shared[0] ?? ''));
  const head = second.slice(0, second.lastIndexOf(sharedAgain.at(-1) ?? '') + 1);
  return {
    anchored: true,
    sameOrder: shared.every((id, index) => id === sharedAgain[index]),
    goesOn: end === -1 || end === first.length - 1,
    moved: [...tail.filter((id) => !inSecond.has(id)), ...head.filter((id) => !inFirst.has(id))],
  };
};

/** What joins two windows, or why nothing does. */
const joinOf = (first: Reading, second: Reading) => {
  const { anchored, sameOrder, goesOn, moved } = overlapOf(first.page.ids, second.page.ids);
  const both = `${nameOf(first.window)} and ${nameOf(second.window)}`;
  if (!sameOrder) return { problem: `the order of ${both} changes` };
  return anchored && goesOn ? { moved } : { problem: `nothing joins ${both}, as people come and go` };
};

/**
 * - `whole`: the readings that hold everybody, and the ids that stand in only one of two that overlap
 * - `again`: the windows that have to be read, for the first time or once more
 */
export type Chain =
  | { readonly kind: 'whole'; readonly readings: readonly Reading[]; readonly moved: readonly string[] }
  | { readonly kind: 'again'; readonly windows: readonly Window[]; readonly problem: string };

/** Follows the chain from the first page to the end of the list, as far as the readings tell where that is. */
export const followChain = (newest: Readings): Chain => {
  const again = new Set<Window>();
  const readings: Reading[] = [];
  const moved: string[] = [];
  let problem: string | undefined;
  let before: Reading | undefined;
  let recordCount = 0;
  for (let window = FIRST_WINDOW; ; window = windowBehind(window)) {
    const reading = newest.get(windowKey(window));
    if (reading === undefined) again.add(window);
    else {
      readings.push(reading);
      recordCount = reading.page.recordCount;
    }
    if (before !== undefined && reading !== undefined) {
      const join = joinOf(before, reading);
      if (join.moved === undefined) {
        problem ??= join.problem;
        again.add(before.window).add(reading.window);
      } else moved.push(...join.moved);
    }
    if (endOf(window) >= recordCount) break;
    before = reading;
  }
  return again.size === 0
    ? { kind: 'whole', readings, moved }
    : { kind: 'again', windows: [...again], problem: problem ?? 'not every page was read' };
};
