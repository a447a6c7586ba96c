/** People who write rosters, and rewrite them. */

import type { Access, Email } from '../../lib/domain/invitation.ts';
import { rosterKeys } from '../../lib/state/keys.ts';
import type { Cause } from './invariants/mails.ts';
import { ACCESSES, accessKey, brokenRosterText, person, rosterText, type Wishes } from './people.ts';
import type { World } from './world.ts';

/** The rosters of one account. */
export class Rosters {
  readonly #world: World;
  readonly #account: string;
  readonly #people: readonly Email[];
  readonly #keys: readonly [string, string];
  #key: string;
  /** As last uploaded in a usable form. */
  #wishes: Wishes = new Map();
  #isUsable = false;

  constructor(world: World, account: string) {
    this.#world = world;
    this.#account = account;
    this.#people = Array.from({ length: world.settings.people }, (_, index) => person(index));
    this.#keys = rosterKeys(account);
    this.#key = this.#keys[0];
  }

  get wishes(): Wishes {
    return this.#wishes;
  }

  get key(): string {
    return this.#key;
  }

  /** A roster that differs from the last one in some ways. */
  change(): void {
    const { random } = this.#world;
    const kind = random.next();
    if (kind < 0.08) this.#put(brokenRosterText(this.#wishes, random), undefined);
    else if (kind < 0.11) this.#upload(new Map());
    else if (kind < 0.2) this.#upload(this.#wishes);
    else if (kind < 0.22) this.#remove();
    else if (kind < 0.24) this.#double();
    else this.#upload(this.#otherWishes());
  }

  /** At the end somebody makes sure that there is a roster to go by. */
  ensureUsable(): void {
    if (!this.#isUsable) this.#upload(this.#wishes);
  }

  #otherWishes(): Wishes {
    const { random } = this.#world;
    const size = random.next();
    const wishes = new Map<Email, Access>();
    for (const email of this.#people) {
      const before = this.#wishes.get(email);
      const isMoved = random.chance(0.2);
      const isIn = isMoved ? random.chance(size) : before !== undefined || this.#wishes.size === 0;
      if (!isIn) continue;
      const keepsAccess = before !== undefined && random.chance(0.85);
      wishes.set(email, keepsAccess ? before : random.pick(ACCESSES));
    }
    return wishes;
  }

  #upload(wishes: Wishes): void {
    this.#tellWhatChanged(wishes);
    this.#wishes = wishes;
    this.#put(rosterText(wishes, this.#world.random), wishes);
  }

  /** Under the other name: then it is not clear which one counts. */
  #double(): void {
    const [twin] = this.#keys.filter((key) => key !== this.#key);
    this.#store(twin ?? '', rosterText(this.#wishes, this.#world.random), this.#wishes);
    this.#judge(false);
    this.#world.note(() => `upload ${twin} beside ${this.#key}`);
  }

  #remove(): void {
    for (const key of this.#keys) this.#world.bucket.remove(key);
    this.#judge(false);
    this.#world.note(() => `remove ${this.#key}`);
  }

  #put(text: string, wishes: Wishes | undefined): void {
    const { bucket, counts, random } = this.#world;
    const before = this.#key;
    this.#key = random.pick(this.#keys);
    for (const key of this.#keys) if (key !== this.#key) bucket.remove(key);
    // Who reads one key before and the other one after this finds two rosters.
    const { triggers } = this.#world.witness.contract;
    if (this.#key !== before) triggers.trouble(this.#account, 'renamed roster', this.#world.scheduler.now);
    this.#store(this.#key, text, wishes);
    this.#judge(wishes !== undefined);
    counts.add(wishes === undefined ? 'broken rosters' : 'rosters');
    this.#world.note(() => `upload ${this.#key}: ${wishes?.size ?? 'broken'}`);
  }

  #judge(isUsable: boolean): void {
    const { triggers } = this.#world.witness.contract;
    this.#isUsable = isUsable;
    if (isUsable) triggers.over(this.#account, 'roster', this.#world.scheduler.now);
    else triggers.trouble(this.#account, 'roster');
  }

  #store(key: string, text: string, wishes: Wishes | undefined): void {
    const { bucket, witness } = this.#world;
    const written = bucket.put(key, text);
    if (written === 'conflict') throw new Error('an upload without a condition has no conflicts');
    witness.book.rosters.set(written.etag, wishes);
  }

  #tellWhatChanged(wishes: Wishes): void {
    const { witness, scheduler } = this.#world;
    const tell = (email: Email, cause: Cause) =>
      witness.mails.because(this.#account, email, cause, scheduler.now);
    for (const [email, access] of wishes) {
      const before = this.#wishes.get(email);
      if (before === undefined || accessKey(before) !== accessKey(access)) tell(email, 'changed');
    }
    for (const email of this.#wishes.keys()) {
      if (wishes.has(email)) continue;
      tell(email, 'left');
      witness.contract.mailLimits.left(this.#account, email, scheduler.now);
    }
  }
}
