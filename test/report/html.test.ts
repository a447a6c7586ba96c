import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { html, scriptJson } from '../../lib/report/html.ts';

describe('HTML', () => {
  it('escapes whatever goes into a template, also in attributes', () => {
    expect(html`<a title="${`"><script>`}">${`<b>'&'</b>`}</a>`.text).toBe(
      '<a title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&#39;&amp;&#39;&lt;/b&gt;</a>',
    );
  });

  it('takes templates, lists and numbers, and leaves out what is not there', () => {
    expect(html`${html`<i>${1}</i>`}${[html`<b>`, '<']}${undefined}${false}${0}`.text).toBe(
      '<i>1</i><b>&lt;0',
    );
  });

  it('never lets text open or close anything', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(html`${text}`.text).not.toMatch(/[<>"']/);
      }),
    );
  });

  it('embeds JSON that no text can end', () => {
    const text = '</script><!--<script>\u2028"';
    expect(scriptJson([text])).not.toContain('<');
    expect(JSON.parse(scriptJson([text]))).toEqual([text]);
  });
});
