import { copyFileSync, globSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import type { PlanRecord } from '../../lib/state/plan-record.ts';
import type { RunReport } from '../../lib/state/run-report.ts';
import { type Ended, emptyFolder, removeFolders, resultIn, syncHere } from '../support/cli.ts';

afterAll(removeFolders);

const EVENTS = resolve(import.meta.dirname, '../../events');
const EXPORTS = ['google-workspace', 'okta', 'entra'] as const;

/** A folder with the export, and with its mapping if wanted. */
const folderWith = (name: string, withMapping: boolean): string => {
  const folder = emptyFolder();
  copyFileSync(join(EVENTS, `${name}.csv`), join(folder, `${name}.csv`));
  if (withMapping) copyFileSync(join(EVENTS, `${name}.mapping.json`), join(folder, `${name}.mapping.json`));
  return folder;
};

const run = (folder: string, name: string, ...more: readonly string[]): Promise<Ended> =>
  syncHere(['--roster', join(folder, `${name}.csv`), '--state', join(folder, '.sync'), ...more]);

/** The newest file of this name. */
const stored = (folder: string, file: 'plan.json' | 'report.json'): PlanRecord | RunReport =>
  JSON.parse(
    readFileSync(
      globSync(join(folder, '.sync/**', file))
        .sort()
        .at(-1) ?? '',
      'utf8',
    ),
  );

describe('the example of an export', () => {
  it.each([
    [
      'google-workspace',
      { create: 6 },
      ['Department: Press', 'Status [READ ONLY]: Archived', 'Status [READ ONLY]: Suspended'],
    ],
    ['okta', { create: 5 }, ['department: Sales', 'status: DEPROVISIONED', 'status: SUSPENDED']],
    ['entra', { create: 5 }, ['accountEnabled: False', 'userType: Guest']],
  ])('of %s is carried out with its mapping, and says whom it left out', async (name, counts, reasons) => {
    const folder = folderWith(name, true);
    const planned = await run(folder, name);
    expect(planned.stdout).toContain('Rows    left out by the mapping: 1 (');
    const applied = await run(folder, name, '--apply', '--json');
    expect([applied.status, resultIn(applied).counts]).toEqual([0, expect.objectContaining(counts)]);
    const leftOut = reasons.map((reason) => ({ reason, rows: 1 }));
    expect(stored(folder, 'plan.json').leftOut).toEqual(leftOut);
    expect(stored(folder, 'report.json').leftOut).toEqual(leftOut);
    expect(resultIn(await run(folder, name, '--json'))).toMatchObject({ status: 'in_sync' });
  });
});

describe('an export without a mapping', () => {
  it.each(EXPORTS)('of %s becomes a plan in three rounds, by what the messages say', async (name) => {
    const folder = folderWith(name, false);
    const first = await run(folder, name);
    expect(first.status).toBe(1);
    const [example = ''] = /\{"version":1.*\}\}\}/.exec(first.stdout) ?? [];

    writeFileSync(join(folder, `${name}.mapping.json`), example);
    const second = await run(folder, name, '--json');
    const values = resultIn(second).issues.map(({ code, message }) => {
      const [, value = '""'] = /the value (".*?") of/.exec(message) ?? [];
      return [code, JSON.parse(value)] as const;
    });
    expect(new Set(values.map(([code]) => code))).toEqual(new Set(['unknown_mapping_value']));

    const mapping = JSON.parse(example);
    for (const [, value] of values) mapping.access.values[value] = { role: 'user' };
    writeFileSync(join(folder, `${name}.mapping.json`), JSON.stringify(mapping));
    const third = await run(folder, name, '--json');
    expect(resultIn(third)).toMatchObject({ status: 'planned', issues: [] });
    // Nobody has said yet that people who are deprovisioned are left out.
    if (name === 'okta') expect(resultIn(third).warnings.join()).toContain('"DEPROVISIONED" (1)');
  });
});

describe('--mapping', () => {
  it('names a file elsewhere, which the printed command names again', async () => {
    const folder = folderWith('okta', true);
    renameSync(join(folder, 'okta.mapping.json'), join(folder, 'other.json'));
    expect((await run(folder, 'okta')).status).toBe(1);
    const planned = await run(folder, 'okta', '--mapping', join(folder, 'other.json'));
    expect(planned.status).toBe(0);
    expect(planned.stdout).toContain(`--mapping ${join(folder, 'other.json')} `);
  });

  it('has to be there when it is named', async () => {
    const folder = folderWith('okta', true);
    const { status, stderr } = await run(folder, 'okta', '--mapping', join(folder, 'no.json'));
    expect([status, stderr]).toEqual([
      1,
      `error: can't read the mapping ${join(folder, 'no.json')}: there is no such file\n`,
    ]);
  });

  it('does not go with a stage, which has its own', async () => {
    const { stderr } = await syncHere(['plan', '--stage', 'dev', '--account', 'acme', '--mapping', 'a.json']);
    expect(stderr).toContain('--stage uses the mapping in its bucket');
  });
});
