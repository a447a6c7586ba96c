/**
 * Keeps addresses out of logs, errors and notifications. Every text that comes from outside (Fastly, AWS, file names,
 * damaged files) passes through here before it becomes part of one.
 *
 * Such a text may hold an address in many spellings: `%2540`, `&amp;#64;`, `\u0040`, full-width letters, `a @ x . io`,
 * `a(at)x`. The text is therefore decoded until nothing is left to decode. If an @ shows, every word with one is
 * replaced. Each step takes time in proportion to the length of the text.
 */

/** A text that changes with every decoding for longer than this is not worth reading. */
const MAX_ROUNDS = 12;
const REPLACEMENT = '[address]';

const NAMED_CHARACTERS: Readonly<Record<string, string>> = {
  ...{ commat: '@', period: '.', amp: '&', num: '#', semi: ';', percnt: '%', bsol: '\\' },
  ...{ lt: '<', gt: '>', quot: '"', nbsp: ' ', lpar: '(', rpar: ')' },
};

const characterOf = (digits: string, radix: number): string => {
  const code = Number.parseInt(digits, radix);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
};

const decodePercent = (encoded: string): string => {
  try {
    return decodeURIComponent(encoded);
  } catch {
    return encoded.replace(/%(..)/g, (_, digits: string) => characterOf(digits, 16));
  }
};

const decodeOnce = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]|(?!\s)\p{Cc}/gu, '')
    .replace(/(?:%[0-9a-f]{2})+/gi, decodePercent)
    .replace(/&#x([0-9a-f]{1,8});?/gi, (_, digits: string) => characterOf(digits, 16))
    .replace(/&#(\d{1,9});?/g, (_, digits: string) => characterOf(digits, 10))
    .replace(/&([a-z]{2,6});/gi, (entity, name: string) => NAMED_CHARACTERS[name.toLowerCase()] ?? entity)
    .replace(
      /\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})/gi,
      (_, braced?: string, long?: string, short?: string) => characterOf(braced ?? long ?? short ?? '', 16),
    )
    .replace(/\\100/g, '@')
    .replace(/\\{2,}/g, '\\')
    // Quoted-printable, and UTF-7
    .replace(/=40(?=[\w-]+\.)|\+AEA-/g, '@');

/** The text without any encoding; undefined when there is no end to it. */
const decode = (text: string): string | undefined => {
  let decoded = text;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const next = decodeOnce(decoded);
    if (next === decoded) return decoded;
    decoded = next;
  }
  return undefined;
};

/** One space between words, and an @ wherever the sign is spelt out. */
const withAtSigns = (text: string): string =>
  text
    .replace(/\s+/g, ' ')
    .replace(/[([{<] ?at ?[)\]}>]/gi, '@')
    .replace(/ at (?=[\w-]+ (?:dot|\.) ?[a-z])/gi, '@');

/** What was set apart becomes one word with its @ again. */
const joined = (text: string): string =>
  text
    .replace(/ ?[([{<] ?dot ?[)\]}>] ?| dot | \. ?/gi, '.')
    .replace(/ ?@ ?/g, '@')
    .replace(/"[^"]*"@/g, '@');

/** The text as it is if it holds no address; else decoded, with each word that may be one replaced. */
export const maskAddresses = (text: string): string => {
  const decoded = decode(text);
  if (decoded === undefined) return '[unreadable]';
  const spelt = withAtSigns(decoded);
  if (!spelt.includes('@')) return text;
  return joined(spelt).replace(/\S+/g, (word) => (word.includes('@') ? REPLACEMENT : word));
};
