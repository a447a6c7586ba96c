/** What can be a mailbox, and the one form in which it is compared. */

import { domainToASCII } from 'node:url';

const ASCII = /^[\0-\x7f]*$/;
const UNICODE_LABEL = /^(?=.*[^\0-\x7f])[\p{L}\p{M}\p{N}-]+$/u;

/** Full-width letters, ligatures and the like: special forms of other characters. */
const isSpecialForm = (text: string): boolean => text.normalize('NFKC') !== text.normalize('NFC');

/** `Bücher.example` and `xn--bcher-kva.example` become the latter. A label that can't be converted stays as it is. */
export const normalizeDomain = (raw: string): string => {
  const domain = raw.toLowerCase();
  if (ASCII.test(domain)) return domain;
  // Label by label, and plain letters only: domainToASCII ends at a slash, reads `%62` as a letter, and makes `1` an IP address.
  const toAscii = (label: string): string =>
    (UNICODE_LABEL.test(label) && !isSpecialForm(label) && domainToASCII(label)) || label;
  return domain.normalize('NFC').split('.').map(toAscii).join('.');
};

/** Trimmed, in small letters, in Unicode's composed form (NFC), the domain in its ASCII form. Nothing is refused. */
export const normalizeMailbox = (raw: string): string => {
  const text = raw.trim().toLowerCase();
  if (ASCII.test(text)) return text;
  const at = text.lastIndexOf('@') + 1;
  return at === 0
    ? text.normalize('NFC')
    : text.slice(0, at).normalize('NFC') + normalizeDomain(text.slice(at));
};

/** @see RFC 5321, section 4.5.3.1 */
const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
const MAX_LABEL_LENGTH = 63;

/** What a row or a cell starts with when it was meant as a comment. */
export const COMMENT_MARK = /^\s*(?:#|\/\/)/;

const WRAPPINGS: readonly (readonly [pattern: RegExp, fault: string])[] = [
  [
    /#ext#/i,
    "is a directory's login name of a guest (#EXT#). Use the address in the directory's column mail",
  ],
  [COMMENT_MARK, 'begins with a comment mark. Comments are not known: remove the row'],
  [/^example:/i, 'is the example of a template. Remove the row'],
  [/^mailto:/i, 'begins with mailto:. Remove it'],
  [/<.*>/s, 'is more than an address. Leave only what stands between < and >'],
  [/^'/, 'begins with an apostrophe, as spreadsheets and exports put it before text. Remove it'],
  [/'(?=@|$)/, 'has an apostrophe at the end, as if it was quoted. Remove it'],
  [/[;,/]$/, 'ends with a separator. Leave only the address'],
  [/@.*@/s, 'has more than one @. Write one address per row'],
];

const INVISIBLE = /[\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/u;
const QUOTATION_MARK = /["`\u00b4\u2032\u2033\p{Pi}\p{Pf}\u201a\u201e\u301d-\u301f]/u;
const DASH = /[\p{Pd}\u2212]/u;
const LETTER = /[\p{L}\p{M}\p{N}]/u;
/** @see RFC 5322, section 3.2.3 (atext). The backtick stands for a quotation mark far more often than for itself. */
const LOCAL_ASCII = /[a-z0-9.!#$%&'*+/=?^_{|}~-]/i;
const DOMAIN_ASCII = /[a-z0-9.-]/i;
/** Nearly every address. It has no fault, and rosters have a million rows. */
const ORDINARY =
  /^(?=.{1,254}$)(?=.{1,64}@)[a-z0-9_+-]+(?:\.[a-z0-9_+-]+)*@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/i;

/** What `character` is, and what to do about it. */
const describeCharacter = (character: string): readonly [what: string, remedy: string] => {
  const code = `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  if (character === ' ') return ['a space', 'Remove it; write one address per row'];
  if (character === '\ufffd') return [`what a damaged character leaves behind (${code})`, 'Write it again'];
  if (/\p{Cc}/u.test(character)) return [`the control character ${code}`, 'Remove it'];
  if (INVISIBLE.test(character)) return [`the invisible character ${code}`, 'Remove it'];
  if (QUOTATION_MARK.test(character))
    return [`the quotation mark ${character} (${code})`, "Remove it; an apostrophe inside a name is '"];
  if (DASH.test(character)) return [`the dash ${character} (${code})`, 'Write a hyphen (-)'];
  if (isSpecialForm(character))
    return [
      `a full-width or other special form of ${character.normalize('NFKC')} (${code})`,
      'Write the plain one',
    ];
  return [
    `the character ${character} (${code})`,
    'No address has it there: remove it; write one address per row',
  ];
};

/** A letter or digit of any script, if it is not a special form of another one. */
const isLetter = (character: string): boolean =>
  LETTER.test(character) && !INVISIBLE.test(character) && !isSpecialForm(character);

/** The first character that may not stand where it does. `at`: where the @ is, or the end. */
const characterFault = (text: string, at: number): string | undefined => {
  let place = 0;
  let index = 0;
  for (const character of text) {
    const allowed = index < at ? LOCAL_ASCII : DOMAIN_ASCII;
    place += 1;
    if (index !== at && !allowed.test(character) && (ASCII.test(character) || !isLetter(character))) {
      const [what, remedy] = describeCharacter(character);
      return `has ${what} at character ${place}. ${remedy}`;
    }
    index += character.length;
  }
  return undefined;
};

const dotFault = (part: string, where: string): string | undefined => {
  if (part.startsWith('.')) return `has a dot at the start of ${where}. Remove it`;
  if (part.endsWith('.')) return `has a dot at the end of ${where}. Remove it`;
  return part.includes('..') ? `has two dots in a row in ${where}. Remove one` : undefined;
};

const localFault = (local: string): string | undefined => {
  if (local === '') return 'has nothing before the @. Write the whole address';
  if (local.length > MAX_LOCAL_LENGTH)
    return `has ${local.length} characters before the @, and ${MAX_LOCAL_LENGTH} is the most. Write the real address`;
  return dotFault(local, 'the part before the @');
};

const labelFault = (label: string): string | undefined => {
  if (/^-|-$/.test(label)) return 'has a part of the domain that begins or ends with a hyphen. Remove it';
  if (label.length > MAX_LABEL_LENGTH)
    return `has a part of the domain with more than ${MAX_LABEL_LENGTH} characters. Write the real domain`;
  return ASCII.test(label) ? undefined : 'has a domain that has no ASCII form (xn--…). Write it anew';
};

const domainFault = (domain: string): string | undefined => {
  if (domain === '') return 'has nothing after the @. Write the whole address';
  const dots = dotFault(domain, 'the domain');
  if (dots !== undefined) return dots;
  const labels = normalizeDomain(domain).split('.');
  const fault = labels.map(labelFault).find((found) => found !== undefined);
  if (fault !== undefined) return fault;
  if (labels.length === 1) return 'has a domain without a dot. Write the whole domain, such as example.com';
  return /^\d+$/.test(labels.at(-1) ?? '')
    ? 'has a number where the domain ends. Write the domain by name'
    : undefined;
};

/**
 * Why `text`, trimmed, can't be a mailbox: a sentence without its subject, which is the text. Refusing a legal oddity
 * names its line; accepting a typo mails a stranger.
 */
export const mailboxFault = (text: string): string | undefined => {
  if (ORDINARY.test(text)) return undefined;
  const wrapping = WRAPPINGS.find(([pattern]) => pattern.test(text));
  if (wrapping !== undefined) return wrapping[1];
  const at = text.indexOf('@');
  const fault = characterFault(text, at === -1 ? text.length : at);
  if (fault !== undefined) return fault;
  if (at === -1) return 'has no @. Write one address per row';
  const partFault = localFault(text.slice(0, at)) ?? domainFault(text.slice(at + 1));
  if (partFault !== undefined) return partFault;
  return normalizeMailbox(text).length > MAX_LENGTH
    ? `is longer than ${MAX_LENGTH} characters. Write the real address`
    : undefined;
};
