import { describe, expect, it } from '@jest/globals';
import { type Options, parseOptions, UsageError } from '../../scripts/smoke/options.ts';

describe('the command line', () => {
  it.each<[string, string[], Partial<Options> | 'help']>([
    ['nothing', [], { stage: 'prod', region: 'us-east-1' }],
    [
      'a stage and an account',
      ['--stage', 'dev', '--account', 'acme'],
      { stage: 'dev', region: 'us-east-1', account: 'acme' },
    ],
    ['a region', ['--region', 'eu-west-1'], { stage: 'prod', region: 'eu-west-1' }],
    ['help beside anything', ['--help', '--stage', 'dev'], 'help'],
  ])('takes %s', (_, argv, expected) => {
    expect(parseOptions(argv, {})).toEqual(expected);
  });

  it('takes the region from the environment, as the deployment does', () => {
    expect(parseOptions([], { AWS_REGION: '', AWS_DEFAULT_REGION: 'eu-west-3' })).toHaveProperty(
      'region',
      'eu-west-3',
    );
  });

  it.each<[string, string[], RegExp]>([
    ['an unknown option', ['--stag', 'x'], /^Unknown option '--stag'\./],
    ['a stray word, as npm leaves it without --', ['dev'], /^Unexpected argument 'dev'\./],
    ['an option without its value', ['--stage'], /^Option '--stage <value>' argument missing/],
    ['--apply without an address', ['--apply'], /^--apply needs --email ADDRESS/],
    ['an address without --apply', ['--email', 'a@example.com'], /--email .* needs --apply/],
    ['what is no address', ['--apply', '--email', 'nobody'], /^--email is not usable: the address has no @/],
    ['an account that can be none', ['--account', 'Acme'], /^--account can't be "Acme"/],
    ['an empty stage', ['--stage', ''], /^--stage can't be ""/],
    ['a region that is none', ['--region', 'Dublin'], /^--region can't be "Dublin"/],
  ])('refuses %s in one line', (_, argv, expected) => {
    const call = () => parseOptions(argv, {});
    expect(call).toThrow(UsageError);
    expect(call).toThrow(expected);
    expect(call).not.toThrow(/\n/);
  });
});
