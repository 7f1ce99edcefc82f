import { createHmac, randomBytes } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAccess } from './access/access.ts';
import { createClientAddress } from './access/client-address.ts';
import { FileLinkSigner, type FileLinks } from './access/file-links.ts';
import { createHostPolicy } from './access/hosts.ts';
import { createOriginPolicy } from './access/origins.ts';
import { createAdmission } from './access/rate-limits.ts';
import { AccessSessions } from './access/sessions.ts';
import { createAccountPool } from './accounts/pool.ts';
import { ExportReader, NOTHING_WATCHED } from './accounts/reader.ts';
import { MemoryBackplane } from './backplane/memory.ts';
import { observeBackplane } from './backplane/observed.ts';
import { CLIENT_DOCUMENTS } from './cli/gateway/documents.ts';
import type { AccountConfig, Config } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { toDocumentProblems } from './config/manifest.ts';
import { secretValues } from './config/secret-values.ts';
import type { VendorAccount } from './export/ports.ts';
import type { GatewayContext } from './graphql/context.ts';
import { ExportGateway } from './graphql/export-gateway.ts';
import { OperationCosts } from './graphql/operation-costs.ts';
import { createSchema } from './graphql/schema.ts';
import { createErrorMask } from './operations/errors.ts';
import { OperationReports, type RefusalReason, type Transport } from './operations/reports.ts';
import { createSharedSubscribe } from './operations/shared-subscribe.ts';
import { findDocumentFaults, TrustedDocuments } from './operations/trusted-documents.ts';
import { createTurns, inTurns } from './operations/turns.ts';
import { createRunningConfig } from './reload.ts';
import type { Tools } from './runtime/tools.ts';
import { TransportTally } from './telemetry/connection-counter.ts';
import { detached } from './telemetry/detached-clock.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { currentScope, inRequestScope } from './telemetry/scope.ts';
import { withScope } from './telemetry/scoped-log.ts';
import { createGraphiQL, type GraphiQLTab } from './transports/graphiql.ts';
import { createGraphQLEndpoint } from './transports/http.ts';
import { createRequestOrder } from './transports/request-order.ts';
import { createStalledResponses } from './transports/stalled-responses.ts';
import { createWebSocketEndpoint, refuseUpgrade } from './transports/websocket.ts';
import { createGatewayYoga, type OperationOrigin } from './transports/yoga.ts';
import { VENDORS } from './vendors/registry.ts';
import { createWatchHub } from './watch/watch-hub.ts';
import { readBoardDocuments } from './web/board-documents.ts';
import { createBoardEndpoint } from './web/board-endpoint.ts';
import { trackConnections } from './web/connections.ts';
import { createFilesEndpoint, type FilePolicy } from './web/files-endpoint.ts';
import { Health } from './web/health.ts';
import {
  type ArrivalTimes,
  createListener,
  createListenerOf,
  createOperatorsHandler,
} from './web/listener.ts';

const UPGRADE_REFUSALS = {
  unreadable: { status: '400 Bad Request', reason: 'unreadable' },
  foreign: { status: '421 Misdirected Request', reason: 'foreign_host' },
} as const;

/** How long answers in flight may take to finish once the gateway drains. */
const DRAIN_GRACE_MS = 10_000;

/** A running gateway. Disposing of it drains it. */
export interface Gateway extends AsyncDisposable {
  /** Where it listens: `http://127.0.0.1:4000`. */
  readonly url: string;
  /**
   * Takes over accounts and callers from another configuration, as a whole and at once, without cutting a stream that goes on
   * being allowed; says in the log what changed. Never throws, and does nothing once the gateway drains.
   */
  reload(config: Config): void;
  /** No new work, in-flight answers finish, streams end with a reason; then everything is closed. */
  drain(): Promise<void>;
}

export interface GatewayOptions {
  readonly config: Config;
  readonly tools: Tools;
  /** The tabs GraphiQL opens with. */
  readonly graphiqlTabs?: readonly GraphiQLTab[];
  /** Other times for slow senders than the usual ones. */
  readonly arrival?: ArrivalTimes | undefined;
}

/** Puts the parts together and listens. The only place that knows them all. @throws ConfigError */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, graphiqlTabs = [], arrival } = options;
  const { secrets } = options.tools;
  const tools = { ...options.tools, log: withScope(options.tools.log), clock: detached(options.tools.clock) };
  const { server: serverConfig, limits, files } = config;
  const schema = createSchema();
  const trustedDocuments = await trustDocuments(config, schema);
  const linkSecret = files.linkSecret ?? randomBytes(32).toString('base64url');
  let publicUrl = serverConfig.publicUrl ?? '';

  for (const secret of [linkSecret, ...secretValues(config)]) secrets.add(secret);
  const metrics = createMetrics(secrets);
  const tally = new TransportTally();
  const clientAddressOf = createClientAddress(serverConfig.trustedProxies);
  const reports = new OperationReports({
    ...tools,
    onFinished: metrics.onOperation,
    onRefused: metrics.onRefused,
  });
  const takeTurn = createTurns();
  const admission = inTurns(createAdmission({ ...limits, onRefused: metrics.onRateLimited }), takeTurn);
  const pool = createAccountPool(config.accounts, tools, metrics.onVendorCall);
  const { backplane, state: backplaneState } = observeBackplane(new MemoryBackplane({ clock: tools.clock }));
  const hub = await createWatchHub({
    backplane,
    tools,
    readMany: (account, keys, { signal }) =>
      inRequestScope(() => reader.ask(account, keys, signal), {
        requestId: null,
        tenant: account.tenant,
      }),
    cursorSecret: files.linkSecret === undefined ? undefined : toCursorSecret(files.linkSecret),
    onWatched: (identity, isWatched) => pool.onWatched(identity, isWatched),
    onPoll: metrics.onPoll,
  });
  const access = createAccess(config.access, tools);
  const sessions = new AccessSessions(tools.clock);
  const running = createRunningConfig(config, { tools, pool, access, hub, sessions });
  const reader = new ExportReader(tools.clock, {
    ...NOTHING_WATCHED,
    peek: (account, key) => hub.peek(account, key),
  });
  const signer = new FileLinkSigner({
    secret: linkSecret,
    ttlMs: files.linkTtlMs,
    publicUrl: () => publicUrl,
    clock: tools.clock,
  });

  function createContext({ caller, signal }: OperationOrigin): GatewayContext {
    const directory = pool.directoryFor(caller);
    const exports = new ExportGateway({
      vendors: Object.values(VENDORS),
      directory,
      reader,
      watches: hub,
      maxLocators: limits.locators,
      costs: new OperationCosts({
        maxLocators: limits.locatorsPerOperation,
        admit: (count) => admission.locators(caller, count),
      }),
      signal,
    });
    return {
      tenant: caller.tenant,
      exports,
      fileLinks: linksThrough(exports),
      openSession: (listener) => sessions.open(caller, listener),
      // Every subscription keeps this for as long as it runs: it holds nothing but who asked.
      forOneEvent: () => createContext({ caller }),
    };
  }

  function linksThrough(exports: ExportGateway): FileLinks {
    return signer.linksFor((file) => exports.account(file.export.key));
  }

  const maskError = createErrorMask({
    log: tools.log,
    secrets: tools.secrets,
    isReticent: serverConfig.mode === 'production',
  });
  const subscribe = createSharedSubscribe({ maskError, tally });
  const yoga = createGatewayYoga({
    schema,
    limits,
    mode: serverConfig.mode,
    createContext,
    hasLostAccess: access.isOut,
    admission,
    trustedDocuments,
    subscribe,
    maskError,
    log: tools.log,
  });
  const origins = createOriginPolicy({
    publicUrl: () => publicUrl,
    allowedOrigins: serverConfig.allowedOrigins,
  });
  const hosts = createHostPolicy({ publicUrl: () => publicUrl, isOpen: config.access.mode === 'open' });
  const graphiql =
    serverConfig.mode === 'production'
      ? null
      : createGraphiQL({ tabs: graphiqlTabs, asksForKey: config.access.mode !== 'open' });
  const health = new Health({
    accounts: () => pool.all(),
    backplane: backplaneState,
    namesAccounts: config.access.mode === 'open',
  });
  const { authenticate } = access;

  const sockets = createWebSocketEndpoint({
    yoga,
    admission,
    trustedDocuments,
    subscribe,
    maskError,
    authenticate,
    sessions,
    isOriginAllowed: origins.isAllowed,
    clock: tools.clock,
    reports,
    tally,
    clientAddressOf,
    limits,
  });
  metrics.observe({
    watches: () => hub.counters(),
    transports: () => ({ sockets: sockets.size, ...tally }),
    accounts: () => pool.all(),
  });

  const refuse = (transport: Transport) => (reason: RefusalReason, request: IncomingMessage) =>
    reports.refused(reason, {
      scope: currentScope() ?? {},
      transport,
      clientAddress: clientAddressOf(request),
    });
  const listening = {
    hosts,
    log: tools.log,
    arrival,
    onRefused: refuse('http'),
    inOrder: createRequestOrder(takeTurn),
  };
  const listener = createListener(
    {
      graphql: createGraphQLEndpoint({
        yoga,
        authenticate,
        bodyBytes: limits.bodyBytes,
        graphiql,
        origins,
        stalledResponses: createStalledResponses(tools.clock, () => {
          tally.slowConsumersClosed.sse += 1;
        }),
        reports,
        clientAddressOf,
      }),
      graphiql,
      files: createFilesEndpoint({
        signer,
        vendors: Object.values(VENDORS),
        accountOf: (identity) => pool.byIdentity(identity),
        policyOf: (account) => toFilePolicy(running.current.accounts, account),
        clock: tools.clock,
        log: tools.log,
        secrets: tools.secrets,
        onDownload: metrics.onDownload,
        clientAddressOf,
      }),
      board: createBoardEndpoint(),
      health,
      metrics: serverConfig.metricsPort === undefined ? metrics.handle : null,
    },
    listening,
  );
  const connections = trackConnections(listener);
  listener.on('upgrade', (request, socket, head) => {
    const problem = hosts.findProblem(request);
    if (problem !== null) {
      const { status, reason } = UPGRADE_REFUSALS[problem];
      refuse('websocket')(reason, request);
      refuseUpgrade(socket, status);
    } else if (request.url?.split('?', 1)[0] === '/graphql') sockets.upgrade(request, socket, head);
    else refuseUpgrade(socket, '404 Not Found');
  });

  const metricsListener = createListenerOf(createOperatorsHandler(metrics.handle, health), listening);
  if (serverConfig.metricsPort !== undefined)
    await listen(metricsListener, serverConfig.host, serverConfig.metricsPort);
  const url = await listen(listener, serverConfig.host, serverConfig.port);
  publicUrl ||= url;
  health.phase = 'ready';
  if (isTellingStrangers(config))
    tools.log.warn({}, 'Metrics are served to whoever reaches the public port: set server.metricsPort.');

  let drained: Promise<void> | undefined;
  async function drain(): Promise<void> {
    health.phase = 'draining';
    const closed = new Promise((resolve) => listener.close(resolve));
    await hub.drain('The gateway is shutting down: connect again and resume with the last cursor.');
    connections.closeWhenIdle();
    const grace = setTimeout(() => listener.closeAllConnections(), DRAIN_GRACE_MS);
    await Promise.all([sockets.close(), closed]);
    clearTimeout(grace);
    metricsListener.close();
    metricsListener.closeAllConnections();
    await pool.close();
  }
  const drainOnce = (): Promise<void> => {
    drained ??= drain();
    return drained;
  };
  const reload = (next: Config): void => {
    if (drained === undefined) running.take(next);
  };
  return { url, reload, drain: drainOnce, [Symbol.asyncDispose]: drainOnce };
}

/** The documents that alone are answered, those of the board and the commands among them; null where every document is. @throws ConfigError */
async function trustDocuments(
  { server: { trustedDocuments, mode }, limits }: Config,
  schema: ReturnType<typeof createSchema>,
): Promise<TrustedDocuments | null> {
  if (trustedDocuments === undefined) return null;
  const faults = findDocumentFaults(trustedDocuments, { schema, limits, mode });
  if (faults.length > 0) throw new ConfigError(toDocumentProblems(faults));
  return new TrustedDocuments(trustedDocuments, [...CLIENT_DOCUMENTS, ...(await readBoardDocuments())]);
}

/** Metrics name the accounts of every tenant. */
function isTellingStrangers({ server, access }: Config): boolean {
  return server.mode === 'production' && access.mode !== 'open' && server.metricsPort === undefined;
}

/** Only of a lasting secret: cursors of before a restart must stay readable, or resuming would be refused. */
function toCursorSecret(linkSecret: string): string {
  return createHmac('sha256', linkSecret).update('waybill cursors 1').digest('base64url');
}

/** How files of an open account are handed out. */
function toFilePolicy(accounts: readonly AccountConfig[], { key }: VendorAccount): FilePolicy {
  const { baseUrl, fileOrigins, files, limits } = accounts.find(
    (account) => account.key === key,
  ) as AccountConfig;
  return { baseUrl, fileOrigins, delivery: files, timeoutMs: limits.timeoutMs };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      resolve(`http://${host.includes(':') ? `[${host}]` : host}:${address.port}`);
    });
  });
}
