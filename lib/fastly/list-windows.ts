/**
 * Why a list that is read window by window is whole, although people accept, cancel and invite meanwhile. Pure.
 *
 * A window is one page of some size: at the moment of its reading it holds a run of neighbours of the list. People come
 * and go, but two who stay keep their order. So when two windows share one invitation, the anchor, nobody who was there
 * throughout stood between them: whoever stands before the anchor was in the first window, whoever stands behind it is in
 * the second. Pages of one size share nothing. Between every two of them a window of another size, the bridge, is read
 * that reaches over the boundary. A chain from page 1 over bridges to a page that was the last one when it was read holds
 * everybody who was there throughout, whenever its parts were read.
 */

import type { Page } from './json-api.ts';

/**
 * The largest page that Fastly's own clients let through.
 * @see https://github.com/fastly/fastly-ruby/blob/main/lib/fastly/api/invitations_api.rb
 */
export const PAGE_SIZE = 100;
const SMALLEST_BRIDGE = 50;

/** A million invitations. A page count beyond that is not believed, or it would keep us reading for days. */
const MAX_PAGES = 10_000;

/** `page[number]` and `page[size]` of one request. */
export type Window = { readonly page: number; readonly size: number };
export type Reading = { readonly window: Window; readonly page: Page };
/** The newest reading of each window, by {@link windowKey}. */
export type Readings = ReadonlyMap<string, Reading>;

export const windowKey = ({ page, size }: Window): string => `${page}/${size}`;

export const pageWindow = (page: number): Window => ({ page, size: PAGE_SIZE });

/** The window that reaches farthest to both sides of the boundary behind `page`. */
export const bridgeBehind = (page: number): Window => {
  const boundary = page * PAGE_SIZE;
  let best: Window & { readonly reach: number } = { page: 0, size: 0, reach: 0 };
  for (let size = PAGE_SIZE; size >= SMALLEST_BRIDGE; size -= 1) {
    const before = boundary % size;
    const reach = Math.min(before, size - before);
    if (reach > best.reach) best = { page: Math.floor(boundary / size) + 1, size, reach };
  }
  return { page: best.page, size: best.size };
};

/** What is wrong with one reading by itself: nothing that changes at Fastly can explain it. */
export const windowProblem = ({ page: asked, size }: Window, page: Page): string | undefined => {
  const { ids, currentPage, recordCount, totalPages } = page;
  if (currentPage !== asked) return `page ${currentPage} came for page ${asked}`;
  const pages = Math.ceil(recordCount / size);
  if (totalPages > MAX_PAGES || totalPages < pages || totalPages > Math.max(1, pages))
    return `${recordCount} records on ${totalPages} pages of ${size} can't be right`;
  const expected = Math.max(0, Math.min(size, recordCount - (asked - 1) * size));
  if (ids.length !== expected)
    return `page ${asked} of ${size} each holds ${ids.length} of its ${expected} records`;
  return new Set(ids).size < ids.length ? `page ${asked} repeats an invitation` : undefined;
};

/** Whether nothing stood behind the window when it was read. */
const isLast = ({ window, page }: Reading): boolean => window.page * window.size >= page.recordCount;

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

/**
 * - `whole`: the readings that hold everybody, and the ids that stand in only one of two that overlap
 * - `again`: the windows that have to be read, for the first time or once more
 */
export type Chain =
  | { readonly kind: 'whole'; readonly readings: readonly Reading[]; readonly moved: readonly string[] }
  | { readonly kind: 'again'; readonly windows: readonly Window[]; readonly problem: string };

/** What joins two pages of one size, or why nothing does. */
const joinOf = (page: number, [first, bridge, next]: readonly [Reading, Reading, Reading]) => {
  const overlaps = [overlapOf(first.page.ids, bridge.page.ids), overlapOf(bridge.page.ids, next.page.ids)];
  const pages = `page ${page} and page ${page + 1}`;
  if (!overlaps.every(({ sameOrder }) => sameOrder)) return { problem: `the order of ${pages} changes` };
  if (!overlaps.every(({ anchored, goesOn }) => anchored && goesOn))
    return { problem: `nothing joins ${pages}, as people come and go` };
  return { moved: overlaps.flatMap((overlap) => overlap.moved) };
};

/** Follows the chain from page 1 to the end of the list. */
export const followChain = (newest: Readings): Chain => {
  const again = new Map<string, Window>();
  const readings: Reading[] = [];
  const moved: string[] = [];
  let problem: string | undefined;
  const readAgain = (windows: readonly Window[]): void => {
    for (const window of windows) again.set(windowKey(window), window);
  };
  for (let page = 1; ; page += 1) {
    const windows = [pageWindow(page), bridgeBehind(page), pageWindow(page + 1)] as const;
    const [first, bridge, next] = windows.map((window) => newest.get(windowKey(window)));
    if (first === undefined) {
      readAgain([pageWindow(page)]);
      break;
    }
    readings.push(first);
    if (isLast(first)) break;
    readAgain(windows.filter((window) => !newest.has(windowKey(window))));
    if (next === undefined) break;
    if (bridge === undefined) continue;
    readings.push(bridge);
    const join = joinOf(page, [first, bridge, next]);
    if (join.moved !== undefined) moved.push(...join.moved);
    else {
      problem ??= join.problem;
      readAgain(windows);
    }
  }
  const windows = [...again.values()];
  return windows.length === 0
    ? { kind: 'whole', readings, moved }
    : { kind: 'again', windows, problem: problem ?? 'not every page was read' };
};

/** All windows of a list that has this many records now, without the first page. */
export const windowsBehindFirst = (recordCount: number): Window[] => {
  const boundaries = Math.max(0, Math.ceil(recordCount / PAGE_SIZE) - 1);
  return Array.from({ length: boundaries }, (_, index) => index + 1).flatMap((page) => [
    bridgeBehind(page),
    pageWindow(page + 1),
  ]);
};
