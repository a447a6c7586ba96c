/** The section on held changes and how to release them, the same on both pages. */

import type { Hold } from '../plan/guards.ts';
import { type Fragment, html } from './html.ts';
import { copyable, section } from './page.ts';
import { quantity } from './wording.ts';

type Held = {
  readonly held: readonly Hold[];
  readonly approval?: string;
  readonly approveCommand?: string;
};

const releaseText = ({ approveCommand, approval }: Held): Fragment => {
  if (approveCommand !== undefined)
    return html`<p>To release exactly these changes, run:</p>
${copyable('approve', approveCommand)}<p>If the plan differs by then, they stay held and you are told so.</p>
`;
  return (
    approval !== undefined &&
    html`<p>The approval that releases exactly these changes:</p>
${copyable('approve', approval)}`
  );
};

/** Empty when nothing is held. */
export const heldSection = (value: Held): Fragment =>
  value.held.length > 0 &&
  section(
    'held',
    'Held until somebody approves',
    html`<ul>
${value.held.map(
  ({ action, count, reason }) => html`<li><b>${quantity(count, action)}</b>: ${reason}</li>
`,
)}</ul>
${releaseText(value)}`,
    'notice',
  );
