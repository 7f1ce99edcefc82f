import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { buildASTSchema, getOperationAST, getVariableValues, parse, validate } from 'graphql';
import { type WebSocket, WebSocketServer } from 'ws';
import type { WatchedEvent } from '../../src/cli/gateway/event-stream.ts';
import type {
  ChangedExportFragment,
  DownloadableExportQuery,
  WatchedExportFragment,
} from '../../src/cli/generated/operations.ts';
import { servedSchema } from '../../src/graphql/generated/served-schema.ts';

const SCHEMA = buildASTSchema(servedSchema);

export interface FakeSubscription {
  readonly variables: {
    readonly after?: string | null;
    readonly locators?: readonly object[];
    readonly filter?: object;
  };
  /** Which connection it came over, from 1. */
  readonly connection: number;
  next(event: WatchedEvent): void;
  /** The whole `data` of an event, of any subscription. */
  send(data: object): void;
  error(message: string, extensions: object): void;
  complete(): void;
  close(code: number, reason: string): void;
  /** Breaks the connection without a word. */
  terminate(): void;
}

/** What came over HTTP, checked against the schema. */
export interface FakeOperation {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever was sent
  readonly variables: any;
}

export interface FakeGatewayScript {
  /** Default: one snapshot of an export that has succeeded, then the end. */
  readonly onSubscribe?: (subscription: FakeSubscription) => void;
  /** What `connection_init` says; a number closes with that code. */
  readonly onInit?: (payload: Readonly<Record<string, unknown>>) => number | undefined;
  /** The `export` of an answer, or a whole answer with its status. */
  readonly onQuery?: (
    count: number,
    gateway: { readonly url: string },
  ) => DownloadableExportQuery['export'] | { readonly status: number; readonly body: object };
  /** What the `data` of any other operation is, or a whole answer with its status; `break` closes the connection without one, `silence` keeps it. */
  readonly onOperation?: (
    operation: FakeOperation,
    count: number,
  ) => object | { readonly status: number; readonly body: object } | 'break' | 'silence';
  readonly onFile?: (request: IncomingMessage, response: ServerResponse, count: number) => void;
}

export interface FakeGateway extends AsyncDisposable {
  readonly url: string;
  /** Requests for files, oldest first. */
  readonly files: readonly { readonly path: string; readonly headers: IncomingMessage['headers'] }[];
  readonly subscriptions: readonly FakeSubscription['variables'][];
  readonly queries: readonly IncomingMessage['headers'][];
  readonly operations: readonly FakeOperation[];
  readonly inits: readonly Readonly<Record<string, unknown>>[];
}

export const FAKE_EXPORT: WatchedExportFragment = {
  id: 'WyJleHBvcnQiLCJoaS1lbmVyZ3kiLCJoaSIsIjQyIl0',
  name: 'Sales overview',
  status: 'SUCCEEDED',
  rawStatus: 'completed',
  isTerminal: true,
  outcome: 'COMPLETE',
  vendor: { key: 'hi-energy', name: 'Hi Energy' },
  failure: null,
  progress: null,
  observation: { nextPollAt: null, isStale: false },
};
/** `FAKE_EXPORT` as mutations answer with it, just started. */
export const FAKE_CHANGED: ChangedExportFragment = {
  id: FAKE_EXPORT.id,
  name: 'Sales overview',
  status: 'QUEUED',
  rawStatus: 'pending',
  outcome: null,
  vendor: { key: 'hi-energy' },
  account: { key: 'hi' },
  failure: null,
  progress: null,
  createdAt: '2026-11-22T10:15:00.000Z',
  finishedAt: null,
  tracking: { label: null },
};
/** Names `FAKE_EXPORT`. */
export const FAKE_LOCATOR = 'hi-energy:42';

/** A snapshot of `FAKE_EXPORT`, changed. */
export function toSnapshot(change: Partial<WatchedExportFragment> = {}, cursor = 'c1'): WatchedEvent {
  return {
    __typename: 'ExportSnapshot',
    cursor,
    at: '2026-11-22T10:15:00.000Z',
    exportId: FAKE_EXPORT.id,
    export: { ...FAKE_EXPORT, ...change },
    isReplayGap: false,
  };
}

/** A gateway that says what a test tells it to. */
export async function startFakeGateway(script: FakeGatewayScript = {}): Promise<FakeGateway> {
  const files: { path: string; headers: IncomingMessage['headers'] }[] = [];
  const subscriptions: FakeSubscription['variables'][] = [];
  const queries: IncomingMessage['headers'][] = [];
  const operations: FakeOperation[] = [];
  const inits: Readonly<Record<string, unknown>>[] = [];

  const server = createServer((request, response) => {
    if (request.url === '/graphql') {
      queries.push(request.headers);
      void text(request).then((body) => {
        const operation = parseOperation(body);
        operations.push(operation);
        const { onOperation } = script;
        if (onOperation === undefined) answerQuery(script, response, queries.length, url());
        else answerOperation(response, onOperation(operation, operations.length));
      });
    } else {
      files.push({ path: request.url ?? '', headers: request.headers });
      script.onFile?.(request, response, files.length);
    }
  });
  const sockets = new WebSocketServer({ server, path: '/graphql' });
  let connections = 0;
  sockets.on('connection', (socket) => {
    connections += 1;
    const connection = connections;
    socket.on('error', () => undefined);
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'connection_init') {
        inits.push(message.payload ?? {});
        const refusal = script.onInit?.(message.payload ?? {});
        if (refusal === undefined) socket.send('{"type":"connection_ack"}');
        else socket.close(refusal, refusal === 4403 ? 'Forbidden' : '');
      }
      if (message.type !== 'subscribe') return;
      const { variables } = message.payload;
      subscriptions.push(variables);
      const subscription = toSubscription(socket, message.id, variables, connection);
      if (script.onSubscribe !== undefined) script.onSubscribe(subscription);
      else succeed(subscription);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: url(),
    files,
    subscriptions,
    queries,
    operations,
    inits,
    async [Symbol.asyncDispose]() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function succeed(subscription: FakeSubscription): void {
  subscription.next(toSnapshot());
  subscription.complete();
}

function toSubscription(
  socket: WebSocket,
  id: string,
  variables: FakeSubscription['variables'],
  connection: number,
): FakeSubscription {
  const send = (message: object): void => socket.send(JSON.stringify({ id, ...message }));
  return {
    variables,
    connection,
    send: (data) => send({ type: 'next', payload: { data } }),
    next: (exportEvents) => send({ type: 'next', payload: { data: { exportEvents } } }),
    error: (message, extensions) => send({ type: 'error', payload: [{ message, extensions }] }),
    complete: () => send({ type: 'complete' }),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  };
}

function answerQuery(script: FakeGatewayScript, response: ServerResponse, count: number, url: string): void {
  const answer = script.onQuery?.(count, { url }) ?? toDownloadable(url);
  const [status, body] =
    'body' in answer ? [answer.status, answer.body] : [200, { data: { export: answer } }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function answerOperation(
  response: ServerResponse,
  answer: object | { readonly status: number; readonly body: object } | 'break' | 'silence',
): void {
  if (answer === 'silence') return;
  if (answer === 'break') {
    response.destroy();
    return;
  }
  const [status, body] =
    'body' in answer && 'status' in answer ? [answer.status as number, answer.body] : [200, { data: answer }];
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

/** A real gateway would refuse what this throws at. */
function parseOperation(body: string): FakeOperation {
  const { query, variables } = JSON.parse(body);
  const document = parse(query);
  const operation = getOperationAST(document);
  if (operation === null || operation === undefined) throw new Error('There is not one operation.');
  const { errors = [] } = getVariableValues(SCHEMA, operation.variableDefinitions ?? [], variables);
  const faults = [...validate(SCHEMA, document), ...errors];
  if (faults.length > 0) throw new Error(faults.map(({ message }) => message).join('\n'));
  return { name: operation.name?.value ?? '', variables };
}

/** `FAKE_EXPORT` with a file, whose link is `/files/TOKEN`. */
export function toDownloadable(
  url: string,
  { name = 'sales.csv', token = 'first' } = {},
): NonNullable<DownloadableExportQuery['export']> {
  const { id, status, rawStatus, isTerminal, outcome } = FAKE_EXPORT;
  const file = {
    name,
    mediaType: null,
    url: `${url}/files/${token}`,
    urlExpiresAt: '2026-11-22T11:00:00.000Z',
  };
  return { id, name: FAKE_EXPORT.name, status, rawStatus, isTerminal, outcome, failure: null, files: [file] };
}
