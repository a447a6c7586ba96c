/** `plan`, `apply` and `resend`: the commands that the planner answers, and that may change something. */

import { type Ending, exitStatus, renderEnding } from '../ending.ts';
import { jsonResult } from '../json-result.ts';
import type { Options } from '../options.ts';
import { showPlan } from '../show-plan.ts';
import type { PlannerRequest } from '../target.ts';
import type { Answer, CommandPorts } from './command.ts';

const requestOf = ({ command, addresses, planHash, approve, prune }: Options): PlannerRequest => ({
  mode: command === 'plan' ? 'plan' : 'apply',
  ...(planHash !== undefined && { planHash }),
  ...(approve !== undefined && { approve }),
  ...(prune !== undefined && { prune }),
  ...(addresses.length > 0 && { only: addresses }),
  ...(command === 'resend' && { resend: true as const }),
});

const planAndShow = async (options: Options, { target, screen }: CommandPorts): Promise<Ending> => {
  const result = await target.plan(options, requestOf(options));
  await showPlan(target.store, result, options, screen);
  return { result, drained: [] };
};

export const sync = async (options: Options, ports: CommandPorts): Promise<Answer> => {
  const { target, screen } = ports;
  const ending =
    options.command === 'plan'
      ? await planAndShow(options, ports)
      : await target.apply(options, requestOf(options));
  screen.print(renderEnding(ending, options, target.locate, screen.paint));
  return { exitStatus: exitStatus(ending), json: { results: [jsonResult(ending, target)] } };
};
