import { stringify } from 'csv-stringify/sync';

const ROSTER_COLUMNS = ['email', 'role', 'roles', 'services', 'limit_services', 'comment'] as const;

/** Cells in the order of `ROSTER_COLUMNS`. */
export type RosterCells = Readonly<Record<(typeof ROSTER_COLUMNS)[number], string>>;

/**
 * A roster, one line at a time, the header first. A cell that a spreadsheet would take for a formula stays as it is: this
 * file is read back, and an apostrophe in front of an address would make it another one.
 */
export function* rosterLines(rows: Iterable<RosterCells>): Generator<string> {
  yield stringify([ROSTER_COLUMNS]);
  for (const row of rows) yield stringify([ROSTER_COLUMNS.map((column) => row[column])]);
}
