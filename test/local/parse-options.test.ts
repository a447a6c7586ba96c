import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { type Command, parseOptions, UsageError, usageOf } from '../../local/parse-options.ts';

const COMMAND = {
  about: 'Does something.\n\n  npm run something',
  options: {
    live: { type: 'flag', help: 'for real' },
    name: { type: 'text', value: 'NAME', help: 'of the thing' },
    stage: {
      type: 'text',
      value: 'NAME',
      default: 'prod',
      only: { pattern: /^[a-z]+$/, called: 'lower-case letters' },
      help: 'where',
    },
    param: { type: 'text', value: 'TEXT', multiple: true, help: 'one\nor several' },
    prune: { type: 'choice', value: 'MODE', choices: ['managed', 'none'], help: 'what goes' },
    port: { type: 'number', value: 'N', min: 1, max: 65_535, default: 80, help: 'to listen at' },
    seed: { type: 'number', value: 'N', min: 0, max: 9, help: 'of the run' },
  },
  words: { name: 'benchmark', choices: ['plan', 'list', 'drain'] },
  notes: 'Exit status: 0',
} as const satisfies Command;

const DEFAULTS = {
  live: false,
  name: undefined,
  stage: 'prod',
  param: [],
  prune: undefined,
  port: 80,
  seed: undefined,
};

describe('a command line', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['', {}, []],
    ['--live --name Ada --stage dev', { live: true, name: 'Ada', stage: 'dev' }, []],
    ['--name=Ada --prune none --port=443 --seed 0', { name: 'Ada', prune: 'none', port: 443, seed: 0 }, []],
    ['--name=-dashed --name=--live', { name: '--live' }, []],
    ['--param a=1 --param=b=2', { param: ['a=1', 'b=2'] }, []],
    ['--port 1 --port 65535', { port: 65_535 }, []],
    ['plan --live list', { live: true }, ['plan', 'list']],
    ['-- plan', {}, ['plan']],
  ])('%s', (line, values, words) => {
    expect(parseOptions(COMMAND, line.split(' ').filter(Boolean))).toEqual({
      values: { ...DEFAULTS, ...values },
      words,
    });
  });

  it.each(['--help', '-h', '--live --help --unknown', '--name -h'])('%s asks for help', (line) => {
    expect(parseOptions(COMMAND, line.split(' '))).toBe('help');
  });

  it('takes any words where it says nothing of choices', () => {
    const command = { about: '', options: {}, words: { name: 'address' } };
    expect(parseOptions(command, ['ada@example.com'])).toEqual({ values: {}, words: ['ada@example.com'] });
  });

  it('asks for the version with --version', () => {
    expect(parseOptions(COMMAND, ['--live', '--version'])).toBe('version');
  });

  it.each([
    ['--lve', 'There is no option --lve; --help lists them'],
    ['-x', 'There is no option -x; --help lists them'],
    ['--toString', 'There is no option --toString; --help lists them'],
    ['--no-live', 'There is no option --no-live; --help lists them'],
    ['--live=yes', '--live takes no value'],
    ['--live=', '--live takes no value'],
    ['--name', '--name needs a value: --name NAME'],
    ['--name=', '--name needs a value: --name NAME'],
    ['--name --live', '--name needs a value: --name NAME'],
    ['--stage Dev', '--stage takes lower-case letters, not "Dev"'],
    ['--prune all', '--prune takes managed or none, not "all"'],
    ['--port 0', '--port takes a whole number from 1 to 65535, not "0"'],
    ['--port 65536', '--port takes a whole number from 1 to 65535, not "65536"'],
    ['--port -1', '--port takes a whole number from 1 to 65535, not "-1"'],
    ['--port 1.5', '--port takes a whole number from 1 to 65535, not "1.5"'],
    ['--port 8o', '--port takes a whole number from 1 to 65535, not "8o"'],
    ['plam', 'There is no benchmark "plam"; choose from plan, list or drain'],
  ])('%s is refused in one sentence', (line, message) => {
    expect(() => parseOptions(COMMAND, line.split(' '))).toThrow(new UsageError(message));
  });

  it('may have no words where the command takes none', () => {
    expect(() => parseOptions({ about: '', options: {} }, ['plan'])).toThrow(
      new UsageError('"plan" is not expected here; --help lists the options'),
    );
  });
});

it('usage shows every option with its value, help and default', () => {
  expect(usageOf(COMMAND)).toBe(`Does something.

  npm run something

  --live        for real
  --name NAME   of the thing
  --stage NAME  where; default: prod
  --param TEXT  one
                or several
  --prune MODE  what goes
  --port N      to listen at; default: 80
  --seed N      of the run
  --help, -h    print this
  --version     print the version

Exit status: 0
`);
});

describe('a Node that can not read TypeScript', () => {
  const start = (node: string) =>
    spawnSync(
      process.execPath,
      [
        '--import',
        `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'${node}'}})`,
        '--import',
        './local/require-node.mjs',
        'local/main.ts',
        '--version',
      ],
      { encoding: 'utf8', env: {} },
    );

  it('is told so in one sentence, by every script that would start it', () => {
    const { status, stderr } = start('24.4.9');
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^This needs Node 24\.5 or newer, and this is [^\n]+\n$/),
    });
    expect(start('24.5.0').status).toBe(0);
    const { scripts, engines } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect(engines).toEqual({ node: '>=24.5' });
    const bare = Object.values<string>(scripts).filter((script) => /node (?!--import)\S+\.ts/.test(script));
    expect(bare).toEqual([]);
  });
});
