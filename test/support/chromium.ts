/** Chromium, where it is installed. */

import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { parsePage } from './report-page.ts';

export const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(
  (path) => existsSync(path),
);

/** No window is narrower; a narrower page is shown in a frame. */
const NARROWEST_WINDOW = 500;

const TELL = `const tell = (value) => {
  if (parent === window) document.body.textContent = JSON.stringify(value);
  else parent.postMessage(value, '*');
};`;

const frameOf = (width: number): string => `<!doctype html><title>frame</title>
<body><iframe src="page.html" style="width: ${width}px; height: 900px; border: 0"></iframe>
<script>onmessage = ({ data }) => { document.body.textContent = JSON.stringify(data); };</script></body>`;

/**
 * What a script says, by `tell(value)`, about a page that is so many pixels wide. The page's own policy would forbid the
 * script, so it is taken out.
 */
export const askInChromium = async <T>(html: string, script: string, width: number): Promise<T> => {
  const folder = mkdtempSync(join(tmpdir(), 'page-'));
  try {
    const open = html.replace(/<meta http-equiv="Content-Security-Policy"[^>]*>/, '');
    const asking = `<script>${TELL}\n${script}</script></body>`;
    writeFileSync(
      join(folder, 'page.html'),
      open.replace('</body>', () => asking),
    );
    writeFileSync(join(folder, 'frame.html'), frameOf(width));
    const { stdout } = await promisify(execFile)(
      CHROMIUM ?? '',
      [
        '--headless',
        '--no-sandbox',
        '--disable-gpu',
        `--user-data-dir=${join(folder, 'profile')}`,
        `--window-size=${Math.max(width, NARROWEST_WINDOW)},1000`,
        '--virtual-time-budget=20000',
        '--dump-dom',
        pathToFileURL(join(folder, width < NARROWEST_WINDOW ? 'frame.html' : 'page.html')).href,
      ],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    return JSON.parse(parsePage(stdout).body.textContent) as T;
  } finally {
    rmSync(folder, { recursive: true });
  }
};
