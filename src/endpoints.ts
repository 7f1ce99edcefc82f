import type { Access } from './access/authenticate.ts';
import type { ClientAddressOf } from './access/client-address.ts';
import type { FileLinkSigner } from './access/file-links.ts';
import { createOriginPolicy } from './access/origins.ts';
import type { AccessSessions } from './access/sessions.ts';
import type { Config } from './config/config.ts';
import { toFilePolicy } from './config/file-policy.ts';
import { printJsonSchema } from './config/json-schema.ts';
import type { Exports } from './exports.ts';
import type { createSchema } from './graphql/schema.ts';
import type { OperationEngine } from './operations/engine.ts';
import type { MaskError } from './operations/errors.ts';
import type { OperationReports } from './operations/reports.ts';
import type { RunningConfig } from './reload.ts';
import type { Tools } from './runtime/tools.ts';
import { ConnectionCounter } from './telemetry/connection-counter.ts';
import type { Metrics } from './telemetry/metrics.ts';
import { createGraphiQL, type GraphiQLTab } from './transports/graphiql.ts';
import { createGraphQLEndpoint } from './transports/http.ts';
import { createStalledResponses } from './transports/stalled-responses.ts';
import { createWebSocketEndpoint } from './transports/websocket.ts';
import { yogaWhenAsked } from './transports/yoga-when-asked.ts';
import type { VendorCatalogue } from './vendors/catalogue.ts';
import { createBoardEndpoint } from './web/board-endpoint.ts';
import { type CallbacksEndpointSettings, createCallbacksEndpoint } from './web/callbacks-endpoint.ts';
import { createFilesEndpoint } from './web/files-endpoint.ts';
import { createSchemasEndpoint } from './web/schemas-endpoint.ts';

/** What the endpoints stand on. */
export interface EndpointParts {
  readonly config: Config;
  readonly vendors: VendorCatalogue;
  readonly tools: Tools;
  readonly schema: ReturnType<typeof createSchema>;
  readonly engine: OperationEngine;
  readonly maskError: MaskError;
  readonly exports: Exports;
  readonly access: Access;
  readonly sessions: AccessSessions;
  readonly signer: FileLinkSigner;
  /** Where vendors may call back; left out where none is told to. */
  readonly callbacks?: Pick<CallbacksEndpointSettings, 'signer' | 'onHint'> | undefined;
  readonly running: RunningConfig;
  readonly reports: OperationReports;
  readonly metrics: Metrics;
  readonly clientAddressOf: ClientAddressOf;
  readonly publicUrl: () => string;
  readonly graphiqlTabs: readonly GraphiQLTab[];
  readonly faultsUrl: string | undefined;
}

/** Puts together what is served on the public port, path by path. */
export function createEndpoints(parts: EndpointParts) {
  const { config, tools, schema, engine, maskError, access, sessions, signer, running, metrics } = parts;
  const { reports, clientAddressOf, publicUrl } = parts;
  const { server, limits } = config;
  const { clock, log, secrets } = tools;
  const { pool, hub } = parts.exports;
  const counter = new ConnectionCounter();
  const origins = createOriginPolicy({ publicUrl, allowedOrigins: server.allowedOrigins });
  const asksForKey = config.access.mode !== 'open';
  const graphiql =
    server.mode === 'production' ? null : createGraphiQL({ tabs: parts.graphiqlTabs, asksForKey });
  const { authenticate } = access;
  const shared = { engine, authenticate, sessions, reports, clock, counter, clientAddressOf };

  const sockets = createWebSocketEndpoint({
    ...shared,
    maskError,
    limits,
    takesIds: server.trustedDocuments !== undefined,
    isOriginAllowed: origins.isAllowed,
  });
  const graphql = createGraphQLEndpoint({
    ...shared,
    yoga: yogaWhenAsked({ schema, sessions, clock, counter }),
    bodyBytes: limits.bodyBytes,
    graphiql,
    origins,
    stalledResponses: createStalledResponses(clock, () => {
      counter.slowConsumersClosed.sse += 1;
    }),
  });
  const files = createFilesEndpoint({
    signer,
    vendors: parts.vendors.all,
    accountOf: (identity) => pool.byIdentity(identity),
    policyOf: ({ key }) => toFilePolicy(running.current.accounts, key),
    clock,
    log,
    secrets,
    onDownload: metrics.onDownload,
    clientAddressOf,
  });
  const callbacks =
    parts.callbacks &&
    createCallbacksEndpoint({
      ...parts.callbacks,
      vendors: parts.vendors.all,
      clock,
      log,
      onCallback: metrics.onCallback,
      clientAddressOf,
    });
  metrics.observe({
    watches: () => hub.counters(),
    transports: () => ({ sockets: sockets.size, ...counter }),
    accounts: () => pool.all(),
  });
  return {
    graphql,
    websocket: sockets.upgrade,
    graphiql,
    files,
    callbacks,
    board: createBoardEndpoint({ hasGraphiQL: graphiql !== null, faultsUrl: parts.faultsUrl }),
    schemas: server.mode === 'production' ? undefined : createSchemasEndpoint(() => printSchemas(schema)),
    metrics: metrics.read,
    /** Lets queries of websockets come to their end, then closes the sockets. */
    closeSockets: () => sockets.close(),
  };
}

/** What prints GraphQL's is loaded when one of them is first asked for. */
async function printSchemas(schema: EndpointParts['schema']): Promise<ReadonlyMap<string, string>> {
  const { toSchemaText } = await import('./graphql/printed-schema.ts');
  return new Map([
    ['/config.schema.json', printJsonSchema()],
    ['/schema.graphql', toSchemaText(schema)],
  ]);
}
