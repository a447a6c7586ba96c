import type { Access, Email, Entry } from '../domain/invitation.ts';

/** FNV-1a, 32 bits, with the high bits mixed into the low ones that are used first. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
};

/**
 * Entries by number, in the order in which they came, and their numbers by address. A `Map` from address to number does
 * the same, but with a million addresses it costs more time than all other work on a row, and 60 MB; this is a hash table
 * with open addressing in 12 MB. Addresses and access are kept in columns: a million objects of two fields are 40 MB.
 */
export class EntryTable implements Iterable<Entry> {
  readonly #emails: Email[] = [];
  readonly #access: Access[] = [];
  /** Of each address; compared first, and used to grow without looking at the addresses again. */
  #hashes = new Int32Array(32);
  /** Number + 1 of an entry; 0 is free. Always twice as long as `#hashes`, so never full. */
  #slots = new Int32Array(64);

  /** Of several entries with the same address the first one counts. */
  static of(entries: Iterable<Entry>): EntryTable {
    const table = new EntryTable();
    for (const entry of entries) table.add(entry);
    return table;
  }

  get size(): number {
    return this.#emails.length;
  }

  /** By number. */
  *[Symbol.iterator](): Generator<Entry, void> {
    for (let number = 0; number < this.size; number += 1) yield this.at(number);
  }

  at(number: number): Entry {
    const email = this.#emails[number];
    const access = this.#access[number];
    if (email === undefined || access === undefined) throw new Error(`there is no entry ${number}`);
    return { email, access };
  }

  /** The number of the entry with this address, or undefined. */
  find(email: Email): number | undefined {
    const found = this.#slots[this.#locate(email, hashOf(email))] ?? 0;
    return found === 0 ? undefined : found - 1;
  }

  /** Adds the entry, unless its address has one. Its number, or that of the one before it. */
  add({ email, access }: Entry): number {
    const hash = hashOf(email);
    const slot = this.#locate(email, hash);
    const found = this.#slots[slot] ?? 0;
    if (found !== 0) return found - 1;
    const number = this.#emails.push(email) - 1;
    this.#access.push(access);
    this.#slots[slot] = number + 1;
    this.#hashes[number] = hash;
    if (number + 1 === this.#hashes.length) this.#grow();
    return number;
  }

  /** The slot of the address, or the free one where it belongs. */
  #locate(email: Email, hash: number): number {
    const slots = this.#slots;
    const last = slots.length - 1;
    let slot = hash & last;
    for (let found = slots[slot] ?? 0; found !== 0; found = slots[slot] ?? 0) {
      if (this.#hashes[found - 1] === hash && this.#emails[found - 1] === email) break;
      slot = (slot + 1) & last;
    }
    return slot;
  }

  #grow(): void {
    const hashes = new Int32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    const slots = new Int32Array(hashes.length * 2);
    const last = slots.length - 1;
    for (let number = 0; number < this.size; number += 1) {
      let slot = (hashes[number] ?? 0) & last;
      while (slots[slot] !== 0) slot = (slot + 1) & last;
      slots[slot] = number + 1;
    }
    this.#hashes = hashes;
    this.#slots = slots;
  }
}
