import { createHmac } from 'node:crypto';
import type { AccessConfig, Config } from './config.ts';

/** Digests of what has to be the same at every gateway, by the names of keys in the configuration file. */
export type ConfigDigests = Readonly<Record<string, string>>;

/** Of so many names of one list each has a digest of its own; of more the list has one, so that what gateways tell each other stays small. */
const MAX_NAMES = 200;

const LINK_SECRET = 'files.linkSecret';

/** 48 bits: enough to see a difference, for somebody who means no harm. */
const DIGEST_CHARACTERS = 8;

/**
 * What several gateways compare: accounts, callers' keys, webhooks, trusted documents, the link secret. Each digest is keyed by the link
 * secret, so that it tells nothing of a value to who does not have that.
 *
 * Addresses of the gateway itself and of its store are left out: they may be reached in several ways.
 */
export function digestConfig(config: Config, linkSecret: string): ConfigDigests {
  const key = createHmac('sha256', linkSecret).update('waybill configuration 1').digest();
  const digest = (value: unknown): string =>
    createHmac('sha256', key).update(toStableText(value)).digest('base64url').slice(0, DIGEST_CHARACTERS);
  const { accounts, access, webhooks, tracking, limits, server } = config;
  const values: Readonly<Record<string, unknown>> = {
    [LINK_SECRET]: '',
    ...byName('accounts', accounts, ({ key: name }) => name),
    ...accessValues(access),
    ...byName('webhooks', webhooks, ({ key: name }) => name),
    tracking,
    limits,
    'server.trustedDocuments': [...(server.trustedDocuments ?? [])].sort(),
  };
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, digest(value)]));
}

/** The names whose digests differ, or that only one of the two has. With another link secret all digests differ, and it alone is named. */
export function compareDigests(own: ConfigDigests, other: ConfigDigests): readonly string[] {
  const names = [...new Set([...Object.keys(own), ...Object.keys(other)])];
  const different = names.filter((name) => own[name] !== other[name]).sort();
  return different.includes(LINK_SECRET) ? [LINK_SECRET] : different;
}

function accessValues(access: AccessConfig): Readonly<Record<string, unknown>> {
  const mode = { 'access.mode': access.mode };
  if (access.mode === 'jwt') return { ...mode, 'access.jwt': access.jwt };
  return access.mode === 'keys'
    ? { ...mode, ...byName('access.keys', access.keys, ({ name }) => name) }
    : mode;
}

function byName<Item>(
  list: string,
  items: readonly Item[],
  nameOf: (item: Item) => string,
): Readonly<Record<string, unknown>> {
  if (items.length > MAX_NAMES)
    return { [list]: Object.fromEntries(items.map((item) => [nameOf(item), item])) };
  return Object.fromEntries(items.map((item) => [`${list}.${nameOf(item)}`, item]));
}

/** The same text for values that differ only in the order of their keys. */
function toStableText(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  );
}
