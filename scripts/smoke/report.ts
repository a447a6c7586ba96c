/** What the checks came to: one line each for the operator, as soon as it is known. */

import { describeError, errorName } from '../../lib/aws/sdk-errors.ts';

/** `remedy`: the check failed, and this is what to do. `value`: what later checks need; without it they are not made. */
export type Verdict<T = undefined> = {
  readonly found: string;
  readonly remedy?: string;
  readonly value?: T;
};

const NAME_WIDTH = 20;

/** Texts from elsewhere must not move the cursor or end the line. */
const oneLine = (text: string): string => text.replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ').trim();

/** Plain errors are the project's own sentences; those of AWS may quote an address. */
const verdictOn = (error: unknown): Verdict<never> => ({
  found: error instanceof Error && errorName(error) === 'Error' ? error.message : describeError(error),
  remedy:
    'Are you signed in, to the right AWS account and region? docs/runbook.md#smoke-test lists the permissions',
});

export const createReport = (print: (line: string) => void) => {
  let checks = 0;
  let failures = 0;
  return {
    /** Makes a check, and prints what came of it. One that throws has failed. */
    async check<T>(name: string, work: () => Promise<Verdict<T>>): Promise<T | undefined> {
      const { found, remedy, value } = await work().catch(verdictOn);
      checks += 1;
      if (remedy !== undefined) failures += 1;
      const sentences = remedy === undefined ? found : `${found.replace(/\.$/, '')}. ${remedy}`;
      const state = remedy === undefined ? 'ok    ' : 'failed';
      print(`${state}  ${name.padEnd(NAME_WIDTH)}  ${oneLine(sentences)}`);
      return value;
    },
    /** Prints the sum; returns whether everything was fine. */
    close(): boolean {
      print(
        failures === 0
          ? `All ${checks} checks are fine.`
          : `${failures} of ${checks} checks failed; those that depend on them were left out.`,
      );
      return failures === 0;
    },
  };
};
