/**
 * Lists all invitations, or fails. A part of the list is no use: somebody who is missing from it would be invited a second
 * time, or never be removed.
 */

import pLimit from 'p-limit';
import type { Invitation } from '../domain/invitation.ts';
import type { Failure, FastlyResult, InvitationList } from '../ports/fastly.ts';
import type { Page } from './json-api.ts';
import { followChain, type Reading, type Window, windowKey, windowProblem } from './list-windows.ts';
import { LISTING_ROUNDS, listingPauseMs, OUTAGE_ROUNDS } from './retry.ts';

export type ReadWindow = (window: Window) => Promise<FastlyResult<Page>>;

export type ListOptions = {
  /** How many windows are read at the same time, once the first page has told how many there are. */
  readonly listConcurrency: number;
  readonly sleep: (ms: number) => Promise<void>;
  /** At least 0, below 1 */
  readonly random: () => number;
};

const incomplete = (problem: string): { ok: false; failure: Failure } => ({
  ok: false,
  failure: { kind: 'incomplete', message: `GET /invitations: the listing is not whole, ${problem}` },
});

/** Everything read so far in one listing. */
class Readings {
  readonly newest = new Map<string, Reading>();
  /** Of every reading, also of those that newer ones have replaced. */
  readonly #pages: Page[] = [];
  readonly #readWindow: ReadWindow;

  constructor(readWindow: ReadWindow) {
    this.#readWindow = readWindow;
  }

  /** Reads one window. Resolves to a failure when it can't be used. */
  async read(window: Window): Promise<{ ok: false; failure: Failure } | undefined> {
    const result = await this.#readWindow(window);
    if (!result.ok) return { ok: false, failure: result.failure };
    const problem = windowProblem(window, result.value);
    if (problem !== undefined) return incomplete(problem);
    this.newest.set(windowKey(window), { window, page: result.value });
    this.#pages.push(result.value);
    return undefined;
  }

  /** The list, given the readings that hold everybody and the ids about which they disagree. */
  listOf(readings: readonly Reading[], moved: readonly string[]): InvitationList {
    const listed = new Map<string, Invitation>();
    for (const { page } of readings)
      for (const invitation of page.invitations) listed.set(invitation.id, invitation);
    const disagreed = moved.flatMap((id) => listed.get(id) ?? []);
    // Whom only other readings show came or left as well.
    const whole = new Set(readings.map(({ page }) => page));
    const replaced = this.#pages.filter((page) => !whole.has(page));
    const gone = replaced.flatMap(({ invitations }) => invitations.filter(({ id }) => !listed.has(id)));
    const moving = new Set([...disagreed, ...gone].map(({ email }) => email));
    return { invitations: [...listed.values()], moving: [...moving].sort() };
  }
}

/** Reads these windows, several at once, until one fails. */
const readAll = async (
  readings: Readings,
  windows: readonly Window[],
  concurrency: number,
): Promise<{ ok: false; failure: Failure } | undefined> => {
  let failed: { ok: false; failure: Failure } | undefined;
  await pLimit(concurrency).map(windows, async (window) => {
    if (failed === undefined) failed = await readings.read(window);
  });
  return failed;
};

/** How many rounds may end like this: somebody was changing the list, or Fastly did not answer. */
const roundsFor = ({ kind }: Failure): number => {
  if (kind === 'incomplete') return LISTING_ROUNDS;
  return kind === 'unavailable' ? OUTAGE_ROUNDS : 1;
};

/**
 * All invitations; list-windows.ts says why none is missing. A short, empty or repeated page is never taken for the last
 * one, and links to a next page are not followed, because they could lead to another host. Only windows that disagree are
 * read again, so that the list of a busy account is whole after a few rounds.
 */
export const listWhole = async (
  readWindow: ReadWindow,
  { listConcurrency, sleep, random }: ListOptions,
): Promise<FastlyResult<InvitationList>> => {
  const readings = new Readings(readWindow);
  let chain = followChain(readings.newest);
  const readOn = async () => {
    if (chain.kind === 'whole') return undefined;
    const failed = await readAll(readings, chain.windows, listConcurrency);
    chain = followChain(readings.newest);
    return failed;
  };
  // The first page has to tell how many windows there are.
  let failed = await readOn();
  for (let round = 1; ; round += 1) {
    failed ??= await readOn();
    if (chain.kind === 'whole') return { ok: true, value: readings.listOf(chain.readings, chain.moved) };
    failed ??= incomplete(chain.problem);
    if (round >= roundsFor(failed.failure)) return failed;
    await sleep(listingPauseMs(round, random));
    failed = undefined;
  }
};
