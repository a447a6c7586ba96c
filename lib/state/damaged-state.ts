/** Thrown for a pointer or a ledger that can't be read: guessing could run two plans at once, or mail everybody again. */
export class DamagedStateError extends Error {
  override name = 'DamagedStateError' as const;
  constructor(key: string, problem: string) {
    super(`${key} is damaged: ${problem}. Restore its last good version; the bucket keeps old versions.`);
  }
}
