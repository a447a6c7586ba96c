import { expect, it } from '@jest/globals';
import { approveCommand } from '../../lib/aws/approve-command.ts';
import { parseTrigger } from '../../lib/planner/trigger.ts';
import { optionOf, runWithAws } from '../support/fake-aws.ts';

it('the approve command of a notification works as it stands: once, in the right region, for as long as it takes', () => {
  const command = approveCommand({ functionName: 'app-prod-sync', region: 'eu-west-1' });
  const { calls, output } = runWithAws(command('acme', 'sha256:abc', { only: ["o'brien@example.com"] }));
  const [call] = calls;
  if (call === undefined || calls.length !== 1) throw new Error(`aws was called ${calls.length} times`);
  expect(call.args.slice(0, 2)).toEqual(['lambda', 'invoke']);
  expect(call.attempts).toBe('1');
  expect(optionOf(call, '--function-name')).toBe('app-prod-sync');
  expect(optionOf(call, '--region')).toBe('eu-west-1');
  expect(optionOf(call, '--cli-read-timeout')).toBe('0');
  expect(optionOf(call, '--cli-binary-format')).toBe('raw-in-base64-out');
  expect(parseTrigger(JSON.parse(optionOf(call, '--payload') ?? ''))).toEqual({
    kind: 'manual',
    request: { account: 'acme', approve: 'sha256:abc', only: ["o'brien@example.com"] },
  });
  expect(JSON.parse(output)).toEqual({ results: [] });
});
