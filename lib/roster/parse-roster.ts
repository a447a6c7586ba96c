/**
 * The roster parser (docs/contract.md, “Roster”). It fails closed: skipping a row that can't be used would look like
 * "remove this person", so one issue blocks the whole roster. All issues are found in one pass.
 */

import type { LeftOut } from '../domain/invitation.ts';
import { readRows } from './csv-rows.ts';
import { EntryCollector, type EntryRules, type RosterEntries } from './entries.ts';
import { expectCommas, type HeaderRules, isTemplateVersion, readHeader } from './header.ts';
import { IssueList, type RosterIssue } from './issues.ts';
import { unpack } from './unpack.ts';
import { readText } from './utf8.ts';

export type { RosterIssueCode } from './issues.ts';

export type RosterRules = EntryRules &
  HeaderRules & {
    /** Of the roster, once unpacked. */
    readonly maxBytes: number;
  };

export type Roster = {
  /** By address, in file order. */
  readonly entries: RosterEntries;
  /** Data rows that are not blank and not left out. Each is an entry, or merged into one, or has an issue. */
  readonly rows: number;
  /** Rows that the mapping left out, by reason. */
  readonly leftOut: readonly LeftOut[];
  /** Rows that repeat an earlier one with the same address and the same access. */
  readonly merged: number;
  /** One issue blocks the roster: `entries` must not be used then. In file order, 1,000 at most. */
  readonly issues: readonly RosterIssue[];
  readonly warnings: readonly string[];
};

const EMPTY_FILE: RosterIssue = {
  code: 'empty_file',
  message: 'The roster is empty. If nobody is to be invited any more, upload a header without rows',
};

/** Without a row that could be read. */
export const unreadRoster = (issues: readonly RosterIssue[]): Roster => ({
  entries: new Map(),
  rows: 0,
  leftOut: [],
  merged: 0,
  warnings: [],
  issues,
});

/**
 * Reads a roster as a stream; what stays in memory is the entries. A header without rows is a roster without entries,
 * and no issue. Only an error of `bytes` itself is thrown.
 */
export const parseRoster = async (bytes: AsyncIterable<Uint8Array>, rules: RosterRules): Promise<Roster> => {
  const issues = new IssueList();
  const text = readText(unpack(bytes, rules.maxBytes, issues), issues);
  let entries: EntryCollector | undefined;
  await readRows(expectCommas(text, rules.mapping, issues), issues, (cells, line) => {
    if (entries !== undefined) return entries.add(cells, line);
    if (isTemplateVersion(cells)) return;
    const header = readHeader(cells, line, rules, issues);
    if (header !== undefined) entries = new EntryCollector(header, rules, issues);
  });
  if (entries === undefined) issues.stop(EMPTY_FILE);
  const collected = entries?.finish();
  return { ...unreadRoster(issues.finish()), ...collected };
};
