/** Which accounts there are, and how many exports each has: equal for vendors, gateways and subscribers. */
export interface Layout {
  readonly tenants: number;
  /** Accounts whose vendor has a list call, Hi Energy's, and exports of each; at most 100, as many as a list holds. */
  readonly listAccounts: number;
  readonly perList: number;
  /** Accounts whose vendor tells of one export at a time, Power BI's, and exports of each. */
  readonly plainAccounts: number;
  readonly perPlain: number;
  readonly requestsPerSecond: number;
  readonly intervalMs: number;
}

export const REPORT_ID = '5b218778-e7a5-4d73-8187-f10824047715';

/** What one subscriber watches, and the key by which it may. */
export interface Watched {
  readonly key: string;
  readonly locators: readonly object[];
}

export function countExports(layout: Layout): number {
  return layout.listAccounts * layout.perList + layout.plainAccounts * layout.perPlain;
}

export function tenantKey(tenant: number): string {
  return `cluster-key-of-tenant-${tenant}-0123456789`;
}

/** The exports of one subscriber: one or more of accounts of one tenant, so that all subscribers together watch every export. */
export function toWatched(layout: Layout, subscriber: number, perSubscriber: number): Watched {
  const tenant = subscriber % layout.tenants;
  const all = exportsOf(layout, tenant);
  const first = Math.floor(subscriber / layout.tenants) * perSubscriber;
  const locators = Array.from(
    { length: Math.min(perSubscriber, all.length) },
    (_, place) => all[(first + place) % all.length] as object,
  );
  return { key: tenantKey(tenant), locators };
}

const exportsByLayout = new WeakMap<Layout, readonly object[][]>();

function exportsOf(layout: Layout, tenant: number): readonly object[] {
  let all = exportsByLayout.get(layout);
  if (all === undefined) {
    all = Array.from({ length: layout.tenants }, (_, of) => listExports(layout, of));
    exportsByLayout.set(layout, all);
  }
  return all[tenant] ?? [];
}

function listExports(layout: Layout, tenant: number): object[] {
  const { listAccounts, perList, plainAccounts, perPlain, tenants } = layout;
  const own = (count: number) =>
    Array.from({ length: count }, (_, account) => account).filter((account) => account % tenants === tenant);
  const listed = own(listAccounts).flatMap((account) =>
    Array.from({ length: perList }, (_, index) => ({
      hiEnergy: { account: `list${account}`, exportId: String(index + 1) },
    })),
  );
  const plain = own(plainAccounts).flatMap((account) =>
    Array.from({ length: perPlain }, (_, index) => ({
      powerBi: { account: `plain${account}`, reportId: REPORT_ID, exportId: String(index + 1) },
    })),
  );
  return [...listed, ...plain];
}

/** A configuration as an operator would write it for each of several gateways, bounds aside that few callers alone would run into. */
export function toConfig(layout: Layout, vendorUrl: string, backplane: object): string {
  const { intervalMs, requestsPerSecond, tenants } = layout;
  const account = (key: string, place: number) => ({
    key,
    tenant: `t${place % tenants}`,
    polling: { minMs: intervalMs, maxMs: intervalMs },
    limits: { requestsPerSecond, maxConcurrent: 100 },
  });
  return JSON.stringify({
    server: { host: '127.0.0.1', port: 0, mode: 'production', logLevel: 'warn' },
    access: {
      mode: 'keys',
      keys: Array.from({ length: tenants }, (_, tenant) => ({
        name: `t${tenant}`,
        key: tenantKey(tenant),
        tenant: `t${tenant}`,
      })),
    },
    files: { linkSecret: 'cluster-link-secret-0123456789abcdef' },
    limits: { operationsPerMinute: 10_000_000, locatorsPerMinute: 10_000_000 },
    backplane,
    accounts: [
      ...Array.from({ length: layout.listAccounts }, (_, place) => ({
        ...account(`list${place}`, place),
        vendor: 'hi-energy',
        baseUrl: `${vendorUrl}/list/${place}`,
        credential: { type: 'api-key', apiKey: 'cluster' },
      })),
      ...Array.from({ length: layout.plainAccounts }, (_, place) => ({
        ...account(`plain${place}`, place),
        vendor: 'power-bi',
        baseUrl: `${vendorUrl}/plain/${place}`,
        credential: { type: 'bearer', token: 'cluster' },
      })),
    ],
  });
}
