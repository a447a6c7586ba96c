import { describe, expect, it } from '@jest/globals';
import { parseWhole } from '../support/roster-csv.ts';

const messagesOf = async (header: string): Promise<string[]> =>
  (await parseWhole(`${header}\n`)).issues.map(({ code, message }) => `${code}: ${message}`);

const misspelt = (name: string, meant: string): string =>
  `misspelt_column: Line 1: the column "${name}" is not read. Did you mean ${meant}? Rename it, or remove it if it means something else`;

const mapping = (example: string): string =>
  `say in a mapping (acme.mapping.json beside acme.csv) how to read an export, for example ${example}`;

const status = (name: string, example: string): string =>
  `status_column: Line 1: the column "${name}" says that a row may not count, but everybody in a roster is to have access. Remove the rows that do not count, then the column, or ${mapping(example)}`;

const REMEDY =
  'The first line names the columns, at least email, and role or roles: write it, or remove what stands above it';

describe('F76 a column that is close to a known one blocks, as ignoring it widens access', () => {
  it.each<[name: string, meant: string]>([
    ['service', 'services'],
    ['servcies', 'services'],
    ['servies', 'services'],
    ['serviceid', 'services'],
    ['sérvices', 'services'],
    ['ｓｅｒｖｉｃｅｓ', 'services'],
    ['service(s)', 'services'],
    ['ervices', 'services'],
    ['limit_service', 'limit_services'],
    ['limit services', 'limit_services'],
    ['limit-services', 'limit_services'],
    ['limitservices', 'limit_services'],
    ['limits_service', 'limit_services'],
    ['limited services', 'limit_services'],
    ['e-mail', 'email'],
    ['e mail', 'email'],
    ['emails', 'email'],
    ['emial', 'email'],
    ['mail', 'email'],
    ['mails', 'email'],
    ['#email', 'email'],
    ['rol', 'role'],
    ['rôle', 'role'],
    ['roel', 'role'],
    ['roll', 'role'],
    ['role.', 'role'],
    ['rolles', 'role'],
  ])('%s: did you mean %s?', async (name, meant) => {
    expect(await messagesOf(`email,role,roles,services,limit_services,${name}`)).toEqual([
      misspelt(name, meant),
    ]);
  });

  it('in any case, and each of them', async () => {
    expect(await messagesOf('email,role, Service ,E-MAIL')).toEqual([
      misspelt('service', 'services'),
      misspelt('e-mail', 'email'),
    ]);
  });

  it('as the only one: what is missing is said too, with the columns that are there', async () => {
    expect(await messagesOf('e-mail,role')).toEqual([
      misspelt('e-mail', 'email'),
      `missing_email_column: Line 1: there is no column email, only "e-mail", "role". ${REMEDY}, or ${mapping('{"version":1,"columns":{"email":"e-mail"}}')}`,
    ]);
    expect(await messagesOf('email,rol,a\u200bb')).toEqual([
      misspelt('rol', 'role'),
      'missing_role_column: Line 1: there is neither a column role nor roles, only "email", "rol", "a\\u{200b}b". Add one of them, or ' +
        mapping(
          '{"version":1,"access":{"column":"Department","values":{"Engineering":{"role":"user"},"Sales":"leave out"}}}',
        ),
    ]);
  });
});

const TRUE_OR_FALSE = {
  true: ['suspended', 'deleted', 'disabled', 'archived'],
  false: ['active', 'enabled', 'accountenabled', 'account enabled', 'is_active', 'active (yes/no)'],
};
/** The value of such a column that says that a row does not count. */
const LEAVING: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(TRUE_OR_FALSE).flatMap(([value, names]) => names.map((name) => [name, value])),
);

describe('F77 a list of changes, or one with leavers marked, is no roster', () => {
  it.each([
    ...['action', 'operation', 'status', 'active', 'suspended', 'deleted', 'enabled', 'accountenabled'],
    ...['account enabled', 'is_active', 'user status', 'employee status', 'status [read only]', 'disabled'],
    ...['active (yes/no)', 'actions', 'archived'],
  ])('%s', async (name) => {
    expect(await messagesOf(`email,${name},role`)).toEqual([
      status(
        name,
        `{"version":1,"leaveOut":[{"column":"${name}","is":["${LEAVING[name] ?? 'suspended'}"]}]}`,
      ),
    ]);
  });
});

describe('a column that means nothing here', () => {
  it.each([
    ...['name', 'first name', 'last name', 'full name', 'given name', 'surname', 'display name', 'nickname'],
    ...[
      'title',
      'job title',
      'team',
      'teams',
      'department',
      'division',
      'group',
      'groups',
      'manager',
      'notes',
    ],
    ...['note', 'description', 'phone', 'mobile', 'office', 'location', 'city', 'state', 'country'],
    ...['street address', 'postal code', 'zip', 'time zone', 'language', 'locale', 'company', 'organization'],
    ...[
      'cost center',
      'id',
      'user id',
      'employee id',
      'emp id',
      'object id',
      'username',
      'login',
      'user type',
    ],
    ...[
      'second email',
      'recovery email',
      'manager email',
      'email verified',
      'created',
      'last login',
      'start date',
    ],
    ...[
      'service desk',
      'devices',
      'mode',
      'code',
      'profile',
      'details',
      'domain',
      'licenses',
      'activity',
      '()',
    ],
  ])('stays a warning: %s', async (name) => {
    const { issues, warnings } = await parseWhole(`email,${name},role\n`);
    expect(issues).toEqual([]);
    expect(warnings).toEqual([`Columns that are not read, and so change nothing: "${name}"`]);
  });

  it('is nothing if it is the column of remarks that a dump has', async () => {
    const { issues, warnings } = await parseWhole('email,comment,role\n');
    expect([issues, warnings]).toEqual([[], []]);
  });
});
