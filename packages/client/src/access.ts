import type { Credentials } from './transport.ts';
import type { WaybillOptions } from './types.ts';

/** What proves the caller, as it was got last. */
export class Access {
  private readonly options: Pick<WaybillOptions, 'token' | 'vendorTokens'>;
  private asked: Promise<Credentials> | null = null;

  constructor(options: Pick<WaybillOptions, 'token' | 'vendorTokens'>) {
    this.options = options;
  }

  /** True where another token may be had. */
  get isRenewable(): boolean {
    return typeof this.options.token === 'function';
  }

  /** As it was got last; got now where it never was. */
  current(): Promise<Credentials> {
    return this.asked ?? this.renew('connect');
  }

  /** Gets it anew, and keeps it. Vendor tokens always come with it. */
  renew(why: 'connect' | 'expiring' | 'refused'): Promise<Credentials> {
    const asked = this.ask(why);
    this.asked = asked;
    // Whoever comes next asks again.
    asked.catch(() => {
      if (this.asked === asked) this.asked = null;
    });
    return asked;
  }

  private async ask(why: 'connect' | 'expiring' | 'refused'): Promise<Credentials> {
    const { token, vendorTokens } = this.options;
    return {
      token: typeof token === 'function' ? await token(why) : token,
      vendorTokens: (await vendorTokens?.()) ?? {},
    };
  }
}

/** As headers say it. */
export function toHeaders({ token, vendorTokens }: Credentials): Record<string, string> {
  const vendors = Object.entries(vendorTokens).map(([account, value]) => [
    `x-waybill-token-${account}`,
    value,
  ]);
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...Object.fromEntries(vendors),
  };
}

/** As a websocket's messages say it, since browsers can send no headers with one. */
export function toPayload({ token, vendorTokens }: Credentials): Record<string, unknown> {
  return {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(Object.keys(vendorTokens).length === 0 ? {} : { vendorTokens }),
  };
}
