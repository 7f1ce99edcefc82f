import { randomBytes } from 'node:crypto';
import { createAccess } from './access/authenticate.ts';
import { createClientAddress } from './access/client-address.ts';
import { FileLinkSigner } from './access/file-links.ts';
import { createHostPolicy } from './access/hosts.ts';
import { createAdmission } from './access/rate-limits.ts';
import { AccessSessions } from './access/sessions.ts';
import type { Config } from './config/config.ts';
import { secretValues } from './config/secret-values.ts';
import { createEndpoints } from './endpoints.ts';
import type { Store } from './export/store.ts';
import { openExports } from './exports.ts';
import { createContexts } from './graphql/context.ts';
import { createSchema } from './graphql/schema.ts';
import { TokenKeeper } from './http/token-keeper.ts';
import { createTokenSeal } from './http/token-seal.ts';
import { OperationEngine } from './operations/engine.ts';
import { createErrorMask } from './operations/errors.ts';
import type { ExecutorKind } from './operations/executor.ts';
import { OperationReports } from './operations/reports.ts';
import { Turns } from './operations/turns.ts';
import { createRunningConfig } from './reload.ts';
import type { Tools } from './runtime/tools.ts';
import type { SharedState } from './shared-state.ts';
import { detached } from './telemetry/detached-clock.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { openTracked } from './tracked.ts';
import type { GraphiQLTab } from './transports/graphiql.ts';
import { createRequestOrder } from './transports/request-order.ts';
import { trustDocuments } from './trusted.ts';
import { schemaNames } from './vendor-file/names.ts';
import { VendorCatalogue } from './vendors/catalogue.ts';
import { Health } from './web/health.ts';
import type { ArrivalTimes } from './web/http-server.ts';
import { openServers } from './web/servers.ts';

/** A running gateway. Disposing of it drains it. */
export interface Gateway extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Takes over accounts and callers from another configuration, as a whole and at once, without cutting a stream that goes on
   * being allowed; says in the log what changed. Never throws, and does nothing once the gateway drains.
   */
  reload(config: Config): void;
  /** No new work, in-flight answers finish, streams are cut so that clients come back by themselves; then everything is closed. */
  drain(): Promise<void>;
}

export interface GatewayOptions {
  readonly config: Config;
  readonly tools: Tools;
  /** The tabs GraphiQL opens with. */
  readonly graphiqlTabs?: readonly GraphiQLTab[];
  /** Where faults are ordered at the vendors that it asks: in the demo, which has simulated ones. The board leads there. */
  readonly faultsUrl?: string | undefined;
  /** Other times for slow senders than the usual ones. */
  readonly arrival?: ArrivalTimes | undefined;
  /** How operations are run; the default compiles those that are run again and again. */
  readonly executor?: ExecutorKind | undefined;
  /** An open store, instead of the one that is configured. */
  readonly store?: Store | undefined;
  /** What is shared with other gateways, instead of what is configured. */
  readonly shared?: SharedState | undefined;
}

/** Puts the parts together and listens. Where that fails, nothing stays open. @throws ConfigError, or why it cannot listen */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, graphiqlTabs = [], faultsUrl, arrival, executor } = options;
  const { server, limits, files } = config;
  const { mode } = server;
  const isOpen = config.access.mode === 'open';
  const tools: Tools = { ...options.tools, clock: detached(options.tools.clock) };
  const { clock, log, secrets } = tools;
  const vendors = new VendorCatalogue(config.declaredVendors);
  const schema = createSchema({ isSubgraph: server.federation, declarations: config.declaredVendors });
  const trustedDocuments = await trustDocuments(config, schema);
  const linkSecret = files.linkSecret ?? randomBytes(32).toString('base64url');
  for (const secret of [linkSecret, ...secretValues(config)]) secrets.add(secret);
  let url = server.publicUrl ?? '';
  const publicUrl = (): string => url;

  const metrics = createMetrics(secrets);
  const clientAddressOf = createClientAddress(server.trustedProxies);
  const reports = new OperationReports({
    ...tools,
    onFinished: metrics.onOperation,
    onRefused: metrics.onRefused,
  });

  const turns = new Turns();
  const tokens = new TokenKeeper(createTokenSeal(linkSecret));
  const exports = await openExports({
    config,
    vendors,
    tools,
    linkSecret,
    tokens,
    metrics,
    turns,
    shared: options.shared,
  });
  const { pool, reader, hub, shared } = exports;
  const access = createAccess(config.access, tools);
  const sessions = new AccessSessions(clock);
  const signer = new FileLinkSigner({ secret: linkSecret, ttlMs: files.linkTtlMs, publicUrl, clock });
  const tracked = await openTracked({
    ...{ config, vendors, tools, exports, metrics, signer, linkSecret, publicUrl, tokens },
    store: options.store,
  });
  const running = createRunningConfig(config, { tools, vendors, pool, access, hub, sessions, tracked });
  const admission = createAdmission({
    ...{ ...limits, common: shared.commonCounts },
    onRefused: metrics.onRateLimited,
  });

  const maskError = createErrorMask({ log, secrets, hidesSuggestions: mode === 'production' });
  const createContext = createContexts({
    ...{ vendors: vendors.all, reader, watches: hub, tracking: tracked, signer, limits },
    directoryFor: pool.directoryFor.bind(pool),
    admitLocators: admission.locators,
  });
  const engine = new OperationEngine({
    ...{ schema, limits, mode, executor, createContext, admission, trustedDocuments, maskError, reports },
    expectedTypes: [...new Set(config.accounts.map(({ vendor }) => schemaNames(vendor).exportType))],
    hasLostAccess: access.isOut,
    moment: () => reader.moment,
    turns,
  });

  const endpoints = createEndpoints({
    ...{ config, vendors, tools, schema, engine, maskError, exports, access, sessions, signer, running },
    ...{
      reports,
      metrics,
      clientAddressOf,
      publicUrl,
      graphiqlTabs,
      faultsUrl,
      callbacks: tracked.callbacks,
    },
  });
  const health = new Health({
    ...{ backplane: shared.state, store: tracked.storeState, namesAccounts: isOpen },
    accounts: () => pool.all(),
  });
  const servers = await openServers(endpoints, health, server, {
    hosts: createHostPolicy({ publicUrl, isOpen }),
    log,
    arrival,
    inOrder: createRequestOrder(),
    onRefused: reports.onRefused(clientAddressOf),
  }).catch(async (error: unknown) => {
    await tracked.stop();
    await pool.close();
    await shared.close();
    throw error;
  });
  url ||= servers.url;
  health.phase = 'ready';
  tracked.start();
  if (mode === 'production' && !isOpen && server.metricsPort === undefined)
    log.warn({}, 'Metrics are served to whoever reaches the public port: set server.metricsPort.');

  async function drainAll(): Promise<void> {
    health.phase = 'draining';
    const reason = 'The gateway is shutting down: connect again and resume with the last cursor.';
    await servers.drain(() => hub.drain(reason), endpoints.closeSockets);
    await tracked.stop();
    await pool.close();
    await shared.close();
  }
  let drained: Promise<void> | undefined;
  const drain = (): Promise<void> => {
    drained ??= drainAll();
    return drained;
  };
  const reload = (next: Config): void => {
    if (drained !== undefined) return;
    running.take(next);
    shared.replace(running.current);
  };
  return { url: servers.url, reload, drain, [Symbol.asyncDispose]: drain };
}
