import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import {
  EVERYTHING_RUNS,
  EXPORT_QUERY,
  EXPORTS_QUERY,
  type FakedGateway,
  startFakedGateway,
  toLocator,
} from './support.ts';

const HANGING = { 'power-bi': 'hang', 'hi-energy': 'hang', talkdesk: 'hang', 'web-admit': 'hang' } as const;

function startHanging(vendors: readonly CodedVendorId[]): Promise<FakedGateway> {
  return startFakedGateway({
    vendors: Object.fromEntries(vendors.map((vendor) => [vendor, () => HANGING[vendor]])),
  });
}

/** Asks, and gives the means to leave before the answer. */
function ask(gateway: FakedGateway, locators: readonly object[]) {
  const leaver = new AbortController();
  const answer = gateway.query(EXPORTS_QUERY, { locators }, { signal: leaver.signal });
  return { answer: answer.catch((error: Error) => error.name), leave: () => leaver.abort() };
}

describe('a client that leaves', () => {
  it.each(CODED_VENDOR_IDS)('ends its call to %s', async (vendor) => {
    await using gateway = await startHanging([vendor]);
    const fake = gateway.fakes[vendor];

    const { answer, leave } = ask(gateway, [toLocator(vendor, 1)]);
    await until(() => fake.requests.length === 1);
    leave();
    await until(() => fake.aborted.count === 1);

    expect(await answer).toBe('AbortError');
    expect(fake.requests).toHaveLength(1);
  });

  it('ends every call of its operation, at every vendor, once', async () => {
    await using gateway = await startHanging(CODED_VENDOR_IDS);

    const { leave } = ask(
      gateway,
      CODED_VENDOR_IDS.flatMap((vendor) => [toLocator(vendor, 1), toLocator(vendor, 2)]),
    );
    const isHere = (vendor: CodedVendorId) => gateway.fakes[vendor].requests.length > 0;
    await until(() => CODED_VENDOR_IDS.every(isHere));
    leave();
    await until(() => CODED_VENDOR_IDS.every((vendor) => gateway.fakes[vendor].concurrency.now === 0));

    for (const vendor of CODED_VENDOR_IDS) {
      const { aborted, requests } = gateway.fakes[vendor];
      expect(aborted.count).toBe(requests.length);
    }
  });

  it('ends no call that another one waits for', async () => {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => {
      open = resolve;
    });
    await using gateway = await startFakedGateway({
      vendors: {
        talkdesk: async (request) => {
          await opened;
          return EVERYTHING_RUNS.talkdesk(request);
        },
        'power-bi': () => 'hang',
      },
    });
    const { talkdesk, 'power-bi': never, 'hi-energy': atOnce } = gateway.fakes;

    // Each reads an export of its own beside the shared one, which tells when it has come this far, and when it is gone.
    const leaving = ask(gateway, [toLocator('talkdesk', 1), toLocator('power-bi', 1)]);
    await until(() => never.requests.length === 1);
    const staying = gateway.query(EXPORTS_QUERY, {
      locators: [toLocator('talkdesk', 1), toLocator('hi-energy', 1)],
    });
    await until(() => atOnce.requests.length === 1);
    leaving.leave();
    await until(() => never.aborted.count === 1);
    open();
    const { data, errors } = await staying;

    expect(errors).toEqual([]);
    expect(data.exports.map(({ status }: { status: string }) => status)).toEqual(['RUNNING', 'RUNNING']);
    expect(talkdesk.requests).toHaveLength(1);
    expect(talkdesk.aborted.count).toBe(0);
  });

  it('leaves the account as it was: the next one is answered', async () => {
    await using gateway = await startHanging(['hi-energy']);
    const fake = gateway.fakes['hi-energy'];

    for (let turn = 0; turn < 6; turn += 1) {
      const { leave } = ask(gateway, [toLocator('hi-energy', 1)]);
      await until(() => fake.requests.length === turn + 1);
      leave();
      await until(() => fake.aborted.count === turn + 1);
    }
    fake.answer(EVERYTHING_RUNS['hi-energy']);
    const { data, errors } = await gateway.query(EXPORT_QUERY, { locator: toLocator('hi-energy', 1) });
    const health = await gateway.query('{ accounts { key health { state lastError } } }');

    expect(errors).toEqual([]);
    expect(data.export.status).toBe('RUNNING');
    expect(health.data.accounts[1]).toEqual({ key: 'hi', health: { state: 'HEALTHY', lastError: null } });
  });

  it('is no fault that anybody logs', async () => {
    await using gateway = await startHanging(['talkdesk']);
    const fake = gateway.fakes.talkdesk;

    const { leave } = ask(gateway, [toLocator('talkdesk', 1)]);
    await until(() => fake.requests.length === 1);
    leave();
    await until(() => fake.aborted.count === 1);
    await gateway.query('{ __typename }');

    expect(gateway.log.lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  });
});

/** Lets sockets work until something is true; the test's own time limit ends it. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}
