import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Access, type Entry, PERMISSIONS, parseEmail } from '../../lib/domain/invitation.ts';
import type { Mapping } from '../../lib/roster/mapping.ts';
import { parseRoster } from '../../lib/roster/parse-roster.ts';
import {
  chunksOf,
  entriesOf,
  parseWhole,
  type RosterStyle,
  RULES,
  writeRoster,
} from '../support/roster-csv.ts';

const id = fc.string({ unit: fc.constantFrom(...'aZ09_-'), minLength: 1, maxLength: 22 });

const services = fc
  .uniqueArray(fc.record({ id, permission: fc.constantFrom(...PERMISSIONS) }), {
    selector: (service) => service.id,
    maxLength: 4,
  })
  .map((grants) => grants.sort((a, b) => (a.id < b.id ? -1 : 1)));

const access: fc.Arbitrary<Access> = fc.oneof(
  fc.constantFrom('user', 'billing', 'tls_viewer', 'tls_admin').map((role) => ({
    role,
    limitServices: false,
    services: [],
  })),
  fc
    .tuple(
      fc.oneof(
        fc.constant({ role: 'engineer' }),
        fc.uniqueArray(id, { minLength: 1, maxLength: 3 }).map((roles) => ({ roles: roles.sort() })),
      ),
      services,
      fc.boolean(),
    )
    .map(([choice, grants, limited]) => ({
      ...choice,
      limitServices: limited || grants.length > 0,
      services: grants,
    })),
);

const entry: fc.Arbitrary<Entry> = fc
  .tuple(
    fc
      .string({ unit: fc.constantFrom(...`abc09.+-_=*'é漢`), maxLength: 12 })
      .map((inner) => `a${inner.replaceAll(/\.+/g, '.')}z`),
    fc.constantFrom('example.com', 'mail.example.org', 'bücher.example'),
    access,
  )
  .map(([local, domain, wanted]) => {
    const parsed = parseEmail(`${local}@${domain}`);
    if ('problem' in parsed) throw new Error(parsed.problem);
    return { email: parsed.email, access: wanted };
  });

const entries = fc.uniqueArray(entry, { selector: ({ email }) => email, maxLength: 40 });

/** A column's name in some case and with some space around it. */
const spelled = (name: string): fc.Arbitrary<string> =>
  fc.constantFrom(name, name.toUpperCase(), ` ${name}\u00a0`);

const style: fc.Arbitrary<RosterStyle> = fc.record({
  columns: fc
    .tuple(...['email', 'role', 'roles', 'services', 'limit_services'].map(spelled))
    .chain((ours) => fc.shuffledSubarray([...ours, 'name', 'team', ''], { minLength: 8 })),
  filler: fc.string({ unit: fc.constantFrom(...'a,"\r\n;\t =é😀'), maxLength: 8 }),
  lineEnding: fc.constantFrom('\n', '\r\n', '\r'),
  byteOrderMark: fc.boolean(),
  finalLineEnding: fc.boolean(),
  delimiterLine: fc.boolean(),
  endOfFile: fc.boolean(),
  surplusCells: fc.func(fc.constantFrom(0, 0, 1, 3)),
  leavesOff: fc.func(fc.boolean()),
  gzip: fc.boolean(),
  quoted: fc.func(fc.boolean()),
});

const parse = (bytes: Buffer, chunkBytes: number) =>
  parseRoster(
    chunksOf(bytes, () => chunkBytes),
    RULES,
  );

describe('any entries, written in any way', () => {
  it('are read back, whatever the quoting, order of columns, line ending, mark, packing and chunks', async () => {
    await fc.assert(
      fc.asyncProperty(entries, style, fc.integer({ min: 1, max: 3000 }), async (wanted, how, chunkBytes) => {
        const roster = await parse(writeRoster(wanted, how), chunkBytes);
        expect(roster.issues).toEqual([]);
        expect(entriesOf(roster)).toEqual(wanted);
        expect(roster.rows).toBe(wanted.length);
      }),
      { numRuns: 300 },
    );
  });

  it('in any order of rows make the same entries', async () => {
    const table = entries.chain((wanted) =>
      fc.tuple(fc.constant(wanted), fc.shuffledSubarray(wanted, { minLength: wanted.length })),
    );
    await fc.assert(
      fc.asyncProperty(table, style, async ([wanted, shuffled], how) => {
        const roster = await parse(writeRoster(shuffled, how), 1000);
        expect(new Set(entriesOf(roster))).toEqual(new Set(wanted));
      }),
      { numRuns: 100 },
    );
  });

  it('repeated, are merged and counted', async () => {
    const repeats = entries.chain((wanted) => fc.tuple(fc.constant(wanted), fc.subarray(wanted)));
    await fc.assert(
      fc.asyncProperty(repeats, style, async ([wanted, again], how) => {
        const roster = await parse(writeRoster([...wanted, ...again], how), 1000);
        expect(roster.issues).toEqual([]);
        expect(entriesOf(roster)).toEqual(wanted);
        expect(roster.merged).toBe(again.length);
      }),
      { numRuns: 100 },
    );
  });
});

describe('a mapping', () => {
  const groupOf = ({ access: { role, roles, limitServices, services } }: Entry): string =>
    JSON.stringify([
      role,
      roles,
      limitServices,
      services.map(({ id: name, permission }) => [name, permission]),
    ]);

  it('makes of an export the entries that a roster would have, less whom it leaves out', async () => {
    await fc.assert(
      fc.asyncProperty(entries, fc.nat(5), async (wanted, left) => {
        const groups = [...new Map(wanted.map((one) => [groupOf(one), one.access]))];
        const values = groups.map(([, { role, roles, limitServices, services: grants }], index) => {
          const grant = {
            ...(role === undefined ? { roles: roles?.join(';') ?? '' } : { role }),
            services: grants.map(({ id: name, permission }) => `${name}:${permission}`).join(';'),
            limit_services: limitServices,
          };
          return [`Group ${index}`, grant] as const;
        });
        const rows = wanted.map((one) => {
          const index = groups.findIndex(([group]) => group === groupOf(one));
          return `${one.email},active,group ${index}`;
        });
        const leavers = Array.from({ length: left }, (_, index) => `"x,""${index}", Gone ,nobody knows`);
        const mapping: Mapping = {
          version: 1,
          columns: { email: 'Mail' },
          leaveOut: [{ column: 'State', is: ['gone'] }],
          access: { column: 'Group', values: Object.fromEntries(values) },
        };
        const roster = await parseWhole(['mail,state,group', ...rows, ...leavers].join('\n'), { mapping });
        expect(roster.issues).toEqual([]);
        expect(entriesOf(roster)).toEqual(wanted);
        expect(roster.leftOut).toEqual(left === 0 ? [] : [{ reason: 'State: gone', rows: left }]);
      }),
    );
  });
});
