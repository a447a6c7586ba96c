/** Commands for people to type: for the same roster, account and place as the call that prints them. */

import type { Call } from './options.ts';

/** For a shell. */
export const quote = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;

type Repeatable = Pick<Call, 'place' | 'settings'>;

/** What to type for the same roster, account and place. `words`: a command and its addresses. */
export const commandLine = ({ place, settings }: Repeatable, ...words: readonly string[]): string => {
  const given = [...words, ...place].map(quote);
  return [...settings, 'npm run sync', ...(given.length > 0 ? ['--'] : []), ...given].join(' ');
};

/** What to type to carry out the plan of the same roster. */
export const applyCommand = (call: Repeatable & Pick<Call, 'choice'>, ...more: readonly string[]): string => {
  const isTrial = !call.place.some((word) => word === '--roster' || word === '--stage');
  const place = [...call.place, ...call.choice, ...(isTrial ? [] : ['--apply']), ...more];
  return commandLine({ ...call, place });
};
