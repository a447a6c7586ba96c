/** The log of a local run: JSON lines in the state folder, as the deployed functions would write them. */

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fields, Log } from '../../lib/ports/telemetry.ts';
import { onFile } from '../folder-error.ts';

/** No addresses are in there, but account names and the rest of a run. */
const OWNER_ONLY = 0o600;

export const openLog = (directory: string, now: () => number): Log => {
  const path = join(directory, 'log.jsonl');
  const writer =
    (level: 'info' | 'warn' | 'error') =>
    (message: string, fields: Fields = {}): void => {
      const line = JSON.stringify({ time: new Date(now()).toISOString(), level, message, ...fields });
      onFile('write', path, () => appendFileSync(path, `${line}\n`, { mode: OWNER_ONLY }));
    };
  return { info: writer('info'), warn: writer('warn'), error: writer('error') };
};

/** The same log, whose errors are also said in one line. Each line is said once: one fault can hit every job. */
export const echoErrors = (log: Log, say: (line: string) => void): Log => {
  const said = new Set<string>();
  return {
    ...log,
    error: (message, fields = {}) => {
      log.error(message, fields);
      const cause = fields.error ?? fields.reason;
      const line = `error: ${message}${cause === undefined ? '' : `: ${cause}`}`;
      if (!said.has(line)) say(line);
      said.add(line);
    },
  };
};
