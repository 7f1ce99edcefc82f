import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type RawData, WebSocket } from 'ws';
import { HOSTILE_OPERATIONS } from '../../test/hostile/operations.ts';
import type { Child } from '../fan-out/child.ts';

/** A gateway under attack. */
export interface Target {
  readonly url: string;
  readonly key: string;
  readonly gateway: Child;
  /** What the vendor says from now on. */
  vendorSays(body: string): void;
}

export interface Attack {
  readonly title: string;
  /** Returns once the gateway has answered. */
  run(target: Target): Promise<void>;
}

const WATCH = 'subscription ($l: [ExportLocator!]!) { exportEvents(locators: $l) { cursor exportId } }';
const READ = 'query ($l: [ExportLocator!]!) { exports(locators: $l) { id status parameters: name } }';

/** All hostile operations over HTTP, and those below the bound over a websocket; then what no single operation is. */
export const ATTACKS: readonly Attack[] = [
  ...HOSTILE_OPERATIONS.map(({ title, body }) => ({ title, run: (target: Target) => post(target, body()) })),
  ...HOSTILE_OPERATIONS.filter(({ body }) => body().length < 65_000).map(({ title, body }) => ({
    title: `${title}, over a websocket`,
    run: (target: Target) => overWebSocket(target, [body()]),
  })),
  { title: '1,000 pipelined requests', run: pipeline },
  {
    title: '200 requests of 600 tokens at once',
    run: (target) => atOnce(200, () => post(target, DENSE)),
  },
  {
    title: '10,000 subscribe messages on one socket',
    run: (target) => overWebSocket(target, subscriptions(10_000)),
  },
  {
    title: '1,000 messages of 64 kB on one socket',
    run: (target) => overWebSocket(target, bigMessages(1_000)),
  },
  { title: '100,000 pings on one socket', run: pingFlood },
  { title: '60,000 fragments of one byte', run: fragmentFlood },
  { title: '300 exports in one answer', run: manyExports },
  { title: 'a vendor list of 1 MB, 10,000 entries', run: (target) => vendorList(target, 10_000, 0) },
  { title: 'a vendor list of 1 MB, 100 entries', run: (target) => vendorList(target, 100, 9_500) },
  { title: 'a vendor list of 49,000 keys', run: manyKeys },
  { title: 'a vendor list of 5 MB, 50,000 entries', run: (target) => vendorList(target, 50_000, 0) },
  { title: '/metrics with 2,000 known tokens', run: scrape },
  { title: '1 MB masked with 2,000 known tokens', run: mask },
];

async function post({ url, key }: Target, json: string): Promise<void> {
  const body = unknown(json);
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body,
  });
  await response.text();
}

async function atOnce(count: number, work: (n: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, n) => work(n)));
}

let documents = 0;

/** The same document with another comment each time, so that the gateway has never read it before. */
function unknown(body: string): string {
  documents += 1;
  return body.replace('"query":"', `"query":"#${documents}\\n`);
}

/** A document of nearly as many tokens as are allowed. */
const DENSE = JSON.stringify({
  query: `{ ${Array.from({ length: 30 }, (_, n) => `a${n}: accounts { key id vendor { key name } ... on Account { id } }`).join(' ')} }`,
});

async function overWebSocket(target: Target, payloads: readonly string[]): Promise<void> {
  const socket = await openSocket(target);
  let answers = 0;
  const done = new Promise<void>((resolve) => {
    socket.on('message', (data: RawData) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === 'error' || type === 'next') answers += 1;
      if (answers >= payloads.length) resolve();
    });
    socket.on('close', () => resolve());
  });
  payloads.forEach((payload, n) => {
    socket.send(`{"type":"subscribe","id":"${n}","payload":${unknown(payload)}}`);
  });
  await done;
  socket.terminate();
}

async function openSocket({ url, key }: Target): Promise<WebSocket> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  socket.on('error', () => undefined);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${key}` } }));
  await once(socket, 'message');
  return socket;
}

function subscriptions(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) =>
    JSON.stringify({ query: WATCH, variables: { l: [{ hiEnergy: { exportId: n + 1 } }] } }),
  );
}

function bigMessages(count: number): readonly string[] {
  return Array.from({ length: count }, (_, n) =>
    JSON.stringify({ query: `{ node(id: "${n}${'a'.repeat(64_000)}") { id } }` }),
  );
}

async function pipeline({ url, key }: Target): Promise<void> {
  const body = JSON.stringify({ query: '{ vendors { key name } accounts { key } }' });
  const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n`;
  const connection = await dial(url);
  const ended = readToEnd(connection);
  connection.write(`${head}\r\n${body}`.repeat(999));
  connection.write(`${head}connection: close\r\n\r\n${body}`);
  await ended;
}

async function pingFlood(target: Target): Promise<void> {
  const socket = await openSocket(target);
  const pongs = new Promise<void>((resolve) => {
    let count = 0;
    socket.on('pong', () => {
      count += 1;
      if (count === 100_000) resolve();
    });
    socket.on('close', () => resolve());
  });
  for (let n = 0; n < 100_000; n += 1) socket.ping();
  await pongs;
  socket.terminate();
}

async function fragmentFlood(target: Target): Promise<void> {
  const socket = await openSocket(target);
  const closed = once(socket, 'close');
  for (let n = 0; n < 60_000; n += 1) socket.send('a', { fin: n === 59_999 });
  await closed;
}

async function manyExports(target: Target): Promise<void> {
  target.vendorSays(
    JSON.stringify({ exports: Array.from({ length: 100 }, (_, n) => toExport(n + 1, 1_000)) }),
  );
  const field = (n: number) =>
    `e${n}: exports(locators: $l) { id status rawStatus name createdAt startedAt updatedAt progress { percent } account { key } vendor { name } transitions { at } }`;
  const query = `query ($l: [ExportLocator!]!) { ${[0, 1, 2].map(field).join(' ')} }`;
  const variables = { l: Array.from({ length: 100 }, (_, n) => ({ hiEnergy: { exportId: n + 1 } })) };
  await post(target, JSON.stringify({ query, variables }));
}

async function vendorList(target: Target, count: number, paddingBytes: number): Promise<void> {
  target.vendorSays(
    JSON.stringify({ exports: Array.from({ length: count }, (_, n) => toExport(n + 1, paddingBytes)) }),
  );
  await readTwo(target);
}

async function manyKeys(target: Target): Promise<void> {
  const keys = Array.from({ length: 49_000 }, (_, n) => `"key${n}":1`).join(',');
  target.vendorSays(
    `{"exports":[{"id":1,"status":"processing","report_type":"deals_excel","parameters":{${keys}}}]}`,
  );
  await readTwo(target);
}

/** Two of one account are asked for with one list call. */
async function readTwo(target: Target): Promise<void> {
  const l = [1, 2].map((exportId) => ({ hiEnergy: { exportId } }));
  await post(target, JSON.stringify({ query: READ, variables: { l } }));
}

function toExport(id: number, paddingBytes: number): object {
  return {
    id,
    report_type: 'deals_excel',
    status: 'processing',
    parameters: { q: 'x'.repeat(paddingBytes) },
  };
}

async function scrape({ url, gateway }: Target): Promise<void> {
  await gateway.ask('learnSecrets', 2_000);
  await gateway.ask('reset');
  await (await fetch(`${url}/metrics`)).text();
}

async function mask({ gateway }: Target): Promise<void> {
  await gateway.ask('learnSecrets', 2_000);
  await gateway.ask('reset');
  await gateway.ask('maskText', 1_000_000);
}

async function dial(url: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const connection = connect(Number(port), hostname);
  connection.on('error', () => undefined);
  await once(connection, 'connect');
  return connection;
}

async function readToEnd(connection: Socket): Promise<void> {
  connection.resume();
  await once(connection, 'close');
}
