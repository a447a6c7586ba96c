import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { emptyFolder, removeFolders } from '../support/cli.ts';
import { startSimulator } from '../support/simulator.ts';

afterAll(removeFolders);

it('F84 a reader who leaves, as in 2>&1 | head, stops no run', async () => {
  const server = await startSimulator({ delayMs: 50 });
  const folder = emptyFolder();
  const rows = Array.from({ length: 150 }, (_, index) => `p${index}@example.com,user\n`);
  writeFileSync(join(folder, 'acme.csv'), `email,role\n${rows.join('')}`);
  const child = spawn(
    process.execPath,
    [resolve('local/main.ts'), '--roster', 'acme.csv', '--live', '--apply'],
    {
      cwd: folder,
      env: { FASTLY_API_URL: server.url, FASTLY_API_TOKEN: server.token },
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );

  await once(child.stdout, 'data');
  child.stdout.destroy();
  child.stderr.destroy();
  const [status] = await once(child, 'exit');
  const mailed = server.mails().size;
  await server.close();

  expect({ status, mailed }).toEqual({ status: 0, mailed: 150 });
}, 30_000);
