import { InputError } from '../export/errors.ts';

/**
 * What one operation has asked of vendors so far.
 *
 * An export counts once however often the operation names it, for it is read once. A field gets all of its exports or none, and what
 * other fields got before stays theirs.
 */
export class OperationCosts {
  private readonly maxLocators: number;
  private readonly admit: (count: number) => Promise<void> | undefined;
  /** By export id: whether the caller's limit lets it through. A field that names it again waits for the same answer. */
  private admissions: Map<string, Promise<void> | undefined> | null = null;

  /**
   * @param maxLocators - most exports that one operation may name, whatever its fields and aliases
   * @param admit - asks for so many exports more on behalf of the caller; throws, or rejects with, a RateLimitedError
   */
  constructor(maxLocators: number, admit: (count: number) => Promise<void> | undefined) {
    this.maxLocators = maxLocators;
    this.admit = admit;
  }

  /**
   * For one field that names these exports.
   *
   * @returns undefined where it may be read at once
   * @throws InputError, RateLimitedError; the promise rejects with the same
   */
  charge(ids: readonly string[], field: string): Promise<void> | undefined {
    this.admissions ??= new Map();
    const { admissions } = this;
    const fresh = [...new Set(ids)].filter((id) => !admissions.has(id));
    if (admissions.size + fresh.length > this.maxLocators) {
      throw new InputError(
        `This operation names more than ${this.maxLocators} exports over all its fields: ask in several operations.`,
        field,
      );
    }
    if (fresh.length > 0) {
      const admission = this.admit(fresh.length);
      for (const id of fresh) admissions.set(id, admission);
    }
    const waits = new Set<Promise<void>>();
    for (const id of ids) {
      const wait = admissions.get(id);
      if (wait !== undefined) waits.add(wait);
    }
    if (waits.size <= 1) return waits.values().next().value;
    return Promise.all(waits).then(() => undefined);
  }

  /** For lists that name no export: one for each account that is asked. @throws RateLimitedError */
  chargeLists(accounts: number): Promise<void> | undefined {
    return accounts > 0 ? this.admit(accounts) : undefined;
  }
}
