/** Thrown for a stored file that can't be read. The message names the file and the place of the fault, never its content. */
export class DamagedFileError extends Error {
  override name: string = 'DamagedFileError';
  constructor(key: string, problem: string, options?: ErrorOptions) {
    super(`${key} is damaged: ${problem}`, options);
  }
}

/**
 * Thrown for a pointer, a ledger or the claim of a customer that can't be read, and blocks the account: guessing could run
 * two plans at once, mail everybody again, or let two accounts cancel each other's invitations.
 */
export class DamagedStateError extends DamagedFileError {
  override name = 'DamagedStateError' as const;
  constructor(key: string, problem: string) {
    super(key, `${problem}. Restore its last good version; the bucket keeps old versions.`);
  }
}
