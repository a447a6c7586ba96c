import { describe, expect, it } from '@jest/globals';
import { startSimulator } from '../support/simulator.ts';
import { CUSTOMER, clientFor, EMAIL, everythingIn, TOKEN, USER, withScript } from './support.ts';

describe('scenario 36, F49: neither the token nor an address is in any failure', () => {
  const echoes = [
    `${TOKEN} is not allowed to invite ${EMAIL}`,
    `(${EMAIL.toUpperCase()})`,
    `see https://manage.example.com/?invitee=${encodeURIComponent(EMAIL)}&key=${TOKEN}`,
    `x${' '.repeat(250)}${EMAIL}`,
    `${TOKEN}`.repeat(100),
    ...['%2540', '&#64;', '&amp;#x40;', '\\u0040', '\uff20', ' @ ', '(at)', ' [at] '].map(
      (sign) => `${EMAIL.replace('@', sign)} was invited`,
    ),
  ];
  const bodies = echoes.flatMap((echo) => [
    JSON.stringify({ msg: echo, detail: echo }),
    JSON.stringify({ errors: [{ title: echo, detail: echo }] }),
    JSON.stringify({ type: 'about:blank', title: echo, detail: echo, errors: null }),
    echo,
    `<html><body>${echo}</body></html>`,
  ]);

  it('whatever Fastly repeats of the request', async () => {
    await withScript(
      (_, __, number) => ({ status: 400, body: bodies[(number - 1) % bodies.length] ?? '' }),
      async ({ client, server }) => {
        const results = [];
        for (const _ of bodies) results.push(await client.createInvitation(CUSTOMER, EMAIL, USER));
        expect(server.requests.length).toBe(bodies.length);
        for (const result of results) {
          const text = everythingIn(result).toLowerCase();
          expect(text).toContain('post /invitations: 400');
          expect(text).not.toContain(TOKEN.toLowerCase());
          expect(text).not.toContain('brien');
        }
      },
    );
  });

  it('whatever got says about a connection that fails', async () => {
    const simulator = await startSimulator({ token: TOKEN });
    const { client } = clientFor(simulator.url, { requestTimeoutMs: 100 });
    const results = [];
    for (const kind of ['cut', 'hang', 'cut_body'] as const) {
      simulator.fault({ answer: kind, times: 100 });
      results.push(await client.createInvitation('someoneElse', EMAIL, USER), await client.readToken());
      simulator.clearFaults();
    }
    await simulator.close();
    results.push(await client.createInvitation(CUSTOMER, EMAIL, USER), await client.readToken());
    expect(results.map(({ ok }) => ok)).toEqual(Array.from({ length: 8 }, () => false));
    expect(everythingIn(results)).not.toContain(TOKEN);
    expect(everythingIn(results)).not.toContain('brien');
  });
});
