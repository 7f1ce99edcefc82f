/** Far more than sockets take, and less than a test may. */
const PATIENCE_MS = 20_000;

/**
 * Lets sockets do their work until something is true.
 *
 * @param what - that it is true, in words
 * @throws RangeError where it does not become true in time: no test may go on behind its own end
 */
export async function waitUntil(what: string, condition: () => boolean): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end)
      throw new RangeError(`It did not come about within ${PATIENCE_MS / 1_000} seconds that ${what}.`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
