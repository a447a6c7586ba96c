/** HTML that can't be injected into: whatever goes into a template is escaped, unless it came out of one. */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** `undefined` and `false` leave nothing behind. */
export type Fragment = Html | string | number | undefined | false | readonly Fragment[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeText = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ESCAPES[character] ?? character);

const render = (fragment: Fragment): string => {
  if (fragment === undefined || fragment === false) return '';
  if (fragment instanceof Html) return fragment.text;
  if (typeof fragment === 'object') return fragment.map(render).join('');
  return escapeText(String(fragment));
};

/** A template tag: html`<td>${anything}</td>`. Attribute values must be quoted in the template. */
export const html = (strings: TemplateStringsArray, ...fragments: readonly Fragment[]): Html =>
  new Html(strings.reduce((text, next, index) => text + render(fragments[index - 1]) + next));

/** JSON to stand inside a script element: without `<`, no cell can end it or open a comment. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
