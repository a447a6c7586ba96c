import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Email } from '../../lib/domain/invitation.ts';
import { codeBlock } from '../../lib/report/markdown.ts';
import { MAX_MARKDOWN_LENGTH, planMarkdown } from '../../lib/report/plan-markdown.ts';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import { hostileRecord } from '../support/report-hostile.ts';
import { blockedRecord, changesOf, planRecord } from '../support/report-records.ts';

/** The heading of each table, `folded` or `open`, and how many rows of it are shown. */
const tables = (text: string): string[] =>
  [...text.matchAll(/(?:^#### (.*)$|<summary>(.*)<\/summary>)\n\n((?:\|.*\n)*)/gm)].map(
    ([, open, folded, rows = '']) =>
      `${open === undefined ? 'folded' : 'open'}: ${open ?? folded}: ${rows.split('\n').length - 3} rows`,
  );

describe('plan.md', () => {
  it('begins with what will happen and the numbers; what is cancelled is open, the rest folded', () => {
    const text = planMarkdown(planRecord(changesOf(60)));
    expect(text.split('\n').slice(0, 5)).toEqual([
      '### Fastly invitations of acme: being carried out',
      '',
      'This run will invite 52 people, replace invitations of 6 people and cancel invitations of 2 people.',
      '',
      '**52** to create · **6** to replace · **2** to delete · 40 kept · 310 members · 2 waiting · 66 writes',
    ]);
    expect(tables(text)).toEqual([
      'open: Cancelled (2): 2 rows',
      'folded: Guards: all passed: 5 rows',
      'folded: 1 warning: 1 rows',
      'folded: Replaced (6): 6 rows',
      'folded: 5 people left alone: 5 rows',
      'folded: Invited (52): 52 rows',
    ]);
    expect(text).toContain(
      '| Delete | `person-000007@example.com` | `billing` | Not in the roster | `1 invitation, 3 of 7 days old: 5Uk3hNqL0aZbT000007` |',
    );
    expect(text).toContain('`billing → user`');
  });

  it('shows what is held open, with the command that releases it', () => {
    const record = planRecord(changesOf(600), {}, { maxDeletes: 0 });
    const text = planMarkdown(record);
    expect(tables(text)[0]).toMatch(/^open: Held until somebody approves \(\d+\): \d+ rows$/);
    expect(text).toContain(`\`\`\`\n${record.approveCommand}\n\`\`\`\n`);
    expect(text).toContain('exceed the limit of 0 (MAX_DELETES)');
  });

  it('counts the rows that the mapping left out', () => {
    const leftOut = [
      { reason: 'Status: Suspended', rows: 1200 },
      { reason: 'Team: Press', rows: 1 },
    ];
    const text = planMarkdown(planRecord([], { leftOut }));
    expect(tables(text)).toContain('folded: 1,201 rows left out by the mapping: 2 rows');
    expect(text).toContain('| 1,200 | `Status: Suspended` |');
  });

  it('has the problems of a roster that is blocked', () => {
    const text = planMarkdown(blockedRecord(3));
    expect(tables(text)[0]).toBe('open: 3 problems: 3 rows');
    expect(text).not.toContain('to create');
  });

  it.each([0, 100, 10_000])('never is too long, and says how much is in plan.csv: %i changes', (count) => {
    const long = (index: number): string => `${'x'.repeat(180)}${index}@example.com`;
    const warnings = Array.from({ length: count }, (_, index) => `warning ${long(index)}`);
    for (const limits of [
      {},
      { maxCreates: 1e6, maxDeletes: 1e6, maxReplaces: 1e6, maxChangePercent: 100 },
    ]) {
      const text = planMarkdown(planRecord(changesOf(count, long), { warnings }, limits));
      expect(text.length).toBeLessThanOrEqual(MAX_MARKDOWN_LENGTH);
      expect(text.includes('more in plan.csv.')).toBe(count > 100);
      if (count > 0) for (const table of tables(text)) expect(table).not.toMatch(/: 0 rows$/);
    }
  });
});

/** Everything that is not code, with a mark where code was. */
const outsideOfCode = (text: string): string =>
  text
    .replace(/^(`{3,})\n(?:(?!\1).)*\n\1$/gm, 'CODE')
    .replace(/`[^`|\\\n]+`/g, 'CODE')
    .replace(/<code>(?:&#\d+;|[\p{L}\p{N} ])*<\/code>/gu, 'CODE');

const pieces = fc.constantFrom(
  '`',
  '``',
  '|',
  '\\',
  '\\|',
  '<b>',
  '</code>',
  '</details>',
  '-->',
  '@octocat',
  '#1',
  'a',
  ' ',
  '\n',
  '\r\n',
  '\u2028',
  '\n\n# x\n',
  '](http://example.com)',
  '*',
  '_',
  '&#64;',
  '\u0000',
  '😀',
  '\ud800',
  '~~~',
  '```',
);
const hostile = fc.array(pieces, { minLength: 1, maxLength: 12 }).map((list) => `x${list.join('')}`);

/** A record that says this text wherever a text may stand. */
const recordWith = (text: string): PlanRecord => {
  const email = text as Email;
  const from = [{ role: text, roles: [text], limitServices: true, services: [] }];
  const access = { role: text, limitServices: true, services: [{ id: text, permission: 'full' as const }] };
  return planRecord(
    [
      { action: 'delete', email, invitationIds: [text], from, reason: 'not_in_roster', live: 1 },
      {
        action: 'replace',
        email,
        invitationIds: [text],
        from,
        access,
        reason: 'changed',
        fields: [],
        live: 1,
        mailNumber: 1,
      },
      { action: 'create', email, access, reason: text as never, mailNumber: 1 },
    ],
    {
      drift: [{ email, desired: text, actual: text }],
      issues: [{ code: text, column: text, message: text }],
      warnings: [text],
      held: [{ action: 'delete', count: 1, reason: text }],
      approveCommand: text,
      runId: text,
    },
  );
};

it('no text from elsewhere is more than text: outside of code a plan reads the same, whatever it says', () => {
  const benign = outsideOfCode(planMarkdown(recordWith('x')));
  fc.assert(
    fc.property(hostile, (text) => {
      expect(outsideOfCode(planMarkdown(recordWith(text)))).toBe(benign);
    }),
  );
});

it('hostile cells leave nothing outside of code that GitHub would mention, link or run', () => {
  expect(outsideOfCode(planMarkdown(hostileRecord()))).not.toMatch(
    /[@[\]]|<(?!\/?(details|summary)>)|https?:/,
  );
});

it('a block of code ends where it should', () => {
  expect(codeBlock('a ```` b\n```')).toBe('`````\na ```` b ```\n`````\n');
});
