import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { COMMAND, COMMAND_NAMES } from '../../local/cli/command-line.ts';

const DOCUMENT = readFileSync('docs/pull-requests.md', 'utf8');

/** The words behind `npm run -s sync --`, up to a redirection, also over several lines. */
const calls = [...DOCUMENT.replaceAll('\\\n', ' ').matchAll(/npm run -s sync -- ([^>`]*)/g)].map(
  ([, words = '']) => words.trim().split(/\s+/),
);

it('calls the command line with what it knows', () => {
  expect(calls).not.toEqual([]);
  for (const [command, ...words] of calls) {
    expect(COMMAND_NAMES).toContain(command);
    for (const word of words.filter((one) => one.startsWith('--')))
      expect(Object.keys(COMMAND.options)).toContain(word.slice(2));
  }
});
