/** `npm run kill-test`: the command line killed at random moments. `--help` lists the options. */

import { readOptions } from '../local/parse-options.ts';
import { removeFolders } from '../test/support/cli.ts';
import { killAgainAndAgain } from '../test/support/cli-kill.ts';

const { values } = readOptions({
  about: `Kills the command line at random moments and starts it again each time. Fails unless Fastly equals the roster
in the end and nobody got two mails.

  npm run kill-test -- --times 200 --seed 4711
  npm run kill-test -- --rows 40 --live 3000    with writes of 3 s that outlive who sent them`,
  options: {
    times: { type: 'number', value: 'N', min: 1, default: 50, help: 'how often it is killed' },
    seed: {
      type: 'number',
      value: 'N',
      min: 0,
      max: 2 ** 32,
      help: 'of the moments; default: from the clock',
    },
    rows: { type: 'number', value: 'N', min: 1, default: 500, help: 'people in the roster' },
    live: {
      type: 'number',
      value: 'MS',
      min: 0,
      max: 9000,
      help: 'with --live, against an account that outlives what is killed, and whose writes take so long',
    },
  },
});

const { times: kills, seed = Date.now() % 2 ** 32, rows, live } = values;
const plan = { kills, seed, rows, ...(live !== undefined && { live: { writeDelayMs: live } }) };
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
