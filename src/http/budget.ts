const EARNED_PER_CALL = 0.1;
const MOST = 10;

/**
 * Lets one retry through per ten first tries, so that retries never multiply a vendor's trouble. Starts full: a quiet
 * account can retry too.
 */
export class RetryBudget {
  private balance = MOST;

  /** A first try was made. */
  earn(): void {
    this.balance = Math.min(MOST, this.balance + EARNED_PER_CALL);
  }

  /** Pays for one retry; false where there is not enough left. */
  spend(): boolean {
    if (this.balance < 1) return false;
    this.balance -= 1;
    return true;
  }
}
