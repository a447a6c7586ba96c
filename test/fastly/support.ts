/** The client under test, on a server of the test's choice, with pauses that are noted and not waited for. */

import { inspect } from 'node:util';
import type { Access, Email } from '../../lib/domain/invitation.ts';
import { createFastlyClient, type FastlyClient, type FastlyOptions } from '../../lib/fastly/client.ts';
import { type HttpServer, type Script, startHttpServer } from '../support/http-server.ts';

export const TOKEN = 'Sup3rS3cretToken-of_the-bot';
export const EMAIL = "o'brien+fastly@example.com" as Email;
export const CUSTOMER = 'exampleCustomer0000001';
export const USER: Access = { role: 'user', limitServices: false, services: [] };

/** A JSON response for a script. */
export const json = (value: unknown, status = 200, headers: Record<string, string> = {}) => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(value),
});

export const clientFor = (
  apiUrl: string,
  overrides: Partial<FastlyOptions> = {},
): { readonly client: FastlyClient; readonly pauses: number[] } => {
  const pauses: number[] = [];
  const client = createFastlyClient({
    apiUrl,
    token: TOKEN,
    requestTimeoutMs: 2000,
    listConcurrency: 4,
    sleep: async (ms) => {
      pauses.push(ms);
    },
    random: () => 1,
    ...overrides,
  });
  return { client, pauses };
};

export type Scripted = {
  readonly server: HttpServer;
  readonly client: FastlyClient;
  readonly pauses: number[];
};

/** Runs `use` against a scripted server and closes it. */
export const withScript = async (
  script: Script,
  use: (scripted: Scripted) => Promise<void>,
  overrides: Partial<FastlyOptions> = {},
): Promise<void> => {
  const server = await startHttpServer(script);
  try {
    await use({ server, ...clientFor(server.url, overrides) });
  } finally {
    await server.close();
  }
};

/** Everything that a log or a report could make of a value. */
export const everythingIn = (value: unknown): string =>
  `${JSON.stringify(value)}${inspect(value, { depth: 20, showHidden: true })}`;

export type WireInvitation = { id: string; type: 'invitation'; attributes: Record<string, unknown> };

export const wireInvitation = (number: number, attributes: Record<string, unknown> = {}): WireInvitation => ({
  id: `invitation${String(number).padStart(6, '0')}`,
  type: 'invitation',
  attributes: {
    email: `person${number}@example.com`,
    role: 'user',
    limit_services: false,
    status_code: 1,
    created_at: '2026-11-20T08:00:00Z',
    deleted_at: null,
    ...attributes,
  },
});

export const pageNumberOf = (url: string): number => Number(/page\[number\]=(\d+)/.exec(url)?.[1]);
export const pageSizeOf = (url: string): number => Number(/page\[size\]=(\d+)/.exec(url)?.[1]);

/** The pages of a listing as they should be, for a test to spoil. */
export const pagesOf =
  (count: number) =>
  (page: number, size = 100) => {
    const first = (page - 1) * size;
    const length = Math.max(0, Math.min(size, count - first));
    return {
      data: Array.from({ length }, (_, index) => wireInvitation(first + index)),
      links: {},
      meta: {
        current_page: page,
        per_page: size,
        record_count: count,
        total_pages: Math.max(1, Math.ceil(count / size)),
      },
    };
  };
