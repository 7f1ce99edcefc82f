import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { readRooms } from '../adding-a-vendor/page.ts';

describe("a vendor's folder", () => {
  it.each(VENDOR_IDS)(
    'of %s has the rooms that the page on adding a vendor names, and no others',
    async (id) => {
      const files = readdirSync(new URL(`../../src/vendors/${id}/`, import.meta.url));

      expect(files.sort()).toEqual(await readRooms());
    },
  );
});
