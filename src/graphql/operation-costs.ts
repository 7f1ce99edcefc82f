import { InputError } from '../export/errors.ts';

export interface OperationCostsSettings {
  /** Most exports that one operation may name, whatever its fields and aliases. */
  readonly maxLocators: number;
  /** Asks for so many exports more on behalf of the caller. @throws RateLimitedError */
  readonly admit: (count: number) => Promise<void> | undefined;
}

/**
 * What one operation has asked of vendors so far.
 *
 * An export counts once however often the operation names it, for it is read once. A field gets all of its exports or none, and what
 * other fields got before stays theirs.
 */
export class OperationCosts {
  private readonly settings: OperationCostsSettings;
  /** By export id: whether the caller's limit lets it through. A field that names it again waits for the same answer. */
  private admissions: Map<string, Promise<void> | undefined> | null = null;

  constructor(settings: OperationCostsSettings) {
    this.settings = settings;
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
    const { maxLocators, admit } = this.settings;
    if (admissions.size + fresh.length > maxLocators) {
      throw new InputError(
        `This operation names more than ${maxLocators} exports over all its fields: ask in several operations.`,
        field,
      );
    }
    if (fresh.length > 0) {
      const admission = admit(fresh.length);
      for (const id of fresh) admissions.set(id, admission);
    }
    const waits = new Set(ids.map((id) => admissions.get(id)).filter((wait) => wait !== undefined));
    return waits.size === 0 ? undefined : Promise.all(waits).then(() => undefined);
  }

  /** For lists that name no export: one for each account that is asked. @throws RateLimitedError */
  chargeLists(accounts: number): Promise<void> | undefined {
    return accounts > 0 ? this.settings.admit(accounts) : undefined;
  }
}
