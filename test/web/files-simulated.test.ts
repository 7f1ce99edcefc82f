import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultOrder } from '../../simulator/faults.ts';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import { createOffsetClock, type OffsetClock } from '../support/offset-clock.ts';
import { type SimulatedGateway, startSimulatedGateway } from '../support/simulated-gateway.ts';
import { audits, openRaw, toLocator } from './files-support.ts';

/** Exports that end with a file, and what that file begins with. */
const FILES: Readonly<Record<CodedVendorId, { readonly title: string; readonly start: string }>> = {
  'power-bi': { title: 'Umsatzübersicht Köln', start: '%PDF' },
  'hi-energy': { title: 'Deals, Black Friday', start: 'PK' },
  talkdesk: { title: 'Inbound calls, this month', start: '' },
  'web-admit': { title: 'Pharmacy applicants with transcripts.zip', start: 'PK' },
};

let clock: OffsetClock;
let gateway: SimulatedGateway;
beforeAll(async () => {
  clock = createOffsetClock();
  gateway = await startSimulatedGateway({ tools: { clock } });
  await Promise.all(CODED_VENDOR_IDS.map((vendor) => readLink(vendor))); // the jobs begin to move when they are first looked at
  clock.skip(600_000);
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function readLink(vendor: CodedVendorId): Promise<string> {
  const job = gateway.simulators.seeds[vendor].findLast(({ title }) => title === FILES[vendor].title);
  const { data } = await gateway.query(
    'query ($locator: ExportLocator!) { export(locator: $locator) { files { url } } }',
    { locator: toLocator(vendor, job?.ids ?? {}) },
  );
  return data.export?.files?.[0]?.url ?? '';
}

async function order(fault: FaultOrder): Promise<string> {
  const url = await readLink(fault.vendor as CodedVendorId);
  gateway.simulators.faults.order(fault);
  return url;
}

describe('a file of a simulated vendor', () => {
  it.each(CODED_VENDOR_IDS)('is opened at %s right away and 60 s later, by the same link', async (vendor) => {
    const url = await readLink(vendor);
    const first = Buffer.from(await (await fetch(url)).arrayBuffer());
    clock.skip(60_000);
    const second = Buffer.from(await (await fetch(url)).arrayBuffer());

    expect(first.toString('latin1').startsWith(FILES[vendor].start)).toBe(true);
    expect(first.length).toBeGreaterThan(100);
    expect(second.equals(first)).toBe(true);
  });

  it('is dead by the link of the first opening after WebAdMIT’s 25 s', async () => {
    const { headers } = await openRaw(await readLink('web-admit'));
    const link = String(headers.location);
    expect((await openRaw(link)).status).toBe(200);

    clock.skip(26_000);

    expect((await openRaw(link)).status).toBe(403);
  });

  it('comes in pieces that fit together', async () => {
    const url = await readLink('power-bi');
    const whole = await openRaw(url);
    const etag = String(whole.headers.etag);

    const head = await openRaw(url, { headers: { range: 'bytes=0-99' } });
    const rest = await openRaw(url, { headers: { range: 'bytes=100-', 'if-range': etag } });
    const changed = await openRaw(url, { headers: { range: 'bytes=100-', 'if-range': '"another"' } });
    const beyond = await openRaw(url, { headers: { range: 'bytes=99999999-' } });

    expect([head.status, rest.status, changed.status, beyond.status]).toEqual([206, 206, 200, 416]);
    expect(Buffer.concat([head.body, rest.body]).equals(whole.body)).toBe(true);
    expect(changed.body.equals(whole.body)).toBe(true);
    expect((await openRaw(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  });

  it.each<[string, FaultOrder, number]>([
    ['throttled', { vendor: 'power-bi', kind: 'throttle', retryAfterSeconds: 0, times: 9 }, 503],
    ['garbage', { vendor: 'hi-energy', kind: 'garbage', times: 9 }, 502],
    ['refused', { vendor: 'web-admit', kind: 'status', status: 401, times: 9 }, 502],
    ['not there any more', { vendor: 'power-bi', kind: 'status', status: 404, pathIncludes: '/file' }, 410],
  ])('that is %s is told', async (_title, fault, status) => {
    const url = await order(fault);

    expect((await openRaw(url)).status).toBe(status);
    gateway.simulators.faults.clear();
  });

  it('that breaks off half-way is an error for its reader', async () => {
    const url = await order({ vendor: 'power-bi', kind: 'half-body', pathIncludes: '/file' });

    const { status, error } = await openRaw(url);

    expect(status).toBe(200);
    expect(error).toBeInstanceOf(Error);
    expect(audits(gateway).at(-1)).toMatchObject({ outcome: 'broken-off' });
  });
});
