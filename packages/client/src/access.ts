import type { Credentials } from './transport.ts';
import type { WaybillOptions } from './types.ts';

type Why = 'connect' | 'expiring' | 'refused';

/** What proves the caller. */
export interface Access {
  /** True where another token may be had. */
  readonly isRenewable: boolean;
  /** As it was got last; got now where it never was. */
  current(): Promise<Credentials>;
  /** Gets it anew, and keeps it. Vendor tokens always come with it. */
  renew(why: Why): Promise<Credentials>;
}

export function createAccess({
  token,
  vendorTokens,
}: Pick<WaybillOptions, 'token' | 'vendorTokens'>): Access {
  let last: Promise<Credentials> | null = null;

  const ask = async (why: Why): Promise<Credentials> => ({
    token: typeof token === 'function' ? await token(why) : token,
    vendorTokens: (await vendorTokens?.()) ?? {},
  });

  function renew(why: Why): Promise<Credentials> {
    const asked = ask(why);
    last = asked;
    // Whoever comes next asks again.
    asked.catch(() => {
      if (last === asked) last = null;
    });
    return asked;
  }

  return { isRenewable: typeof token === 'function', current: () => last ?? renew('connect'), renew };
}

/** As headers say it. */
export function toHeaders({ token, vendorTokens }: Credentials): Record<string, string> {
  const headers = Object.entries(vendorTokens).map(([account, value]) => [
    `x-waybill-token-${account}`,
    value,
  ]);
  return { ...toPayload({ token, vendorTokens: {} }), ...Object.fromEntries(headers) } as Record<
    string,
    string
  >;
}

/** As a websocket's messages say it, since browsers can send no headers with one. */
export function toPayload({ token, vendorTokens }: Credentials): Record<string, unknown> {
  return {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(Object.keys(vendorTokens).length > 0 && { vendorTokens }),
  };
}
