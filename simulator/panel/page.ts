import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import type { VendorId } from '../../src/export/vendor-id.ts';
import { FILES_STORE } from '../calls.ts';
import type { Controls } from '../controls.ts';
import { toCommandLineLocator } from '../examples.ts';
import type { Fault } from '../faults.ts';
import type { AcceptedOrders } from '../order-book.ts';
import type { SimulatorResponse } from '../simulator.ts';
import type { PanelFault, PanelState } from './types.d.ts';

/** Seen from here and, since the bundler puts this file into a folder of chunks, from there. */
const FOLDER = new URL('../panel/', import.meta.url);
/** Looked up by name: no path of a caller's ever reaches the disk. */
const PARTS: Readonly<Record<string, string | undefined>> = {
  '/panel': 'index.html',
  '/panel/panel.js': 'panel.js',
  '/panel/faults.js': 'faults.js',
  '/panel/panel.css': 'panel.css',
  '/panel/icon.svg': 'icon.svg',
};

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** This server alone, no text that could become markup, and no page that could frame it. */
const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'cache-control': 'no-store',
} as const;

const NEWEST_ORDERS = 3;

/** The page from which a person orders faults, and what it shows; undefined for a path that is none of its own. */
export async function answerPanelRequest(
  path: string,
  controls: Controls,
): Promise<SimulatorResponse | undefined> {
  if (path === '/panel/state') return { status: 200, headers: HEADERS, body: toState(controls) };
  const name = Object.hasOwn(PARTS, path) ? PARTS[path] : undefined;
  if (name === undefined) return undefined;
  const contentType = CONTENT_TYPES[extname(name)] as string;
  return {
    status: 200,
    headers: { ...HEADERS, 'content-type': contentType },
    body: await readFile(new URL(name, FOLDER)),
  };
}

function toState({ boardUrl, calls, clock, faults, names, orders }: Controls): PanelState {
  const counted = calls.read();
  const accepted = orders.read();
  const now = clock.now();
  return {
    boardUrl: boardUrl() ?? null,
    mounts: names.map((id) => ({
      id,
      calls: Object.values<number>(counted[id] ?? {}).reduce((sum, count) => sum + count, 0),
      orders: id === FILES_STORE ? null : toOrders(id, accepted[id] ?? { count: 0, orders: [] }),
      faults: faults
        .list()
        .filter(({ vendor }) => vendor === id)
        .map((fault) => toPanelFault(fault, now)),
    })),
  };
}

function toOrders(vendor: VendorId, { count, orders }: AcceptedOrders) {
  const newest = orders.slice(-NEWEST_ORDERS).reverse();
  return { count, newest: newest.map(({ ids }) => toCommandLineLocator(vendor, { ids })) };
}

function toPanelFault({ vendor: _, endsAt, ...fault }: Fault, now: number): PanelFault {
  return { ...fault, leftMs: endsAt === undefined ? null : endsAt - now };
}
