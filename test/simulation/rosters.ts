/** People who write rosters, and rewrite them. */

import type { Access, Email } from '../../lib/invitation.ts';
import type { Cause } from './invariants/mails.ts';
import { ACCESSES, accessKey, brokenRosterText, person, rosterText, type Wishes } from './people.ts';
import type { World } from './world.ts';

/** The rosters of one account. */
export class Rosters {
  readonly #world: World;
  readonly #account: string;
  readonly #people: readonly Email[];
  #key: string;
  /** As last uploaded in a usable form. */
  #wishes: Wishes = new Map();
  #isUsable = false;

  constructor(world: World, account: string) {
    this.#world = world;
    this.#account = account;
    this.#people = Array.from({ length: world.settings.people }, (_, index) => person(index));
    this.#key = `rosters/${account}.csv`;
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

  #put(text: string, wishes: Wishes | undefined): void {
    const { bucket, witness, counts, note } = this.#world;
    const written = bucket.put(this.#key, text);
    if (written === 'conflict') throw new Error('an upload without a condition has no conflicts');
    witness.book.rosters.set(written.etag, wishes);
    this.#isUsable = wishes !== undefined;
    counts.add(wishes === undefined ? 'broken rosters' : 'rosters');
    note.call(this.#world, () => `upload ${this.#key} ${written.etag}: ${wishes?.size ?? 'broken'}`);
  }

  #tellWhatChanged(wishes: Wishes): void {
    const { witness, scheduler } = this.#world;
    const tell = (email: Email, cause: Cause) =>
      witness.mails.because(this.#account, email, cause, scheduler.now);
    for (const [email, access] of wishes) {
      const before = this.#wishes.get(email);
      if (before === undefined || accessKey(before) !== accessKey(access)) tell(email, 'changed');
    }
    for (const email of this.#wishes.keys()) if (!wishes.has(email)) tell(email, 'left');
  }
}
