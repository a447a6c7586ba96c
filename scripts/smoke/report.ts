/** What the checks came to: one line each for the operator, as soon as it is known. */

import { describeError, errorName } from '../../lib/aws/sdk-errors.ts';

/** `value` is what later checks go on with; without it they can't be made. */
export type Verdict<T = undefined> = {
  readonly state: 'ok' | 'failed';
  readonly found: string;
  /** What to do about it. */
  readonly remedy?: string;
  readonly value?: T;
};

export type Report = {
  /** Makes a check, and prints what came of it. One that throws has failed. */
  check<T>(name: string, work: () => Promise<Verdict<T>>): Promise<T | undefined>;
  /** Something that could not be checked, since another check failed. */
  skip(name: string, why: string): void;
  /** Something worth knowing, neither good nor bad. */
  see(name: string, found: string): void;
  counts(): { readonly checks: number; readonly failures: number };
};

export const ok = <T = undefined>(found: string, value?: T): Verdict<T> => ({
  state: 'ok',
  found,
  ...(value !== undefined && { value }),
});

/** A failed check can have a value all the same, when others can go on with it. */
export const failed = <T = undefined>(found: string, remedy: string, value?: T): Verdict<T> => ({
  state: 'failed',
  found,
  remedy,
  ...(value !== undefined && { value }),
});

const STATE_WIDTH = 'skipped'.length;
const NAME_WIDTH = 20;

/** Other people's words must not move the cursor or end the line. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();

const lineOf = (state: string, name: string, text: string): string =>
  `${state.padEnd(STATE_WIDTH)}  ${oneLine(name).padEnd(NAME_WIDTH)}  ${oneLine(text)}`;

const sentences = ({ found, remedy }: Verdict<unknown>): string =>
  remedy === undefined ? found : `${found.replace(/\.$/, '')}. ${remedy}`;

const isAwsAnswer = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && '$metadata' in error;

const textOf = (error: unknown): string =>
  error instanceof Error && !isAwsAnswer(error) ? error.message : describeError(error);

const NOT_SIGNED_IN = /CredentialsProvider|ExpiredToken|UnrecognizedClient|InvalidClientToken/;

const remedyFor = (error: unknown): string => {
  if (NOT_SIGNED_IN.test(errorName(error)))
    return 'Sign in to AWS, for example with aws sso login, or set AWS_PROFILE';
  return /AccessDenied|not authorized/i.test(`${errorName(error)} ${textOf(error)}`)
    ? 'Allow it to yourself: docs/runbook.md#smoke-test lists what is needed'
    : 'Try again; if it stays so, is it the right AWS account and region?';
};

const attempt = async <T>(work: () => Promise<Verdict<T>>): Promise<Verdict<T>> => {
  try {
    return await work();
  } catch (error) {
    return failed(textOf(error), remedyFor(error));
  }
};

export const createReport = (print: (line: string) => void): Report => {
  let checks = 0;
  let failures = 0;
  return {
    async check(name, work) {
      const verdict = await attempt(work);
      checks += 1;
      if (verdict.state === 'failed') failures += 1;
      print(lineOf(verdict.state, name, sentences(verdict)));
      return verdict.value;
    },
    skip: (name, why) => print(lineOf('skipped', name, why)),
    see: (name, found) => print(lineOf('seen', name, found)),
    counts: () => ({ checks, failures }),
  };
};
