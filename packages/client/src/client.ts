import type { Waybill, WaybillOptions } from './types.ts';

/** A client of the gateway at `options.url`. */
export function createWaybill(options: WaybillOptions): Waybill {
  throw new Error(`Not there yet: ${options.url}`);
}
