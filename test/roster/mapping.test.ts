import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv } from 'ajv';
import { readMapping } from '../../lib/roster/mapping.ts';
import { parseRoster, type Roster } from '../../lib/roster/parse-roster.ts';
import { RULES } from '../support/roster-csv.ts';

async function* chunksOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield Buffer.from(content);
}

const faultsOf = async (content: string | Uint8Array): Promise<string[]> => {
  const read = await readMapping(chunksOf(content));
  return 'issues' in read ? read.issues.map(({ message }) => message) : [];
};

/** The roster that a file is with this mapping. */
const mapped = async (mapping: object, ...lines: string[]): Promise<Roster> => {
  const read = await readMapping(chunksOf(JSON.stringify({ version: 1, ...mapping })));
  if ('issues' in read) throw new Error(read.issues.map(({ message }) => message).join('\n'));
  return await parseRoster(chunksOf(lines.join('\n')), { ...RULES, mapping: read.mapping });
};

const issuesOf = ({ issues }: Roster): string[] => issues.map(({ code, message }) => `${code}: ${message}`);

const rolesOf = ({ entries }: Roster): string[] =>
  [...entries.values()].map(({ email, access }) => `${email} ${access.role ?? access.roles?.join(';')}`);

const by = (values: object, column = 'Team') => ({ access: { column, values } });

describe('a mapping', () => {
  const schema = new Ajv({ strictRequired: false, strictTypes: false }).compile(
    JSON.parse(readFileSync('docs/mapping.schema.json', 'utf8')),
  );

  it.each<[string, object, string[]]>([
    ['nothing but its version', { version: 1 }, []],
    ['where its schema is', { version: 1, $schema: '../docs/mapping.schema.json' }, []],
    [
      'all columns',
      {
        version: 1,
        columns: { email: 'Mail', role: 'a', roles: 'b', services: 'c', limit_services: 'd' },
        leaveOut: [{ column: 'Status', is: ['Suspended', ''] }],
      },
      [],
    ],
    [
      'access by value',
      {
        version: 1,
        columns: { email: 'Mail' },
        ...by({ CDN: { role: 'engineer', services: 's1:full', limit_services: true }, '': 'leave out' }),
      },
      [],
    ],
    ['no version', {}, ['version is missing']],
    ['another version', { version: 2 }, ['version must be 1']],
    ['the version as a text', { version: '1' }, ['version must be 1']],
    [
      'an unknown key',
      { version: 1, column: {} },
      ['column is not known. docs/mapping.schema.json has all keys'],
    ],
    [
      'an unknown column of rosters',
      { version: 1, columns: { mail: 'Mail' } },
      ['columns.mail is not known. docs/mapping.schema.json has all keys'],
    ],
    [
      'a column without a name',
      { version: 1, columns: { email: ' ' } },
      ['columns.email must name a column'],
    ],
    [
      'a number as a column',
      { version: 1, columns: { email: 1 } },
      ['columns.email must be of the type string, not "1"'],
    ],
    ['a list of columns', { version: 1, columns: [] }, ['columns must be an object, not a list']],
    ['null', { version: 1, columns: null }, ['columns must be of the type Object, not "null"']],
    [
      'no values to leave out',
      { version: 1, leaveOut: [{ column: 'a', is: [] }] },
      ['leaveOut.0.is must have at least one value'],
    ],
    [
      'one value and no list',
      { version: 1, leaveOut: [{ column: 'a', is: 'x' }] },
      ['leaveOut.0.is must be of the type Array, not "\\"x\\""'],
    ],
    [
      'no column to leave out by',
      { version: 1, leaveOut: [{ is: ['x'] }] },
      ['leaveOut.0.column is missing'],
    ],
    [
      'leaveOut without a list',
      { version: 1, leaveOut: {} },
      ['leaveOut must be of the type Array, not "Object"'],
    ],
    ['access without values', { version: 1, access: { column: 'a' } }, ['access.values is missing']],
    [
      'a list of values',
      { version: 1, access: { column: 'a', values: [] } },
      ['access.values must be an object, not a list'],
    ],
    [
      'another word than leave out',
      { version: 1, ...by({ Press: 'Leave out' }) },
      ['access.values.Press must be "leave out" or an object, such as {"role":"user"}'],
    ],
    [
      'a misspelt key of what somebody may do',
      { version: 1, ...by({ CDN: { rol: 'user' } }) },
      ['access.values.CDN.rol is not known. docs/mapping.schema.json has all keys'],
    ],
    [
      'a list of what somebody may do',
      { version: 1, ...by({ CDN: [] }) },
      ['access.values.CDN must be an object, not a list'],
    ],
    [
      'a text for limit_services',
      { version: 1, ...by({ CDN: { role: 'engineer', limit_services: 'true' } }) },
      ['access.values.CDN.limit_services must be of the type boolean, not "\\"true\\""'],
    ],
    ...['role', 'roles', 'services', 'limit_services'].map((column): [string, object, string[]] => [
      `access beside a column for ${column}`,
      { version: 1, columns: { [column]: 'a' }, ...by({}) },
      ['access says what everybody may do: columns may only name email beside it'],
    ]),
  ])('with %s: code and schema agree', async (_what, mapping, faults) => {
    expect(await faultsOf(JSON.stringify(mapping))).toEqual(faults.map((fault) => `Mapping: ${fault}`));
    expect(schema(mapping)).toBe(faults.length === 0);
  });

  it.each<[string, string | Uint8Array, string]>([
    [
      'no JSON',
      '{"version":1,}',
      'it is not JSON. Brackets, commas or quotation marks are not right; an editor shows where',
    ],
    [
      'nothing',
      '',
      'it is not JSON. Brackets, commas or quotation marks are not right; an editor shows where',
    ],
    ['UTF-16', Buffer.from('\ufeff{"version":1}', 'utf16le'), 'it is not UTF-8. Save it as UTF-8'],
    [
      'too much',
      `{"version":1${' '.repeat(1024 * 1024)}}`,
      'it is longer than 1 MiB. Most likely it is another file',
    ],
    [
      'one value twice',
      '{"version":1,"access":{"column":"a","values":{"CDN":"leave out"," cdn":{"role":"user"}}}}',
      'access.values has " cdn" twice, apart from spaces and capitals. Keep one of them',
    ],
  ])('that is %s blocks', async (_what, content, fault) => {
    expect(await faultsOf(content)).toEqual([`Mapping: ${fault}`]);
  });

  it('may begin with a byte order mark', async () => {
    expect(await faultsOf('\ufeff{"version":1}')).toEqual([]);
  });
});

describe('a roster with a mapping', () => {
  it('has its columns under other names, in any capitals', async () => {
    const columns = { email: ' MAIL ', role: 'Fastly role' };
    const roster = await mapped({ columns }, 'Name,mail, fastly ROLE', 'Ada,Ada@example.com,user');
    expect([rolesOf(roster), issuesOf(roster)]).toEqual([['ada@example.com user'], []]);
    expect(roster.warnings).toEqual(['Columns that are not read, and so change nothing: "name"']);
  });

  it('keeps the columns that are not mapped', async () => {
    const roster = await mapped(
      { columns: { email: 'Mail' } },
      'mail,role,services',
      'ada@example.com,engineer,s1:full',
    );
    expect(roster.entries.values().next().value?.access.services).toEqual([{ id: 's1', permission: 'full' }]);
  });

  it('F77 leaves out rows by value, counts them by reason, and asks nothing else of them', async () => {
    const leaveOut = [
      { column: 'Status', is: ['Suspended', 'Archived'] },
      { column: 'Type', is: ['Guest'] },
    ];
    const roster = await mapped(
      { leaveOut },
      'email,role,status,type',
      'ada@example.com,user,Active,Member',
      'no address,nobody, SUSPENDED ,Guest',
      'bob@example.com,user,suspended,',
      'cyd@example.com,user,,guest',
      'dee@example.com,user,Suspend,Staff',
    );
    expect(issuesOf(roster)).toEqual([]);
    expect(rolesOf(roster)).toEqual(['ada@example.com user', 'dee@example.com user']);
    expect(roster.leftOut).toEqual([
      { reason: 'Status: Suspended', rows: 2 },
      { reason: 'Type: Guest', rows: 1 },
    ]);
    expect(roster.rows).toBe(2);
    expect(roster.warnings).toEqual([
      'Rows with these values of "Status" count: "Active" (1), "Suspend" (1)',
      'Rows with these values of "Type" count: "Member" (1), "Staff" (1)',
    ]);
  });

  it('counts the values with which rows count, the most frequent first, and after twenty the others together', async () => {
    const leaveOut = [{ column: 'Level', is: ['none'] }];
    const rows = Array.from({ length: 30 }, (_, index) => `p${index}@example.com,user,${Math.max(5, index)}`);
    const roster = await mapped({ leaveOut }, 'email,role,level', ...rows);
    const listed = Array.from({ length: 19 }, (_, index) => `"${index + 6}" (1)`).sort();
    expect(roster.warnings).toEqual([
      `Rows with these values of "Level" count: "5" (6), others (5), ${listed.join(', ')}`,
    ]);
  });

  it('names no address among the values with which rows count', async () => {
    const leaveOut = [{ column: 'Manager', is: ['nobody'] }];
    const roster = await mapped({ leaveOut }, 'email,role,manager', 'ada@example.com,user,bob@example.com');
    expect(roster.warnings).toEqual(['Rows with these values of "Manager" count: others (1)']);
  });

  it('gives access by the values of a column, whatever else the row has', async () => {
    const values = {
      CDN: { role: 'engineer', services: 's2:full; s1:purge_all' },
      Finance: { roles: 'r2;r1' },
      Press: 'leave out',
      '': { role: 'user' },
    };
    const roster = await mapped(
      by(values),
      'email,role,team',
      'ada@example.com,Chief,cdn ',
      'bob@example.com,Accountant,FINANCE',
      'cyd@example.com,Writer,press',
      'dee@example.com,,',
    );
    expect(issuesOf(roster)).toEqual([]);
    expect(rolesOf(roster)).toEqual([
      'ada@example.com engineer',
      'bob@example.com r1;r2',
      'dee@example.com user',
    ]);
    expect([...roster.entries.values()][0]?.access).toMatchObject({
      limitServices: true,
      services: [{ id: 's1' }, { id: 's2' }],
    });
    expect(roster.leftOut).toEqual([{ reason: 'Team: Press', rows: 1 }]);
  });

  it('has no rows when the mapping leaves out all of them, so that no delete goes unheld', async () => {
    const roster = await mapped(by({ CDN: 'leave out' }), 'email,team', 'ada@example.com,CDN');
    expect([roster.rows, roster.entries.size]).toEqual([0, 0]);
  });

  it('blocks for a value that the mapping does not know: once per value', async () => {
    const roster = await mapped(
      by({ CDN: { role: 'user' } }),
      'email,team',
      'ada@example.com,CDN',
      'bob@example.com,"Sales ""EU"""',
      'cyd@example.com,',
      'dee@example.com,"Sales ""EU"""',
    );
    expect(issuesOf(roster)).toEqual([
      'unknown_mapping_value: Line 3: the mapping does not know the value "Sales \\"EU\\"" of the column "Team", in 2 rows. Add it to access.values, with what these people may do or with "leave out", as in "Sales \\"EU\\"": {"role":"user"}',
      'unknown_mapping_value: Line 4: the mapping does not know the value "" of the column "Team". Add it to access.values, with what these people may do or with "leave out", as in "": {"role":"user"}',
    ]);
  });

  it.each<[string, object, string, string[]]>([
    [
      'columns that are not there',
      { columns: { email: 'Mail' }, leaveOut: [{ column: 'Status', is: ['x'] }], ...by({}) },
      'email,role',
      [
        'unknown_mapping_column: Line 1: the mapping names columns that are not there: "Mail" (columns.email), "Status" (leaveOut.0.column), "Team" (access.column). The header has "email", "role"',
      ],
    ],
    [
      'access that can not be given: each of it',
      by({ CDN: { role: 'admin' }, Boss: { role: 'superuser' }, None: {} }),
      'email,team',
      [
        'unknown_role: Mapping: access.values, "CDN": "admin" is not a role of Fastly. Use one of user, billing, engineer, superuser, tls_viewer, tls_admin, in small letters',
        'role_not_allowed: Mapping: access.values, "Boss": the role superuser is not allowed here. Use one of user, billing, engineer, tls_viewer, tls_admin, or add it to ALLOWED_ROLES',
        'missing_role: Mapping: access.values, "None": there is no role. Fill role or roles; removing the row removes the person',
      ],
    ],
    [
      'a status that it does not read',
      by({ CDN: { role: 'user' } }),
      'email,team,accountEnabled',
      [
        'status_column: Line 1: the column "accountenabled" says that a row may not count, but everybody in a roster is to have access. Remove the rows that do not count, then the column, or say in leaveOut of the mapping which of its values leave a row out',
      ],
    ],
    [
      'a column that is close to one it does not map',
      { columns: { email: 'Mail' } },
      'mail,role,service',
      [
        'misspelt_column: Line 1: the column "service" is not read. Did you mean services? Rename it, or remove it if it means something else',
      ],
    ],
    [
      'no column for a role',
      { columns: { email: 'Mail' } },
      'mail,name',
      [
        'missing_role_column: Line 1: there is neither a column role nor roles, only "mail", "name". Add one of them, or say in access of the mapping what gives access',
      ],
    ],
    [
      'semicolons',
      { columns: { email: 'Mail' } },
      'name;mail;role',
      ['wrong_delimiter: Line 1: the columns are separated by semicolons. Save the roster with commas'],
    ],
  ])('is blocked for %s', async (_what, mapping, header, expected) => {
    expect(
      issuesOf(await mapped(mapping, header, 'a,b,c'.slice(0, 2 * header.split(',').length - 1))),
    ).toEqual(expect.arrayContaining(expected));
  });

  it('does not take for misspelt what the mapping names elsewhere', async () => {
    const roster = await mapped(
      { columns: { email: 'userPrincipalName' }, ...by({ CDN: { role: 'user' } }) },
      'userPrincipalName,mail,team,rol',
      'ada@example.com,,CDN,',
    );
    expect(issuesOf(roster)).toEqual([]);
  });

  it('misses cells at the end of a row where the mapping reads them', async () => {
    const roster = await mapped(
      { leaveOut: [{ column: 'Status', is: ['x'] }] },
      'email,role,status',
      'ada@example.com,user',
    );
    expect(issuesOf(roster)).toEqual([
      expect.stringMatching(/^too_few_cells: Line 2: .* and ends before the column "Status"\. /),
    ]);
  });
});
