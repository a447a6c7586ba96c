import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { packaged } from '../support/packaged.ts';
import { codeBlocksOf, plainCell, tableOf } from './markdown.ts';

const GUIDE = 'CONTRIBUTING.md';

type RoomRule = {
  readonly includes: readonly string[];
  readonly linter: {
    readonly rules: {
      readonly style?: {
        readonly noRestrictedImports?: {
          readonly options: { readonly patterns: readonly { readonly group: readonly string[] }[] };
        };
      };
    };
  };
};

it('the commands are those of package.json', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const commands = tableOf(GUIDE, 'Commands', ['command', 'what it does', 'time'])
    .map((row) => plainCell(row.command ?? ''))
    .filter((command) => command !== 'npm ci');
  expect(commands.map((command) => command.replace(/^npm (run )?/, '')).sort()).toEqual(
    Object.keys(scripts).sort(),
  );
});

describe('the map of the rooms', () => {
  const roomOf = (path: string): string => path.split('/')[1] ?? '';
  const drawn = tableOf(GUIDE, 'Map of the rooms', ['room', 'what lives there', 'may import from']).map(
    (row) => ({
      room: roomOf(plainCell(row.room ?? '')),
      arrows: (row['may import from'] ?? '').split(', '),
    }),
  );
  const rooms = globSync('lib/*/').map(roomOf).sort();

  it('has every room', () => {
    expect(drawn.map(({ room }) => room).sort()).toEqual(rooms);
  });

  const { overrides }: { readonly overrides: readonly RoomRule[] } = JSON.parse(
    readFileSync('biome.json', 'utf8'),
  );
  it.each(drawn)('draws the arrows of $room as the linter enforces them', ({ room, arrows }) => {
    const rule = overrides.find(({ includes }) => includes.includes(`lib/${room}/*.ts`));
    const patterns = rule?.linter.rules.style?.noRestrictedImports?.options.patterns ?? [];
    const forbidden = new Set(patterns.flatMap(({ group }) => group));
    const allowed = rooms.filter((other) => other !== room && !forbidden.has(`**/${other}/**`));
    expect(arrows.filter((other) => other !== '–').sort()).toEqual(allowed);
  });
});

const freePort = async (): Promise<number> => {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return port;
};

const run = (script: string, environment: Record<string, string>): Promise<string> =>
  new Promise((fulfil, reject) => {
    const shell = spawn('bash', ['-e', '-c', script], { env: { ...process.env, ...environment } });
    let output = '';
    for (const stream of [shell.stdout, shell.stderr])
      stream.on('data', (text: Buffer) => {
        output += text.toString();
      });
    shell.on('error', reject);
    shell.on('close', (status) => (status === 0 ? fulfil(output) : reject(new Error(output))));
  });

it('the commands that call a handler work as they stand, on other ports and with the bundles that are there', async () => {
  const script = codeBlocksOf(GUIDE).find((block) => block.includes('invoke sync')) ?? '';
  const [aws, fastly] = [await freePort(), await freePort()];
  const adapted = script
    .split('\n')
    .slice(1, -1)
    .join('\n')
    .replace('npm run build\n', '')
    .replaceAll('4566', String(aws))
    .replaceAll('4567', String(fastly))
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is what the script says
    .replaceAll('${process.cwd()}/dist', join(packaged(), 'dist'));
  const output = await run(adapted, { FAUXQS_PORT: String(aws) });
  expect(output.match(/status: '\w+'|batchItemFailures: .*\]/g)).toEqual([
    "status: 'planned'",
    "status: 'enqueued'",
    'batchItemFailures: []',
  ]);
}, 120_000);
