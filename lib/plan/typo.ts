/** When two texts differ as by a slip of the hand, and which of many texts may do so. */

/** Letters that are drawn like others; for what Unicode calls a form of a letter NFKD is enough. Longer ones come first. */
const DRAWN_ALIKE = new Map(
  [
    ...['rn:m', 'vv:w', 'cl:d', '0:o', '1:l', 'ß:ss', 'ø:o', 'ł:l', 'ı:i'],
    // Greek, then Cyrillic
    ...['α:a', 'ν:v', 'ο:o', 'ρ:p', 'а:a', 'е:e', 'і:i', 'ј:j', 'о:o', 'р:p', 'с:c', 'ѕ:s', 'у:y', 'х:x'],
  ].map((pair) => pair.split(':') as [string, string]),
);
const DRAWN = new RegExp([...DRAWN_ALIKE.keys()].join('|'), 'g');
const NOT_ASCII = /[^ -~]/;

/** Texts that look the same come out the same. */
const folded = (text: string): string => {
  const plain = NOT_ASCII.test(text) ? text.normalize('NFKD').replace(/\p{M}/gu, '') : text;
  return plain.replace(DRAWN, (letters) => DRAWN_ALIKE.get(letters) ?? letters);
};

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

type Difference = { readonly at: number; readonly a: string; readonly b: string };

/** What is left of both without what they begin and end with in common. */
const differenceOf = (a: string, b: string): Difference => {
  const shorter = Math.min(a.length, b.length);
  let at = 0;
  while (at < shorter && a[at] === b[at]) at += 1;
  let tail = 0;
  while (tail < shorter - at && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
  return { at, a: a.slice(at, a.length - tail), b: b.slice(at, b.length - tail) };
};

const isOneEdit = ({ a, b }: Difference): boolean => {
  const isOneLetter = a.length <= 1 && b.length <= 1;
  const isSwap = a.length === 2 && b === `${a[1]}${a[0]}`;
  return (isOneLetter || isSwap) && !/\d/.test(a + b);
};

const SEPARATORS = new Set([undefined, '.', '_', '-']);

const isOtherInitial = (text: string, { at, a, b }: Difference): boolean =>
  a.length === 1 &&
  b.length === 1 &&
  (at === 0 || (SEPARATORS.has(text[at - 1]) && SEPARATORS.has(text[at + 1])));

/**
 * One letter more, less or in the place of another, two neighbours swapped, or letters that look the same. Other digits
 * are no typo (`user1`, `user2`), and neither is another initial: the first letter (`asmith`, `bsmith`), or one that
 * stands alone (`smith.a`, `smith.b`).
 */
export const isTypo = (a: string, b: string): boolean => {
  if (a === b) return false;
  const difference = differenceOf(a, b);
  return (isOneEdit(difference) && !isOtherInitial(a, difference)) || folded(a) === folded(b);
};

/** More texts than this, all the same but for a letter at one place, are a series and no typos of each other. */
const MAX_SERIES = 10;
/** Longer ones are not compared: for each letter of a text, a hash over all others is made. */
const MAX_COMPARED_LENGTH = 64;
/** The number of a text and a hash of 32 bits fit into the 53 bits of a JavaScript number. */
const MAX_TEXTS = 2 ** 21;

/** Odd, and far from a power of two. */
const BASE = 0x9e3779b1;
/** By exponent. */
const POWERS = new Int32Array(MAX_COMPARED_LENGTH).fill(1);
for (let exponent = 1; exponent < POWERS.length; exponent += 1)
  POWERS[exponent] = Math.imul(POWERS[exponent - 1] ?? 1, BASE);

/** The characters are the digits of a number, of which the last 32 bits are kept. `before`: the hash of what stands before. */
const hashOf = (text: string, before = 0): number => {
  let hash = before;
  for (let index = 0; index < text.length; index += 1)
    hash = (Math.imul(hash, BASE) + text.charCodeAt(index)) | 0;
  return hash;
};

/**
 * Two names with the same `rest` of which one is a typo of the other have one of these in common: hashes of the name, of
 * how it looks, and of the name without one character.
 */
const keysOf = (name: string, rest: string): number[] => {
  const start = hashOf(rest);
  const whole = hashOf(name, start);
  const keys = [whole >>> 0];
  const looks = folded(name);
  if (looks !== name) keys.push(hashOf(looks, start) >>> 0);
  if (name.length > MAX_COMPARED_LENGTH) return keys;
  let before = start;
  for (let index = 0; index < name.length; index += 1) {
    const code = name.charCodeAt(index);
    const through = (Math.imul(before, BASE) + code) | 0;
    // Of equal neighbours it does not matter which is left out. What stands before it moves one place on.
    if (!isDigit(code) && code !== name.charCodeAt(index + 1))
      keys.push((whole + Math.imul(before - through, POWERS[name.length - 1 - index] ?? 1)) >>> 0);
    before = through;
  }
  return keys;
};

/**
 * Hashes of so many texts, a bit for each, so that it may have one that was never added. It takes 16 bytes for each text: a
 * `Set` of two million hashes would take a hundred megabytes, and more time than all the rest.
 */
class RoughSet {
  readonly #bits: Uint32Array;

  constructor(texts: number) {
    this.#bits = new Uint32Array(4 * texts);
  }

  add(hash: number): void {
    const bit = this.#bitOf(hash);
    this.#bits[bit >>> 5] = (this.#bits[bit >>> 5] ?? 0) | (1 << bit);
  }

  has(hash: number): boolean {
    const bit = this.#bitOf(hash);
    return ((this.#bits[bit >>> 5] ?? 0) & (1 << bit)) !== 0;
  }

  #bitOf(hash: number): number {
    return hash % (32 * this.#bits.length);
  }
}

/**
 * Each key with its text's place in `texts` behind it, sorted. Keys that only one text has, or none of the first `wanted`
 * ones, are nearly all there are, and nearly all of them are left out.
 */
const sharedKeys = (
  texts: readonly string[],
  wanted: number,
  lengthOf: (text: string) => number,
): Float64Array => {
  const keys: number[] = [];
  const known = new RoughSet(texts.length);
  const shared = new RoughSet(texts.length);
  for (const [index, text] of texts.entries()) {
    const length = lengthOf(text);
    for (const hash of keysOf(text.slice(0, length), text.slice(length))) {
      if (known.has(hash)) shared.add(hash);
      else if (index < wanted) known.add(hash);
      else continue;
      keys.push(hash * MAX_TEXTS + index);
    }
  }
  return Float64Array.from(keys.filter((key) => shared.has(Math.floor(key / MAX_TEXTS)))).sort();
};

/** Groups of texts, by their place in `texts`, with a key in common; all groups that have one of the first `wanted` texts. */
function* alikeGroups(
  texts: readonly string[],
  wanted: number,
  lengthOf: (text: string) => number,
): Generator<number[]> {
  const keys = sharedKeys(texts, wanted, lengthOf);
  const hashAt = (at: number): number => Math.floor((keys[at] ?? -1) / MAX_TEXTS);
  for (let start = 0, end = 1; start < keys.length; start = end, end += 1) {
    while (end < keys.length && hashAt(end) === hashAt(start)) end += 1;
    if (end - start < 2 || end - start > MAX_SERIES) continue;
    yield Array.from(keys.subarray(start, end), (key) => key % MAX_TEXTS);
  }
}

/**
 * Pairs of which one is a typo of the other: first one of `texts`, then one of these or of the `others`, who are nobody of
 * them. A pair may come more than once. Only the first `lengthOf(text)` characters may be mistyped, the rest is equal. The
 * work grows with the number of characters, whatever they are: large groups are left out as a series.
 */
export function* typoPairs<T extends string>(
  texts: readonly T[],
  others: readonly T[],
  lengthOf: (text: T) => number,
): Generator<readonly [T, T]> {
  const all = [...texts, ...others];
  for (const group of alikeGroups(all, texts.length, lengthOf as (text: string) => number)) {
    const some = group.map((index) => all[index] as T);
    const wanted = some.filter((_, at) => (group[at] ?? 0) < texts.length);
    for (const a of wanted)
      for (const b of some) {
        const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)];
        if (a.slice(lengthA) === b.slice(lengthB) && isTypo(a.slice(0, lengthA), b.slice(0, lengthB)))
          yield [a, b];
      }
  }
}
