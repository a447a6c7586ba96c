/** Virtual time: whoever waits waits here, and nothing else moves the clock. */

export type Timer = { cancelled: boolean };

type Entry = Timer & { readonly time: number; readonly order: number; readonly action: () => void };

const isBefore = (one: Entry, other: Entry): boolean =>
  one.time < other.time || (one.time === other.time && one.order < other.order);

/** Every promise that could be settled by now is settled after a turn of the event loop. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class Scheduler {
  /** Milliseconds since 1970 */
  now: number;
  /** Ends the run, whatever is still to come. */
  stopped = false;
  #heap: Entry[] = [];
  #order = 0;

  constructor(now: number) {
    this.now = now;
  }

  /** Nothing is left to do. */
  get isIdle(): boolean {
    return this.#heap.every(({ cancelled }) => cancelled);
  }

  after(delayMs: number, action: () => void): Timer {
    return this.at(this.now + Math.max(0, delayMs), action);
  }

  /** Timers of the same millisecond go off in the order they were set. */
  at(time: number, action: () => void): Timer {
    const entry = {
      time: Math.max(this.now, Math.round(time)),
      order: this.#order,
      action,
      cancelled: false,
    };
    this.#order += 1;
    this.#push(entry);
    return entry;
  }

  /** Until nothing is left to do, or until the next thing would be after `end`. */
  async run(end: number): Promise<void> {
    await settled();
    for (let entry = this.#heap[0]; entry !== undefined && entry.time <= end; entry = this.#heap[0]) {
      this.#pop();
      if (entry.cancelled) continue;
      this.now = entry.time;
      entry.action();
      await settled();
      if (this.stopped) return;
    }
  }

  /** Lets time pass. */
  async pass(ms: number): Promise<void> {
    const end = this.now + ms;
    await this.run(end);
    if (!this.stopped) this.now = end;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = heap[parentIndex];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[index] = parent;
      index = parentIndex;
    }
    heap[index] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      const child = this.#smallerChild(index);
      const entry = heap[child];
      if (entry === undefined || !isBefore(entry, last)) break;
      heap[index] = entry;
      index = child;
    }
    heap[index] = last;
  }

  #smallerChild(index: number): number {
    const left = this.#heap[2 * index + 1];
    const right = this.#heap[2 * index + 2];
    return left !== undefined && right !== undefined && isBefore(right, left) ? 2 * index + 2 : 2 * index + 1;
  }
}
