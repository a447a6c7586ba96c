import type { Fields, Log } from '../../lib/ports/telemetry.ts';

/** An error as the SDK throws it. */
export const awsError = (name: string, status: number | undefined, message = 'as the service says'): Error =>
  Object.assign(new Error(message), {
    name,
    $metadata: status === undefined ? {} : { httpStatusCode: status },
  });

/** For clients that are never to reach a network. */
export const OFFLINE = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'example', secretAccessKey: 'example' },
};

type LogLine = { readonly level: keyof Log; readonly message: string; readonly fields: Fields };

/** A log that remembers. */
export const recordingLog = (): Log & { readonly lines: readonly LogLine[] } => {
  const lines: LogLine[] = [];
  const at =
    (level: keyof Log) =>
    (message: string, fields: Fields = {}): void => {
      lines.push({ level, message, fields });
    };
  return { lines, info: at('info'), warn: at('warn'), error: at('error') };
};
