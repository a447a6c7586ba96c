import { SSMProvider } from '@aws-lambda-powertools/parameters/ssm';
import { GetParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { describe, expect, it } from '@jest/globals';
import { mockClient } from 'aws-sdk-client-mock';
import { createTokenSource } from '../../lib/aws/token.ts';
import { awsError, OFFLINE } from './support.ts';

const NAME = '/fastly-invitation-sync/prod/acme/token';

/** A parameter store whose content can change. */
const parameterStore = (initial: string | Error) => {
  const awsSdkV3Client = new SSMClient(OFFLINE);
  const content = { value: initial };
  const ssm = mockClient(awsSdkV3Client);
  ssm.on(GetParameterCommand).callsFake(async () => {
    if (content.value instanceof Error) throw content.value;
    return { Parameter: { Value: content.value } };
  });
  const provider = new SSMProvider({ awsSdkV3Client });
  return { ssm, content, tokens: createTokenSource({ prefix: '/fastly-invitation-sync/prod', provider }) };
};

describe('a token from the parameter store', () => {
  it('is decrypted, and read once in five minutes', async () => {
    const { ssm, tokens } = parameterStore('example-token\n');
    expect(await tokens.read('acme')).toEqual({ token: 'example-token' });
    expect(await tokens.read('acme')).toEqual({ token: 'example-token' });
    const calls = ssm.commandCalls(GetParameterCommand);
    expect(calls.map(({ args }) => args[0].input)).toEqual([{ Name: NAME, WithDecryption: true }]);
  });

  it('is read again on purpose, and kept from then on', async () => {
    const { ssm, content, tokens } = parameterStore('old');
    await tokens.read('acme');
    content.value = 'new';
    expect(await tokens.read('acme')).toEqual({ token: 'old' });
    expect(await tokens.refresh('acme')).toEqual({ token: 'new' });
    expect(await tokens.read('acme')).toEqual({ token: 'new' });
    expect(ssm.commandCalls(GetParameterCommand)).toHaveLength(2);
  });

  it('is another one for another account', async () => {
    const { ssm, tokens } = parameterStore('example-token');
    await tokens.read('acme');
    await tokens.read('initech');
    expect(ssm.commandCalls(GetParameterCommand)[1]?.args[0].input.Name).toBe(
      '/fastly-invitation-sync/prod/initech/token',
    );
  });

  it.each<[string, string | Error, RegExp]>([
    ['missing', awsError('ParameterNotFound', 400), /there is no parameter \S+acme\/token with the token/],
    ['empty', '', /acme\/token is empty/],
    ['blank', ' \n', /acme\/token is empty/],
    ['two lines', 'secret\nsecret', /acme\/token contains spaces, line breaks/],
    ['not ASCII', 'sécret', /characters that no token has/],
  ])('is a problem with a remedy when it is %s', async (_, value, expected) => {
    const answer = await parameterStore(value).tokens.read('acme');
    const problem = 'problem' in answer ? answer.problem : '';
    expect(problem).toMatch(expected);
    expect(problem).toContain(`aws ssm put-parameter --type SecureString --overwrite --name ${NAME}`);
    expect(problem).not.toMatch(/s[eé]cret\b/);
  });

  it('is found once somebody has stored it', async () => {
    const { content, tokens } = parameterStore(awsError('ParameterNotFound', 400));
    expect(await tokens.read('acme')).toHaveProperty('problem');
    content.value = 'example-token';
    expect(await tokens.read('acme')).toEqual({ token: 'example-token' });
  });

  it.each<[string, Error, RegExp]>([
    [
      'the store is down',
      awsError('InternalServerError', 500),
      /could not read the parameter \S+: InternalServerError/,
    ],
    ['no permission', awsError('AccessDeniedException', 400), /ssm:GetParameter.*kms:Decrypt/],
  ])('throws when it cannot be told: %s', async (_, error, expected) => {
    await expect(parameterStore(error).tokens.read('acme')).rejects.toThrow(expected);
  });
});

describe('a fixed token', () => {
  const provider = {
    get: async () => {
      throw new Error('the parameter store was asked');
    },
  };

  it('serves every account without a parameter store', async () => {
    const tokens = createTokenSource({ token: 'example-token\n', prefix: '/unused', provider });
    expect(await tokens.read('acme')).toEqual({ token: 'example-token' });
    expect(await tokens.refresh('initech')).toEqual({ token: 'example-token' });
  });

  it('is a problem when it can be none', async () => {
    expect(await createTokenSource({ token: 'a b', provider }).read('acme')).toEqual({
      problem: expect.stringMatching(/^FASTLY_API_TOKEN contains spaces/),
    });
  });

  it('or a prefix is needed', () => {
    expect(() => createTokenSource({ provider })).toThrow('needs a token or the prefix');
  });
});
