/** Rows become entries; one person is one entry. */

import { type Access, type Email, type Entry, type LeftOut, parseEmail } from '../domain/invitation.ts';
import { COMMENT_MARK, normalizeDomain } from '../domain/mailbox.ts';
import { isSameAccess, isServiceList } from './access.ts';
import type { Header } from './header.ts';
import { type IssueList, listSome, type Problem, quote } from './issues.ts';
import { COLUMNS } from './mapping.ts';
import { RowAccess } from './row-access.ts';

export type EntryRules = {
  readonly allowedRoles: ReadonlySet<string>;
  readonly allowedDomains: ReadonlySet<string>;
};

/** `line`: where the first row with this address starts. */
export type RosterEntry = Entry & { readonly line: number };

/** By address, in file order. */
export type RosterEntries = ReadonlyMap<Email, RosterEntry>;

type CollectedEntries = {
  readonly entries: RosterEntries;
  readonly rows: number;
  readonly leftOut: readonly LeftOut[];
  readonly merged: number;
  readonly warnings: readonly string[];
};

const MAX_NAMED_LINES = 10;

const isBlank = (cells: readonly string[]): boolean => cells.every((cell) => cell.trim() === '');

const domainOf = (email: Email): string => email.slice(email.lastIndexOf('@') + 1);

const NO_ADDRESS: Problem = {
  code: 'missing_email',
  column: 'email',
  text: 'there is no address. Write it, or remove the row if nobody is meant',
};

const COMMENT: Problem = {
  code: 'comment_row',
  column: undefined,
  text: 'the row begins with # or //. Comments are not known: remove the row, or the mark if the row counts',
};

const count = (cells: number): string => (cells === 1 ? '1 cell' : `${cells} cells`);

/** A column that only the mapping reads has its name in the text. */
const tooFew = (cells: readonly string[], column: string | undefined, name: string): Problem => ({
  code: 'too_few_cells',
  column,
  text: `the row that begins with ${quote(cells[0] ?? '')} has ${count(cells.length)} and ends before ${column === undefined ? `the column ${quote(name)}` : 'this column'}. Spreadsheets leave off empty cells at the end: make a column that is filled in every row the last one, such as email, or write the missing commas`,
});

const tooMany = (cells: readonly string[], width: number): Problem => {
  const surplus = cells.slice(width).find((cell) => cell.trim() !== '') ?? '';
  return {
    code: 'too_many_cells',
    column: undefined,
    text: `the row has ${count(cells.length)}, but the header names ${width} columns: ${quote(surplus)} is in none of them. Quote the cell that has a comma in it, or remove what is too much`,
  };
};

/** Somebody was to be limited to this service. Ignoring it would limit nobody, or to fewer services than were meant. */
const strayService = (cell: string): Problem => ({
  code: 'stray_service',
  column: undefined,
  text: `${quote(cell)} is a service outside the column services. Separate services with ;, or give their column this name`,
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

/** Collects entries row by row. */
export class EntryCollector {
  readonly #header: Header;
  readonly #domains: ReadonlySet<string>;
  readonly #issues: IssueList;
  readonly #access: RowAccess;
  readonly #entries = new Map<Email, RosterEntry>();
  /** Addresses that ask for other access on another line. */
  readonly #conflicting = new Set<Email>();
  /** The first few rows that repeat an earlier one. */
  readonly #repeats: string[] = [];
  #merged = 0;
  #rows = 0;

  constructor(header: Header, rules: EntryRules, issues: IssueList) {
    this.#header = header;
    this.#domains = new Set([...rules.allowedDomains].map(normalizeDomain));
    this.#issues = issues;
    this.#access = new RowAccess(header, rules.allowedRoles, issues);
  }

  add(cells: readonly string[], line: number): void {
    const { position } = this.#header;
    const address = cells[position.email] ?? '';
    if (address.trim() === '' && isBlank(cells)) return;
    const problem = this.#shapeProblem(cells);
    if (problem === undefined && this.#access.isLeftOut(cells)) return;
    this.#rows += 1;
    if (problem !== undefined) {
      this.#issues.add(line, problem);
      return;
    }
    const email = this.#readEmail(address, line);
    const access = this.#access.read(cells, line);
    if (email !== undefined && access !== undefined) this.#addEntry(email, access, line);
  }

  /** Cells that are missing at the end are only missed where their column is read: there, empty may mean more access. */
  #shapeProblem(cells: readonly string[]): Problem | undefined {
    const { position, width } = this.#header;
    if (COMMENT_MARK.test(cells[0] ?? '')) return COMMENT;
    const stray = cells.find((cell, index) => index !== position.services && isServiceList(cell));
    if (stray !== undefined) return strayService(stray);
    const missing = COLUMNS.find((column) => position[column] >= cells.length);
    if (missing !== undefined) return tooFew(cells, missing, missing);
    const deciding = this.#header.deciding.find(({ position: at }) => at >= cells.length);
    if (deciding !== undefined) return tooFew(cells, undefined, deciding.name);
    return cells.length > width && !isBlank(cells.slice(width)) ? tooMany(cells, width) : undefined;
  }

  #readEmail(address: string, line: number): Email | undefined {
    const parsed = parseEmail(address);
    if ('problem' in parsed) {
      const text = `${quote(address.trim())} ${parsed.problem}`;
      this.#issues.add(
        line,
        address.trim() === '' ? NO_ADDRESS : { code: 'invalid_email', column: 'email', text },
      );
      return undefined;
    }
    if (this.#domains.size === 0 || this.#domains.has(domainOf(parsed.email))) return parsed.email;
    const text = `the domain ${quote(domainOf(parsed.email))} is not in ALLOWED_DOMAINS. Mend it, or allow it there`;
    this.#issues.add(line, { code: 'domain_not_allowed', column: 'email', text });
    return undefined;
  }

  #addEntry(email: Email, access: Access, line: number): void {
    const first = this.#entries.get(email);
    if (first === undefined) {
      this.#entries.set(email, { email, access, line });
      return;
    }
    if (isSameAccess(first.access, access)) {
      this.#merged += 1;
      if (this.#repeats.length < MAX_NAMED_LINES) this.#repeats.push(`${line} (of ${first.line})`);
      return;
    }
    if (!this.#conflicting.has(email)) this.#issues.add(first.line, conflict(line));
    this.#conflicting.add(email);
    this.#issues.add(line, conflict(first.line));
  }

  /** Ends the collection. No entry is left whose address has two kinds of access. */
  finish(): CollectedEntries {
    const { leftOut, warnings: accessWarnings } = this.#access.finish();
    const warnings = [...this.#header.warnings, ...accessWarnings];
    if (this.#merged > 0) warnings.push(mergedWarning(this.#repeats, this.#merged));
    const tagged = this.#taggedLines();
    if (tagged.length > 0)
      warnings.push(
        `Addresses with a +tag beside the same address without it are two people: lines ${listSome(tagged, MAX_NAMED_LINES)}`,
      );
    for (const email of this.#conflicting) this.#entries.delete(email);
    return { entries: this.#entries, rows: this.#rows, leftOut, merged: this.#merged, warnings };
  }

  #taggedLines(): string[] {
    const lines: string[] = [];
    for (const { email, line } of this.#entries.values()) {
      const plain = withoutTag(email);
      const other = plain === undefined ? undefined : this.#entries.get(plain);
      if (other !== undefined) lines.push(`${line} (beside ${other.line})`);
    }
    return lines;
  }
}
