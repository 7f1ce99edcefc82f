/** A value that tells when it changes. */
export class Store<Value> {
  private value: Value;
  private readonly listeners = new Set<() => void>();

  constructor(value: Value) {
    this.value = value;
  }

  readonly get = (): Value => this.value;

  readonly subscribe = (listener: () => void): (() => void) => {
    // One listener may be given twice, and taken away twice.
    const own = (): void => listener();
    this.listeners.add(own);
    return () => void this.listeners.delete(own);
  };

  set(value: Value): void {
    this.value = value;
    this.tell();
  }

  tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
