/** What happened, and how often: a simulation in which nothing goes wrong proves nothing. */
export class Counts {
  readonly #sums = new Map<string, number>();
  readonly #highs = new Map<string, number>();

  add(name: string, count = 1): void {
    if (count > 0) this.#sums.set(name, (this.#sums.get(name) ?? 0) + count);
  }

  most(name: string, value: number): void {
    this.#highs.set(name, Math.max(this.#highs.get(name) ?? 0, value));
  }

  of(name: string): number {
    return this.#sums.get(name) ?? this.#highs.get(name) ?? 0;
  }

  /** Adds what another run counted. */
  merge(entries: CountEntries): void {
    for (const [name, count] of entries.sums) this.add(name, count);
    for (const [name, value] of entries.highs) this.most(name, value);
  }

  /** For a table, in the order of the names. */
  rows(): [name: string, count: number][] {
    return [...this.#sums, ...this.#highs].sort(([one], [other]) => (one < other ? -1 : 1));
  }

  entries(): CountEntries {
    return { sums: [...this.#sums], highs: [...this.#highs] };
  }
}

export type CountEntries = {
  readonly sums: readonly (readonly [string, number])[];
  readonly highs: readonly (readonly [string, number])[];
};
