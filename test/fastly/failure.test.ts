import { describe, expect, it } from '@jest/globals';
import { withScript } from './support.ts';

const messageFor = async (response: { status: number; body: string; headers?: Record<string, string> }) => {
  let message = '';
  await withScript(
    () => response,
    async ({ client }) => {
      const failed = await client.deleteInvitation('i1');
      if (!failed.ok) message = failed.failure.message;
    },
  );
  return message;
};

describe('the four shapes of an error become one sentence', () => {
  it.each([
    {
      name: 'legacy',
      status: 404,
      body: { msg: 'Record not found', detail: "Cannot find invitation 'i1'" },
      says: "404, Record not found: Cannot find invitation 'i1'",
    },
    {
      name: 'legacy without a detail',
      status: 409,
      body: { msg: 'Duplicate record' },
      says: '409, Duplicate record',
    },
    {
      name: 'legacy with a detail only',
      status: 400,
      body: { msg: null, detail: 'Email is invalid' },
      says: '400, Email is invalid',
    },
    {
      name: 'JSON:API',
      status: 404,
      body: { errors: [{ title: 'Not found', detail: 'It was not found' }, { title: 'Nor this' }] },
      says: '404, Not found: It was not found; Nor this',
    },
    {
      name: 'problem',
      status: 404,
      body: {
        type: 'https://example.com/not-found',
        title: 'Gone for good',
        status: 404,
        errors: null,
        detail: '',
      },
      says: '404, Gone for good',
    },
    {
      name: 'problem with a list of errors',
      status: 422,
      body: { title: 'Invalid', detail: '', errors: [{ detail: 'role' }] },
      says: '422, Invalid; role',
    },
    {
      name: 'JSON of another kind',
      status: 400,
      body: ['no'],
      says: '400, without a readable explanation (text/x)',
    },
    {
      name: 'JSON that explains nothing',
      status: 400,
      body: {},
      says: '400, without a readable explanation (text/x)',
    },
  ])('$name', async ({ status, body, says }) => {
    const message = await messageFor({
      status,
      body: JSON.stringify(body),
      headers: { 'content-type': 'text/x' },
    });
    expect(message).toBe(`DELETE /invitations/i1: ${says}`);
  });

  it.each([
    { status: 412, body: '', says: '412, without an explanation' },
    { status: 503, body: '<html>', says: '503, without a readable explanation (no content type)' },
    {
      status: 401,
      body: '{"msg":"Provided credentials are missing or invalid"}',
      says: '401, Provided credentials are missing or invalid; the token is wrong, expired or revoked: store a valid one',
    },
    {
      status: 403,
      body: '{"msg":"Read only tokens are not allowed to access this endpoint."}',
      says: '403, Read only tokens are not allowed to access this endpoint.; the token needs the scope `global` and a user who may invite',
    },
    {
      status: 400,
      body: JSON.stringify({ msg: 'two\nlines\u0000 and\u2028more' }),
      says: '400, two lines and more',
    },
  ])('$status $body', async ({ says, ...response }) => {
    expect(await messageFor(response)).toBe(`DELETE /invitations/i1: ${says}`);
  });

  it('is cut to a length that a log can bear', async () => {
    const message = await messageFor({ status: 400, body: JSON.stringify({ msg: 'word '.repeat(10_000) }) });
    expect(message.length).toBeLessThan(400);
  });
});
