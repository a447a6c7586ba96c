import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { optionOf, runWithAws } from '../support/fake-aws.ts';

const RUNBOOK = readFileSync('docs/runbook.md', 'utf8');
/** The commands that every other one relies on. */
const [START = ''] = /(?<=```sh\n).*?(?=```)/s.exec(RUNBOOK) ?? [];

/** The shell lines that hold `word`, run after the ones at the start. */
const run = (word: string) => {
  const lines = RUNBOOK.split('\n').filter((line) => line.includes(word) && /^ *(aws|planner) /.test(line));
  if (lines.length === 0) throw new Error(`no command of the runbook has ${word}`);
  return runWithAws(`${START}\n${lines.join('\n')}`).calls.filter(({ args }) => args.includes(word.trim()));
};

describe('the commands of the runbook', () => {
  it('call the planner once and wait for it', () => {
    const { calls } = runWithAws(`${START}\nplanner '{"account":"acme"}'`);
    const [call] = calls.filter(({ args }) => args[1] === 'invoke');
    expect(call).toMatchObject({ attempts: '1', region: 'eu-west-1' });
    expect(optionOf(call ?? { args: [], attempts: '', region: '' }, '--cli-read-timeout')).toBe('0');
  });

  it('redrive from the dead-letter queue to the job queue, as copies that the worker made know no queue of their own', () => {
    const calls = run('start-message-move-task');
    expect(
      calls.map((call) => [optionOf(call, '--source-arn'), optionOf(call, '--destination-arn')]),
    ).toEqual([['arn-of-DeadLetterQueueUrl', 'arn-of-JobQueueUrl']]);
  });
});
