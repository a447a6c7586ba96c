/** Where a header has what a mapping names. */

import type { Access } from '../domain/invitation.ts';
import { type AccessReader, createAccessReader } from './access.ts';
import { type IssueList, type Problem, quote } from './issues.ts';
import { COLUMNS, type Column, type Grant, LEAVE_OUT, type Mapping, normalizeName } from './mapping.ts';

/** A column whose values decide about a row. */
export type DecidingColumn<T> = {
  /** As the mapping has it. */
  readonly name: string;
  readonly position: number;
  /** By normalised value. */
  readonly values: ReadonlyMap<string, T>;
};

/** Why a row does not count. `reason` is how rows that are left out are counted, for example `Status: Suspended`. */
type LeavingOut = { readonly reason: string };

export type MappedColumns = {
  /** The first column that leaves a row out counts. */
  readonly deciding: readonly DecidingColumn<Access | LeavingOut>[];
  /** The last of `deciding`, if it decides instead of the columns role, roles, services and limit_services. */
  readonly access?: DecidingColumn<Access | LeavingOut>;
};

/** How the header is to name a column, normalised; undefined when the column is not read. */
export const headerName = (column: Column, mapping: Mapping | undefined): string | undefined => {
  const mapped = mapping?.columns?.[column];
  if (mapped !== undefined) return normalizeName(mapped);
  return mapping?.access !== undefined && column !== 'email' ? undefined : column;
};

/** Every column that the mapping names, with the place in the mapping. */
export const namedColumns = ({
  columns = {},
  leaveOut = [],
  access,
}: Mapping): [path: string, name: string][] => [
  ...COLUMNS.flatMap((column): [string, string][] => {
    const name = columns[column];
    return name === undefined ? [] : [[`columns.${column}`, name]];
  }),
  ...leaveOut.map(({ column }, index): [string, string] => [`leaveOut.${index}.column`, column]),
  ...(access === undefined ? [] : [['access.column', access.column] as [string, string]]),
];

const leavingOut = (column: string, value: string): LeavingOut => ({
  reason: `${column.trim()}: ${value.trim() || '(empty)'}`,
});

const readGrant = (value: string, grant: Grant, read: AccessReader): ReturnType<AccessReader> => {
  const { role = '', roles = '', services = '', limit_services: limit } = grant;
  const access = read(role, roles, services, limit === undefined ? '' : String(limit));
  if ('value' in access) return access;
  const problems = access.problems.map(({ code, text }): Problem => {
    return { code, column: undefined, text: `access.values, ${quote(value)}: ${text}` };
  });
  return { problems };
};

/** Undefined when what `access` grants can't be used; `issues` is stopped then. `names` are normalised. */
export const findMappedColumns = (
  { leaveOut = [], access }: Mapping,
  names: readonly string[],
  allowedRoles: ReadonlySet<string>,
  issues: IssueList,
): MappedColumns | undefined => {
  const positionOf = (name: string): number => names.indexOf(normalizeName(name));
  const leaving = leaveOut.map(({ column, is }) => ({
    name: column,
    position: positionOf(column),
    values: new Map(is.map((value) => [normalizeName(value), leavingOut(column, value)])),
  }));
  if (access === undefined) return { deciding: leaving };
  const { column } = access;
  const read = createAccessReader(allowedRoles);
  const values = new Map<string, Access | LeavingOut>();
  for (const [value, grant] of Object.entries(access.values)) {
    const decision =
      grant === LEAVE_OUT ? { value: leavingOut(column, value) } : readGrant(value, grant, read);
    if ('value' in decision) values.set(normalizeName(value), decision.value);
    else for (const problem of decision.problems) issues.stopFor(problem);
  }
  if (issues.stopped) return undefined;
  const deciding = { name: column, position: positionOf(column), values };
  return { deciding: [...leaving, deciding], access: deciding };
};
