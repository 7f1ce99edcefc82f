import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS, type CodedVendorId } from '../../src/export/vendor-id.ts';
import {
  ACCOUNT_KEYS,
  audits,
  CANARIES,
  type FilesGateway,
  open,
  openRaw,
  startFilesGateway,
} from './files-support.ts';

let gateway: FilesGateway;
beforeAll(async () => {
  gateway = await startFilesGateway({ config: { files: { linkTtlMs: 60_000 } } });
});
afterAll(() => gateway[Symbol.asyncDispose]());

async function openOnce(vendor: CodedVendorId, method = 'GET') {
  const url = await gateway.link(vendor);
  const before = audits(gateway).length;
  await openRaw(url, { method });
  return audits(gateway).slice(before);
}

async function readMetrics(): Promise<string> {
  return (await fetch(`${gateway.url}/metrics`)).text();
}

describe('an opening of a file', () => {
  it.each(CODED_VENDOR_IDS)(
    'at %s is one line in the log: who, what, how much, how it ended',
    async (vendor) => {
      const lines = await openOnce(vendor);

      expect(lines).toEqual([
        {
          requestId: expect.stringMatching(/^[\w-]{36}$/),
          clientAddress: '127.0.0.1',
          tenant: 'default',
          vendor,
          account: ACCOUNT_KEYS[vendor],
          exportId: expect.stringMatching(/^[\w-]{20,}$/),
          method: 'GET',
          outcome: vendor === 'power-bi' ? 'streamed' : 'redirected',
          bytes: vendor === 'power-bi' ? 8 : 0,
          durationMs: expect.any(Number),
        },
      ]);
    },
  );

  it('by HEAD is one line too', async () => {
    expect(await openOnce('power-bi', 'HEAD')).toMatchObject([
      { method: 'HEAD', outcome: 'streamed', bytes: 0 },
    ]);
  });

  it('that comes to nothing is one line with the reason', async () => {
    gateway.play.isRunning = false;
    const url = await gateway.link('talkdesk');
    gateway.play.isRunning = true;
    const before = audits(gateway).length;
    await open(url);
    gateway.play.isRunning = false;
    gateway.clock.skip(60_000);
    await open(url);

    expect(audits(gateway).slice(before)).toMatchObject([
      { tenant: 'default', account: 'desk', outcome: 'unfinished', bytes: 0 },
      { tenant: 'default', account: 'desk', outcome: 'expired', bytes: 0 },
    ]);
  });

  it('is counted, and so are its bytes', async () => {
    const url = await gateway.link('power-bi');
    const read = async (name: string) =>
      Number(new RegExp(`^${name}.*account="bi".* (\\d+)$`, 'm').exec(await readMetrics())?.[1] ?? 0);
    const streamed = () => read('waybill_downloads_total.*(?=.*outcome="streamed")');
    const bytes = () => read('waybill_downloaded_bytes_total');
    const before = [await streamed(), await bytes()];

    await openRaw(url);
    await openRaw(url);

    expect([await streamed(), await bytes()]).toEqual([(before[0] ?? 0) + 2, (before[1] ?? 0) + 16]);
  });

  it('never leaves a link, a token, a host or a key in the log or the metrics', async () => {
    const urls = await Promise.all(CODED_VENDOR_IDS.map((vendor) => gateway.link(vendor)));
    for (const url of urls) {
      await openRaw(url);
      await openRaw(`${url}x`);
    }

    const told = JSON.stringify(gateway.log.lines) + (await readMetrics());

    const tokens = urls.map((url) => url.split('/').at(-1) ?? '');
    const hosts = [gateway.store, ...Object.values(gateway.fakes)].map(({ url }) => new URL(url).host);
    for (const word of [...CANARIES, ...tokens, ...hosts]) expect(told).not.toContain(word);
    expect(gateway.minted.length).toBeGreaterThan(0);
  });
});
