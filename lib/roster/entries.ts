/** Rows become entries; one person is one entry. */

import { type Email, type Entry, parseEmail } from '../domain/invitation.ts';
import { createAccessReader } from './access.ts';
import { EntryTable } from './entry-table.ts';
import type { Header } from './header.ts';
import { type IssueList, listSome, type Problem, quote, type RosterIssue } from './issues.ts';

export type EntryRules = {
  readonly allowedRoles: ReadonlySet<string>;
  readonly allowedDomains: ReadonlySet<string>;
};

export type EntryList = {
  readonly entries: EntryTable;
  readonly rows: number;
  readonly merged: number;
  readonly warnings: readonly string[];
};

const MAX_NAMED_LINES = 10;

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

const domainOf = (email: Email): string => email.slice(email.lastIndexOf('@') + 1);

const ADDRESS_REMEDY = 'One plain address per row; a row that cannot be used blocks the whole roster';

const uneven = (found: number, expected: number): Problem => ({
  code: found < expected ? 'too_few_cells' : 'too_many_cells',
  column: undefined,
  text: `the row has ${found} cells, but the header has ${expected}. Add what is missing, or quote the cell that has a comma in it`,
});

/** csv-parse makes a costly error object of each row that is not as long as the first, though asked to take it. */
const MAX_UNEVEN_ROWS = 10_000;

const tooManyUneven = (line: number): RosterIssue => ({
  code: 'too_many_uneven_rows',
  line,
  message: `Line ${line}: up to here more than ${MAX_UNEVEN_ROWS} rows, blank ones too, have more or fewer cells than the header; reading stopped there`,
});

const mergedWarning = (named: readonly string[], merged: number): string => {
  const rest = merged - named.length;
  return `Rows that say the same of the same address are one entry: lines ${named.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
};

/** `ada+news@example.com` → `ada@example.com`; undefined without a tag. */
const withoutTag = (email: Email): Email | undefined => {
  const plus = email.indexOf('+');
  return plus < 1 ? undefined : ((email.slice(0, plus) + email.slice(email.lastIndexOf('@'))) as Email);
};

const conflict = (otherLine: number): Problem => ({
  code: 'conflicting_rows',
  column: 'email',
  text: `line ${otherLine} has the same address with another role or other services. Keep the row that is right`,
});

/** Collects entries row by row. Keeps of each the address, a reference to its access, and its line. */
export class EntryCollector {
  readonly #header: Header;
  readonly #rules: EntryRules;
  readonly #issues: IssueList;
  readonly #readAccess: ReturnType<typeof createAccessReader>;
  readonly #table = new EntryTable();
  /** Of each entry, the line it is on. */
  readonly #lines: number[] = [];
  /** Entries whose address has other access on another line. */
  readonly #conflicting = new Set<number>();
  /** The first few rows that say again what an earlier one said. */
  readonly #repeats: string[] = [];
  #merged = 0;
  #rows = 0;
  #uneven = 0;

  constructor(header: Header, rules: EntryRules, issues: IssueList) {
    this.#header = header;
    this.#rules = rules;
    this.#issues = issues;
    this.#readAccess = createAccessReader(rules.allowedRoles);
  }

  add(cells: readonly string[], line: number): void {
    const { position, width } = this.#header;
    const address = cells[position.email] ?? '';
    const isUneven = cells.length !== width;
    if (isUneven) this.#countUneven(line);
    if (address.trim() === '' && isBlank(cells)) return;
    this.#rows += 1;
    if (isUneven) {
      this.#issues.add(line, uneven(cells.length, width));
      return;
    }
    const email = this.#readEmail(address, line);
    const access = this.#readAccess(
      cells[position.role] ?? '',
      cells[position.roles] ?? '',
      cells[position.services] ?? '',
      cells[position.limit_services] ?? '',
    );
    if ('problems' in access) for (const problem of access.problems) this.#issues.add(line, problem);
    else if (email !== undefined) this.#addEntry({ email, access: access.value }, line);
  }

  #countUneven(line: number): void {
    this.#uneven += 1;
    if (this.#uneven > MAX_UNEVEN_ROWS) this.#issues.stop(tooManyUneven(line));
  }

  #readEmail(address: string, line: number): Email | undefined {
    const parsed = parseEmail(address);
    if ('problem' in parsed) {
      const code = address.trim() === '' ? 'missing_email' : 'invalid_email';
      this.#issues.add(line, { code, column: 'email', text: `${parsed.problem}. ${ADDRESS_REMEDY}` });
      return undefined;
    }
    const { allowedDomains } = this.#rules;
    if (allowedDomains.size === 0 || allowedDomains.has(domainOf(parsed.email))) return parsed.email;
    const text = `the domain ${quote(domainOf(parsed.email))} is not in ALLOWED_DOMAINS. Mend it, or allow it there`;
    this.#issues.add(line, { code: 'domain_not_allowed', column: 'email', text });
    return undefined;
  }

  #addEntry(entry: Entry, line: number): void {
    const number = this.#table.add(entry);
    if (number === this.#lines.length) {
      this.#lines.push(line);
      return;
    }
    const firstLine = this.#lines[number] ?? 0;
    if (this.#table.at(number).access === entry.access) {
      this.#merged += 1;
      if (this.#repeats.length < MAX_NAMED_LINES) this.#repeats.push(`${line} (of ${firstLine})`);
      return;
    }
    if (!this.#conflicting.has(number)) this.#issues.add(firstLine, conflict(line));
    this.#conflicting.add(number);
    this.#issues.add(line, conflict(firstLine));
  }

  /** Ends the collection. `entries` has no row that an issue speaks of. */
  finish(): EntryList {
    const warnings = [...this.#header.warnings];
    if (this.#merged > 0) warnings.push(mergedWarning(this.#repeats, this.#merged));
    const tagged = this.#taggedLines();
    if (tagged.length > 0)
      warnings.push(
        `Addresses with a +tag beside the same address without it are two people: lines ${listSome(tagged, MAX_NAMED_LINES)}`,
      );
    return { entries: this.#undisputed(), rows: this.#rows, merged: this.#merged, warnings };
  }

  #undisputed(): EntryTable {
    const conflicting = this.#conflicting;
    if (conflicting.size === 0) return this.#table;
    return EntryTable.of([...this.#table].filter((_, number) => !conflicting.has(number)));
  }

  #taggedLines(): string[] {
    const lines: string[] = [];
    for (let number = 0; number < this.#table.size; number += 1) {
      const plain = withoutTag(this.#table.at(number).email);
      const other = plain === undefined ? undefined : this.#table.find(plain);
      if (other !== undefined) lines.push(`${this.#lines[number]} (beside ${this.#lines[other]})`);
    }
    return lines;
  }
}
