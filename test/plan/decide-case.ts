/** What `decide` is asked in its tests. */

import { parseRules } from '../../lib/domain/config.ts';
import type { Entry, Invitation, Member } from '../../lib/domain/invitation.ts';
import { EMPTY_LEDGER, type Ledger } from '../../lib/domain/ledger.ts';
import { type Decided, decide, type SyncRequest } from '../../lib/plan/decide.ts';
import { entry, invitation, NOW } from '../support/build.ts';

export type Facts = {
  readonly request?: Partial<SyncRequest>;
  readonly env?: Readonly<Record<string, string>>;
  readonly entries?: readonly Entry[];
  readonly invitations?: readonly Invitation[];
  readonly members?: readonly Member[];
  readonly ledger?: Ledger;
  readonly now?: number;
};

export const decideOn = ({
  request,
  env,
  entries = [],
  invitations = [],
  members = [],
  ledger,
  now = NOW,
}: Facts): Decided => {
  const listed = new Map(entries.map((one, index) => [one.email, { ...one, line: index + 2 }]));
  const roster = { entries: listed, leftOut: [], rows: entries.length, merged: 0, issues: [], warnings: [] };
  return decide(
    { account: 'acme', mode: 'apply', manual: true, ...request },
    parseRules(env ?? {}),
    { roster, current: { invitations, members, moving: [] }, ledger: ledger ?? EMPTY_LEDGER },
    now,
  );
};

export const entriesOf = (count: number): Entry[] =>
  Array.from({ length: count }, (_, index) => entry(`p${index}`));
export const names = (changes: readonly { action: string; email: string }[]): string[] =>
  changes.map((change) => `${change.action} ${change.email.split('@')[0]}`);

/** Two creates, of which one is held, and one delete. */
export const PARTLY_HELD: Facts = {
  entries: [entry('ada'), entry('bob')],
  invitations: [invitation('cyd')],
  env: { MAX_CREATES: '1' },
};
