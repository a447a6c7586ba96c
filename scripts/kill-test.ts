/**
 * `npm run kill-test -- [--times 50] [--seed N] [--rows 500] [--live]`: the command line killed at random moments and
 * started again each time. Fails unless Fastly equals the roster in the end and nobody got two mails.
 */

import { parseArgs } from 'node:util';
import { removeFolders } from '../test/support/cli.ts';
import { killAgainAndAgain } from '../test/support/cli-kill.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '50' },
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    rows: { type: 'string', default: '500' },
    live: { type: 'boolean', default: false },
  },
});

const wholeNumber = (name: 'times' | 'seed' | 'rows'): number => {
  const number = Number(values[name]);
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} takes a whole number`);
  return number;
};

const plan = {
  kills: wholeNumber('times'),
  seed: wholeNumber('seed'),
  rows: wholeNumber('rows'),
  live: values.live,
};
console.log(`${plan.kills} kills with seed ${plan.seed}`);
const figures = await killAgainAndAgain({
  ...plan,
  onKill: (kill) => {
    if (kill % 10 === 0) console.log(`${kill} kills`);
  },
});

removeFolders();

const { found, wanted, mails, statuses, ended, lastOutput } = figures;
const equal = JSON.stringify(found) === JSON.stringify(wanted);
const once = Object.keys(mails).every((count) => count === '1');
console.log(`${ended} starts ended before they were killed; exit status in the end: ${statuses.join(', ')}`);
console.log(`${found.length} invitations, ${equal ? 'equal to the roster' : 'NOT EQUAL to the roster'}`);
console.log(`people by mails they got: ${JSON.stringify(mails)}`);
if (!equal || !once || statuses.some((status) => status !== 0)) {
  console.error(lastOutput);
  process.exitCode = 1;
}
