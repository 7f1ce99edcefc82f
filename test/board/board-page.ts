import type { AddressInfo } from 'node:net';
import { createConnection, createServer, type Socket } from 'node:net';
import type { BrowserContext, Locator, Page } from 'playwright-core';
import type { SeededJob } from '../../simulator/simulator.ts';

/** The board in a browser, with everything it did that a careful reader should know of. */
export interface BoardPage {
  readonly page: Page;
  /** Errors and warnings of the console, uncaught errors, violations of the policy. */
  readonly complaints: readonly string[];
  /** Every address asked for so far. */
  readonly requests: readonly string[];
  /** Every message sent over a websocket so far. */
  readonly sent: readonly SentMessage[];
}

export interface SentMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: {
    readonly variables?: { readonly locators: readonly object[]; readonly after: string | null };
  };
}

/** Opens the board and listens to it. */
export async function openBoard(context: BrowserContext, address: string): Promise<BoardPage> {
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  const sent: SentMessage[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('request', (request) => requests.push(request.url()));
  page.on('websocket', (socket) => {
    requests.push(socket.url());
    socket.on('framesent', ({ payload }) => sent.push(JSON.parse(String(payload)) as SentMessage));
  });
  // Only rows in sight are in the page: here all of them are.
  await page.setViewportSize({ width: 1_400, height: 3_600 });
  await page.goto(address);
  return { page, complaints, requests, sent };
}

/** Whatever streams, over whichever way, is never answered. */
export async function holdStreams(page: Page): Promise<void> {
  await page.routeWebSocket(/graphql/, () => {});
  await page.route('**/graphql', (route, request) =>
    request.postData()?.includes('subscription ') ? undefined : route.fallback(),
  );
}

/** The row of an export. */
export function rowOf(page: Page, text: string): Locator {
  return page.locator('.row', { hasText: text });
}

/** The row of an export, once it is told to stand so. */
export async function waitForStatus(page: Page, text: string, status: string): Promise<Locator> {
  const row = rowOf(page, text);
  await row.locator('.status', { hasText: status }).waitFor();
  return row;
}

/** A Power BI job as the command line names it. */
export function toPowerBiLocator({ ids }: SeededJob): string {
  const { groupId, reportId, exportId } = ids;
  return `power-bi:${[groupId, reportId, exportId].filter((id) => id !== undefined).join('/')}`;
}

/** A way to a server that can be cut off and mended. */
export interface Wire extends AsyncDisposable {
  readonly url: string;
  lead(to: string): void;
  /** Breaks every connection, and refuses new ones until it is mended. */
  cut(): void;
  mend(): void;
}

export async function startWire(): Promise<Wire> {
  const open = new Set<Socket>();
  let target: URL | null = null;
  let isCut = false;

  function keep(socket: Socket): void {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => open.delete(socket));
  }

  const server = createServer((near) => {
    keep(near);
    if (isCut || target === null) return near.destroy();
    const far = createConnection(Number(target.port), target.hostname);
    keep(far);
    near.pipe(far).pipe(near);
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  function cut(): void {
    isCut = true;
    for (const socket of open) socket.destroy();
  }
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    lead(to) {
      target = new URL(to);
    },
    cut,
    mend() {
      isCut = false;
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
