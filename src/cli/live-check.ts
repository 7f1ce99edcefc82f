import type { AccountConfig, Config } from '../config/config.ts';
import { VendorError } from '../export/errors.ts';
import type { LocatorIds } from '../export/export.ts';
import type { CodedVendorId, VendorId } from '../export/vendor-id.ts';
import type { Tools } from '../runtime/tools.ts';
import { VendorCatalogue } from '../vendors/catalogue.ts';
import type { VendorDefinition } from '../vendors/vendor.ts';

/** What came of asking one account's vendor. */
export interface LiveAnswer {
  readonly account: string;
  readonly vendor: VendorId;
  readonly tenant: string;
  /** `skipped`: the gateway has no credential of its own there. */
  readonly status: 'answered' | 'failed' | 'skipped';
  readonly durationMs: number | null;
  /** A `VendorErrorCode`, where it failed. */
  readonly code: string | null;
  readonly message: string | null;
}

export type LiveTools = Pick<Tools, 'clock' | 'random'>;

/**
 * An export that nobody has at each coded vendor: to be told that there is none takes the way, the vendor's answer and its taking the credential, and
 * costs one call.
 */
const NO_EXPORT: Readonly<Record<CodedVendorId, LocatorIds>> = {
  'power-bi': { reportId: '00000000-0000-0000-0000-000000000000', exportId: 'waybill-check' },
  'hi-energy': { exportId: '1' },
  talkdesk: { reportType: 'calls', jobId: '00000000-0000-0000-0000-000000000000' },
  'web-admit': { exportId: '1', exportFileId: '1' },
};

/** Asks each account's vendor once, all at the same time. Never rejects; no message holds a secret. */
export function askVendors(
  { accounts, declaredVendors }: Pick<Config, 'accounts' | 'declaredVendors'>,
  tools: LiveTools & Pick<Tools, 'secrets'>,
): Promise<readonly LiveAnswer[]> {
  const vendors = new VendorCatalogue(declaredVendors);
  return Promise.all(
    accounts.map((account) => askVendor(vendors.of(account.vendor), account, { ...tools, log: SILENT })),
  );
}

/** Ids that the vendor's grammar lets through and that no export is expected to have. */
function toNoExport({ id, locator }: VendorDefinition): LocatorIds {
  if (id in NO_EXPORT) return NO_EXPORT[id as CodedVendorId];
  const examples = Object.entries(locator).map(([name, { example }]) => [name, example]);
  return Object.fromEntries(examples);
}

async function askVendor(
  definition: VendorDefinition,
  { credential, ...settings }: AccountConfig,
  tools: Tools,
): Promise<LiveAnswer> {
  const { key, vendor, tenant } = settings;
  const base = { account: key, vendor, tenant, code: null, message: null };
  if (credential.type === 'caller') return { ...base, status: 'skipped', durationMs: null };
  const account = definition.createAccount({ ...settings, credential, identity: key }, tools);
  const startedAt = tools.clock.now();
  try {
    const [reading] = await account.readMany([{ id: '', vendor, account: key, ids: toNoExport(definition) }]);
    const durationMs = Math.round(tools.clock.now() - startedAt);
    if (!(reading instanceof VendorError) || reading.code === 'EXPORT_NOT_FOUND')
      return { ...base, status: 'answered', durationMs };
    return {
      ...base,
      status: 'failed',
      durationMs,
      code: reading.code,
      message: tools.secrets.mask(reading.message),
    };
  } finally {
    await account.close();
  }
}

const SILENT: Tools['log'] = {
  isEnabled: () => false,
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};
