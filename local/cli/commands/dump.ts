/** `dump`: the account as it is, as a roster to begin with. */

import { readText } from '../../../lib/ports/object-store.ts';
import { quantity } from '../../../lib/report/wording.ts';
import type { Options } from '../options.ts';
import { plain } from '../screen.ts';
import { writeNewFile } from '../write-new-file.ts';
import type { Answer, CommandPorts } from './command.ts';

/** Without `--to` the roster goes to standard output. */
export const dump = async (options: Options, { target, screen, output }: CommandPorts): Promise<Answer> => {
  const { account, to, json } = options;
  const result = await target.plan(options, { mode: 'dump' });
  const { counts, error, issues, report, warnings } = result;
  const stored = report === undefined ? undefined : await readText(target.store, report);
  if (stored === undefined) {
    screen.say(`error: ${error ?? issues.map(({ message }) => message).join('; ')}`);
    return { exitStatus: 1, json: result };
  }
  for (const warning of warnings) screen.say(`Warning ${plain(warning)}`);
  if (to !== undefined) writeNewFile(to, [stored.text]);
  else if (!json) output.write(stored.text);
  screen.say(
    `${quantity(counts.member, 'member')} and ${quantity(counts.keep, 'live invitation')} of ${account}${to === undefined ? '' : ` are in ${to}`}`,
  );
  return { exitStatus: 0, json: { ...result, ...(to !== undefined && { to }) } };
};
