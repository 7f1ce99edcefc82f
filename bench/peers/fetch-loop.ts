import { toWatchedLocators } from '../harness/operations.ts';
import { announce, readByFetch, readSettings } from './read.ts';

/** What somebody would write without any server: each export read again and again with `fetch`, and its status compared. */
const settings = readSettings();
const { exports = 1_000, pollMs = 10_000 } = settings;
const read = readByFetch(settings);

for (const [index, locator] of toWatchedLocators(exports).entries()) {
  let status = '';
  const poll = async (): Promise<void> => {
    try {
      const wire = (await read(locator)) as { readonly status: string };
      if (status !== '' && wire.status !== status) console.log(locator, wire.status);
      status = wire.status;
    } catch (error) {
      console.error(error);
    }
    setTimeout(poll, pollMs);
  };
  // Spread over the interval.
  setTimeout(poll, (pollMs * index) / exports);
}
announce(0);
