export { createWaybill } from './client.ts';
export { WaybillError } from './error.ts';
export { formatLocator, parseLocator } from './locator.ts';
export type * from './types.ts';
