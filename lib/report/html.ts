/** HTML templates that escape every value, except what another template has made. */

export class Html {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template takes. `undefined` and `false` become nothing. */
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

/** JSON for the inside of a script element. It contains no `<`, so that no text in it can end the element or open a comment. */
export const scriptJson = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');
