/** Before anything is claimed: is there a token, whose is it, what may it do, and does Fastly's clock agree with ours? */

import type { Issue } from '../domain/issue.ts';
import { maskAddresses } from '../domain/mask-addresses.ts';
import { DAY_MS } from '../domain/time.ts';
import {
  clockProblem,
  type FastlyReader,
  type FastlyResult,
  mayPass,
  type TokenInfo,
} from '../ports/fastly.ts';
import { accountOfCustomer, claimCustomer } from '../state/customer-claim.ts';
import { customerKey } from '../state/keys.ts';
import type { RunPointer } from '../state/run-pointer.ts';
import type { PlanningRun } from './planning-run.ts';
import type { PlannerPorts } from './ports.ts';

const EXPIRY_WARNING_DAYS = 14;

export type CheckedToken =
  | { readonly fastly: FastlyReader; readonly customerId: string; readonly warnings: readonly string[] }
  | { readonly issues: readonly Issue[] };

/** Scopes and customers are Fastly's words. */
const refused = (code: string, message: string): CheckedToken => ({
  issues: [{ code, message: maskAddresses(message) }],
});

/** The scope a token needs to write; `global:read` only reads. */
const canWrite = ({ scopes }: TokenInfo): boolean => scopes.includes('global');

const timeText = (time: number): string => new Date(time).toISOString();

const expiryWarnings = ({ expiresAt }: TokenInfo, now: number): string[] => {
  if (expiresAt === undefined || expiresAt - now > EXPIRY_WARNING_DAYS * DAY_MS) return [];
  return [`the token expires at ${timeText(expiresAt)}: replace it before then`];
};

type Opened =
  | { readonly fastly: FastlyReader; readonly answer: FastlyResult<TokenInfo> }
  | { readonly problem: string };

/** A token that is refused may have been replaced since it was read: it is read again, once. */
const open = async (connect: PlannerPorts['connect'], account: string, fresh = false): Promise<Opened> => {
  const connected = await connect(account, { fresh });
  if ('problem' in connected) return connected;
  const { fastly } = connected;
  const answer = await fastly.readToken();
  const refused = !answer.ok && answer.failure.kind === 'unauthorized';
  return refused && !fresh ? await open(connect, account, true) : { fastly, answer };
};

/** Why this account may not have the customer, if so. Asked last: a run that is refused anyway claims nothing. */
const sharingProblem = async (
  { ports, request }: Pick<PlanningRun, 'ports' | 'request'>,
  customerId: string,
): Promise<string | undefined> => {
  const { account, mode } = request;
  const owner =
    mode === 'apply'
      ? await claimCustomer(ports.store, customerId, account)
      : await accountOfCustomer(ports.store, customerId);
  if (owner === undefined || owner === account) return undefined;
  return `the token belongs to customer ${customerId}, which the account ${owner} manages: two rosters would cancel each other's invitations. Bring everybody into the roster of ${owner}, or put the right token in place. If ${owner} is given up, remove ${customerKey(customerId)}; the next run of ${account} then manages the customer`;
};

/** Throws when Fastly can't be asked now, as that may pass. */
export const checkToken = async (
  { ports, request }: PlanningRun,
  pointer: RunPointer | undefined,
): Promise<CheckedToken> => {
  const opened = await open(ports.connect, request.account);
  if ('problem' in opened) return refused('no_token', opened.problem);
  const { fastly, answer } = opened;
  if (!answer.ok) {
    const { message } = answer.failure;
    if (mayPass(answer.failure)) throw new Error(message);
    const { kind } = answer.failure;
    const isTokens = kind === 'unauthorized' || kind === 'forbidden';
    const what = isTokens ? 'Fastly does not accept the token' : "Fastly can't be asked about the token";
    return refused('token_refused', `${what}: ${message}`);
  }
  const token = answer.value;
  const now = ports.now();
  if (pointer !== undefined && pointer.customerId !== token.customerId) {
    const message = `the token belongs to customer ${token.customerId}, but ${request.account} was last run for ${pointer.customerId}: put the right token in place, or remove state/${request.account}/ if the change is meant`;
    return refused('other_customer', message);
  }
  if (request.mode === 'apply' && !canWrite(token)) {
    const message = `the token has the scope "${token.scopes.join(' ')}" and can plan but not apply: create one with the scope "global"`;
    return refused('token_read_only', message);
  }
  const clock = clockProblem(token, now);
  if (request.mode === 'apply' && clock !== undefined) return refused('clock', clock);
  const sharing = await sharingProblem({ ports, request }, token.customerId);
  if (sharing !== undefined) return refused('shared_customer', sharing);
  return {
    fastly,
    customerId: token.customerId,
    warnings: [...expiryWarnings(token, now), ...(clock === undefined ? [] : [clock])],
  };
};
