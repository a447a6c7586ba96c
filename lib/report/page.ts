/** The frame of both report pages, and their common parts. A page is one file that loads nothing. */

// biome-ignore lint/style/noRestrictedImports: the script is part of this code, read once when it is loaded.
import { readFileSync } from 'node:fs';
import { sha256 } from '../domain/digest.ts';
import { type Fragment, Html, html } from './html.ts';
import { STYLE } from './style.ts';
import { minuteOf, numeral } from './wording.ts';

/** It lies beside this file, and beside the bundle. */
const CLIENT_SCRIPT = readFileSync(new URL('client-script.js', import.meta.url), 'utf8').trimEnd();

/** `sha256` hashes the text with a line feed behind it, and so the elements contain that line feed, too. */
const inlineHash = (text: string): string =>
  `'sha256-${Buffer.from(sha256([text]), 'hex').toString('base64')}'`;
const inline = (text: string): Html => new Html(`${text}\n`);

/** Allows exactly this style and this script. Should a cell contain markup after all, it could neither run nor load anything. */
const POLICY = [
  "default-src 'none'",
  `style-src ${inlineHash(STYLE)}`,
  `script-src ${inlineHash(CLIENT_SCRIPT)}`,
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export const pageStart = (title: string): string =>
  html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${new Html(POLICY)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>${inline(STYLE)}</style>
</head>
<body>
<main>
`.text;

export const pageEnd = (footer: Fragment): string =>
  html`<footer>${footer}</footer>
</main>
<script>${inline(CLIENT_SCRIPT)}</script>
</body>
</html>
`.text;

/** Whether somebody has to act, which a colour shows. */
export type Tone = 'good' | 'attention' | 'bad' | 'neutral';

export const mark = (tone: Tone, text: string): Html => html`<span class="mark ${tone}">${text}</span>`;

export type Tile = {
  readonly count: number;
  readonly name: string;
  readonly note?: string;
  /** Applies when the count is not 0. */
  readonly tone?: Tone;
};

export const tiles = (items: readonly Tile[]): Html => html`<ul class="tiles">
${items.map(
  ({ count, name, note, tone = 'neutral' }) =>
    html`<li class="${count > 0 ? tone : 'zero'}"><b>${numeral(count)}</b> ${name}${note !== undefined && html` <span>${note}</span>`}</li>
`,
)}</ul>
`;

/** A section that is named by its heading, whose id is `<id>-heading`. */
export const section = (id: string, heading: string, content: Fragment, className = 'plain'): Html =>
  html`<section class="${className}" aria-labelledby="${id}-heading">
<h2 id="${id}-heading">${heading}</h2>
${content}</section>
`;

export type Fact = { readonly term: string; readonly value: Fragment };

/** Facts without a value are left out. */
export const facts = (items: readonly Fact[]): Html => html`<dl>
${items
  .filter(({ value }) => value !== undefined && value !== false && value !== '')
  .map(
    ({ term, value }) => html`<dt>${term}</dt><dd>${value}</dd>
`,
  )}</dl>
`;

export const time = (iso: string): Html => html`<time datetime="${iso}">${minuteOf(iso)}</time>`;

/** A text with a button that copies it. */
export const copyable = (id: string, text: string): Html =>
  html`<pre><code id="${id}">${text}</code></pre>
<p><button type="button" class="copy" value="${id}" hidden>Copy</button></p>
`;
