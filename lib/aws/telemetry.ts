/** The ports for logs and metrics over Powertools: JSON lines, and metrics in CloudWatch's embedded metric format. */

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
  // Powertools adds the dimension `service` by default. The alarms, which do not name it, would then see no metric.
  metrics.clearDefaultDimensions();
  return metrics;
};

/**
 * Collects values until `flush`, which writes one document per account to standard output. Each metric is emitted twice:
 * with the dimension `account`, for the dashboard, and with no dimension, for the alarms over all accounts. Two deployments
 * in one AWS account need two namespaces: in a common one, an alarm on missing data stays silent while one of them works.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export const createMetrics = (namespace: string = METRIC_NAMESPACE): Metrics & { flush(): void } => {
  const byAccount = new Map<string, AccountMetrics>();
  return {
    add(account, name, value) {
      const metrics = byAccount.get(account) ?? metricsOfOneAccount(namespace);
      byAccount.set(account, metrics);
      // Powertools drops the dimensions whenever it publishes, which it does by itself after a hundred values.
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
