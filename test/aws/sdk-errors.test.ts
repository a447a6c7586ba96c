import { describe, expect, it } from '@jest/globals';
import { describeError, errorName, isAccessDenied, isTransient, statusOf } from '../../lib/aws/sdk-errors.ts';
import { awsError } from './support.ts';

describe('an error of the SDK', () => {
  it.each<[string, unknown, boolean]>([
    ['no answer', awsError('TimeoutError', undefined), true],
    ['5xx', awsError('InternalError', 500), true],
    ['throttled with 400', awsError('ThrottlingException', 400), true],
    ['throttled with 429', awsError('TooMany', 429), true],
    ['denied', awsError('AccessDenied', 403), false],
    ['wrong', awsError('ValidationError', 400), false],
  ])('may pass or not: %s', (_, error, expected) => {
    expect(isTransient(error)).toBe(expected);
  });

  it.each<[unknown, boolean]>([
    [awsError('AccessDenied', 403), true],
    [awsError('AccessDeniedException', 400), true],
    [awsError('InvalidAccessKeyId', 403), true],
    [awsError('NoSuchKey', 404), false],
  ])('is about access or not: %p', (error, expected) => {
    expect(isAccessDenied(error)).toBe(expected);
  });

  it('is described without addresses', () => {
    const error = awsError(
      'InvalidParameterValue',
      400,
      'Value "thelma@example.com" for <bob@example.org>, x@y',
    );
    expect(describeError(error)).toBe('InvalidParameterValue: Value [address] for [address] [address]');
  });

  it('can be anything that was thrown', () => {
    expect([errorName('text'), statusOf(undefined), describeError(null)]).toEqual([
      'UnknownError',
      undefined,
      'UnknownError: no message',
    ]);
  });
});
