import { describe, expect, it } from 'vitest';
import { VendorError } from '../../../src/export/errors.ts';
import type { PowerBiClient } from '../../../src/vendors/power-bi/client.ts';
import { createPowerBiLoader } from '../../../src/vendors/power-bi/loader.ts';
import { createReads } from '../../../src/vendors/shared/reads.ts';
import { createWordReporter } from '../../../src/vendors/shared/unlisted-words.ts';
import { createManualClock } from '../../support/manual-clock.ts';
import { createRecordingLog } from '../../support/tools.ts';
import { createStubHttp } from '../stub-http.ts';
import { toKey, toWire } from './support.ts';

function createLoader(readExport: PowerBiClient['readExport'], log = createRecordingLog()) {
  const notHere = () => Promise.reject(new Error('not part of this test'));
  return createReads({
    http: createStubHttp('power-bi', 'bi'),
    clock: createManualClock(),
    vendorName: 'Power BI',
    timeoutMs: 100,
    onSnapshot: createWordReporter(log, 'Power BI'),
    ...createPowerBiLoader({ readExport, startExport: notHere, openFile: notHere }, toKey),
  });
}

describe('Power BI loader', () => {
  it('turns even a mistake of its own into the one entry it belongs to', async () => {
    const loader = createLoader(async ({ exportId }) => {
      if (exportId === 'bad') throw new TypeError('a mistake');
      return { wire: toWire({ status: 'Running' }), retryAfter: undefined, receivedAt: 1 };
    });

    const [bad, good] = await loader.readMany([toKey({ exportId: 'bad' }), toKey({ exportId: 'good' })]);

    expect(bad).toBeInstanceOf(VendorError);
    expect(bad).toMatchObject({ code: 'VENDOR_BAD_RESPONSE', account: 'bi', cause: expect.any(TypeError) });
    expect(good).toMatchObject({ status: 'RUNNING' });
  });

  it('ends with the reason of the signal, whatever error came of it', async () => {
    const controller = new AbortController();
    const loader = createLoader(async () => {
      controller.abort(new DOMException('nobody waits', 'AbortError'));
      throw new Error('connection lost');
    });

    await expect(loader.readMany([toKey()], { signal: controller.signal })).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  it('remembers a bounded number of unlisted words', async () => {
    const log = createRecordingLog();
    let word = 0;
    const loader = createLoader(async () => {
      word += 1;
      return { wire: toWire({ status: `word ${word}` }), retryAfter: undefined, receivedAt: 1 };
    }, log);

    for (let read = 0; read < 300; read += 1) await loader.readOne(toKey());

    expect(log.lines).toHaveLength(100);
  });
});
