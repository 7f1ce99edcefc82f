import type { WebhookEndpoint } from '../export/webhook-endpoint.ts';
import type { VendorDeclaration } from '../vendor-file/declaration.ts';
import { toBaseUrl, toHttpUrl } from '../yaml/address.ts';
import { resolveBeside } from '../yaml/read-file.ts';
import type {
  AccessConfig,
  AccountConfig,
  AccountCredential,
  BackplaneConfig,
  Config,
  DocumentManifest,
  GatewayLimits,
  ServerConfig,
  StoreConfig,
} from './config.ts';
import { toFileOrigin } from './file-origin.ts';
import type { CheckedFile } from './schema.ts';
import { USUAL_ROWS, type VendorDefaults, type VendorRows } from './vendor-defaults.ts';
import { fillAddress, toVendorFileDigest } from './vendor-settings.ts';

type CheckedAccount = CheckedFile['accounts'][number];

/** What the file says only by naming it, and where it stands. */
export interface FileSurroundings {
  readonly trustedDocuments?: DocumentManifest | undefined;
  readonly configFile?: string | undefined;
  readonly vendors?: VendorRows | undefined;
  /** The user's own vendor files. */
  readonly own?: readonly VendorDeclaration[] | undefined;
}

/** A checked file as the parts of the gateway want it: one spelling of every address, nothing left to look up. */
export function toConfig(
  file: CheckedFile,
  { trustedDocuments, configFile, vendors = USUAL_ROWS, own = [] }: FileSurroundings = {},
): Config {
  return {
    server: { ...toServerConfig(file.server), trustedDocuments },
    access: toAccessConfig(file.access),
    files: { linkSecret: file.files.linkSecret, linkTtlMs: file.files.linkTtlMs },
    store: toStoreConfig(file.store, configFile),
    backplane: toBackplaneConfig(file.backplane),
    tracking: file.tracking,
    webhooks: file.webhooks.map(toEndpoint),
    accounts: file.accounts.map((account) => toAccountConfig(account, vendors.get(account.vendor), own)),
    declaredVendors: own,
    vendorFiles: file.vendorFiles.map((name) => resolveBeside(configFile, name)),
    limits: toGatewayLimits(file),
  };
}

function toServerConfig(server: CheckedFile['server']): Omit<ServerConfig, 'trustedDocuments'> {
  const { host, port, mode, metricsPort, logLevel, trustedProxies, federation } = server;
  // Port 0 becomes a number only when the gateway listens.
  const defaultUrl = port === 0 ? undefined : toHttpUrl(host, port);
  return {
    host,
    port,
    publicUrl: server.publicUrl === undefined ? defaultUrl : toBaseUrl(server.publicUrl),
    allowedOrigins: [...new Set(server.allowedOrigins.map((origin) => new URL(origin).origin))],
    mode,
    metricsPort,
    logLevel,
    trustedProxies,
    federation,
  };
}

function toAccessConfig({ mode, keys, jwt }: CheckedFile['access']): AccessConfig {
  if (mode === 'keys') return { mode, keys };
  if (mode === 'jwt' && jwt !== undefined) return { mode, jwt };
  return { mode: 'open' };
}

function toStoreConfig(store: CheckedFile['store'], configFile: string | undefined): StoreConfig {
  return store.kind === 'sqlite' ? { ...store, path: resolveBeside(configFile, store.path) } : store;
}

/** Rules have seen to it that Redis is in one place, and that a primary behind Sentinels has a name. */
function toBackplaneConfig(backplane: CheckedFile['backplane']): BackplaneConfig {
  if (backplane.kind === 'memory') return backplane;
  const { kind, url, cluster, sentinels, name = '', database = 0, tls = false } = backplane;
  const { username, password, sentinelUsername, sentinelPassword } = backplane;
  const user = { kind, username, password };
  if (url !== undefined) return { ...user, url };
  if (cluster !== undefined) return { ...user, cluster: [...new Set(cluster)], tls };
  return {
    ...user,
    sentinels: [...new Set(sentinels)],
    ...{ name, sentinelUsername, sentinelPassword, database, tls },
  };
}

function toEndpoint({ secret, ...webhook }: CheckedFile['webhooks'][number]): WebhookEndpoint {
  return {
    ...webhook,
    url: new URL(webhook.url).href,
    secrets: typeof secret === 'string' ? [secret] : [...new Set(secret)],
    events: [...new Set(webhook.events)],
    vendors: [...new Set(webhook.vendors)],
    accounts: [...new Set(webhook.accounts)],
  };
}

/** Far above what a busy page asks for, and far below what a client in an endless loop does. */
const OPERATIONS_PER_MINUTE = 20_000;
const LOCATORS_PER_MINUTE = 100_000;
const LOCATORS_PER_OPERATION = 300;

function toGatewayLimits({ limits, access }: CheckedFile): GatewayLimits {
  // In mode open all are one caller, and none but this machine asks.
  const perMinute = (fallback: number) => (access.mode === 'open' ? undefined : fallback);
  return {
    ...limits,
    locatorsPerOperation: limits.locatorsPerOperation ?? Math.max(LOCATORS_PER_OPERATION, limits.locators),
    operationsPerMinute: limits.operationsPerMinute ?? perMinute(OPERATIONS_PER_MINUTE),
    locatorsPerMinute: limits.locatorsPerMinute ?? perMinute(LOCATORS_PER_MINUTE),
  };
}

/** Where tokens are asked for is the account's own to say, or stands in the vendor's file. */
function toCredential(
  credential: CheckedAccount['credential'],
  declaration: VendorDeclaration | undefined,
  settings: Readonly<Record<string, string>>,
): AccountCredential {
  if (credential.type !== 'client-credentials' && credential.type !== 'refresh-token') return credential;
  const rule = declaration?.credentials[credential.type];
  return { ...credential, tokenUrl: credential.tokenUrl ?? fillAddress(rule?.tokenUrl ?? [], settings) };
}

function toAccountConfig(
  account: CheckedAccount,
  row: VendorDefaults | undefined,
  own: readonly VendorDeclaration[],
): AccountConfig {
  const { key, vendor, tenant, credential, limits, polling, files, track, discoverMs, callbacks } = account;
  const { settings = {}, baseUrl } = account;
  if (row === undefined) throw new TypeError(`There is no vendor ${vendor}.`);
  const { declaration } = row;
  const { stallAfterMs } = row.pacing;
  return {
    key,
    vendor,
    tenant,
    baseUrl: toBaseUrl(baseUrl ?? fillAddress(declaration?.baseUrl ?? [], settings)),
    credential: toCredential(credential, declaration, settings),
    limits,
    pacing: { ...polling, stallAfterMs },
    files,
    fileOrigins: [...new Set(account.fileOrigins.map(toFileOrigin))],
    reportTypes: account.reportTypes,
    settings,
    vendorFileDigest: declaration && own.includes(declaration) ? toVendorFileDigest(declaration) : undefined,
    track,
    discoverMs,
    callbacks,
  };
}
