/** Powertools as the ports of the use cases: JSON log lines and metrics in the embedded metric format. */

import type { Logger } from '@aws-lambda-powertools/logger';
import { Metrics as AccountMetrics } from '@aws-lambda-powertools/metrics';
import { METRIC_NAMESPACE, METRIC_UNITS } from '../ports/metrics.ts';
import type { Fields, Log, Metrics } from '../ports/telemetry.ts';

export const createLog = (logger: Pick<Logger, 'info' | 'warn' | 'error'>): Log => ({
  info: (message: string, fields: Fields = {}) => logger.info(message, fields),
  warn: (message: string, fields: Fields = {}) => logger.warn(message, fields),
  error: (message: string, fields: Fields = {}) => logger.error(message, fields),
});

const metricsOfOneAccount = (namespace: string): AccountMetrics => {
  const metrics = new AccountMetrics({ namespace });
  // Powertools always adds the dimension `service`, which would take every metric away from the alarms.
  metrics.clearDefaultDimensions();
  return metrics;
};

/**
 * Collects values until `flush`, which writes one document per account to standard output. Each metric appears under
 * the dimension `account`, and once more without any: the set of no dimensions is a set like any other. A deployment
 * beside another one in the same AWS account needs a namespace of its own, or it would hide the other's silence.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const createMetrics = (namespace: string = METRIC_NAMESPACE): Metrics & { flush(): void } => {
  const byAccount = new Map<string, AccountMetrics>();
  return {
    add(account, name, value) {
      const metrics = byAccount.get(account) ?? metricsOfOneAccount(namespace);
      byAccount.set(account, metrics);
      // Publishing forgets the dimensions, also when Powertools does it by itself after a hundred values.
      if (!metrics.hasStoredMetrics()) metrics.addDimension('account', account).addDimensions({});
      metrics.addMetric(name, METRIC_UNITS[name], value);
    },
    flush() {
      for (const metrics of byAccount.values())
        if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
      byAccount.clear();
    },
  };
};
