import type { Problem } from '../yaml/problem.ts';
import { listAt, valueAt } from '../yaml/tree.ts';
import type { Findings } from './found.ts';
import { isRedisUrl, namesRedisUser } from './redis-address.ts';

/** The keys that say where Redis is. */
const PLACES = ['url', 'cluster', 'sentinels'] as const;
type RedisPlace = (typeof PLACES)[number];

/** Keys that only mean something beside some of the places, and what stands for them beside `url`. */
const COMPANIONS: readonly {
  readonly key: string;
  readonly beside: readonly RedisPlace[];
  readonly inUrl?: string;
}[] = [
  { key: 'name', beside: ['sentinels'] },
  { key: 'sentinelUsername', beside: ['sentinels'] },
  { key: 'sentinelPassword', beside: ['sentinels'] },
  { key: 'database', beside: ['sentinels'], inUrl: 'as the path of url, redis://HOST:PORT/DATABASE' },
  { key: 'tls', beside: ['cluster', 'sentinels'], inUrl: 'as rediss:// in url' },
];

/** Redis is in one place, and every key beside it goes with that place. */
export function redisIsInOnePlace({ tree }: Findings): readonly Problem[] {
  if (!isRedis(tree)) return [];
  const places = PLACES.filter((key) => isThere(tree, key));
  const [place, ...further] = places;
  const allowed = `one of ${PLACES.join(', ')}`;
  if (place === undefined) return [{ path: ['backplane'], found: `none of ${PLACES.join(', ')}`, allowed }];
  if (further.length > 0)
    return further.map((key) => ({
      path: ['backplane', key],
      found: `a second place of Redis, beside backplane.${place}`,
      allowed,
    }));
  return [...findStrangers(tree, place), ...findNameless(tree, place), ...findSecondUser(tree)];
}

function findStrangers(tree: unknown, place: RedisPlace): readonly Problem[] {
  return COMPANIONS.filter(({ key, beside }) => isThere(tree, key) && !beside.includes(place)).map(
    ({ key, beside, inUrl }) => {
      const elsewhere = `${beside.join(' or ')}`;
      const allowed =
        place === 'url' && inUrl !== undefined ? `the same ${inUrl}` : `this key beside ${elsewhere} only`;
      return { path: ['backplane', key], found: `a key that means nothing beside ${place}`, allowed };
    },
  );
}

function findNameless(tree: unknown, place: RedisPlace): readonly Problem[] {
  if (place !== 'sentinels' || isThere(tree, 'name')) return [];
  const allowed = 'what the Sentinels call the primary';
  return [{ path: ['backplane', 'name'], found: 'nothing', allowed }];
}

/** One of two would be taken, and nobody could say which. */
function findSecondUser(tree: unknown): readonly Problem[] {
  const url = valueAt(tree, ['backplane', 'url']);
  if (typeof url !== 'string' || !isRedisUrl(url) || !namesRedisUser(url)) return [];
  return ['username', 'password']
    .filter((key) => isThere(tree, key))
    .map((key) => ({
      path: ['backplane', key],
      found: 'a second one, beside that in backplane.url',
      allowed: 'user and password either in url or in keys of their own',
    }));
}

/** A link or a cursor that one gateway signed has to be good at the others. */
export function severalShareALinkSecret({ tree }: Findings): readonly Problem[] {
  if (!isRedis(tree) || valueAt(tree, ['files', 'linkSecret']) !== undefined) return [];
  const allowed =
    'a string of at least 32 bytes, the same for every gateway, because backplane.kind is "redis"';
  return [{ path: ['files', 'linkSecret'], found: 'nothing', allowed }];
}

/**
 * A file has one gateway, and what the memory of several holds of tracked exports would be told several times and known by halves. Where
 * the file names nothing that tracks by itself, memory does: each gateway then remembers what it was asked to.
 */
export function severalShareAStore({ tree }: Findings): readonly Problem[] {
  if (!isRedis(tree)) return [];
  const kind = valueAt(tree, ['store', 'kind']) ?? 'memory';
  const because = 'because backplane.kind is "redis"';
  if (kind === 'sqlite')
    return [
      {
        path: ['store', 'kind'],
        found: '"sqlite", a file for one gateway',
        allowed: `"postgres", ${because}`,
      },
    ];
  const trackers = tracksByItself(tree);
  if (kind !== 'memory' || trackers.length === 0) return [];
  const found = valueAt(tree, ['store', 'kind']) === undefined ? 'nothing, which means "memory"' : '"memory"';
  const allowed = `"postgres", ${because} and ${trackers.join(' and ')} track exports`;
  return [{ path: ['store', 'kind'], found, allowed }];
}

/** What an operator of several gateways without a store of theirs should know. */
export const STORES_OF_THEIR_OWN =
  'store.kind is memory and backplane.kind is redis: what is tracked, and which idempotency key started what, is known only to the gateway that was asked. Use store.kind postgres where that matters.';

/** What follows exports without anybody's asking. */
function tracksByItself(tree: unknown): readonly string[] {
  const hasAll = listAt(tree, ['accounts']).some((account) => valueAt(account, ['track']) === 'all');
  const hasWebhooks = listAt(tree, ['webhooks']).length > 0;
  return [...(hasWebhooks ? ['webhooks'] : []), ...(hasAll ? ['accounts with track: all'] : [])];
}

function isRedis(tree: unknown): boolean {
  return valueAt(tree, ['backplane', 'kind']) === 'redis';
}

function isThere(tree: unknown, key: string): boolean {
  return valueAt(tree, ['backplane', key]) !== undefined;
}
