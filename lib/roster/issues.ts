/** What is wrong with a roster: codes, the list that collects them, and words that quote cells. */

/** Stable: reports, alarms and people's scripts may match on them. */
export type RosterIssueCode =
  // the file
  | 'empty_file'
  | 'too_large'
  | 'damaged_gzip'
  | 'utf16'
  | 'not_utf8'
  | 'not_text'
  // the header
  | 'wrong_delimiter'
  | 'missing_header'
  | 'missing_email_column'
  | 'missing_role_column'
  | 'duplicate_column'
  | 'misspelt_column'
  | 'status_column'
  // the mapping
  | 'invalid_mapping'
  | 'unknown_mapping_column'
  | 'unknown_mapping_value'
  // the shape of the rows
  | 'unclosed_quote'
  | 'stray_quote'
  | 'row_too_long'
  | 'too_few_cells'
  | 'too_many_cells'
  | 'comment_row'
  | 'stray_service'
  // the cells
  | 'missing_email'
  | 'invalid_email'
  | 'domain_not_allowed'
  | 'conflicting_rows'
  | 'missing_role'
  | 'role_and_roles'
  | 'unknown_role'
  | 'role_not_allowed'
  | 'invalid_role_id'
  | 'invalid_service'
  | 'unknown_permission'
  | 'conflicting_permissions'
  | 'invalid_limit_services'
  | 'unlimited_with_services'
  | 'limits_need_engineer'
  // the list itself
  | 'more_issues';

export type RosterIssue = {
  readonly code: RosterIssueCode;
  /** The line of the file, from 1, on which the row starts; absent when the file as a whole is meant. */
  readonly line?: number;
  /** Name of the column, lower-cased. */
  readonly column?: string;
  /** What is wrong, where, and what to do about it. What it quotes from a cell may be an address. */
  readonly message: string;
};

/** An issue without its line, as rows with equal cells share it. Without a column it is about the whole row. */
export type Problem = {
  readonly code: RosterIssueCode;
  readonly column: string | undefined;
  readonly text: string;
};

/** A roster with mixed-up columns has an issue in every row. Nobody reads more than this many, and memory is finite. */
const MAX_LISTED_ISSUES = 1000;

/** Collects issues in file order, and remembers whether reading had to stop. */
export class IssueList {
  readonly #listed: RosterIssue[] = [];
  #unlisted = 0;
  #stopped = false;

  /** True: the rest of the file can't be trusted and is not read. */
  get stopped(): boolean {
    return this.#stopped;
  }

  /** Without a line it is about the mapping. */
  add(line: number | undefined, { code, column, text }: Problem): void {
    if (this.#listed.length >= MAX_LISTED_ISSUES) this.#unlisted += 1;
    else if (line === undefined) this.#listed.push({ code, message: `Mapping: ${text}` });
    else if (column === undefined) this.#listed.push({ code, line, message: `Line ${line}: ${text}` });
    else this.#listed.push({ code, line, column, message: `Line ${line}, column ${column}: ${text}` });
  }

  /** Only the first call counts: what is wrong after a break is a consequence of it. */
  stop(issue: RosterIssue): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#listed.push(issue);
  }

  /** What is wrong with a mapping, all of it; no row can be read then. */
  stopFor(problem: Problem): void {
    this.add(undefined, problem);
    this.#stopped = true;
  }

  /** By line; what has no line comes last. */
  finish(): RosterIssue[] {
    const sorted = this.#listed.sort((a, b) => (a.line ?? Infinity) - (b.line ?? Infinity));
    if (this.#unlisted === 0) return sorted;
    const message = `${this.#unlisted} more issues are not listed: mend these first, then look again`;
    return [...sorted, { code: 'more_issues', message }];
  }
}

const MAX_QUOTED_LENGTH = 60;
const UNREADABLE = /["\\\p{C}\p{Z}\p{Default_Ignorable_Code_Point}]/gu;

const escapeCharacter = (character: string): string => {
  if (character === ' ') return ' ';
  return /["\\]/.test(character) ? `\\${character}` : `\\u{${character.codePointAt(0)?.toString(16)}}`;
};

/** A cell as part of a sentence: cut to 60 characters; quotes, backslashes and what is invisible escaped. */
export const quote = (cell: string): string => {
  const short = [...cell.slice(0, 2 * MAX_QUOTED_LENGTH)].slice(0, MAX_QUOTED_LENGTH).join('');
  return `"${short.replace(UNREADABLE, escapeCharacter)}${short.length < cell.length ? '…' : ''}"`;
};

/** `items` as a sentence part: the first few, and how many more there are. */
export const listSome = (items: readonly string[], most: number): string =>
  items.length <= most
    ? items.join(', ')
    : `${items.slice(0, most).join(', ')} and ${items.length - most} more`;
