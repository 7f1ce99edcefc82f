import { VendorCatalogue } from '../../src/vendors/catalogue.ts';

/** The ids of all vendors that come with Waybill, as the query `vendors` lists them. */
export const VENDOR_KEYS: readonly string[] = new VendorCatalogue().all.map(({ id }) => id);
