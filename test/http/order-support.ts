import type { AccountClient, AccountResponse, CallOptions } from '../../src/http/types.ts';

export const ORDER = { method: 'POST', path: ['jobs'], json: { type: 'weekly' } } as const;

/** Orders an export, and reads the answer as a vendor's folder does. @returns the id of what was begun */
export function sendOrder(client: AccountClient, options?: CallOptions): Promise<string> {
  const read = (response: AccountResponse): string => {
    const body = response.json as { readonly id?: string; readonly message?: string } | undefined;
    if (response.status === 400) throw client.toRejection(response, 'an export', body?.message);
    if (response.status >= 300) throw client.toVendorError(response, 'an export');
    if (body?.id === undefined) throw client.toLostAnswer(response, 'an export', '"id" is missing');
    return body.id;
  };
  return client.order(ORDER, options, 'an export', read);
}
