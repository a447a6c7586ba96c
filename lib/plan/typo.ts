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
/** Most texts: nothing in them has another form. */
const UNFOLDED = /[^ -~]|rn|vv|cl|[01]/;

/** Texts that look the same come out the same. */
const folded = (text: string): string => {
  if (!UNFOLDED.test(text)) return text;
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '');
  return plain.replace(DRAWN, (letters) => DRAWN_ALIKE.get(letters) ?? letters);
};

const isDigit = (character: string): boolean => character >= '0' && character <= '9';

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
  return (isOneLetter || isSwap) && ![...a, ...b].some(isDigit);
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

/** Of `text` without the character at `left`. */
const hashWithout = (text: string, left: number): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1)
    if (index !== left) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
};

/** Two texts of which one is a typo of the other have one of these in common. */
function* keysOf(text: string, length: number): Generator<number> {
  const looks = folded(text);
  yield hashWithout(text, -1);
  if (looks !== text) yield hashWithout(looks, -1);
  if (length > MAX_COMPARED_LENGTH) return;
  for (let index = 0; index < length; index += 1)
    // Of equal neighbours it does not matter which is left out.
    if (!isDigit(text.charAt(index)) && text[index] !== text[index + 1]) yield hashWithout(text, index);
}

/** Groups of texts, by their place in `texts`, that have one of {@link keysOf} in common. */
function* alikeGroups(texts: readonly string[], lengthOf: (text: string) => number): Generator<number[]> {
  const keys: number[] = [];
  for (const [index, text] of texts.entries())
    for (const key of keysOf(text, lengthOf(text))) keys.push(key * MAX_TEXTS + index);
  const sorted = Float64Array.from(keys).sort();
  const hashAt = (at: number): number => Math.floor((sorted[at] ?? -1) / MAX_TEXTS);
  for (let start = 0, end = 1; start < sorted.length; start = end, end += 1) {
    while (end < sorted.length && hashAt(end) === hashAt(start)) end += 1;
    if (end - start < 2 || end - start > MAX_SERIES) continue;
    yield Array.from(sorted.subarray(start, end), (key) => key % MAX_TEXTS);
  }
}

/**
 * Pairs of which one is a typo of the other, each both ways round, and perhaps more than once. Only the first
 * `lengthOf(text)` characters may be mistyped, the others are equal. The work grows with the number of characters,
 * whatever they are: large groups are left out as a series.
 */
export function* typoPairs<T extends string>(
  texts: readonly T[],
  lengthOf: (text: T) => number,
): Generator<readonly [T, T]> {
  for (const group of alikeGroups(texts, lengthOf as (text: string) => number)) {
    const some = group.map((index) => texts[index] as T);
    for (const a of some)
      for (const b of some) {
        const [lengthA, lengthB] = [lengthOf(a), lengthOf(b)];
        if (a.slice(lengthA) === b.slice(lengthB) && isTypo(a.slice(0, lengthA), b.slice(0, lengthB)))
          yield [a, b];
      }
  }
}
