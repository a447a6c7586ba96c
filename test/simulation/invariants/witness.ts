/** Sees everything that happens in a simulated run, and says what must not have happened. */

import type { Email } from '../../../lib/domain/invitation.ts';
import type { ChangeJob, OutgoingMessage } from '../../../lib/domain/job.ts';
import type { LedgerEntry } from '../../../lib/domain/ledger.ts';
import { decodeOutcomes } from '../../../lib/domain/outcome.ts';
import type { InvitationList } from '../../../lib/ports/fastly.ts';
import type { RunPointer } from '../../../lib/state/run-pointer.ts';
import type { FifoQueue, ReceivedMessage } from '../../../local/fifo-queue.ts';
import type { SimulatedAnswer } from '../../../local/simulator/answers.ts';
import type { Counts } from '../counts.ts';
import type { FastlyAccount } from '../fastly-account.ts';
import { readingOf, type WriteWatch } from '../fastly-transport.ts';
import type { Invocation } from '../invocation.ts';
import { nameOf } from '../people.ts';
import { Book, type WriteOfJob } from './book.ts';
import { Contract, type ContractDeps } from './contract.ts';
import { Fence } from './fence.ts';
import { shownOtherwise, watchListing } from './listings.ts';
import { Mails } from './mails.ts';
import { Outcomes } from './outcomes.ts';
import { Plans } from './plans.ts';
import { QuotaWatch } from './quota.ts';

export type WitnessDeps = ContractDeps & {
  readonly counts: Counts;
  readonly note: (text: () => string) => void;
};

const KEY = /^(state|runs)\/([^/]+)\/(?:([^/]+)\/)?(run|ledger|quota|plan|report|outcomes)(?:\.json$|\/)/;

/** What matters of an object, for the trace. */
const summaryOf = (key: string, content: string): string => {
  if (key.endsWith('run.json')) {
    const { generation, status, jobs, unsettled, reason }: RunPointer = JSON.parse(content);
    return `generation ${generation} ${status}, ${jobs} jobs, unsettled ${unsettled.length}${reason === undefined ? '' : `: ${reason}`}`;
  }
  if (key.endsWith('ledger.json')) {
    const ledger: Record<string, LedgerEntry> = JSON.parse(content);
    return Object.entries(ledger)
      .map(
        ([email, { count, generation, interrupted }]) =>
          `${nameOf(email)} ${count}@${generation}${interrupted ? '!' : ''}`,
      )
      .join(', ');
  }
  if (key.endsWith('.jsonl'))
    return decodeOutcomes(content)
      .map(({ email, result }) => `${nameOf(email)} ${result}`)
      .join(', ');
  return '';
};

export class Witness {
  readonly book = new Book();
  readonly mails: Mails;
  readonly contract: Contract;
  readonly outcomes: Outcomes;
  readonly #deps: WitnessDeps;
  readonly #fence: Fence;
  readonly #quota: QuotaWatch;
  readonly #plans: Plans;

  constructor(deps: WitnessDeps) {
    const { settings, counts, violate } = deps;
    this.#deps = deps;
    this.contract = new Contract(this.book, deps);
    this.mails = new Mails(this.book, this.contract.ownMails, violate, settings);
    this.outcomes = new Outcomes(this.book, violate);
    this.#fence = new Fence(this.book, violate);
    this.#quota = new QuotaWatch(violate, counts, settings);
    this.#plans = new Plans(this.book, violate, settings.rules);
  }

  /** An object was written to the bucket. */
  stored(by: Invocation, key: string, content: string): void {
    const [, , account = '', runId = '', what] = KEY.exec(key) ?? [];
    this.#deps.note(() => `${by.name} stored ${key} ${summaryOf(key, content)}`);
    if (what === 'run') this.#pointerStored(account, JSON.parse(content), by);
    else if (what === 'plan') this.#planStored(content);
    else if (what === 'outcomes') this.#outcomesStored(account, runId, content);
    else if (what === 'report') {
      this.book.reported(runId, this.#deps.scheduler.now);
      this.outcomes.reported(JSON.parse(content));
    } else if (what === 'ledger') this.contract.ledgerStored(account, content);
    else if (what === 'quota')
      this.#quota.kept(by, this.#deps.account(account), JSON.parse(content), this.#deps.scheduler.now);
  }

  /** A listing begins; to be called with what came of it. */
  listing(fastly: FastlyAccount): (found: InvitationList) => void {
    const { violate, counts } = this.#deps;
    const heard = watchListing(violate, fastly);
    return (found) => {
      counts.add('invitations shown otherwise', shownOtherwise(fastly));
      heard(found);
    };
  }

  listed(account: string, by: Invocation): void {
    this.book.listed(account, by, this.#deps.scheduler.now);
  }

  sent(message: OutgoingMessage, result: 'sent' | 'duplicate'): void {
    this.#deps.counts.add(result === 'sent' ? 'jobs' : 'duplicate sends');
    if (result === 'sent') this.outcomes.accepted(message);
  }

  acknowledging(message: ReceivedMessage, deadLetters: FifoQueue): void {
    this.outcomes.acknowledging(message, deadLetters);
  }

  /** A write starts; what is returned sees how it ends. */
  write(write: WriteOfJob, fastly: FastlyAccount): WriteWatch {
    const { note } = this.#deps;
    const { account, method, job, invocation, id } = write;
    const what = `${account}: ${method} ${nameOf(job.email)}${id === undefined ? '' : ` ${id.slice(0, 6)}`}`;
    note(() => `${invocation.name} ${what}, generation ${job.generation}`);
    this.#fence.started(write);
    this.#quota.started(write, fastly);
    return {
      tookEffect: (answer, late) => {
        note(() => `${what}: ${answer.status}${late ? ', too late' : ''}`);
        this.#tookEffect(write, fastly, answer, late);
      },
      answered: (answer) => {
        this.contract.answered(write, answer);
        this.#quota.answered(write, answer && readingOf(answer), fastly);
      },
    };
  }

  /** Two invocations work on one batch. */
  doubled({ job }: { readonly job: ChangeJob }): void {
    this.mails.blur(job.account, job.email);
  }

  /** Somebody else invited somebody, or ended this invitation. */
  outsiderActed(account: string, email: Email, id: string | undefined): void {
    this.mails.because(account, email, 'outside', this.#deps.scheduler.now);
    if (id !== undefined) this.contract.endedByOthers(account, email, id);
  }

  /** People removed state, or put an older version in its place. */
  restored(account: string, pointer: RunPointer | undefined): void {
    this.book.pointerRestored(account, pointer);
    if (pointer === undefined && this.#deps.ledgerText(account) === undefined)
      this.book.stateRemoved(account);
    this.contract.restored(account);
    this.#quota.forgotten(this.#deps.account(account));
  }

  /** People removed the records of all runs. */
  runsRemoved(account: string): void {
    this.book.recordsRemoved(account);
    this.contract.runsRemoved(account);
  }

  #tookEffect(write: WriteOfJob, fastly: FastlyAccount, answer: SimulatedAnswer, late: boolean): void {
    const { scheduler, counts } = this.#deps;
    const { account, method, job } = write;
    counts.add('writes');
    if (answer.headers['fastly-ratelimit-remaining'] === undefined)
      counts.add('writes without quota headers');
    this.#quota.arrived(write, fastly, answer.status, late);
    if (method === 'POST' && !late) this.#checkMember(write, fastly);
    if (answer.status < 200 || answer.status >= 300) {
      counts.add(`answers ${answer.status}`);
      return;
    }
    this.#fence.tookEffect(write, scheduler.now);
    if (method === 'DELETE') return;
    counts.add('mails');
    // After its run was reported only the twin of a delivery still writes, and nobody counts its mail.
    const isUncounted = late || this.outcomes.isReported(job.runId);
    const isUnseen = isUncounted || fastly.account.options.behaviour.listingLagMs > 0;
    if (isUnseen) this.mails.excuse(account, job.email);
    const { id } = JSON.parse(answer.body).data;
    this.mails.sent(write, id, fastly);
    this.contract.mailed(write, id, isUnseen);
    if (fastly.liveInvitations(job.email).length > 1) counts.add('second invitations');
  }

  /** Whoever was a member when the plan was made is not to be invited. */
  #checkMember({ account, job }: WriteOfJob, fastly: FastlyAccount): void {
    const { settings } = this.#deps;
    const member = fastly.account.state.members.get(job.email);
    const listing = this.book.listings.get(account)?.find(({ run }) => run.runId === job.runId);
    if (
      member !== undefined &&
      listing !== undefined &&
      member.createdAt - settings.clocks.fastly < listing.at
    )
      this.#deps.violate(
        `${account}: ${nameOf(job.email)} is invited, and was a member before the plan was made`,
      );
  }

  #pointerStored(account: string, pointer: RunPointer, by: Invocation): void {
    const { counts } = this.#deps;
    const before = this.book.pointers.get(account);
    if (before?.runId !== pointer.runId) counts.add(pointer.unsettled.length > 0 ? 'takeovers' : 'claims');
    else if (before.status !== pointer.status) counts.add(`runs ${pointer.status}`);
    const claim = this.book.pointerStored(account, pointer, by);
    if (claim !== undefined) this.contract.claimed(claim, before, pointer);
  }

  #outcomesStored(account: string, runId: string, text: string): void {
    this.outcomes.stored(runId, text);
    this.contract.outcomesStored(account, runId, text);
  }

  #planStored(content: string): void {
    const record = JSON.parse(content);
    this.book.records.set(record.runId, record);
    this.#plans.recorded(record);
    this.contract.planned(record);
    if (record.held.length > 0) this.#deps.counts.add('holds');
  }
}
