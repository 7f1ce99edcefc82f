import { CallbackLinkSigner } from './access/callback-links.ts';
import type { FileLinkSigner } from './access/file-links.ts';
import { STORES_OF_THEIR_OWN } from './config/backplane-rules.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import type { LocatorIds } from './export/export.ts';
import { toLinkableFiles } from './export/files.ts';
import type { ExportOrder, VendorAccount, VendorInfo } from './export/ports.ts';
import type { Delivery, Store } from './export/store.ts';
import type { Exports } from './exports.ts';
import type { TrackingParts } from './graphql/tracked-exports.ts';
import { CALL_TIMEOUTS } from './http/client.ts';
import type { TokenKeeper } from './http/token-keeper.ts';
import type { Tools } from './runtime/tools.ts';
import { StoreOpenError } from './store/errors.ts';
import { observeStore } from './store/observed.ts';
import { openStore } from './store/open.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { Cancels, type CancelsSettings } from './tracking/cancels.ts';
import { Discovery } from './tracking/discovery.ts';
import { Estimates } from './tracking/estimates.ts';
import { Starts } from './tracking/starts.ts';
import { Tracker } from './tracking/tracker.ts';
import { WebhookDispatcher } from './tracking/webhooks/dispatcher.ts';
import type { WebhookFile } from './tracking/webhooks/message.ts';
import { toOwed } from './tracking/webhooks/owed.ts';
import { WebhookSender } from './tracking/webhooks/sender.ts';
import type { VendorCatalogue } from './vendors/catalogue.ts';
import type { CallbacksEndpointSettings } from './web/callbacks-endpoint.ts';

/** How long attempts at webhooks may take to end when the gateway goes down. */
const WEBHOOK_DRAIN_MS = 5_000;

/** Everything that outlives whoever asked: the store, tracked exports, webhooks. */
export interface Tracked extends TrackingParts {
  readonly storeState: () => string;
  /** Where vendors say that something happened. */
  readonly callbacks: Pick<CallbacksEndpointSettings, 'signer' | 'onHint'>;
  /** Another configuration is in force. */
  replace(config: Config): void;
  start(): void;
  stop(): Promise<void>;
}

export interface TrackedSettings {
  readonly config: Config;
  readonly vendors: VendorCatalogue;
  readonly tools: Tools;
  readonly exports: Exports;
  readonly metrics: Pick<Metrics, 'onWebhook' | 'observeBacklog' | 'observeTracking'>;
  readonly signer: FileLinkSigner;
  /** Signs callback links. */
  readonly linkSecret: string;
  readonly publicUrl: () => string;
  /** What accounts keep in the store, as soon as it is open. */
  readonly tokens: TokenKeeper;
  /** Left out: the one that is configured. */
  readonly store?: Store | undefined;
}

/** Puts together what outlives the process. @throws ConfigError where the store can never be used as configured */
export async function openTracked(settings: TrackedSettings): Promise<Tracked> {
  const { vendors, exports, metrics, signer } = settings;
  // Leases, turns and instants of what is owed are for all gateways: they go by the time that all have in common.
  const tools: Tools = { ...settings.tools, clock: exports.shared.clock };
  const { pool, reader, hub } = exports;
  const { clock, log } = tools;
  let { config } = settings;
  const { store, state: storeState } = observeStore(settings.store ?? (await openConfigured(config, tools)));
  settings.tokens.use(store);
  if (config.store.kind === 'memory' && config.backplane.kind !== 'memory') log.warn({}, STORES_OF_THEIR_OWN);
  if (config.store.kind === 'memory')
    log.info(
      {},
      'store.kind is memory: tracked exports and webhooks that are owed are gone after a restart.',
    );

  const dispatcher = new WebhookDispatcher({
    store,
    sender: new WebhookSender({ clock, linksFor: (delivery) => linksFor(delivery, exports, signer) }),
    endpoints: config.webhooks,
    tools,
    onAttempt: metrics.onWebhook,
  });
  metrics.observeBacklog(() => store.readBacklog(), clock.now);
  const estimates = new Estimates(vendors.all);
  const tracker = new Tracker({
    ...{ store, hub, tools, estimates, accountOf: (identity) => pool.byIdentity(identity) },
    limits: () => config.tracking,
    tenants: () => new Set(config.accounts.map(({ tenant }) => tenant)),
    owedFor: ({ tracked, before, after, isNew }) => {
      const fact = isNew ? ({ type: 'ExportTracked', exportId: tracked.key.id } as const) : null;
      return toOwed({ tracked, before, after, fact, at: clock.now() }, config.webhooks);
    },
    onOwed: () => dispatcher.notify(),
  });
  exports.onRelearnt((account, key, state) => void tracker.onRelearnt(account, key, state));
  metrics.observeTracking(() => tracker.openCount);

  const isCallers = ({ key }: VendorAccount) =>
    config.accounts.find((account) => account.key === key)?.credential.type === 'caller';
  const callbackSigner = new CallbackLinkSigner({
    ...{ secret: settings.linkSecret, publicUrl: settings.publicUrl, clock, secrets: tools.secrets },
  });
  const read: CancelsSettings['read'] = async (account, key, options) => {
    const [found] = await reader.readMany(account, [key], { ...options, maxAgeMs: 0 });
    if (found === undefined || found instanceof Error) throw found;
    return found;
  };
  const starts = new Starts({
    ...{ store, tracker, tools, isCallers, read, maxOpen: () => config.tracking.maxOpen },
    orderTakesMs: ({ key }) =>
      CALL_TIMEOUTS * (config.accounts.find((account) => account.key === key)?.limits.timeoutMs ?? 0),
    callbackUrlFor(account, order) {
      const takesCallbacks = config.accounts.some(({ key, callbacks }) => key === account.key && callbacks);
      const vendor = vendors.of(account.vendor);
      if (!takesCallbacks || vendor.readCallback === undefined) return undefined;
      return callbackSigner.linkFor(account, pickIds(vendor, order));
    },
  });
  const cancels = new Cancels({ hub, clock, read });
  const discovery = new Discovery({
    takeTurn:
      store.kind === 'postgres'
        ? ({ identity }, everyMs) =>
            store.takeTurn({ name: `discovery ${identity}`, now: clock.now(), everyMs })
        : undefined,
    ...{ tracker, tools, accountOf: (key) => pool.all().find((account) => account.key === key) },
    list: async (account, limit) => {
      const scope = { requestId: null, tenant: account.tenant, caller: null };
      const found = await reader.listRecent(account, limit, { scope });
      estimates.learn(account.tenant, found);
      return found;
    },
  });
  const discovered = () => config.accounts.filter(({ track }) => track === 'all');

  return {
    ...{ tracker, starts, cancels, estimates, isCallers, storeState },
    webhooks: toWebhooks(store, dispatcher, () => config, clock.now),
    callbacks: {
      signer: callbackSigner,
      onHint({ identity, ids }) {
        const account = pool.byIdentity(identity);
        if (account === undefined) return;
        for (const { key } of tracker.findOpen(identity, ids)) hub.pollNow(account, key);
      },
    },
    replace(next) {
      config = next;
      dispatcher.replaceEndpoints(next.webhooks);
      discovery.replace(discovered());
      tracker.accountsChanged();
    },
    start() {
      void tracker.start();
      dispatcher.start();
      discovery.replace(discovered());
    },
    async stop() {
      discovery.stop();
      await starts.close();
      await Promise.all([tracker.close(), dispatcher.stop(WEBHOOK_DRAIN_MS)]);
      await settings.tokens.close();
      await store.close();
    },
  };
}

/** @throws ConfigError */
async function openConfigured({ store }: Config, tools: Tools): Promise<Store> {
  try {
    return await openStore(store, tools);
  } catch (error) {
    if (error instanceof StoreOpenError) throw new ConfigError(['store'], [error.message]);
    throw error;
  }
}

/** Those ids of an export that an order names already. */
function pickIds({ locator }: VendorInfo, order: ExportOrder): LocatorIds {
  const ids = Object.keys(locator).map((name) => [name, order[name]] as const);
  return Object.fromEntries(ids.filter((id): id is [string, string] => typeof id[1] === 'string'));
}

/** Webhooks as callers see them: those of their tenant. */
function toWebhooks(
  store: Store,
  dispatcher: WebhookDispatcher,
  config: () => Config,
  now: () => number,
): TrackingParts['webhooks'] {
  return {
    list: (query) => store.listDeliveries(query),
    async retry(tenant, id) {
      if (!(await store.retryDelivery(tenant, id, now()))) return null;
      dispatcher.notify();
      return store.findDelivery(tenant, id);
    },
    async sendTest(tenant, endpoint) {
      const isOwn = config().webhooks.some((each) => each.key === endpoint && each.tenant === tenant);
      const sent = isOwn ? await dispatcher.sendTest(endpoint) : null;
      return sent === null ? null : { isDelivered: sent.status === 'delivered', result: sent.result };
    },
  };
}

/** Links to the files of an export that has just ended, made anew for each attempt. */
async function linksFor(
  { identity, snapshot }: Delivery,
  { pool, reader }: Exports,
  signer: FileLinkSigner,
): Promise<readonly WebhookFile[] | null> {
  const account = pool.byIdentity(identity);
  if (account === undefined || snapshot === null || snapshot.files === null) return null;
  const shown = reader.recall(account, { snapshot, transitions: [] });
  const files = toLinkableFiles(shown, await reader.files(account, shown));
  const links = signer.linksFor(() => account);
  return (
    files?.map((file) => {
      const { url, expiresAt } = links.linkTo(file);
      return { name: file.name, mediaType: file.mediaType, url, urlExpiresAt: expiresAt };
    }) ?? null
  );
}
