/** SQS documents "5 minutes" as the least; the model takes it as the exact window. */
const WINDOW_MS = 5 * 60 * 1000;

/**
 * The deduplication keys of the last five minutes. Kept in two generations, each dropped whole, so that forgetting
 * costs nothing per message.
 */
export class Deduplication {
  #current = new Map<string, number>();
  #previous = new Map<string, number>();
  #currentSince = 0;

  has(key: string, now: number): boolean {
    const sentAt = this.#current.get(key) ?? this.#previous.get(key);
    return sentAt !== undefined && now - sentAt < WINDOW_MS;
  }

  remember(key: string, sentAt: number): void {
    if (sentAt - this.#currentSince >= WINDOW_MS) {
      this.#previous = this.#current;
      this.#current = new Map();
      this.#currentSince = sentAt;
    }
    this.#current.set(key, sentAt);
  }

  clear(): void {
    this.#current.clear();
    this.#previous.clear();
  }

  /** Every key still taken, with its time. */
  *taken(now: number): Generator<readonly [key: string, sentAt: number]> {
    for (const generation of [this.#previous, this.#current])
      for (const [key, sentAt] of generation) if (now - sentAt < WINDOW_MS) yield [key, sentAt];
  }
}
