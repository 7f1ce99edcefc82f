/** What each tenant has used its idempotency keys for. Nothing in a schedule lasts as long as a key is kept. */
export class KeyUses {
  private readonly uses = new Map<string, string[]>();

  add(tenant: number, key: number, order: string): void {
    const name = `${tenant} ${key}`;
    this.uses.set(name, [...this.of(tenant, key), order]);
  }

  /** How often the key was used so far, by whoever of this tenant. */
  count(tenant: number, key: number): number {
    return this.of(tenant, key).length;
  }

  /** For how many orders. */
  countOrders(tenant: number, key: number): number {
    return new Set(this.of(tenant, key)).size;
  }

  private of(tenant: number, key: number): readonly string[] {
    return this.uses.get(`${tenant} ${key}`) ?? [];
  }
}
