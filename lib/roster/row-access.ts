/** What each row asks for, by its own columns or by what a mapping says about its values. */

import type { Access, LeftOut } from '../domain/invitation.ts';
import { createAccessReader } from './access.ts';
import type { Header } from './header.ts';
import { type IssueList, type Problem, quote } from './issues.ts';
import type { DecidingColumn } from './mapped-columns.ts';
import { normalizeName } from './mapping.ts';

/** Values beyond this are told row by row: memory is finite. */
const MAX_UNKNOWN_VALUES = 1000;
/** Of a column with more values the others are counted together. */
const MAX_COUNTED_VALUES = 20;
const OTHERS = 'others';

/** `value` is quoted. */
const unknownValue = (value: string, column: string, rows: number): Problem => {
  const where = rows === 1 ? '' : `, in ${rows} rows`;
  const text = `the mapping does not know the value ${value} of the column ${quote(column)}${where}. Add it to access.values, with what these people may do or with "leave out", as in ${value}: {"role":"user"}`;
  return { code: 'unknown_mapping_value', column: undefined, text };
};

const decisionOf = <T>(column: DecidingColumn<T>, cells: readonly string[]): T | undefined =>
  column.values.get(normalizeName(cells[column.position] ?? ''));

export class RowAccess {
  readonly #header: Header;
  readonly #issues: IssueList;
  readonly #readCells: ReturnType<typeof createAccessReader>;
  /** By reason. */
  readonly #leftOut = new Map<string, number>();
  /** By the position of a column that leaves rows out, and by quoted value: how many rows count. */
  readonly #counted = new Map<number, Map<string, number>>();
  /** By quoted value, as cells may be long; with the line of the first row. */
  readonly #unknown = new Map<string, { readonly line: number; rows: number }>();

  constructor(header: Header, allowedRoles: ReadonlySet<string>, issues: IssueList) {
    this.#header = header;
    this.#issues = issues;
    this.#readCells = createAccessReader(allowedRoles);
  }

  /** Whether the mapping leaves the row out, which is counted. */
  isLeftOut(cells: readonly string[]): boolean {
    for (const column of this.#header.deciding) {
      const decision = decisionOf(column, cells);
      if (decision === undefined || !('reason' in decision)) continue;
      this.#leftOut.set(decision.reason, (this.#leftOut.get(decision.reason) ?? 0) + 1);
      return true;
    }
    for (const column of this.#header.deciding)
      if (column !== this.#header.access) this.#count(column.position, cells);
    return false;
  }

  #count(position: number, cells: readonly string[]): void {
    const values = this.#counted.get(position) ?? new Map<string, number>();
    const value = quote((cells[position] ?? '').trim());
    // Warnings are sent to people who need not see addresses.
    const isListed = values.has(value) || (values.size < MAX_COUNTED_VALUES && !value.includes('@'));
    const key = isListed ? value : OTHERS;
    values.set(key, (values.get(key) ?? 0) + 1);
    this.#counted.set(position, values);
  }

  /** A forgotten value would let leavers in. */
  #countedWarnings(): string[] {
    return this.#header.deciding.flatMap(({ name, position }) => {
      const values = [...(this.#counted.get(position) ?? [])];
      if (values.length === 0) return [];
      values.sort(([a, rowsA], [b, rowsB]) => rowsB - rowsA || (a < b ? -1 : 1));
      const shown = values.map(([value, rows]) => `${value} (${rows})`);
      return [`Rows with these values of ${quote(name)} count: ${shown.join(', ')}`];
    });
  }

  /** Of a row that is not left out. Undefined with an issue. */
  read(cells: readonly string[], line: number): Access | undefined {
    const { position, access } = this.#header;
    if (access !== undefined) {
      const decision = decisionOf(access, cells);
      if (decision !== undefined && !('reason' in decision)) return decision;
      this.#addUnknown(quote((cells[access.position] ?? '').trim()), access.name, line);
      return undefined;
    }
    const read = this.#readCells(
      cells[position.role] ?? '',
      cells[position.roles] ?? '',
      cells[position.services] ?? '',
      cells[position.limit_services] ?? '',
    );
    if ('value' in read) return read.value;
    for (const problem of read.problems) this.#issues.add(line, problem);
    return undefined;
  }

  #addUnknown(value: string, column: string, line: number): void {
    const known = this.#unknown.get(value);
    if (known !== undefined) known.rows += 1;
    else if (this.#unknown.size < MAX_UNKNOWN_VALUES) this.#unknown.set(value, { line, rows: 1 });
    else this.#issues.add(line, unknownValue(value, column, 1));
  }

  /** `leftOut` is sorted by reason. */
  finish(): { readonly leftOut: readonly LeftOut[]; readonly warnings: readonly string[] } {
    const column = this.#header.access?.name ?? '';
    for (const [value, { line, rows }] of this.#unknown)
      this.#issues.add(line, unknownValue(value, column, rows));
    const reasons = [...this.#leftOut].sort(([a], [b]) => (a < b ? -1 : 1));
    return {
      leftOut: reasons.map(([reason, rows]) => ({ reason, rows })),
      warnings: this.#countedWarnings(),
    };
  }
}
