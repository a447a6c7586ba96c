/** Command lines: each command says in one table what may be given, and gets checked values or one clear sentence. */

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/**
 * - `flag` given or not; takes no value
 * - `text` any text that is not empty, or with `only` what fits a pattern; `called` says what that is
 * - `choice` one of a few words
 * - `number` a whole number from `min` on, or to `max`
 *
 * `value` is the word that stands for the value in `--help`.
 */
type Option = {
  /** What the option does, for `--help`; further lines are indented below the first. */
  readonly help: string;
} & (
  | { readonly type: 'flag' }
  | {
      readonly type: 'text';
      readonly value: string;
      readonly default?: string;
      readonly only?: { readonly pattern: RegExp; readonly called: string };
      /** It may be given several times, and all its values count. */
      readonly multiple?: true;
    }
  | { readonly type: 'choice'; readonly value: string; readonly choices: readonly string[] }
  | {
      readonly type: 'number';
      readonly value: string;
      readonly min: number;
      readonly max?: number;
      readonly default?: number;
    }
);

type Options = Readonly<Record<string, Option>>;

export type Command<O extends Options = Options> = {
  /** The first lines of `--help`: what the command does, and how it is called. */
  readonly about: string;
  readonly options: O;
  /** Words without `--`, such as the names of benchmarks; without this, none are allowed. `choices`: only these. */
  readonly words?: { readonly name: string; readonly choices?: readonly string[] };
  /** The last lines of `--help`. */
  readonly notes?: string;
};

type ValueOf<T extends Option> = T extends { readonly type: 'flag' }
  ? boolean
  : T extends { readonly multiple: true }
    ? readonly string[]
    :
        | (T extends { readonly type: 'number' }
            ? number
            : T extends { readonly choices: readonly (infer Choice)[] }
              ? Choice
              : string)
        | (T extends { readonly default: string | number } ? never : undefined);

export type Parsed<O extends Options> = {
  /** By option. Flags are false, repeatable options are empty, and others are undefined when nothing sets them. */
  readonly values: { readonly [Name in keyof O]: ValueOf<O[Name]> };
  readonly words: readonly string[];
};

/** Says in one sentence what is wrong with the call. */
export class UsageError extends Error {
  override name = 'UsageError' as const;
}

const HELP = new Set(['--help', '-h']);
const VERSION = '--version';

const nameOf = (name: string, option: Option): string =>
  option.type === 'flag' ? `--${name}` : `--${name} ${option.value}`;

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const expectedBy = (option: Option): string => {
  if (option.type === 'number')
    return `a whole number from ${option.min} ${option.max === undefined ? 'on' : `to ${option.max}`}`;
  if (option.type === 'choice') return listed(option.choices);
  return (option.type === 'text' && option.only?.called) || 'a text';
};

const fits = (option: Option, text: string): boolean => {
  if (option.type === 'number')
    return (
      /^\d{1,16}$/.test(text) &&
      Number(text) >= option.min &&
      Number(text) <= (option.max ?? Number.MAX_SAFE_INTEGER)
    );
  if (option.type === 'choice') return option.choices.includes(text);
  return option.type !== 'text' || (option.only?.pattern.test(text) ?? true);
};

/** `--port --token x`: the next option is no value of this one. A number may be negative, to be refused as one. */
const isValue = (text: string | undefined, isInline: boolean | undefined): text is string =>
  text !== undefined && text !== '' && (isInline === true || !/^-[^\d]/.test(text));

type Token = { readonly value: string | undefined; readonly inlineValue: boolean | undefined };

const checkValue = (name: string, option: Option, { value, inlineValue }: Token): void => {
  if (option.type === 'flag') {
    if (value !== undefined) throw new UsageError(`--${name} takes no value`);
  } else if (!isValue(value, inlineValue))
    throw new UsageError(`--${name} needs a value: ${nameOf(name, option)}`);
  else if (!fits(option, value))
    throw new UsageError(`--${name} takes ${expectedBy(option)}, not ${JSON.stringify(value)}`);
};

const resolvedValue = (option: Option, given: readonly string[]): unknown => {
  const last = given.at(-1);
  if (option.type === 'flag') return given.length > 0;
  if (option.type === 'text') return option.multiple ? given : (last ?? option.default);
  if (option.type === 'number') return last === undefined ? option.default : Number(last);
  return last;
};

const optionNamed = (options: Options, name: string, rawName: string): Option => {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option !== undefined) return option;
  throw new UsageError(`There is no option ${rawName}; --help lists them`);
};

const checkWord = (word: string, allowed: Command['words']): void => {
  const quoted = JSON.stringify(word);
  if (allowed === undefined) throw new UsageError(`${quoted} is not expected here; --help lists the options`);
  if (allowed.choices !== undefined && !allowed.choices.includes(word))
    throw new UsageError(`There is no ${allowed.name} ${quoted}; choose from ${listed(allowed.choices)}`);
};

/** In the order of `argv`. `parseArgs` only tells apart; its own complaints are several sentences long. */
const tokensOf = (options: Options, argv: readonly string[]) => {
  const types = Object.entries(options).map(
    ([name, { type }]) => [name, { type: type === 'flag' ? 'boolean' : 'string' }] as const,
  );
  return parseArgs({ args: [...argv], options: Object.fromEntries(types), strict: false, tokens: true })
    .tokens;
};

/**
 * The values of a command line (without the program's own name); `help` when `--help` or `-h` is in it, and `version` for
 * `--version`. Of an option given twice the last value counts. Throws a {@link UsageError} for the first thing that is wrong.
 */
export const parseOptions = <const O extends Options>(
  command: Command<O>,
  argv: readonly string[],
): Parsed<O> | 'help' | 'version' => {
  if (argv.some((word) => HELP.has(word))) return 'help';
  if (argv.includes(VERSION)) return 'version';
  const options: Options = command.options;
  const given = new Map<string, string[]>(Object.keys(options).map((name) => [name, []]));
  const words: string[] = [];
  for (const token of tokensOf(options, argv)) {
    if (token.kind === 'option') {
      const { name, rawName, value = '', inlineValue } = token;
      checkValue(name, optionNamed(options, name, rawName), { value: token.value, inlineValue });
      given.get(name)?.push(value);
    } else if (token.kind === 'positional') {
      checkWord(token.value, command.words);
      words.push(token.value);
    }
  }
  const values = Object.entries(options).map(
    ([name, option]) => [name, resolvedValue(option, given.get(name) ?? [])] as const,
  );
  // Sound: `resolvedValue` follows the same cases as `ValueOf`.
  return { values: Object.fromEntries(values) as Parsed<O>['values'], words };
};

const linesOf = (name: string, option: Option, width: number): string => {
  const { help } = option;
  const standard = 'default' in option ? `; default: ${option.default}` : '';
  return `  ${name.padEnd(width)}  ${`${help}${standard}`.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`;
};

/** What `--help` prints. */
export const usageOf = ({ about, options, notes }: Command): string => {
  const rows: readonly (readonly [string, Option])[] = [
    ...Object.entries(options).map(([name, option]) => [nameOf(name, option), option] as const),
    ['--help, -h', { type: 'flag', help: 'print this' }],
    [VERSION, { type: 'flag', help: 'print the version' }],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const table = rows.map(([name, option]) => linesOf(name, option, width)).join('\n');
  return `${[about, table, ...(notes === undefined ? [] : [notes])].join('\n\n')}\n`;
};

/** What `--version` prints. */
export const versionText = (): string => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return `${version}\n`;
};

/** Of the process that runs now: it prints usage or version and ends, or says what is wrong with the call and ends with status 1. */
export const readOptions = <const O extends Options>(command: Command<O>): Parsed<O> => {
  try {
    const parsed = parseOptions(command, process.argv.slice(2));
    if (typeof parsed === 'object') return parsed;
    process.stdout.write(parsed === 'help' ? usageOf(command) : versionText());
    process.exit(0);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
};
