/** Only UTF-8 is read: text in another encoding would be read as other names. */

import { isUtf8 } from 'node:buffer';
import type { IssueList, RosterIssue } from './issues.ts';
import { LineCounter } from './line-numbers.ts';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
/** Where DOS programs put the end of a file. */
const END_OF_FILE = 0x1a;

const FOREIGN_FORMATS: readonly (readonly [magic: string, name: string, remedy: string])[] = [
  ['504b0304', 'a zip archive, as .xlsx workbooks are', 'Export it as "CSV UTF-8"'],
  ['d0cf11e0', 'an .xls workbook', 'Export it as "CSV UTF-8"'],
  ['1f8b', 'gzipped twice', 'Unpack it once'],
  ['425a68', 'packed with bzip2', 'Unpack it, or pack it with gzip'],
  ['fd377a585a00', 'packed with xz', 'Unpack it, or pack it with gzip'],
  ['28b52ffd', 'packed with zstd', 'Unpack it, or pack it with gzip'],
];

/** UTF-16 begins with a byte order mark, or has a zero byte in every ASCII character. */
const isUtf16 = (head: Buffer): boolean => {
  const [first, second] = head;
  if (first === undefined || second === undefined) return false;
  const marked = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return marked || (first === 0) !== (second === 0);
};

const startsWith = (bytes: Buffer, start: Buffer): boolean => bytes.subarray(0, start.length).equals(start);

const foreignFormat = (head: Buffer): RosterIssue | undefined => {
  if (isUtf16(head))
    return {
      code: 'utf16',
      message:
        'The roster is UTF-16 (byte offset 0). Save it as "CSV UTF-8"; Excel\'s "Unicode text" is not it',
    };
  const found = FOREIGN_FORMATS.find(([magic]) => startsWith(head, Buffer.from(magic, 'hex')));
  if (found === undefined) return undefined;
  const [, name, remedy] = found;
  return { code: 'not_text', message: `The roster is ${name} (byte offset 0). ${remedy}` };
};

/** Bytes of the character that begins with this one; 1 too when no character does. */
const characterLength = (lead: number): number => {
  if (lead >= 0xf0) return 4;
  if (lead >= 0xe0) return 3;
  return lead >= 0xc0 ? 2 : 1;
};

/** How many bytes at the end are held back: a character that goes on in the next slice, or what may end the file. */
const heldBackLength = (bytes: Buffer): number => {
  if (bytes.at(-1) === END_OF_FILE) return 1;
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    const isContinuation = byte >= 0x80 && byte < 0xc0;
    if (!isContinuation) return characterLength(byte) > back ? back : 0;
  }
  return 0;
};

/** How many bytes are text: all of them, or up to the first that is no UTF-8 or zero. */
const textLength = (bytes: Buffer): number => {
  const zero = bytes.indexOf(0);
  const end = zero === -1 ? bytes.length : zero;
  if (isUtf8(bytes.subarray(0, end))) return end;
  let at = 0;
  while (at < end) {
    const next = at + characterLength(bytes[at] ?? 0);
    if (!isUtf8(bytes.subarray(at, next))) return at;
    at = next;
  }
  return at;
};

const hexadecimal = (byte: number): string => `0x${byte.toString(16).toUpperCase().padStart(2, '0')}`;

/** The character that programs with the older encoding meant, if it can be shown. */
const windowsHint = (byte: number): string => {
  const meant = new TextDecoder('windows-1252').decode(Uint8Array.of(byte));
  return /\p{C}/u.test(meant) ? '' : ` (in Windows-1252 or Latin-1 it would be "${meant}")`;
};

const REMEDY = 'Save the roster as "CSV UTF-8"; reading stopped there';

const badByte = (byte: number, isCut: boolean, offset: number, line: number): RosterIssue => {
  const where = `Line ${line}: the byte ${hexadecimal(byte)} at byte offset ${offset}`;
  if (byte === 0) return { code: 'not_text', line, message: `${where} is not text. ${REMEDY}` };
  const what = isCut
    ? 'begins a character that the file does not finish: it was cut off, or is not UTF-8'
    : 'is not UTF-8';
  return { code: 'not_utf8', line, message: `${where} ${what}${windowsHint(byte)}. ${REMEDY}` };
};

/**
 * The text in whole characters, without a byte order mark. Hands on everything before the first byte that is not UTF-8,
 * then stops `issues`. The first slice of `slices` must have 4 bytes or more, unless the whole file has fewer.
 */
export async function* readText(
  slices: AsyncIterable<Buffer>,
  issues: IssueList,
): AsyncGenerator<Buffer, void> {
  const lines = new LineCounter();
  let offset = 0;
  let rest: Buffer = Buffer.alloc(0);
  let isCut = true;
  for await (const slice of slices) {
    const isFirst = offset === 0;
    const foreign = isFirst ? foreignFormat(slice) : undefined;
    if (foreign !== undefined) return issues.stop(foreign);
    const bytes = rest.length === 0 ? slice : Buffer.concat([rest, slice]);
    const complete = bytes.length - heldBackLength(bytes);
    const good = textLength(bytes.subarray(0, complete));
    const text = bytes.subarray(0, good);
    rest = bytes.subarray(good);
    const isMarked = isFirst && startsWith(text, BYTE_ORDER_MARK);
    lines.add(text);
    offset += text.length;
    yield isMarked ? text.subarray(BYTE_ORDER_MARK.length) : text;
    isCut = good === complete;
    if (!isCut) break;
  }
  const [byte] = rest;
  if (byte !== undefined && !(isCut && byte === END_OF_FILE))
    issues.stop(badByte(byte, isCut, offset, lines.line));
}
