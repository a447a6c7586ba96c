/** Notifications of a local run: in the log, and where `NOTIFICATION_WEBHOOK_URL` says. */

import { Agent } from 'node:https';
import got, { RequestError } from 'got';
import { SECOND_MS } from '../../lib/domain/time.ts';
import { proxyIn } from '../../lib/fastly/proxy.ts';
import { chatMessage, plainText } from '../../lib/ports/chat-message.ts';
import type { Log, Notify } from '../../lib/ports/telemetry.ts';

const TIMEOUT_MS = 10 * SECOND_MS;

export type Webhook = {
  readonly url: string;
  /** Of the process, for its proxy. */
  readonly environment: Readonly<Record<string, string | undefined>>;
};

/** What went wrong, without the address: whoever knows it can post there. */
const problemOf = (error: unknown): string =>
  error instanceof RequestError
    ? error.response === undefined
      ? `the connection failed (${error.code})`
      : `it answered ${error.response.statusCode}`
    : 'it could not be sent';

/** A notification that can't be delivered is said and logged, and never fails the run. */
export const createNotify =
  (webhook: Webhook | undefined, log: Log, say: (line: string) => void): Notify =>
  async (notification) => {
    log.info('notification', { subject: notification.subject, text: plainText(notification) });
    if (webhook === undefined) return;
    try {
      const proxy = proxyIn(webhook.environment);
      await got.post(webhook.url, {
        json: chatMessage(notification),
        timeout: { request: TIMEOUT_MS },
        retry: { limit: 0 },
        followRedirect: false,
        ...(proxy && { agent: { https: new Agent({ proxyEnv: proxy.agentEnvironment }) } }),
      });
    } catch (error) {
      const problem = problemOf(error);
      log.error('a notification was not delivered', { problem });
      say(`warning: NOTIFICATION_WEBHOOK_URL did not take a notification: ${problem}`);
    }
  };
