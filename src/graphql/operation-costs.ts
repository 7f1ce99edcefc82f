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
  private readonly admissions = new Map<string, Promise<void> | undefined>();

  constructor(settings: OperationCostsSettings) {
    this.settings = settings;
  }

  /** For one field that names these exports. @throws InputError, RateLimitedError */
  async charge(ids: readonly string[], field: string): Promise<void> {
    const named = [...new Set(ids)];
    const fresh = named.filter((id) => !this.admissions.has(id));
    const { maxLocators, admit } = this.settings;
    if (this.admissions.size + fresh.length > maxLocators) {
      throw new InputError(
        `This operation names more than ${maxLocators} exports over all its fields: ask in several operations.`,
        field,
      );
    }
    if (fresh.length > 0) {
      const admission = admit(fresh.length);
      for (const id of fresh) this.admissions.set(id, admission);
    }
    await Promise.all(new Set(named.map((id) => this.admissions.get(id))));
  }

  /** For lists that name no export: one for each account that is asked. @throws RateLimitedError */
  async chargeLists(accounts: number): Promise<void> {
    if (accounts > 0) await this.settings.admit(accounts);
  }
}
