import { existsSync, globSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { anchorOf, codeBlocksOf, codeSpansOfFile, headingsOf, linksOf } from './markdown.ts';

const DOCUMENTS = globSync(['*.md', 'docs/**/*.md', 'lib/**/*.md']).sort();

/** Roots of paths that are not in the repository: in the bucket, or made by a command. */
const ELSEWHERE =
  /^(?:\.github|rosters|state|runs|outcomes|queue|fastly|simulated|live|dist|\.sync|\.serverless)\/|(?:^|\/)node_modules(?:\/|$)|^plan\.md$/;
/** Several names with slashes between them, or a file in the repository's root. */
const PATH = /^(?:[\w.@*-]+\/)+[\w.*-]*$|^[\w-]+\.(?:md|ts|js|yml)$/;
/** In a command only what begins like a folder of the repository is taken for a path. */
const FOLDERS = globSync('*/').filter((folder) => !ELSEWHERE.test(`${folder}/`));
const PATH_IN_COMMAND = new RegExp(`(?<![\\w/.-])(?:${FOLDERS.join('|')})/[\\w./*-]+`, 'g');

const isThere = (path: string): boolean => globSync(path).length > 0;

describe.each(DOCUMENTS)('%s', (document) => {
  it('names only files and folders that exist', () => {
    const named = codeSpansOfFile(document).filter((text) => PATH.test(text) && !ELSEWHERE.test(text));
    const typed = codeBlocksOf(document).flatMap((block) => block.match(PATH_IN_COMMAND) ?? []);
    expect([...named, ...typed].filter((path) => !isThere(path))).toEqual([]);
  });

  it('links only to files and headings that exist', () => {
    const broken = linksOf(document).filter(({ path, anchor }) => {
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(target)) return true;
      return anchor !== '' && !headingsOf(target).map(anchorOf).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

it('README.md leads to every document of the root and of docs/ but the changelog and single decisions', () => {
  const targets = linksOf('README.md').map(({ path }) => path);
  const others = DOCUMENTS.filter(
    (document) => !/^README|^CHANGELOG|^docs\/decisions\/|^lib\//.test(document),
  );
  expect(others.filter((document) => !targets.includes(document))).toEqual([]);
});

it('takes paths for paths, in prose and in commands', () => {
  expect(['lib/a.ts', 'serverless.yml', 'test/support/'].every((text) => PATH.test(text))).toBe(true);
  expect('node lib/no/such-file.ts'.match(PATH_IN_COMMAND)).toEqual(['lib/no/such-file.ts']);
});
