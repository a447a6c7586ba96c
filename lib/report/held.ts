/** What a guard keeps back, and the way out: the same words on both pages. */

import type { Hold } from '../guards.ts';
import { type Fragment, html } from './html.ts';
import { section } from './page.ts';
import { quantity } from './text.ts';

export const countHeld = (held: readonly Hold[]): number => held.reduce((sum, { count }) => sum + count, 0);

/** Nothing when nothing is held. */
export const heldSection = (held: readonly Hold[], wayOut: Fragment): Fragment =>
  held.length > 0 &&
  section(
    'held',
    'Held until somebody approves',
    html`<ul>
${held.map(
  ({ action, count, reason }) => html`<li><b>${quantity(count, action)}</b>: ${reason}</li>
`,
)}</ul>
${wayOut}`,
    'notice',
  );
