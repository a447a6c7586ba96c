/** A plan, made by the deployed function itself. */

import * as v from 'valibot';
import { failed, ok, type Verdict } from './report.ts';

export type Invoker = {
  /** Calls a function once and waits for it. `failed`: the function threw, and `payload` says what. */
  invoke(
    functionName: string,
    event: unknown,
  ): Promise<{ readonly failed: boolean; readonly payload: string }>;
};

const issueSchema = v.object({
  line: v.optional(v.number()),
  column: v.optional(v.string()),
  message: v.string(),
});

/** Of {@link import('../../lib/planner/result.ts').SyncResult}, what is shown; the deployed version may be another one. */
const resultSchema = v.object({
  account: v.string(),
  status: v.string(),
  counts: v.record(v.string(), v.number()),
  held: v.array(v.object({ reason: v.string() })),
  issues: v.array(issueSchema),
  warnings: v.array(v.string()),
  quota: v.optional(v.object({ estimatedFinish: v.string() })),
  report: v.optional(v.string()),
  error: v.optional(v.string()),
});
type Result = v.InferOutput<typeof resultSchema>;

const answerSchema = v.pipe(v.string(), v.parseJson(), v.object({ results: v.array(resultSchema) }));
const errorSchema = v.pipe(v.string(), v.parseJson(), v.object({ errorMessage: v.string() }));

const MAX_SHOWN = 3;

const shortened = (texts: readonly string[]): string => {
  const more = texts.length - MAX_SHOWN;
  return [...texts.slice(0, MAX_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join('; ');
};

const issueText = ({ line, column, message }: v.InferOutput<typeof issueSchema>): string => {
  const place = [...(line === undefined ? [] : [`line ${line}`]), ...(column === undefined ? [] : [column])];
  return place.length === 0 ? message : `${place.join(', ')}: ${message}`;
};

const countsText = (counts: Result['counts']): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ');

const planText = ({ status, counts, held, warnings, report }: Result): string =>
  [
    `${status}: ${countsText(counts)}`,
    ...(held.length > 0 ? [`held until approved: ${shortened(held.map(({ reason }) => reason))}`] : []),
    ...(warnings.length > 0 ? [`warnings: ${shortened(warnings)}`] : []),
    ...(report === undefined ? [] : [`report ${report.replace(/json$/, 'html')}`]),
  ].join('; ');

const judge = (result: Result): Verdict => {
  const { status, issues, error } = result;
  if (status === 'planned' || status === 'in_sync') return ok(planText(result));
  if (status === 'blocked')
    return failed(`blocked: ${shortened(issues.map(issueText))}`, 'See docs/runbook.md#run-blocked');
  if (status === 'failed')
    return failed(`failed: ${error ?? 'without a reason'}`, 'See docs/runbook.md#run-failed');
  return failed(`a plan was asked for, and "${status}" came`, 'Deploy this version');
};

/** Plan mode: nothing is changed but for a report in the bucket. */
export const checkPlan = async (
  invoker: Invoker,
  functionName: string,
  account: string,
): Promise<Verdict> => {
  const { failed: threw, payload } = await invoker.invoke(functionName, { account, mode: 'plan' });
  if (threw) {
    const parsed = v.safeParse(errorSchema, payload);
    const words = parsed.success ? parsed.output.errorMessage : 'it threw without a readable reason';
    return failed(`${functionName}: ${words}`, 'See docs/runbook.md#sync-errors');
  }
  const parsed = v.safeParse(answerSchema, payload);
  const result = parsed.success
    ? parsed.output.results.find((candidate) => candidate.account === account)
    : undefined;
  return result === undefined
    ? failed(`${functionName} answered something else than a result for ${account}`, 'Deploy this version')
    : judge(result);
};
