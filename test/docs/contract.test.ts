import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { ENVIRONMENT_VARIABLES, parseConfig, parseRules } from '../../lib/domain/config.ts';
import { PERMISSIONS, ROLES } from '../../lib/domain/invitation.ts';
import { decodeJob } from '../../lib/domain/job.ts';
import { OUTCOME_RESULTS } from '../../lib/domain/outcome.ts';
import { guardPlan } from '../../lib/plan/guards.ts';
import { bareResult, type SyncResult, type SyncStatus } from '../../lib/planner/result.ts';
import { type ManualRequest, parseTrigger } from '../../lib/planner/trigger.ts';
import { METRIC_UNITS } from '../../lib/ports/metrics.ts';
import { LIKENESS_LABELS } from '../../lib/report/labels.ts';
import { planFiles } from '../../lib/report/plan-files.ts';
import { runFiles } from '../../lib/report/run-files.ts';
import type { RosterIssueCode } from '../../lib/roster/parse-roster.ts';
import {
  customerKey,
  dumpKey,
  ledgerKey,
  mappingKey,
  outcomesPrefix,
  pointerKey,
  quotaKey,
  rosterKeys,
  runPrefix,
} from '../../lib/state/keys.ts';
import type { RunPointer, RunStatus } from '../../lib/state/run-pointer.ts';
import { COMMAND } from '../../local/cli/command-line.ts';
import { exitStatus } from '../../local/cli/ending.ts';
import { usageOf } from '../../local/parse-options.ts';
import { planRecord, runReport } from '../support/report-records.ts';
import { codeSpansOf, headingsOf, jsonBlocksOf, plainCell, type Row, tableOf } from './markdown.ts';

const CONTRACT = 'docs/contract.md';

const table = (heading: string, columns: readonly string[]): Row[] => tableOf(CONTRACT, heading, columns);

const cellOf = (row: Row, column: string): string => row[column] ?? '';

/** The code spans of a table's first column. */
const firstColumn = (heading: string, columns: readonly string[]): string[] =>
  table(heading, columns).flatMap((row) => codeSpansOf(cellOf(row, columns[0] ?? '')));

/** Every name of a type that exists only while compiling: the compiler refuses a missing or an unknown one. */
const names = (all: Readonly<Record<string, true>>): string[] => Object.keys(all).sort();

const ISSUE_CODES = names({
  empty_file: true,
  too_large: true,
  damaged_gzip: true,
  utf16: true,
  not_utf8: true,
  not_text: true,
  wrong_delimiter: true,
  missing_header: true,
  missing_email_column: true,
  missing_role_column: true,
  duplicate_column: true,
  misspelt_column: true,
  status_column: true,
  invalid_mapping: true,
  unknown_mapping_column: true,
  unknown_mapping_value: true,
  unclosed_quote: true,
  stray_quote: true,
  row_too_long: true,
  too_few_cells: true,
  too_many_cells: true,
  comment_row: true,
  stray_service: true,
  missing_email: true,
  invalid_email: true,
  domain_not_allowed: true,
  conflicting_rows: true,
  missing_role: true,
  role_and_roles: true,
  unknown_role: true,
  role_not_allowed: true,
  invalid_role_id: true,
  invalid_service: true,
  unknown_permission: true,
  conflicting_permissions: true,
  invalid_limit_services: true,
  unlimited_with_services: true,
  limits_need_engineer: true,
  more_issues: true,
} satisfies Record<RosterIssueCode, true>);

const RESULT_STATUSES = names({
  planned: true,
  changed: true,
  in_sync: true,
  enqueued: true,
  held: true,
  blocked: true,
  in_progress: true,
  superseded: true,
  failed: true,
  dumped: true,
} satisfies Record<SyncStatus, true>);

const RESULT_FIELDS = names({
  account: true,
  runId: true,
  status: true,
  planHash: true,
  counts: true,
  held: true,
  approval: true,
  issues: true,
  warnings: true,
  quota: true,
  report: true,
  error: true,
  mayPass: true,
} satisfies Record<keyof SyncResult, true>);

const RUN_STATUSES = names({
  planning: true,
  draining: true,
  finished: true,
  halted: true,
} satisfies Record<RunStatus, true>);

const POINTER_FIELDS = names({
  generation: true,
  runId: true,
  status: true,
  customerId: true,
  roster: true,
  jobs: true,
  estimatedFinish: true,
  startedAt: true,
  updatedAt: true,
  reason: true,
  unsettled: true,
  approved: true,
  planHash: true,
  triggerId: true,
  only: true,
  announced: true,
  rosterMissing: true,
} satisfies Record<keyof RunPointer, true>);

const EVENT_KEYS = names({
  account: true,
  mode: true,
  planHash: true,
  approve: true,
  prune: true,
  only: true,
  resend: true,
} satisfies Record<keyof ManualRequest, true>);

it('the contract has these sections', () => {
  expect(headingsOf(CONTRACT, 2)).toEqual([
    'Words',
    'Roster',
    'Mapping',
    'Triggers',
    'Plan',
    'Look-alikes',
    'Guards and approval',
    'Runs and generations',
    'Queue and jobs',
    'The worker',
    'Bucket layout',
    'Environment',
    'Commands',
    'Logs, metrics and privacy',
  ]);
});

describe('Roster', () => {
  const rows = table('Roster', ['column', 'required', 'values']);
  const valuesOf = (column: string): string[] =>
    codeSpansOf(rows.find((row) => row.column === `\`${column}\``)?.values ?? '');

  it('has the roles and permissions that a row may ask for', () => {
    expect(valuesOf('role')).toEqual([...ROLES, 'ALLOWED_ROLES']);
    expect(valuesOf('services')).toEqual(['SERVICE_ID:permission', ';', ...PERMISSIONS]);
  });

  it('has every code of an issue', () => {
    const codes = table('Roster', ['input', 'what happens', 'codes']).map((row) => cellOf(row, 'codes'));
    expect(codes.flatMap(codeSpansOf).sort()).toEqual(ISSUE_CODES);
  });
});

describe('Triggers', () => {
  const keys = table('Triggers', ['key', 'values', 'meaning']);

  it('has every key of a manual event', () => {
    expect(firstColumn('Triggers', ['key', 'values', 'meaning']).sort()).toEqual(EVENT_KEYS);
  });

  it.each(
    keys.flatMap((row) => {
      const values = codeSpansOf(cellOf(row, 'values')).map((value) => value.replace('…', '0'));
      return (values.length > 0 ? values : ['acme']).map((value) => ({
        key: plainCell(row.key ?? ''),
        value,
      }));
    }),
  )('takes $key with the value $value, and nothing else', ({ key, value }) => {
    // `resend` needs the addresses that it is for.
    const only = key === 'resend' ? { only: ['ada@example.com'] } : {};
    const isText = !/^(\[.*|true)$/.test(value);
    const event = { account: 'acme', mode: 'apply', ...only, [key]: isText ? value : JSON.parse(value) };
    expect(parseTrigger(event)).toEqual({ kind: 'manual', request: event });
    expect(() => parseTrigger({ ...event, [key]: 'Something else' })).toThrow(`"${key}"`);
  });

  it('has every status of a result', () => {
    expect(firstColumn('Triggers', ['status', 'meaning']).sort()).toEqual(RESULT_STATUSES);
  });

  it('shows a result as it is', () => {
    const [example] = jsonBlocksOf(CONTRACT, 'Triggers') as SyncResult[];
    expect(RESULT_FIELDS).toEqual(expect.arrayContaining(Object.keys(example ?? {})));
    expect(RESULT_STATUSES).toContain(example?.status);
  });
});

describe('Look-alikes', () => {
  it('has every likeness', () => {
    expect(firstColumn('Look-alikes', ['reason', 'what the address looks like'])).toEqual(
      Object.keys(LIKENESS_LABELS),
    );
  });
});

describe('Guards and approval', () => {
  it('has every guard with its limit', () => {
    const rules = parseRules({});
    const { readings } = guardPlan({ changes: [], liveInvitations: 0 }, 0, {
      maxCreates: rules.MAX_CREATES,
      maxDeletes: rules.MAX_DELETES,
      maxReplaces: rules.MAX_REPLACES,
      maxChangePercent: rules.MAX_CHANGE_PERCENT,
      percentFloor: rules.PERCENT_FLOOR,
    });
    const rows = table('Guards and approval', ['guard', 'default']);
    expect(rows.map((row) => [plainCell(row.guard ?? ''), row.default])).toEqual(
      readings.map(({ guard, limit }) => [guard, String(limit)]),
    );
  });
});

describe('Runs and generations', () => {
  it('has every field and every status of a run pointer', () => {
    expect(firstColumn('Runs and generations', ['field', 'meaning']).sort()).toEqual(POINTER_FIELDS);
    expect(firstColumn('Runs and generations', ['status', 'meaning']).sort()).toEqual(RUN_STATUSES);
  });
});

describe('Queue and jobs', () => {
  const run = { version: 1, account: 'acme', runId: 'run', generation: 1 };
  const example: Readonly<Record<string, unknown>> = {
    customerId: 'exampleCustomer0000001',
    email: 'ada@example.com',
    invitationIds: ['exampleInvitation00001'],
    role: 'engineer',
    roles: ['exampleRole00000000001'],
    limitServices: true,
    services: [{ id: 'exampleService00000001', permission: 'full' }],
  };
  const messageOf = (action: string, fields: readonly string[]): string =>
    JSON.stringify({ ...run, action, ...Object.fromEntries(fields.map((name) => [name, example[name]])) });
  const rows = table('Queue and jobs', ['action', 'further fields']).map((row) => ({
    action: plainCell(cellOf(row, 'action')),
    fields: codeSpansOf(cellOf(row, 'further fields')),
  }));

  it.each(rows)('has what a $action needs: without any of it there is no job', ({ action, fields }) => {
    const withRole = fields.filter((name) => name !== 'roles');
    const withRoles = fields.filter((name) => name !== 'role');
    expect(decodeJob(messageOf(action, withRole))).toMatchObject({ job: { action } });
    expect(decodeJob(messageOf(action, withRoles))).toMatchObject({ job: { action } });
    for (const left of withRole)
      expect(
        decodeJob(
          messageOf(
            action,
            withRole.filter((name) => name !== left),
          ),
        ),
      ).toHaveProperty('problem');
  });

  it('has every action', () => {
    expect(rows.map(({ action }) => action)).toEqual(['create', 'delete', 'replace', 'finish']);
  });

  it('shows a job as it is', () => {
    const [job] = jsonBlocksOf(CONTRACT, 'Queue and jobs');
    expect(decodeJob(JSON.stringify(job))).toMatchObject({ job: { action: 'create' } });
  });
});

describe('The worker', () => {
  it('has the results of an outcome, in the order that decides between two', () => {
    expect(firstColumn('The worker', ['result', 'meaning'])).toEqual(OUTCOME_RESULTS);
  });
});

describe('Bucket layout', () => {
  it('has every key', () => {
    const [account, runId] = ['<account>', '<runId>'];
    const record = planRecord();
    const reports = [...planFiles(record), ...runFiles(runReport(record))];
    expect(firstColumn('Bucket layout', ['key', 'content']).sort()).toEqual(
      [
        ...rosterKeys(account),
        mappingKey(account),
        pointerKey(account),
        ledgerKey(account),
        quotaKey(account),
        `${runPrefix(account, runId)}failed-writes/<hash>.json`,
        decodeURIComponent(customerKey('<customerId>')),
        ...reports.map(({ name }) => runPrefix(account, runId) + name),
        dumpKey(account, runId),
        `${outcomesPrefix(account, runId)}*.jsonl`,
      ].sort(),
    );
  });
});

describe('Environment', () => {
  const required = {
    ROSTER_BUCKET: 'bucket',
    QUEUE_URL: 'https://sqs.example.com/jobs.fifo',
    DEAD_LETTER_QUEUE_URL: 'https://sqs.example.com/dead.fifo',
  };
  const token = { FASTLY_API_TOKEN: 'example' };
  const rows = table('Environment', ['variable', 'default', 'meaning']).map((row) => ({
    variable: plainCell(cellOf(row, 'variable')),
    fallback: plainCell(cellOf(row, 'default')),
  }));

  /** A default as the table writes it. */
  const written = (value: unknown): string => {
    if (value === undefined) return '–';
    const text = Array.isArray(value) ? value.join(',') : String(value);
    return text === '' ? 'empty' : text;
  };

  it('has every variable', () => {
    expect(rows.map(({ variable }) => variable).sort()).toEqual([...ENVIRONMENT_VARIABLES].sort());
  });

  it('is what the README says', () => {
    const columns = ['variable', 'default', 'meaning'];
    const withoutLinks = (row: Row): string => JSON.stringify(row).replace(/\(#[^)]*\)|see \[[^\]]*\]/g, '');
    expect(tableOf('README.md', 'Settings', columns).map(withoutLinks)).toEqual(
      table('Environment', columns).map(withoutLinks),
    );
  });

  it.each(rows)('$variable: $fallback', ({ variable, fallback }) => {
    const others = variable === 'FASTLY_API_TOKEN' ? { TOKEN_PARAMETER_PREFIX: '/example' } : token;
    const environment = Object.entries({ ...required, ...others }).filter(([name]) => name !== variable);
    const parse = () => parseConfig(Object.fromEntries(environment));
    if (fallback === 'required') expect(parse).toThrow(`${variable}: is required`);
    else expect(written(parse()[variable as keyof ReturnType<typeof parse>])).toBe(fallback);
  });
});

describe('Commands', () => {
  it('are scripts of package.json', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
    const commands = firstColumn('Commands', ['command', 'what it does']);
    const unknown = commands.filter((command) => !(command.replace(/^npm (run )?/, '') in scripts));
    expect(unknown).toEqual([]);
    expect(commands).toContain('npm run sync');
  });

  it('take the options that --help lists', () => {
    const listed = [...usageOf(COMMAND).matchAll(/^ {2}(--[a-z-]+(?: [A-Z]+)?)(?:, -h)? {2}/gm)].map(
      (match) => match[1],
    );
    expect(firstColumn('Commands', ['option', 'meaning'])).toEqual(listed);
  });

  it('end with these exit statuses', () => {
    const rows = table('Commands', ['exit status', 'status of the result']).map((row) => ({
      exit: Number(row['exit status']),
      // What follows the semicolon depends on more than the status.
      statuses: codeSpansOf(cellOf(row, 'status of the result').split(';')[0] ?? '') as SyncStatus[],
    }));
    expect(rows.flatMap(({ statuses }) => statuses).sort()).toEqual(RESULT_STATUSES);
    const hold = { action: 'delete', count: 60, reason: 'too many' } as const;
    const exits = rows.map(({ statuses }) =>
      statuses.map((status) => {
        const held = status === 'held' ? [hold] : [];
        return exitStatus({ result: bareResult('acme', 'run', status, { held }), drained: [] });
      }),
    );
    expect(exits).toEqual(rows.map(({ exit, statuses }) => statuses.map(() => exit)));
  });
});

describe('Logs, metrics and privacy', () => {
  it('has every metric with its unit', () => {
    const rows = table('Logs, metrics and privacy', ['metric', 'unit', 'meaning']);
    expect(Object.fromEntries(rows.map((row) => [plainCell(row.metric ?? ''), row.unit]))).toEqual(
      METRIC_UNITS,
    );
  });
});
