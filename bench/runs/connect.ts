import { createFastlyClient, type FastlyClient } from '../../lib/fastly/client.ts';
import { runtime } from './runtime.ts';

/** Our client as the deployed functions make it. */
export const connect = (url: string): FastlyClient =>
  createFastlyClient({
    ...runtime,
    apiUrl: url,
    token: 'simulated-token',
    requestTimeoutMs: 10_000,
    listConcurrency: 4,
  });
