/** The section on held changes and how to release them, the same on both pages. */

import type { PlanRecord } from '../state/plan-record.ts';
import { type Fragment, html } from './html.ts';
import { copyable, section } from './page.ts';
import { quantity } from './wording.ts';

const releaseText = (approveCommand: string): Fragment =>
  html`<p>To release exactly these changes, run:</p>
${copyable('approve', approveCommand)}<p>If the plan differs by then, they stay held and you are told so.</p>
`;

/** Empty when nothing is held. */
export const heldSection = ({
  held,
  approveCommand,
}: Pick<PlanRecord, 'held' | 'approveCommand'>): Fragment =>
  held.length > 0 &&
  section(
    'held',
    'Held until somebody approves',
    html`<ul>
${held.map(
  ({ action, count, reason }) => html`<li><b>${quantity(count, action)}</b>: ${reason}</li>
`,
)}</ul>
${approveCommand !== undefined && releaseText(approveCommand)}`,
    'notice',
  );
