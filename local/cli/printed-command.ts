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

/** What to type to carry out the same choice of changes. */
export const applyCommand = (
  call: Repeatable & Pick<Call, 'command' | 'addresses' | 'prune'>,
  ...more: readonly string[]
): string => {
  const { command, addresses, place, prune } = call;
  if (command === 'resend')
    return commandLine({ ...call, place: [...place, ...more] }, command, ...addresses);
  const isTrial = !place.some((word) => word === '--roster' || word === '--stage');
  const choice = [
    ...(prune === undefined ? [] : ['--prune', prune]),
    ...addresses.flatMap((address) => ['--only', address]),
    ...(isTrial ? [] : ['--apply']),
  ];
  return commandLine({ ...call, place: [...place, ...choice, ...more] });
};
