/** The command line of `npm run smoke`. */

import { parseArgs } from 'node:util';
import { ACCOUNT_NAME, type Email, parseEmail } from '../../lib/domain/invitation.ts';

export const HELP = `Looks at a deployment: is everything there, and does it answer?

  npm run smoke -- --stage NAME                          look only
  npm run smoke -- --stage NAME --apply --email ADDRESS  also send one invitation, and cancel it again

  --stage NAME     what was deployed; default: prod
  --region NAME    where; default: AWS_REGION, AWS_DEFAULT_REGION or us-east-1
  --account NAME   only this account; default: every one that has a roster
  --apply          invite ADDRESS with the role user, at Fastly itself, and cancel it; Fastly mails that person once
  --email ADDRESS  whom to invite: somebody who is neither a user of the Fastly account nor invited
  --help           print this

Your own AWS credentials are used, as the AWS CLI would find them. Without --apply nothing is changed; the plan leaves
a report in the bucket, like every plan. With --apply one failed check is enough to send nothing.

Exit status: 0 everything is fine; 1 something is not, or was interrupted.
`;

/** Says in one line what is wrong with the call. */
export class UsageError extends Error {
  override name = 'UsageError' as const;
}

export type Options = {
  readonly stage: string;
  readonly region: string;
  readonly account?: string;
  /** Whom to invite, with `--apply`. */
  readonly email?: Email;
};

const DEFAULT_STAGE = 'prod';
const DEFAULT_REGION = 'us-east-1';

const optionTypes = {
  stage: { type: 'string' },
  region: { type: 'string' },
  account: { type: 'string' },
  apply: { type: 'boolean' },
  email: { type: 'string' },
  help: { type: 'boolean' },
} as const;

const parse = (argv: readonly string[]) => {
  try {
    return parseArgs({ args: [...argv], options: optionTypes, strict: true }).values;
  } catch (error) {
    // Only the first sentence says what is wrong; the others explain parseArgs.
    const [problem = 'the options are not usable'] = (error as Error).message.split(/\.\s|\n/);
    throw new UsageError(`${problem}. npm run smoke -- --help lists the options`, { cause: error });
  }
};
type Values = ReturnType<typeof parse>;

const named = (option: 'stage' | 'region' | 'account', text: string, pattern: RegExp): string => {
  if (pattern.test(text)) return text;
  throw new UsageError(`--${option} can't be ${JSON.stringify(text)}`);
};

const emailOf = ({ apply, email }: Values): Email | undefined => {
  if (!apply) {
    if (email === undefined) return undefined;
    throw new UsageError('--email says whom to invite: it needs --apply');
  }
  if (email === undefined)
    throw new UsageError('--apply needs --email ADDRESS: somebody who may get a mail from Fastly');
  const parsed = parseEmail(email);
  if ('problem' in parsed) throw new UsageError(`--email is not usable: ${parsed.problem}`);
  return parsed.email;
};

/** Throws a {@link UsageError}. */
export const parseOptions = (
  argv: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Options | 'help' => {
  const values = parse(argv);
  if (values.help) return 'help';
  const { account } = values;
  const region =
    values.region ?? (environment.AWS_REGION || environment.AWS_DEFAULT_REGION || DEFAULT_REGION);
  const email = emailOf(values);
  return {
    stage: named('stage', values.stage ?? DEFAULT_STAGE, /^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/),
    region: named('region', region, /^[a-z]{2}(-[a-z0-9]+)+$/),
    ...(account !== undefined && { account: named('account', account, ACCOUNT_NAME) }),
    ...(email !== undefined && { email }),
  };
};
