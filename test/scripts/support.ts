/** A whole deployment on this machine, and the smoke test's look at it. */

import { PutObjectCommand } from '@aws-sdk/client-s3';
import { type Simulator, startSimulator } from '../../local/simulator/simulator.ts';
import { createCloud } from '../../scripts/smoke/aws.ts';
import type { Options } from '../../scripts/smoke/options.ts';
import { runSmoke, type SmokePorts } from '../../scripts/smoke/run.ts';
import { type AwsAccount, REGION, startAwsAccount } from '../support/aws-account.ts';
import { fastlyFor, NOW, TOKEN } from './trial-support.ts';

type Look = {
  readonly passed: boolean;
  readonly lines: readonly string[];
  /** Only those lines that say so. */
  readonly failures: readonly string[];
};

export type Deployment = {
  readonly aws: AwsAccount;
  /** The current one. */
  fastly: Simulator;
  look(options?: Partial<Options>, ports?: Partial<SmokePorts>): Promise<Look>;
  /** Overwrites parts of a function's configuration. */
  configure(name: string, more: Readonly<Record<string, unknown>>): void;
  putRoster(key: string): Promise<unknown>;
  restartFastly(options: Parameters<typeof startSimulator>[0]): Promise<void>;
  stop(): Promise<void>;
};

export const startDeployment = async (): Promise<Deployment> => {
  const fastly = await startSimulator({ token: TOKEN });
  const aws = await startAwsAccount(fastly);
  const deployment: Deployment = {
    aws,
    fastly,
    async look(options = {}, ports = {}) {
      const lines: string[] = [];
      const passed = await runSmoke(
        { stage: 'prod', region: REGION, ...options },
        {
          cloud: createCloud(aws.environment, REGION),
          connect: (_, { FASTLY_API_URL }) => fastlyFor(FASTLY_API_URL),
          signals: { on: () => {}, off: () => {} },
          print: (line) => lines.push(line),
          now: () => NOW,
          sleep: async () => {},
          ...ports,
        },
      );
      return { passed, lines, failures: lines.filter((line) => line.startsWith('failed')) };
    },
    configure: (name, more) => aws.functions.set(name, { ...aws.functions.get(name), ...more }),
    putRoster: (key) =>
      aws.wire.clients.s3.send(
        new PutObjectCommand({ Bucket: aws.wire.bucket, Key: key, Body: 'email,role\n' }),
      ),
    async restartFastly(options) {
      await deployment.fastly.close();
      deployment.fastly = await startSimulator({ token: TOKEN, ...options });
      aws.variables.set('FASTLY_API_URL', deployment.fastly.url);
    },
    async stop() {
      await aws.stop();
      await deployment.fastly.close();
    },
  };
  return deployment;
};
