import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Template } from '../../scripts/template.ts';

const SOURCES = [
  'handlers',
  'lib',
  'local/parse-options.ts',
  'scripts',
  'stack',
  'serverless.yml',
  'package.json',
  'package-lock.json',
];
const CACHE = resolve('node_modules/.cache/packaged');

type Run = { readonly status: number | null /** Everything that was said. */; readonly output: string };

const run = (folder: string, script: string, args: readonly string[]): Run => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], {
    cwd: folder,
    encoding: 'utf8',
    // Without any settings or credentials of AWS.
    env: { PATH: process.env.PATH, HOME: folder },
  });
  return { status, output: stdout + stderr };
};

type Packaging = {
  readonly args?: readonly string[];
  /** A folder with a `dist/` to take instead of building it again. */
  readonly built?: string;
};

/** `npm run package` in a copy of the project; `.serverless/` and `dist/` go `into` a folder, if there are any. */
export const packageProject = (into: string, { args = [], built }: Packaging = {}): Run => {
  const folder = mkdtempSync(join(tmpdir(), 'packaged-'));
  try {
    for (const source of SOURCES) cpSync(source, join(folder, source), { recursive: true });
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    if (built !== undefined) cpSync(join(built, 'dist'), join(folder, 'dist'), { recursive: true });
    const building = built === undefined ? run(folder, 'scripts/build.ts', []) : undefined;
    const made = building?.status ? building : run(folder, 'scripts/package.ts', args);
    for (const product of ['.serverless', 'dist'])
      if (existsSync(join(folder, product)))
        cpSync(join(folder, product), join(into, product), { recursive: true });
    return made;
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const digestOfSources = (): string => {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((source) =>
    source.includes('.') ? [source] : globSync(`${source}/**/*.{ts,yml}`),
  );
  for (const file of files.sort()) hash.update(file).update('\0').update(readFileSync(file)).update('\0');
  return hash.digest('hex').slice(0, 24);
};

/** The folder with the product of `npm run package`, all defaults; made once for each state of the sources. */
export const packaged = (): string => {
  const folder = join(CACHE, digestOfSources());
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const fresh = mkdtempSync(join(CACHE, 'new-'));
  const { status, output } = packageProject(fresh);
  if (status !== 0) throw new Error(`npm run package failed:\n${output}`);
  try {
    renameSync(fresh, folder);
  } catch (error) {
    // Another test file made the same product meanwhile.
    if (!existsSync(folder)) throw error;
    rmSync(fresh, { recursive: true });
  }
  return folder;
};

export const readTemplate = (folder: string): Template =>
  JSON.parse(readFileSync(join(folder, '.serverless/cloudformation-template-update-stack.json'), 'utf8'));
