import { describe, expect, it } from '@jest/globals';
import { issuesOf, parseWhole } from '../support/roster-csv.ts';

describe('a row that cannot be used blocks the roster, with its line and column', () => {
  const HEADER = 'email,role,roles,services,limit_services';
  it.each<[string, string, string, string | undefined]>([
    ['no role', 'ada@example.com,,,,', 'missing_role', 'role'],
    ['role and roles', 'ada@example.com,user,idA,,', 'role_and_roles', 'roles'],
    ['a role that Fastly has not', 'ada@example.com,admin,,,', 'unknown_role', 'role'],
    ['a role in capitals', 'ada@example.com,User,,,', 'unknown_role', 'role'],
    ['a role that is not allowed', 'ada@example.com,superuser,,,', 'role_not_allowed', 'role'],
    ['an empty role id', 'ada@example.com,,idA;,,', 'invalid_role_id', 'roles'],
    ['a role by name among the ids', 'ada@example.com,,idA;Engineer,,', 'invalid_role_id', 'roles'],
    ['a role id with a space', 'ada@example.com,,id A,,', 'invalid_role_id', 'roles'],
    ['a service without a permission', 'ada@example.com,engineer,,svc1,', 'invalid_service', 'services'],
    ['a service with an empty permission', 'ada@example.com,engineer,,svc1:,', 'invalid_service', 'services'],
    ['a service without an id', 'ada@example.com,engineer,,:full,', 'invalid_service', 'services'],
    ['a separator too many', 'ada@example.com,engineer,,svc1:full;,', 'invalid_service', 'services'],
    ['a permission that is none', 'ada@example.com,engineer,,svc1:all,', 'unknown_permission', 'services'],
    [
      'a service with two permissions',
      'ada@example.com,engineer,,svc1:full;svc1:read_only,',
      'conflicting_permissions',
      'services',
    ],
    ['neither true nor false', 'ada@example.com,engineer,,,yes', 'invalid_limit_services', 'limit_services'],
    [
      'services without a limit',
      'ada@example.com,,idA,svc1:full,false',
      'unlimited_with_services',
      'limit_services',
    ],
    ['services of a user', 'ada@example.com,user,,svc1:full,', 'limits_need_engineer', 'services'],
    ['a limit for billing', 'ada@example.com,billing,,,TRUE', 'limits_need_engineer', 'limit_services'],
  ])('%s', async (_, row, code, column) => {
    const content = `${HEADER}\r\nbob@example.com,user,,,\r\n${row}\r\ncyd@example.com,user,,,\r\n`;
    expect(await issuesOf(content)).toEqual([[code, 3, column]]);
  });

  it('a domain that is not allowed, in any case', async () => {
    const rules = { allowedDomains: new Set(['example.com']) };
    const content = 'email,role\nada@EXAMPLE.com,user\nbob@example.org,user\ncyd@sub.example.com,user\n';
    expect(await issuesOf(content, rules)).toEqual([
      ['domain_not_allowed', 3, 'email'],
      ['domain_not_allowed', 4, 'email'],
    ]);
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
