import { randomBytes } from 'node:crypto';
import { expect } from 'vitest';
import { CODED_VENDOR_IDS } from '../../src/export/vendor-id.ts';
import { type FakedGateway, startFakedGateway, toAccount } from '../graphql/support.ts';

/** Waybill as it faces the world: production mode, callers with keys, four vendors whose every call is counted. */
export interface Target extends FakedGateway {
  /** What an honest caller sends. */
  readonly key: string;
  readonly authorization: string;
  /** Throws unless an honest request is answered now as it always is. */
  expectAlive(): Promise<void>;
  /** Throws where any of this has leaked: a stack, a path, a host, a library's name, a secret. */
  expectClean(answer: string): void;
}

/** What no answer may hold: frames of a stack, files, packages, this machine's own addresses, Node's own words. */
const LEAKS: readonly RegExp[] = [
  /\bat [\w.<>]+ \(|\bat (?:file|node):|\n\s+at /,
  /node_modules|\.[cm]?[jt]s:\d+|\/(?:home|srv|tmp|usr|work|app)\//,
  /graphql-yoga|graphql-ws|@whatwg|envelop|undici|llhttp|SyntaxError|TypeError|RangeError/,
  /ECONN|EPIPE|HPE_|ERR_[A-Z]/,
];

export interface TargetOptions {
  readonly config?: Readonly<Record<string, object>>;
  readonly arrival?: { readonly headersMs: number; readonly requestMs: number; readonly checkMs: number };
}

export async function startTarget({ config = {}, arrival }: TargetOptions = {}): Promise<Target> {
  const key = randomBytes(24).toString('base64url');
  const authorization = `Bearer ${key}`;
  const gateway = await startFakedGateway({
    accounts: (urls) => CODED_VENDOR_IDS.map((vendor) => toAccount(vendor, urls[vendor], { tenant: 'acme' })),
    config: {
      server: { mode: 'production' },
      access: { mode: 'keys', keys: [{ name: 'ops', key, tenant: 'acme' }] },
      ...config,
    },
    arrival,
  });
  const hosts = CODED_VENDOR_IDS.map((vendor) => new URL(gateway.fakes[vendor].url).host);
  return {
    ...gateway,
    key,
    authorization,
    async expectAlive() {
      const { status, data, errors } = await gateway.query(
        '{ vendors { key } accounts { key } }',
        undefined,
        {
          headers: { authorization },
        },
      );
      expect({ status, errors, accounts: data.accounts.length }).toEqual({
        status: 200,
        errors: [],
        accounts: 4,
      });
    },
    expectClean(answer) {
      expect(LEAKS.filter((leak) => leak.test(answer)).map(String)).toEqual([]);
      expect([key, ...hosts].filter((secret) => answer.includes(secret))).toEqual([]);
    },
  };
}
