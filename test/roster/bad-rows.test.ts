import { describe, expect, it } from '@jest/globals';
import { issuesOf, parseWhole } from '../support/roster-csv.ts';

describe('a row that cannot be used blocks the roster, with its line and column', () => {
  const HEADER = 'email,role,roles,services,limit_services';
  it.each<[string, string, string, string, string]>([
    [
      'no role',
      'ada@example.com,,,,',
      'missing_role',
      'role',
      'Line 3, column role: there is no role. Fill role or roles; removing the row removes the person',
    ],
    [
      'role and roles',
      'ada@example.com,user,idA,,',
      'role_and_roles',
      'roles',
      'Line 3, column roles: role and roles are both filled. Keep the one that is meant and empty the other',
    ],
    [
      'a role that Fastly has not',
      'ada@example.com,admin,,,',
      'unknown_role',
      'role',
      'Line 3, column role: "admin" is not a role of Fastly. Use one of user, billing, engineer, superuser, tls_viewer, tls_admin, in small letters',
    ],
    [
      'a role in capitals',
      'ada@example.com,User,,,',
      'unknown_role',
      'role',
      'Line 3, column role: "User" is not a role of Fastly. Use one of user, billing, engineer, superuser, tls_viewer, tls_admin, in small letters',
    ],
    [
      'a role that is not allowed',
      'ada@example.com,superuser,,,',
      'role_not_allowed',
      'role',
      'Line 3, column role: the role superuser is not allowed here. Use one of user, billing, engineer, tls_viewer, tls_admin, or add it to ALLOWED_ROLES',
    ],
    [
      'an empty role id',
      'ada@example.com,,idA;,,',
      'invalid_role_id',
      'roles',
      'Line 3, column roles: not an IAM role id: "". Separate ids with ";", with none at the end',
    ],
    [
      'a role by name among the ids',
      'ada@example.com,,idA;Engineer,,',
      'invalid_role_id',
      'roles',
      'Line 3, column roles: "Engineer" is the name of a role, not an IAM role id. Write it in the column role, and leave roles empty',
    ],
    [
      'a role id with a space',
      'ada@example.com,,id A,,',
      'invalid_role_id',
      'roles',
      'Line 3, column roles: not an IAM role id: "id A". Separate ids with ";", with none at the end',
    ],
    [
      'a service without a permission',
      'ada@example.com,engineer,,svc1,',
      'invalid_service',
      'services',
      'Line 3, column services: "svc1" is not SERVICE_ID:permission. The permission is never implied; separate services with ";", with none at the end',
    ],
    [
      'a service with an empty permission',
      'ada@example.com,engineer,,svc1:,',
      'invalid_service',
      'services',
      'Line 3, column services: "svc1:" is not SERVICE_ID:permission. The permission is never implied; separate services with ";", with none at the end',
    ],
    [
      'a service without an id',
      'ada@example.com,engineer,,:full,',
      'invalid_service',
      'services',
      'Line 3, column services: ":full" is not SERVICE_ID:permission. The permission is never implied; separate services with ";", with none at the end',
    ],
    [
      'a separator too many',
      'ada@example.com,engineer,,svc1:full;,',
      'invalid_service',
      'services',
      'Line 3, column services: "" is not SERVICE_ID:permission. The permission is never implied; separate services with ";", with none at the end',
    ],
    [
      'a permission that is none',
      'ada@example.com,engineer,,svc1:all,',
      'unknown_permission',
      'services',
      'Line 3, column services: "all" is not a permission. Use one of full, read_only, purge_select, purge_all',
    ],
    [
      'a service with two permissions',
      'ada@example.com,engineer,,svc1:full;svc1:read_only,',
      'conflicting_permissions',
      'services',
      'Line 3, column services: the service "svc1" has two permissions. Keep one of them',
    ],
    [
      'neither true nor false',
      'ada@example.com,engineer,,,yes',
      'invalid_limit_services',
      'limit_services',
      'Line 3, column limit_services: "yes" is neither true nor false. Use one of them, or leave the cell empty',
    ],
    [
      'services without a limit',
      'ada@example.com,,idA,svc1:full,false',
      'unlimited_with_services',
      'limit_services',
      'Line 3, column limit_services: it says false, but the row lists services. Say true, or empty the services',
    ],
    [
      'services of a user',
      'ada@example.com,user,,svc1:full,',
      'limits_need_engineer',
      'services',
      "Line 3, column services: the role user can't be limited to services, only engineer can. Empty services and limit_services, or change the role",
    ],
    [
      'a limit for billing',
      'ada@example.com,billing,,,TRUE',
      'limits_need_engineer',
      'limit_services',
      "Line 3, column limit_services: the role billing can't be limited to services, only engineer can. Empty services and limit_services, or change the role",
    ],
  ])('%s', async (_, row, code, column, message) => {
    const content = `${HEADER}\r\nbob@example.com,user,,,\r\n${row}\r\ncyd@example.com,user,,,\r\n`;
    const { issues } = await parseWhole(content);
    expect(issues).toEqual([{ code, line: 3, column, message }]);
  });

  it('a domain that is not allowed, in any case', async () => {
    const rules = { allowedDomains: new Set(['example.com']) };
    const content = 'email,role\nada@EXAMPLE.com,user\nbob@example.org,user\ncyd@sub.example.com,user\n';
    const { issues } = await parseWhole(content, rules);
    expect(issues.map(({ code, message }) => [code, message])).toEqual(
      [
        [3, 'example.org'],
        [4, 'sub.example.com'],
      ].map(([line, domain]) => [
        'domain_not_allowed',
        `Line ${line}, column email: the domain "${domain}" is not in ALLOWED_DOMAINS. Mend it, or allow it there`,
      ]),
    );
  });

  it('names everything that is wrong with one row', async () => {
    const content = `${HEADER}\nn/a,admin,,svc1;svc2:all,maybe\n`;
    expect(await issuesOf(content)).toEqual([
      ['invalid_email', 2, 'email'],
      ['unknown_role', 2, 'role'],
      ['invalid_service', 2, 'services'],
      ['unknown_permission', 2, 'services'],
      ['invalid_limit_services', 2, 'limit_services'],
    ]);
  });

  it('1 valid and 40 garbled rows: all 40 lines, also behind quoted line breaks (F8, F9)', async () => {
    const garbled = Array.from({ length: 40 }, () => '"n/a\r\nsee\nbelow",user\r\n').join('');
    const issues = await issuesOf(`email,role\r\n\r\nada@example.com,user\r\n${garbled}`);
    expect(issues).toEqual(
      Array.from({ length: 40 }, (_, index) => ['invalid_email', 4 + 3 * index, 'email']),
    );
  });

  it('lists 1,000 issues and counts the others', async () => {
    const { issues } = await parseWhole(`email,role\n${'n/a,user\n'.repeat(1500)}`);
    expect(issues).toHaveLength(1001);
    expect(issues[1000]).toMatchObject({ code: 'more_issues' });
    expect(issues[1000]?.message).toContain('500 more');
  });

  it('shows other cells cut, and with nothing hidden in them', async () => {
    const { issues } = await parseWhole(`email,role\nada@example.com,"a\u202eb\n${'x'.repeat(99)}"\n`);
    expect(issues[0]?.message).toContain(`"a\\u{202e}b\\u{a}${'x'.repeat(56)}…"`);
  });
});
