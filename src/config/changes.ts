import { isDeepStrictEqual } from 'node:util';
import { toHttpUrl } from '../yaml/address.ts';
import type { AccessConfig, Config } from './config.ts';

/** What was added, removed and changed, by name. */
export interface NameChanges {
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
}

/** How one configuration differs from another. Names and key paths only, never a value. */
export interface ConfigChanges {
  /** By account key. */
  readonly accounts: NameChanges;
  /** The user's own vendors, by id. */
  readonly vendors: NameChanges;
  /** The callers of mode `keys`, by name. */
  readonly callers: NameChanges;
  /** By their keys. */
  readonly webhooks: NameChanges;
  /** How long and how many exports are remembered. */
  readonly isTrackingChanged: boolean;
  /** The way in which tokens are checked. */
  readonly isJwtChanged: boolean;
  /** Paths of keys that only take effect at the next start: `server.port`. */
  readonly atNextStart: readonly string[];
}

/** Compares what runs with what a file says now. Where `access.mode` differs, nothing of `access` can take effect. */
export function compareConfigs(running: Config, next: Config): ConfigChanges {
  const isSameMode = running.access.mode === next.access.mode;
  return {
    accounts: compareByName(running.accounts, next.accounts, ({ key }) => key),
    vendors: compareByName(running.declaredVendors, next.declaredVendors, ({ id }) => id),
    callers: isSameMode
      ? compareByName(keysOf(running.access), keysOf(next.access), ({ name }) => name)
      : NONE,
    webhooks: compareByName(running.webhooks, next.webhooks, ({ key }) => key),
    isTrackingChanged: !isDeepStrictEqual(running.tracking, next.tracking),
    isJwtChanged: isSameMode && !isDeepStrictEqual(jwtOf(running.access), jwtOf(next.access)),
    atNextStart: [...(isSameMode ? [] : ['access.mode']), ...findFixed(running, next)],
  };
}

const NONE: NameChanges = { added: [], removed: [], changed: [] };

function keysOf(access: AccessConfig) {
  return access.mode === 'keys' ? access.keys : [];
}

function jwtOf(access: AccessConfig) {
  return access.mode === 'jwt' ? access.jwt : null;
}

function compareByName<Item>(
  before: readonly Item[],
  after: readonly Item[],
  nameOf: (item: Item) => string,
): NameChanges {
  const old = new Map(before.map((item) => [nameOf(item), item]));
  const now = new Map(after.map((item) => [nameOf(item), item]));
  return {
    added: [...now.keys()].filter((name) => !old.has(name)),
    removed: [...old.keys()].filter((name) => !now.has(name)),
    changed: [...now].flatMap(([name, item]) =>
      old.has(name) && !isDeepStrictEqual(item, old.get(name)) ? [name] : [],
    ),
  };
}

/** Every other section, key by key. */
function findFixed(running: Config, next: Config): readonly string[] {
  const fixedOf = ({ server, files, limits, store, backplane }: Config) => ({
    server: { ...server, publicUrl: ownPublicUrl(server) },
    files,
    limits,
    store,
    backplane,
  });
  return findDifferences(fixedOf(running), fixedOf(next), []);
}

/** Undefined where it only follows from host and port, which are named themselves. */
function ownPublicUrl({ publicUrl, host, port }: Config['server']): string | undefined {
  return publicUrl === toHttpUrl(host, port) ? undefined : publicUrl;
}

function findDifferences(before: unknown, after: unknown, path: readonly string[]): readonly string[] {
  if (!isMapping(before) || !isMapping(after))
    return isDeepStrictEqual(before, after) ? [] : [path.join('.')];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) => findDifferences(before[key], after[key], [...path, key]));
}

/** A section; a list, or a file's content that is kept as a Map, is one value. */
function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
