import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  ConfigError,
  ENVIRONMENT_VARIABLES,
  misspeltVariables,
  parseConfig,
  parseRules,
} from '../../lib/domain/config.ts';
import { protectedEmails } from '../../lib/plan/protected-emails.ts';

const REQUIRED = {
  ROSTER_BUCKET: 'bucket',
  QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/jobs.fifo',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/123456789012/dead.fifo',
  TOKEN_PARAMETER_PREFIX: '/fastly-invitation-sync/prod',
};

const faultsOf = (env: Record<string, string | undefined>): string[] => {
  try {
    parseConfig(env);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(':')[0] ?? '');
  }
};

describe('parseConfig', () => {
  it('needs little and has defaults for the rest', () => {
    expect(parseConfig(REQUIRED)).toMatchObject({
      FASTLY_API_URL: 'https://api.fastly.com',
      ALLOWED_ROLES: ['user', 'billing', 'engineer', 'tls_viewer', 'tls_admin'],
      MODE: 'apply',
      PRUNE: 'all',
      MAX_CREATES: 500,
      MAX_DELETES: 50,
      MAX_REPLACES: 50,
      MAX_CHANGE_PERCENT: 25,
      PERCENT_FLOOR: 10,
      MAX_ROSTER_BYTES: 268_435_456,
      INVITATION_TTL_DAYS: 7,
      MAX_INVITES_PER_EMAIL: 3,
      REINVITE_AFTER_DAYS: 7,
      RATE_LIMIT_PER_HOUR: 1000,
      RATE_LIMIT_RESERVE: 50,
      LIST_CONCURRENCY: 4,
      WRITE_CONCURRENCY: 4,
    });
  });

  it('takes an empty string for unset', () => {
    const empty = Object.fromEntries(ENVIRONMENT_VARIABLES.map((name) => [name, '']));
    expect(parseConfig({ ...empty, ...REQUIRED })).toEqual(parseConfig(REQUIRED));
  });

  it('names every faulty variable at once', () => {
    expect(faultsOf({ MAX_DELETES: '-1', PRUNE: 'some', QUEUE_URL: 'jobs' })).toEqual([
      'DEAD_LETTER_QUEUE_URL',
      'MAX_DELETES',
      'PRUNE',
      'QUEUE_URL',
      'ROSTER_BUCKET',
      'TOKEN_PARAMETER_PREFIX or FASTLY_API_TOKEN',
    ]);
  });

  it.each([
    {
      name: 'F46 zero is a limit',
      env: { MAX_DELETES: '0', MAX_CREATES: '0', MAX_REPLACES: '0' },
      faults: [],
    },
    { name: 'not a number', env: { MAX_DELETES: 'many' }, faults: ['MAX_DELETES'] },
    { name: 'a fraction', env: { MAX_DELETES: '1.5' }, faults: ['MAX_DELETES'] },
    { name: 'a percentage over 100', env: { MAX_CHANGE_PERCENT: '101' }, faults: ['MAX_CHANGE_PERCENT'] },
    { name: 'no concurrency at all', env: { WRITE_CONCURRENCY: '0' }, faults: ['WRITE_CONCURRENCY'] },
    { name: 'an unknown role', env: { ALLOWED_ROLES: 'user, king' }, faults: ['ALLOWED_ROLES'] },
    { name: 'superuser, allowed on purpose', env: { ALLOWED_ROLES: 'user,superuser' }, faults: [] },
    {
      name: 'a token over plain HTTP',
      env: { FASTLY_API_URL: 'http://api.example.com' },
      faults: ['FASTLY_API_URL'],
    },
    { name: 'plain HTTP on this machine', env: { FASTLY_API_URL: 'http://127.0.0.1:8080' }, faults: [] },
    { name: 'plain HTTP on this machine, IPv6', env: { FASTLY_API_URL: 'http://[::1]:8080' }, faults: [] },
    {
      name: 'a host that only begins like this machine',
      env: { FASTLY_API_URL: 'http://localhost.example.com' },
      faults: ['FASTLY_API_URL'],
    },
    {
      name: 'a prefix that is no path',
      env: { TOKEN_PARAMETER_PREFIX: 'tokens/' },
      faults: ['TOKEN_PARAMETER_PREFIX'],
    },
    {
      name: 'a reserve that leaves nothing',
      env: { RATE_LIMIT_RESERVE: '1000' },
      faults: ['RATE_LIMIT_RESERVE'],
    },
    {
      name: 'a token instead of a prefix',
      env: { TOKEN_PARAMETER_PREFIX: '', FASTLY_API_TOKEN: 'x' },
      faults: [],
    },
  ])('$name', ({ env, faults }) => {
    expect(faultsOf({ ...REQUIRED, ...env })).toEqual(faults);
  });

  it.each([
    ...['a@x.io;b@x.io', 'a@x.io b@x.io', 'a@x.io\nb@x.io', 'a@x.io|b@x.io', '"a@x.io"', "'a@x.io'"],
    ...[
      '@example.com',
      'ada@',
      'ada',
      'example.com',
      'ada@localhost',
      'a@*@x.io',
      '<a@x.io>',
      'a@x.io,ada',
      ',',
      ' , ',
    ],
    ...['[a@x.io]', '*@', '*@@x.io', '*..io', 'a@x..*', '\u201ca@x.io\u201d', 'a @x.io', 'mailto:*@x.io'],
  ])('F81 refuses PROTECTED_EMAILS that protect nobody: %j', (value) => {
    expect(faultsOf({ ...REQUIRED, PROTECTED_EMAILS: value })).toEqual(['PROTECTED_EMAILS']);
  });

  it.each([
    ...['a@x.io', 'a@x.io,b@x.io', ' A@X.io , ', '*@x.io', '*', 'bot-*', '*@*', 'a*b', 'ada@exam*', '*.io'],
    ...[
      'ada@*',
      '*+test@x.io',
      'ada@x.*',
      '*@*.x.io',
      '*@b\u00fccher.example',
      'ada@exa*le.com',
      '*a*b*@x.io',
    ],
  ])('takes PROTECTED_EMAILS that can match: %j', (value) => {
    expect(faultsOf({ ...REQUIRED, PROTECTED_EMAILS: value })).toEqual([]);
  });

  it('takes for a pattern whatever an address becomes when a part of it is left open', () => {
    const part = fc.stringMatching(/^[a-z0-9]{1,8}$/);
    const address = fc.tuple(part, part, part).map(([local, name, end]) => `${local}@${name}.x${end}`);
    fc.assert(
      fc.property(address, fc.nat(), fc.nat(), (text, start, length) => {
        const from = start % text.length;
        const pattern = `${text.slice(0, from)}*${text.slice(from + (length % 6))}`;
        expect(protectedEmails([pattern])(text)).toBe(true);
        expect(faultsOf({ ...REQUIRED, PROTECTED_EMAILS: pattern })).toEqual([]);
      }),
    );
  });

  it.each([
    ...[
      'x.io;y.io',
      'x.io y.io',
      '@x.io',
      '*.x.io',
      '.x.io',
      'x.io.',
      '"x.io"',
      'a@x.io',
      'localhost',
      ',',
      ', ,',
    ],
    ...['https://x.io', 'x..io', '-x.io', 'x.io/', 'x.io:443', '10.0.0.1'],
  ])('refuses ALLOWED_DOMAINS that allow nobody, or everybody: %j', (value) => {
    expect(faultsOf({ ...REQUIRED, ALLOWED_DOMAINS: value })).toEqual(['ALLOWED_DOMAINS']);
  });

  it('takes ALLOWED_DOMAINS in any spelling, and compares them in the one that rosters have', () => {
    const { ALLOWED_DOMAINS } = parseRules({ ALLOWED_DOMAINS: 'X.io, b\u00fccher.example,' });
    expect(ALLOWED_DOMAINS).toEqual(['x.io', 'xn--bcher-kva.example']);
    expect(faultsOf({ ...REQUIRED, ALLOWED_ROLES: ',' })).toEqual(['ALLOWED_ROLES']);
  });

  it('never repeats a value: it could be a token in the wrong place', () => {
    expect(() => parseConfig({ ...REQUIRED, MAX_DELETES: 'secret-token' })).toThrow(/MAX_DELETES/);
    expect(() => parseConfig({ ...REQUIRED, MAX_DELETES: 'secret-token' })).not.toThrow(/secret-token/);
  });
});

describe('misspeltVariables, F82', () => {
  it.each([
    { given: 'PROTECTED_EMAIL', meant: 'PROTECTED_EMAILS' },
    { given: 'PROTECED_EMAILS', meant: 'PROTECTED_EMAILS' },
    { given: 'PROTCETED_EMAILS', meant: 'PROTECTED_EMAILS' },
    { given: 'ALLOWED-DOMAINS', meant: 'ALLOWED_DOMAINS' },
    { given: 'max_deletes', meant: 'MAX_DELETES' },
    { given: 'MAX_DELETE', meant: 'MAX_DELETES' },
    { given: 'FASTLY_API_TOKENS', meant: 'FASTLY_API_TOKEN' },
  ])('$given: $meant', ({ given, meant }) => {
    expect(misspeltVariables({ [given]: '1' })).toEqual([{ given, meant }]);
  });

  it('are no known ones, no short words, which are other words as well, and none without a value', () => {
    const known = Object.fromEntries(ENVIRONMENT_VARIABLES.map((name) => [name, '1']));
    const others = {
      ...known,
      NODE: '/bin/node',
      MODES: '1',
      PATH: '/bin',
      MAX_DELETE: '',
      MAX_DELETIONS: '1',
    };
    expect(misspeltVariables(others)).toEqual([]);
  });
});

describe('parseRules', () => {
  it('asks for no deployment', () => {
    expect(parseRules({}).MAX_CREATES).toBe(500);
    expect(() => parseRules({ PRUNE: 'x' })).toThrow(ConfigError);
  });
});
