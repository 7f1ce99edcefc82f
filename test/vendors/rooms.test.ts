import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { CODED_VENDORS } from '../../src/vendors/coded.ts';
import { hasOrderRoom, ORDER_ROOM, readRooms } from '../adding-a-vendor/page.ts';

describe("a vendor's folder", () => {
  it.each(CODED_VENDOR_IDS)(
    'of %s has the rooms that the page on adding a vendor names, and no others',
    async (id) => {
      const files = readdirSync(new URL(`../../src/vendors/${id}/`, import.meta.url));

      expect(files.filter((file) => file !== ORDER_ROOM).sort()).toEqual(await readRooms());
      expect(files.includes(ORDER_ROOM) && !CODED_VENDORS[id].capabilities.canStart).toBe(false);
    },
  );

  it('may have one for orders, which the page names too', async () => {
    expect(await hasOrderRoom()).toBe(true);
  });
});
