import type { GatewayAccess } from './gateway/address.ts';
import { queryGateway } from './gateway/query.ts';
import { type ExportOrder, VendorsDocument, type VendorsQuery } from './generated/operations.ts';
import { knownOrderForm, parseOrderArguments, toOrderForm, toUnknownVendor } from './order-arguments.ts';

/**
 * An order of KEY=VALUE words, for any vendor: what the orders of those hold that this version does not know, the gateway tells.
 *
 * @throws CommandError with one line per problem; what `queryGateway` throws
 */
export async function readOrder(
  access: () => GatewayAccess,
  vendor: string,
  words: readonly string[],
  signal: AbortSignal,
): Promise<ExportOrder> {
  const known = knownOrderForm(vendor);
  if (known !== undefined) return parseOrderArguments(known, words);
  const vendors = await readStartingVendors(access(), signal);
  const told = vendors.find(({ key }) => key === vendor);
  if (told !== undefined) return parseOrderArguments(toOrderForm(told), words);
  throw toUnknownVendor(
    vendor,
    vendors.map(({ key }) => key),
  );
}

/** The vendors that the gateway can start exports at. */
async function readStartingVendors(
  access: GatewayAccess,
  signal: AbortSignal,
): Promise<VendorsQuery['vendors']> {
  const { vendors } = await queryGateway(access, VendorsDocument, {}, signal);
  return vendors.filter(({ capabilities }) => capabilities.canStart);
}
