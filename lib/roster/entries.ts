/** Rows become entries; one person is one entry. */

import { type Access, type Email, type Entry, parseEmail } from '../domain/invitation.ts';
import { createAccessReader, isSameAccess } from './access.ts';
import type { Header } from './header.ts';
import { type IssueList, listSome, type Problem, quote, type RosterIssue } from './issues.ts';

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

/** csv-parse accepts rows of another length than the first, but makes a costly error object for each of them. */
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

/** Collects entries row by row. */
export class EntryCollector {
  readonly #header: Header;
  readonly #rules: EntryRules;
  readonly #issues: IssueList;
  readonly #readAccess: ReturnType<typeof createAccessReader>;
  readonly #entries = new Map<Email, RosterEntry>();
  /** Addresses that ask for other access on another line. */
  readonly #conflicting = new Set<Email>();
  /** The first few rows that repeat an earlier one. */
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
    else if (email !== undefined) this.#addEntry(email, access.value, line);
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
    const warnings = [...this.#header.warnings];
    if (this.#merged > 0) warnings.push(mergedWarning(this.#repeats, this.#merged));
    const tagged = this.#taggedLines();
    if (tagged.length > 0)
      warnings.push(
        `Addresses with a +tag beside the same address without it are two people: lines ${listSome(tagged, MAX_NAMED_LINES)}`,
      );
    for (const email of this.#conflicting) this.#entries.delete(email);
    return { entries: this.#entries, rows: this.#rows, merged: this.#merged, warnings };
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
