/** Texts that break out of careless HTML, CSV or JSON. */

import type { Email } from '../../lib/domain/invitation.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { changesOf, planRecord } from './report-records.ts';

const HOSTILE = [
  '<script>alert(1)</script>',
  '</script><script>alert(2)</script>',
  '<!--<script>',
  '"quoted" \'too\' `and` {{this}}',
  '<img src=x onerror=alert(3)>',
  '&lt;b&gt; &amp;',
  '😀 👩‍💻',
  'one\u2028two\u2029three',
  'مرحبا',
  '=cmd|calc!A1',
  '＝cmd|calc!A1',
  'comma, semicolon; line\r\nbreak',
];

/** A record with such texts wherever a text may stand. */
export const hostileRecord = (): PlanRecord => {
  const nasty = (index: number): string => HOSTILE[index % HOSTILE.length] ?? '';
  const record = planRecord(changesOf(300, (index) => `${nasty(index)} ${index}@example.com`));
  return {
    ...record,
    changes: record.changes.map((change) => ({ ...change, reason: nasty(3) as never })),
    drift: HOSTILE.map((text) => ({ email: text as Email, desired: text, actual: text })),
    shownDifferently: HOSTILE.map((text) => ({
      email: text as Email,
      fields: ['role'],
      sent: text,
      shown: text,
    })),
    lookAlikes: record.changes
      .slice(0, HOSTILE.length)
      .map(({ email }, index) => ({ email, reason: 'leaver', resembles: nasty(index) })),
    leftOut: HOSTILE.map((reason) => ({ reason, rows: 3 })),
    moving: HOSTILE.map((text) => ({ email: text as Email })),
    spared: HOSTILE.map((text) => ({ email: text as Email, reason: 'protected' })),
    unlistedMembers: HOSTILE.map((text) => ({ email: text as Email, role: text })),
    issues: HOSTILE.map((text, line) => ({ code: text, line, column: text, message: text })),
    warnings: HOSTILE,
    held: [{ action: 'delete', count: 1, reason: HOSTILE.join(' ') }],
    approveCommand: HOSTILE.join(' '),
    runId: nasty(1),
    roster: { key: nasty(0), etag: nasty(2), rows: 3 },
  };
};
