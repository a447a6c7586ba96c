import type { SimulatedAnswer } from '../../local/simulator/answers.ts';

/** What something between the client and Fastly answers with the status of a success: a page for browsers, or an error. */
export const INTERMEDIARY_ANSWERS = {
  challenge: {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: '<!doctype html><title>One moment, please</title><p>Checking your browser.</p>',
  },
  error: {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: '{"errors":[{"title":"Upstream error","detail":"The request could not be forwarded"}]}',
  },
} as const satisfies Record<string, SimulatedAnswer>;
