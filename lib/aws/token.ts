/** Where the Fastly token of an account comes from: a SecureString in the Parameter Store, or one fixed token for all. */

import type { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { isSendableToken } from '../domain/api-token.ts';
import { describeError, errorName, isAccessDenied } from './sdk-errors.ts';

/** The token, or a problem that a person has to solve, with the remedy. Neither a problem nor an error contains a token. */
type TokenResult = { readonly token: string } | { readonly problem: string };

type TokenSourceOptions = {
  /** The token of every account. With it, the Parameter Store is not read. */
  readonly token?: string | undefined;
  /** The parameter of an account is `<prefix>/<account>/token`. */
  readonly prefix?: string | undefined;
  readonly provider: Pick<SSMProvider, 'get'>;
};

const MAX_AGE_SECONDS = 300;

const storeCommand = (name: string): string =>
  `aws ssm put-parameter --type SecureString --overwrite --name ${name} --value "$FASTLY_API_TOKEN"`;

/** `place`: where the text comes from, the start of a problem's sentence. */
const checkToken = (text: string, place: string, remedy: string): TokenResult => {
  const token = text.trim();
  if (token === '') return { problem: `${place} is empty. ${remedy}` };
  return isSendableToken(token)
    ? { token }
    : {
        problem: `${place} contains spaces, line breaks, quotation marks or characters that no token has. ${remedy}`,
      };
};

/** The SDK's error, which Powertools wraps in one of its own. */
const causeOf = (error: unknown): unknown => (error instanceof Error ? (error.cause ?? error) : error);

const fetchToken = async (
  provider: Pick<SSMProvider, 'get'>,
  name: string,
  forceFetch: boolean,
): Promise<TokenResult> => {
  const remedy = `Store it with: ${storeCommand(name)}`;
  try {
    const text = await provider.get(name, { decrypt: true, maxAge: MAX_AGE_SECONDS, forceFetch });
    return checkToken(text ?? '', `the parameter ${name}`, remedy);
  } catch (error) {
    const cause = causeOf(error);
    if (errorName(cause) === 'ParameterNotFound')
      return { problem: `there is no parameter ${name} with the token of this account. ${remedy}` };
    const hint = isAccessDenied(cause)
      ? '. Check that the role may ssm:GetParameter it, and kms:Decrypt with its key'
      : '';
    throw new Error(`could not read the parameter ${name}: ${describeError(cause)}${hint}`, { cause });
  }
};

/** Throws when neither `token` nor `prefix` is given. */
export const createTokenSource = ({ token, prefix, provider }: TokenSourceOptions) => {
  if (token !== undefined) {
    const result = checkToken(token, 'FASTLY_API_TOKEN', 'Set it to an API token of Fastly');
    return { read: async () => result, refresh: async () => result };
  }
  if (prefix === undefined) throw new Error('a token source needs a token or the prefix of its parameters');
  const nameOf = (account: string): string => `${prefix}/${account}/token`;
  return {
    /** The token as it was at most five minutes ago. Throws when the Parameter Store can't be read now. */
    read: (account: string) => fetchToken(provider, nameOf(account), false),
    /** The token as it is now, for when Fastly has refused the one that was read. */
    refresh: (account: string) => fetchToken(provider, nameOf(account), true),
  };
};
