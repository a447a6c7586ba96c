/** Neither an address nor a token is ever told to a log, a metric or a notification. */

import type { Fields, Log, Metrics, Notification } from '../../../lib/ports/telemetry.ts';
import type { Violate } from './book.ts';

const SECRET = /\w@\w|%40|the-token/;

export const watchedLog = (violate: Violate, note: (text: () => string) => void): Log => {
  const log =
    (level: string) =>
    (message: string, fields: Fields = {}) => {
      const text = `${message} ${JSON.stringify(fields)}`;
      if (SECRET.test(text)) violate(`a log line tells a secret: ${text}`);
      note(() => `log ${level}: ${text}`);
    };
  return { info: log('info'), warn: log('warn'), error: log('error') };
};

export const watchedMetrics = (violate: Violate): Metrics => ({
  add(account, name, value) {
    if (!Number.isFinite(value) || value < 0) violate(`${account}: the metric ${name} is ${value}`);
  },
});

export const watchNotification = (violate: Violate, notification: Notification): void => {
  const { subject } = notification;
  if (SECRET.test(JSON.stringify(notification))) violate(`a notification tells a secret: ${subject}`);
  if (subject.length > 100) violate(`a subject is too long for SNS: ${subject}`);
};
