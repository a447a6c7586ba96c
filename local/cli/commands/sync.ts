/** `plan`, `apply` and `resend`: the commands that the planner answers, and that may change something. */

import { planMarkdown } from '../../../lib/report/plan-markdown.ts';
import { type Ending, exitStatus, renderEnding } from '../ending.ts';
import { jsonResult } from '../json-result.ts';
import type { Options } from '../options.ts';
import { readPlan, showPlan } from '../show-plan.ts';
import type { PlannerRequest } from '../target.ts';
import type { Answer, CommandPorts } from './command.ts';

/** With `--detailed-exitcode`, as Terraform has another status for it than for nothing to do. */
const CHANGES = 3;

const requestOf = ({ command, addresses, planHash, approve, prune }: Options): PlannerRequest => ({
  mode: command === 'plan' ? 'plan' : 'apply',
  ...(planHash !== undefined && { planHash }),
  ...(approve !== undefined && { approve }),
  ...(prune !== undefined && { prune }),
  ...(addresses.length > 0 && { only: addresses }),
  ...(command === 'resend' && { resend: true as const }),
});

const planAndShow = async (options: Options, { target, screen, output }: CommandPorts): Promise<Ending> => {
  const result = await target.plan(options, requestOf(options));
  await showPlan(target.store, result, options, screen);
  const record = options.markdown ? await readPlan(target.store, result, options) : undefined;
  if (record !== undefined) output.write(planMarkdown(record));
  return { result, drained: [] };
};

export const sync = async (options: Options, ports: CommandPorts): Promise<Answer> => {
  const { target, screen } = ports;
  const ending =
    options.command === 'plan'
      ? await planAndShow(options, ports)
      : await target.apply(options, requestOf(options));
  screen.print(renderEnding(ending, options, target.locate, screen.paint));
  const isChange = options.detailedExitcode && ending.result.status === 'planned';
  return {
    exitStatus: exitStatus(ending) || (isChange ? CHANGES : 0),
    json: { results: [jsonResult(ending, target)] },
  };
};
