import { createHash } from 'node:crypto';
import { FAILURES_TO_OPEN, FIRST_OPEN_MS, MAX_OPEN_MS } from '../http/circuit-breaker.ts';

/** Addresses that an account speaks to, each with a breaker of its own. */
export const ADDRESSES = ['api', 'token'] as const;
export type Address = (typeof ADDRESSES)[number];

/** A rate as a window: so many requests in so many milliseconds, however it is laid. */
export interface WindowShape {
  readonly capacity: number;
  readonly windowMs: number;
}

/** How a call ended, for its address's breaker: `f` failed, `s` succeeded, `l` given up. */
export type BreakerEvent = 'f' | 's' | 'l';

/** What one gateway tells about an account, and what it asks for. */
export interface Exchange {
  /** Before every key: the slot that a tenant's keys lie in. */
  readonly prefix: string;
  readonly account: string;
  /** Of this gateway's process; no other has it. */
  readonly node: string;
  readonly shape: WindowShape;
  /** What holds while nobody knows what was sent before: where the store is new. */
  readonly newcomerShape: WindowShape;
  /** When the store's memory of this slot began, as this gateway was last told; empty where it was not. */
  readonly knownSince: string;
  /** As many permits, named `NODE:FIRST` and onwards. */
  readonly want: number;
  readonly first: number;
  /** At most so many while other gateways wait. */
  readonly turn: number;
  /** Where the first of them is to go; empty where none is. */
  readonly address: Address | '';
  /** How long a permit counts that nothing is heard of any more, and a probe. */
  readonly leaseMs: number;
  readonly probeMs: number;
  /** Requests that have arrived, and how long ago. */
  readonly arrived: readonly (readonly [permit: string, agoMs: number])[];
  /** Permits that are not used. */
  readonly unused: readonly string[];
  readonly events: readonly (readonly [Address, BreakerEvent, generation: number])[];
  /** The account is to be left alone for so long; 0 where nothing is new. */
  readonly closeMs: number;
  /** "Too many" without a time, in a row; -1 where nothing is new. */
  readonly throttledInARow: number;
}

export interface BreakerAnswer {
  readonly failures: number;
  readonly opensForMs: number;
  /** Until the next call may try; null while closed, 0 where it may. */
  readonly triesInMs: number | null;
  readonly isProbedElsewhere: boolean;
  /** Changes with every change of state. */
  readonly generation: number;
  /** This gateway may send the one call that finds out whether the address is back. */
  readonly isLeased: boolean;
}

export interface ExchangeAnswer {
  readonly knownSince: string;
  readonly granted: number;
  /** Where fewer were granted than wanted: when to ask again; null where gate or breaker are in the way. */
  readonly askAgainInMs: number | null;
  readonly gateMs: number;
  readonly throttledInARow: number;
  readonly breakers: Readonly<Record<Address, BreakerAnswer>>;
}

/** How long a place in the line is kept for a gateway beyond the moment at which it was to ask again. */
const GRACE_MS = 1_000;
/** When to ask again where a request is on its way for longer than it should. */
const OVERDUE_MS = 300;
/** As far ahead the line is looked at; who stands behind that asks once more. */
const MAX_AHEAD = 64;
/** How long the store remembers when its memory of a slot began, and how long breakers and gates are kept beyond their times. */
const MEMORY_MS = 86_400_000;
const IDLE_MS = 600_000;

/*
 * One account's limits over all gateways, in four keys beside the one that says since when anything is known:
 *   win   sorted set, permits whose requests have arrived, by when
 *   held  sorted set, permits handed out whose requests may not have arrived yet, by when
 *   line  hash, gateways that wait: since when, for how many, until when their place is kept
 *   gate  hash: u closed until, z closed since nobody knows what was sent, r "too many" in a row, and each address's breaker: f failures,
 *         o how long it opens, t when it may be tried, p until when it is being tried, h by whom, g generation
 * All times are the store's, in milliseconds. A permit counts from the moment it is handed out until a window after its arrival.
 */
const SOURCE = `
local q = cjson.decode(ARGV[1])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local win = KEYS[1]
local mark, held = q.prefix .. 'lim', q.prefix .. 'held:' .. q.account
local line, gate = q.prefix .. 'line:' .. q.account, q.prefix .. 'gate:' .. q.account

local since = redis.call('GET', mark)
if since then
  redis.call('PEXPIRE', mark, ${MEMORY_MS})
else
  since = string.format('%.0f', now)
  redis.call('SET', mark, since, 'PX', ${MEMORY_MS})
end

local state, changed = {}, {}
local flat = redis.call('HGETALL', gate)
for i = 1, #flat, 2 do state[flat[i]] = flat[i + 1] end
local function get(name, default) return tonumber(state[name] or default) end
local function put(name, value)
  state[name] = value
  changed[name] = true
end
local function text(value)
  return type(value) == 'number' and string.format('%.0f', value) or value
end

local shape = q.shape
if now < since + q.newcomerShape.windowMs then shape = q.newcomerShape end
if q.knownSince ~= '' and q.knownSince ~= since then
  put('z', math.max(get('z', 0), since + q.shape.windowMs))
end

for _, event in ipairs(q.events) do
  local address, kind, generation = event[1] .. '.', event[2], event[3]
  if generation == get(address .. 'g', 0) then
    local isOpen = get(address .. 't', 0) > 0
    if kind == 's' then
      put(address .. 'f', 0)
      if isOpen then
        put(address .. 't', 0)
        put(address .. 'p', 0)
        put(address .. 'o', ${FIRST_OPEN_MS})
        put(address .. 'g', generation + 1)
      end
    elseif kind == 'l' then
      put(address .. 'p', 0)
    else
      local failures, opensFor = get(address .. 'f', 0) + 1, get(address .. 'o', ${FIRST_OPEN_MS})
      put(address .. 'f', failures)
      if isOpen or failures >= ${FAILURES_TO_OPEN} then
        if isOpen then opensFor = math.min(${MAX_OPEN_MS}, opensFor * 2) end
        put(address .. 'o', opensFor)
        put(address .. 't', now + opensFor)
        put(address .. 'p', 0)
        put(address .. 'g', generation + 1)
      end
    end
  end
end
if q.closeMs > 0 then put('u', math.max(get('u', 0), now + q.closeMs)) end
if q.throttledInARow == 0 then put('r', 0) end
if q.throttledInARow > 0 then put('r', math.max(get('r', 0), q.throttledInARow)) end

for _, one in ipairs(q.arrived) do
  redis.call('ZREM', held, one[1])
  if one[2] < shape.windowMs then redis.call('ZADD', win, text(now - one[2]), one[1]) end
end
for _, permit in ipairs(q.unused) do redis.call('ZREM', held, permit) end
redis.call('ZREMRANGEBYSCORE', win, '-inf', text(now - shape.windowMs))
redis.call('ZREMRANGEBYSCORE', held, '-inf', text(now - q.leaseMs))

local want, leased = q.want, {}
if q.address ~= '' and get(q.address .. '.t', 0) > 0 then
  local address = q.address .. '.'
  local isDue = get(address .. 't', 0) <= now
  if isDue and (get(address .. 'p', 0) <= now or state[address .. 'h'] == q.node) then
    put(address .. 'p', now + q.probeMs)
    put(address .. 'h', q.node)
    leased[q.address] = true
    want = math.min(want, 1)
  else
    want = 0
  end
end

local granted, askAgainIn = 0, -1
local shut = math.max(get('u', 0), get('z', 0))
if want > 0 and shut > now then
  if get('z', 0) > now then askAgainIn = shut - now end
  want = 0
end
if want > 0 then
  local used = redis.call('ZCARD', win) + redis.call('ZCARD', held)
  local ahead, others, mine = 0, 0, now
  local waiting, gone = redis.call('HGETALL', line), {}
  local own = redis.call('HGET', line, q.node)
  if own then mine = cjson.decode(own)[1] end
  for i = 1, #waiting, 2 do
    local place = cjson.decode(waiting[i + 1])
    if waiting[i] ~= q.node then
      if place[3] < now then
        gone[#gone + 1] = waiting[i]
      else
        others = others + 1
        if place[1] < mine or (place[1] == mine and waiting[i] < q.node) then ahead = ahead + place[2] end
      end
    end
  end
  if #gone > 0 then redis.call('HDEL', line, unpack(gone)) end
  granted = math.max(0, math.min(want, shape.capacity - used - ahead))
  if others > 0 then granted = math.min(granted, q.turn) end
  for i = 0, granted - 1 do redis.call('ZADD', held, text(now), q.node .. ':' .. text(q.first + i)) end
  used = used + granted

  if granted < want then
    local behind = math.min(used + ahead - shape.capacity, ${MAX_AHEAD})
    local at = now + 1
    if behind >= 0 then
      local times = {}
      local function collect(key)
        local list = redis.call('ZRANGE', key, 0, behind, 'WITHSCORES')
        for i = 2, #list, 2 do
          local free = list[i] + shape.windowMs
          if free <= now then free = now + ${OVERDUE_MS} end
          times[#times + 1] = free
        end
      end
      collect(win)
      collect(held)
      table.sort(times)
      at = times[behind + 1] or ((times[#times] or now) + shape.windowMs)
    end
    askAgainIn = math.max(1, at - now)
    local joined = granted > 0 and now or mine
    local place = { joined, math.min(want - granted, q.turn), at + ${GRACE_MS} }
    redis.call('HSET', line, q.node, '[' .. text(place[1]) .. ',' .. text(place[2]) .. ',' .. text(place[3]) .. ']')
    redis.call('PEXPIRE', line, text(math.max(askAgainIn + ${2 * GRACE_MS}, redis.call('PTTL', line))))
  elseif own then
    redis.call('HDEL', line, q.node)
  end
elseif q.want == 0 then
  redis.call('HDEL', line, q.node)
end

local names = {}
for name in pairs(changed) do
  names[#names + 1] = name
  names[#names + 1] = text(state[name])
end
if #names > 0 then redis.call('HSET', gate, unpack(names)) end
local keep = math.max(0, get('u', 0) - now, get('z', 0) - now, get('api.t', 0) - now, get('token.t', 0) - now)
if #names > 0 or #flat > 0 then redis.call('PEXPIRE', gate, text(keep + ${IDLE_MS})) end
redis.call('PEXPIRE', win, text(shape.windowMs + ${GRACE_MS}))
redis.call('PEXPIRE', held, text(q.leaseMs + ${GRACE_MS}))

local answer = { since, granted, askAgainIn, math.max(0, get('u', 0) - now), get('r', 0) }
for _, name in ipairs({ 'api', 'token' }) do
  local address = name .. '.'
  local triesAt = get(address .. 't', 0)
  answer[#answer + 1] = get(address .. 'f', 0)
  answer[#answer + 1] = get(address .. 'o', ${FIRST_OPEN_MS})
  answer[#answer + 1] = triesAt == 0 and -1 or math.max(0, triesAt - now)
  answer[#answer + 1] = (triesAt > 0 and get(address .. 'p', 0) > now and state[address .. 'h'] ~= q.node) and 1 or 0
  answer[#answer + 1] = get(address .. 'g', 0)
  answer[#answer + 1] = leased[name] and 1 or 0
end
return answer
`;

/** Tells and asks at once: one round trip. */
export const PERMIT_SCRIPT = { source: SOURCE, sha1: createHash('sha1').update(SOURCE).digest('hex') };

/** Numbers that the script returns for each breaker. */
const BREAKER_FIELDS = 6;
const HEAD_FIELDS = 5;

/** @throws TypeError where it is no answer of the script */
export function readAnswer(raw: unknown): ExchangeAnswer {
  if (!Array.isArray(raw) || raw.length !== HEAD_FIELDS + ADDRESSES.length * BREAKER_FIELDS) {
    throw new TypeError('The script on limits has answered something else.');
  }
  const [knownSince, ...numbers] = [String(raw[0]), ...raw.slice(1).map(Number)] as [string, ...number[]];
  const [granted = 0, askAgainInMs = -1, gateMs = 0, throttledInARow = 0] = numbers;
  const breakerAt = (index: number): BreakerAnswer => {
    const from = HEAD_FIELDS - 1 + index * BREAKER_FIELDS;
    const [failures = 0, opensForMs = 0, triesInMs = -1, isProbed, generation = 0, isLeased] =
      numbers.slice(from);
    return {
      ...{ failures, opensForMs, generation },
      triesInMs: triesInMs < 0 ? null : triesInMs,
      isProbedElsewhere: isProbed === 1,
      isLeased: isLeased === 1,
    };
  };
  return {
    ...{ knownSince, granted, gateMs, throttledInARow },
    askAgainInMs: askAgainInMs < 0 ? null : askAgainInMs,
    breakers: { api: breakerAt(0), token: breakerAt(1) },
  };
}
