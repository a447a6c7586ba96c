import type { Email } from '../invitation.ts';

/** FNV-1a, 32 bits, with the high bits mixed into the low ones that are used first. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
};

/**
 * Numbers addresses in the order in which they come. A `Map` does the same, but with a million addresses it costs more
 * time than all other work on a row, and 60 MB; this is a hash table with open addressing in 20 MB.
 */
export class EmailIndex {
  readonly #emails: Email[] = [];
  /** Of each address; compared first, and used to grow without looking at the addresses again. */
  #hashes = new Int32Array(32);
  /** Number + 1 of the address; 0 is free. Always twice as long as `#hashes`, so never full. */
  #slots = new Int32Array(64);

  /** The number of this address, or undefined. */
  find(email: Email): number | undefined {
    const number = (this.#slots[this.#locate(email, hashOf(email))] ?? 0) - 1;
    return number === -1 ? undefined : number;
  }

  /** The number of this address. A new one gets how many there were before. */
  add(email: Email): number {
    const hash = hashOf(email);
    const slot = this.#locate(email, hash);
    const known = this.#slots[slot] ?? 0;
    if (known !== 0) return known - 1;
    const number = this.#emails.push(email) - 1;
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
    for (let number = 0; number < this.#emails.length; number += 1) {
      let slot = (hashes[number] ?? 0) & last;
      while (slots[slot] !== 0) slot = (slot + 1) & last;
      slots[slot] = number + 1;
    }
    this.#hashes = hashes;
    this.#slots = slots;
  }
}
