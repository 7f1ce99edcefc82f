import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { startSimulated } from '../../simulator/conformance/simulated-stage.ts';
import { toSimulatorMount } from '../../simulator/declared/mount.ts';
import type { ExportOrder } from '../../src/export/ports.ts';
import { readVendorFile } from '../../src/vendor-file/read.ts';
import { toVendorDefinition } from '../../src/vendors/declared/vendor.ts';

/** More than any list gives at once. */
const ONE_PAGE = 100;
const HOUR_MS = 3_600_000;

describe('a simulated list', () => {
  it.each(['shopify', 'marketo', 'amazon-sp-api'])('of %s goes on behind its first page', async (id) => {
    const file = `${id}.vendor.yaml`;
    const text = readFileSync(`src/vendors/declared/${file}`, 'utf8');
    const read = readVendorFile(text, file);
    if ('problems' in read) throw new Error(read.problems.map(({ line }) => line).join('\n'));
    await using stage = await startSimulated({
      definition: toVendorDefinition(read.declaration),
      mount: toSimulatorMount(read.declaration),
    });
    // The examples that were there from the beginning are older than the order.
    stage.clock.advance(HOUR_MS);
    const sentAt = stage.clock.now();
    const first = await stage.start();
    stage.clock.advance(HOUR_MS);
    for (let begun = 0; begun < ONE_PAGE; begun += 1) await stage.start();

    const order: ExportOrder = {};
    const found = await stage.account.findStarted?.({ order, sentAt, mark: null });

    expect(found?.map(({ key }) => key.ids)).toEqual([first.snapshot.key.ids]);
  });
});
