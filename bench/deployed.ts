import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** Node's options as the deployed planner has them: its memory depends on them. */
export const deployedNodeOptions = (): string => {
  const options = /^ +NODE_OPTIONS: (.+)$/m.exec(
    readFileSync(resolve(import.meta.dirname, '..', 'serverless.yml'), 'utf8'),
  )?.[1];
  if (options === undefined) throw new Error('serverless.yml sets no NODE_OPTIONS: measure without them');
  return options;
};
