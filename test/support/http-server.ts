/** A real HTTP server on this machine. Tests write its responses. */

import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

type SeenRequest = {
  readonly method: string;
  /** Path and query, unescaped. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** Returns the response, or sends one itself and returns undefined. `number` counts all requests from 1. */
export type Script = (
  request: SeenRequest,
  response: ServerResponse,
  number: number,
) => ScriptedResponse | undefined;

type ScriptedResponse = {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

export type HttpServer = {
  readonly url: string;
  /** In the order of their arrival. */
  readonly requests: readonly SeenRequest[];
  close(): Promise<void>;
};

export const startHttpServer = async (script: Script): Promise<HttpServer> => {
  const requests: SeenRequest[] = [];
  const server = createServer(async (message, response) => {
    const { method = '', url = '', headers } = message;
    const request = { method, url: decodeURIComponent(url), headers, body: await text(message) };
    requests.push(request);
    const scripted = script(request, response, requests.length);
    if (scripted !== undefined) response.writeHead(scripted.status, scripted.headers).end(scripted.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
