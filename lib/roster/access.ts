/** What the role and service cells of a row ask for. */

import {
  type Access,
  PERMISSIONS,
  type Permission,
  ROLES,
  type RoleChoice,
  type ServiceGrant,
} from '../domain/invitation.ts';
import { listSome, type Problem, quote } from './issues.ts';

/** `value`, or why there is none. */
type Read<T> = { readonly value: T } | { readonly problems: readonly Problem[] };

/** Takes the cells of one row; a cell is empty when there is no such column. */
export type AccessReader = (
  role: string,
  roles: string,
  services: string,
  limitServices: string,
) => Read<Access>;

/** Fastly's ids are 22 letters and digits; other lengths are in its documentation. */
const ID = /^[\w-]{1,64}$/;

const isPermission = (text: string): text is Permission => (PERMISSIONS as readonly string[]).includes(text);

const isRoleName = (text: string): boolean => (ROLES as readonly string[]).includes(text.toLowerCase());

const splitList = (cell: string): string[] => cell.split(';').map((item) => item.trim());

const byId = (a: ServiceGrant, b: ServiceGrant): number => (a.id < b.id ? -1 : 1);

const readRole = (role: string, allowed: ReadonlySet<string>): Read<RoleChoice> => {
  if (!(ROLES as readonly string[]).includes(role)) {
    const text = `${quote(role)} is not a role of Fastly. Use one of ${ROLES.join(', ')}, in small letters`;
    return { problems: [{ code: 'unknown_role', column: 'role', text }] };
  }
  if (!allowed.has(role)) {
    const text = `the role ${role} is not allowed here. Use one of ${[...allowed].join(', ')}, or add it to ALLOWED_ROLES`;
    return { problems: [{ code: 'role_not_allowed', column: 'role', text }] };
  }
  return { value: { role } };
};

const readRoles = (cell: string): Read<RoleChoice> => {
  const ids = splitList(cell);
  const bad = ids.filter((id) => !ID.test(id) || isRoleName(id));
  if (bad.length === 0) return { value: { roles: [...new Set(ids)].sort() } };
  const name = ids.find(isRoleName);
  if (name !== undefined) {
    const text = `${quote(name)} is the name of a role, not an IAM role id. Write it in the column role, and leave roles empty`;
    return { problems: [{ code: 'invalid_role_id', column: 'roles', text }] };
  }
  const text = `not an IAM role id: ${listSome(bad.map(quote), 5)}. Separate ids with ";", with none at the end`;
  return { problems: [{ code: 'invalid_role_id', column: 'roles', text }] };
};

const readRoleChoice = (role: string, roles: string, allowed: ReadonlySet<string>): Read<RoleChoice> => {
  if (role !== '' && roles !== '') {
    const text = 'role and roles are both filled. Keep the one that is meant and empty the other';
    return { problems: [{ code: 'role_and_roles', column: 'roles', text }] };
  }
  if (role === '' && roles === '') {
    const text = 'there is no role. Fill role or roles; removing the row removes the person';
    return { problems: [{ code: 'missing_role', column: 'role', text }] };
  }
  return role === '' ? readRoles(roles) : readRole(role, allowed);
};

const SEPARATOR_NAMES: Readonly<Record<string, string>> = {
  ',': 'a comma',
  ' ': 'a space',
  '\n': 'a line break',
  '\r': 'a line break',
};

const readService = (item: string): ServiceGrant | Problem => {
  const colon = item.indexOf(':');
  const id = item.slice(0, Math.max(0, colon)).trim();
  const permission = item.slice(colon + 1).trim();
  const separator = /[,\s]/.exec(`${id}${permission}`)?.[0];
  if (separator !== undefined) {
    const what = SEPARATOR_NAMES[separator] ?? 'white space';
    const text = `${quote(item)} has ${what} in it. Separate services with ;`;
    return { code: 'invalid_service', column: 'services', text };
  }
  if (!ID.test(id) || permission === '') {
    const text = `${quote(item)} is not SERVICE_ID:permission. The permission is never implied; separate services with ";", with none at the end`;
    return { code: 'invalid_service', column: 'services', text };
  }
  if (!isPermission(permission)) {
    const text = `${quote(permission)} is not a permission. Use one of ${PERMISSIONS.join(', ')}`;
    return { code: 'unknown_permission', column: 'services', text };
  }
  return { id, permission };
};

/** Whether a cell holds services with their permissions, or at least begins with one. */
export const isServiceList = (cell: string): boolean =>
  cell.includes(':') && 'id' in readService((cell.split(/[;,]/, 1)[0] ?? '').trim());

const readServices = (cell: string): Read<readonly ServiceGrant[]> => {
  if (cell === '') return { value: [] };
  const permissions = new Map<string, Permission>();
  const problems: Problem[] = [];
  for (const item of splitList(cell)) {
    const service = readService(item);
    if ('code' in service) problems.push(service);
    else if ((permissions.get(service.id) ?? service.permission) !== service.permission) {
      const text = `the service ${quote(service.id)} has two permissions. Keep one of them`;
      problems.push({ code: 'conflicting_permissions', column: 'services', text });
    } else permissions.set(service.id, service.permission);
  }
  if (problems.length > 0) return { problems };
  return { value: [...permissions].map(([id, permission]) => ({ id, permission })).sort(byId) };
};

/** An empty cell means: limited exactly when the row lists services. */
const readLimit = (cell: string, hasServices: boolean): Read<boolean> => {
  const text = cell.toLowerCase();
  const column = 'limit_services';
  if (text === '') return { value: hasServices };
  if (text !== 'true' && text !== 'false') {
    const remedy = `${quote(cell)} is neither true nor false. Use one of them, or leave the cell empty`;
    return { problems: [{ code: 'invalid_limit_services', column, text: remedy }] };
  }
  if (text === 'false' && hasServices) {
    const remedy = 'it says false, but the row lists services. Say true, or empty the services';
    return { problems: [{ code: 'unlimited_with_services', column, text: remedy }] };
  }
  return { value: text === 'true' };
};

/** Only an engineer, or IAM roles, can be limited to services: Fastly answers 400 to anything else. */
const limitProblem = (role: string, roles: string, services: string, limit: string): readonly Problem[] => {
  const known = (ROLES as readonly string[]).includes(role);
  const limited = services !== '' || limit.toLowerCase() === 'true';
  if (!known || role === 'engineer' || roles !== '' || !limited) return [];
  const column = services === '' ? 'limit_services' : 'services';
  const text = `the role ${role} can't be limited to services, only engineer can. Empty services and limit_services, or change the role`;
  return [{ code: 'limits_need_engineer', column, text }];
};

const problemsOf = (read: Read<unknown>): readonly Problem[] => ('problems' in read ? read.problems : []);

const readAccess = (allowedRoles: ReadonlySet<string>): AccessReader => {
  return (role, roles, services, limit) => {
    const choice = readRoleChoice(role, roles, allowedRoles);
    const grants = readServices(services);
    const limitServices = readLimit(limit, services !== '');
    const misplaced = limitProblem(role, roles, services, limit);
    if ('value' in choice && 'value' in grants && 'value' in limitServices && misplaced.length === 0)
      return { value: { ...choice.value, limitServices: limitServices.value, services: grants.value } };
    const problems = [choice, grants, limitServices].flatMap(problemsOf);
    return { problems: [...problems, ...misplaced] };
  };
};

/** More different cells than this are not a roster of access rights, and memory is finite. */
const MAX_CACHED = 10_000;
/** Never part of a cell: a file with zero bytes is not text. */
const SEPARATOR = '\0';

/** Reads access cells. Rows with the same cells share one result: a roster has many rows and few kinds of access. */
export const createAccessReader = (allowedRoles: ReadonlySet<string>): AccessReader => {
  const read = readAccess(allowedRoles);
  const cache = new Map<string, Read<Access>>();
  return (role, roles, services, limit) => {
    const key = [role, roles, services, limit].join(SEPARATOR);
    const cached = cache.get(key);
    if (cached !== undefined) return cached;
    const result = read(role.trim(), roles.trim(), services.trim(), limit.trim());
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(key, result);
    return result;
  };
};

/** Whether two rows ask for the same, however it was written. */
export const isSameAccess = (a: Access, b: Access): boolean => {
  const meaning = ({ role, roles, limitServices, services }: Access): string =>
    JSON.stringify([role, roles, limitServices, services.map(({ id, permission }) => [id, permission])]);
  return a === b || meaning(a) === meaning(b);
};
