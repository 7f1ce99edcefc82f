import { defineScript } from '../../redis/connection.ts';

/*
 * What happens in Redis, each script at one moment and within one partition. Key 1 is the partition's `meta`; the others stand beside it
 * (`P` is what they begin with):
 *
 *   meta            head: the log's last place; base: nothing before it is known; beat, grace: see `isGrace`
 *   nodes           node → alive until, in milliseconds
 *   accs:NODE       the accounts that it wants something of
 *   own:ACCOUNT     n: the owner, f: the fence
 *   who:ACCOUNT     the nodes that want something of it, the longest there first
 *   want:ACCOUNT:NODE   the topics, without the account that they begin with
 *   x:TOPIC         packed: version, last place, floor (what is before it is not known), the state's moving and lasting part (see codec.ts), the export's key
 *   r:TOPIC         the last entries, "PLACE VALUE"
 *   idle            topics that no node wants → since when
 *   trash           what dead or closed nodes wanted, to be tidied a few topics at a time
 *   log             a stream: entries (t, e) and what is meant for one node (c, to, a, f, b); a record's id is its place
 *   marks           "TIME PLACE", for trimming the log by time
 *
 * Places begin with the server's microseconds when the partition begins, so that they grow over its lives. ARGV 1 is taken for the server's clock
 * (empty but for tests), ARGV 2 is the last place that the caller has heard of: a server that knows less, because it has lost its end or everything, begins anew
 * after it. Every script answers [base, head, now in milliseconds, …].
 */

const PRELUDE = `
local P = string.sub(KEYS[1], 1, -5)
local call = redis.call
local function int(number) return string.format('%.0f', number) end
local micros
if ARGV[1] == '' then
  local clock = call('TIME')
  micros = clock[1] * 1000000 + clock[2]
else
  micros = math.floor(tonumber(ARGV[1]) * 1000)
end
local now = math.floor(micros / 1000)
local meta = call('HMGET', KEYS[1], 'head', 'base')
local head, base = tonumber(meta[1] or ''), tonumber(meta[2] or '')
local was = head
if not head or head < tonumber(ARGV[2]) then
  head = math.max(micros, tonumber(ARGV[2]) + 1)
  base = head
  call('HSET', KEYS[1], 'base', int(base))
end
local function nextPlace() head = head + 1; return int(head) end
local function answer(more)
  if head ~= was then call('HSET', KEYS[1], 'head', int(head)) end
  local all = { int(base), int(head), int(now) }
  for i = 1, #more do all[i + 3] = more[i] end
  return all
end
-- Where nobody was heard for a while the server was away, or nobody was there: who is not back soon is dead then, but not before.
local function isGrace()
  local seen = call('HMGET', KEYS[1], 'beat', 'grace')
  local beat, grace = tonumber(seen[1] or int(now)), tonumber(seen[2] or '0')
  if now - beat > 1500 then
    grace = now + 2000
    call('HSET', KEYS[1], 'grace', int(grace))
  end
  call('HSET', KEYS[1], 'beat', int(now))
  return now < grace
end
local function readTopic(topic)
  local packed = call('GET', P .. 'x:' .. topic)
  return packed and cmsgpack.unpack(packed)
end
local function keepTopic(topic, x) call('SET', P .. 'x:' .. topic, cmsgpack.pack(x)) end
local function tellNode(kind, node, account, fence, body)
  call('XADD', P .. 'log', nextPlace() .. '-0', 'c', kind, 'to', node, 'a', account, 'f', fence, 'b', body)
end
`;

/** Who lives, who died, and whose an account is then. */
const OWNERSHIP = `
local ALIVE_MS = 2000
local function isAlive(node)
  local untilMs = call('ZSCORE', P .. 'nodes', node)
  return untilMs and tonumber(untilMs) >= now
end
local function wantersOf(account) return call('ZRANGE', P .. 'who:' .. account, 0, -1) end
local function short(account, topic)
  if string.sub(topic, 1, #account + 1) == account .. ' ' then return string.sub(topic, #account + 2) end
  return '\\n' .. topic
end
local function long(account, name)
  if string.sub(name, 1, 1) == '\\n' then return string.sub(name, 2) end
  return account .. ' ' .. name
end
local function wants(node, account, topic)
  return call('SISMEMBER', P .. 'want:' .. account .. ':' .. node, short(account, topic)) == 1
end
-- The first that wants it owns it next.
local function assign(account)
  for _, node in ipairs(wantersOf(account)) do
    if isAlive(node) then
      local fence = nextPlace()
      call('HSET', P .. 'own:' .. account, 'n', node, 'f', fence)
      tellNode('own', node, account, fence, '')
      return
    end
  end
  call('DEL', P .. 'own:' .. account)
end
local function reap(dead)
  call('ZREM', P .. 'nodes', dead)
  for _, account in ipairs(call('SMEMBERS', P .. 'accs:' .. dead)) do
    call('ZREM', P .. 'who:' .. account, dead)
    local left = P .. 'want:' .. account .. ':' .. dead
    if call('EXISTS', left) == 1 then
      local trash = 'trash:' .. nextPlace()
      call('RENAME', left, P .. trash)
      call('RPUSH', P .. 'trash', cjson.encode({ trash, account }))
    end
    if call('HGET', P .. 'own:' .. account, 'n') == dead then assign(account) end
  end
  call('DEL', P .. 'accs:' .. dead)
end
-- Marks what nobody wants any more, and tells the account's owner what no other node does; where it was the owner that left them, it knows.
local function unwanted(account, topics, isOwners)
  local owner = call('HGET', P .. 'own:' .. account, 'n')
  local nodes = wantersOf(account)
  local gone = {}
  for _, topic in ipairs(topics) do
    local isWanted, isWantedElsewhere = false, false
    for _, node in ipairs(nodes) do
      if wants(node, account, topic) then
        isWanted = true
        if node ~= owner then isWantedElsewhere = true end
      end
    end
    if not isWanted and call('EXISTS', P .. 'x:' .. topic) == 1 then call('ZADD', P .. 'idle', now, topic) end
    if not isWantedElsewhere then gone[#gone + 1] = topic end
  end
  if owner and #gone > 0 and not isOwners then
    local fence = call('HGET', P .. 'own:' .. account, 'f')
    tellNode('unwant', owner, account, fence, cjson.encode(gone))
  end
end
-- Forgets what has been idle for ten minutes, or is one too many.
local function forget()
  local old = call('ZRANGE', P .. 'idle', '-inf', '(' .. int(now - 600000), 'BYSCORE', 'LIMIT', 0, 200)
  if #old == 0 then
    local extra = call('ZCARD', P .. 'idle') - 100000
    if extra > 0 then old = call('ZRANGE', P .. 'idle', 0, math.min(extra, 200) - 1) end
  end
  for _, topic in ipairs(old) do
    call('ZREM', P .. 'idle', topic)
    call('DEL', P .. 'x:' .. topic, P .. 'r:' .. topic)
  end
end
local function tidy()
  local first = call('LINDEX', P .. 'trash', 0)
  if not first then return end
  local trash = cjson.decode(first)
  local topics = call('SPOP', P .. trash[1], 500)
  for i = 1, #topics do topics[i] = long(trash[2], topics[i]) end
  if #topics > 0 then unwanted(trash[2], topics) else call('LPOP', P .. 'trash') end
end
local function living()
  if isGrace() then return end
  for _, dead in ipairs(call('ZRANGE', P .. 'nodes', '-inf', '(' .. int(now), 'BYSCORE', 'LIMIT', 0, 8)) do reap(dead) end
end
local function stored(x)
  if not x then return { '0', '0', '', '', '' } end
  return { int(x[1]), int(x[2]), x[4], x[5], x[6] }
end
`;

/** ARGV: …, node, account, then topic and key of each. Answers 1 where the node owns it, the fence, 1 where others want the account too; of each: [stored, was asked about]; and 1 where the node was known to be alive. */
export const JOIN = defineScript(`${PRELUDE}${OWNERSHIP}
local node, account = ARGV[3], ARGV[4]
local isKnown = call('ZSCORE', P .. 'nodes', node) and 1 or 0
call('ZADD', P .. 'nodes', now + ALIVE_MS, node)
living()
forget()
local own = call('HMGET', P .. 'own:' .. account, 'n', 'f')
local owner, fence = own[1], own[2]
if owner and not call('ZSCORE', P .. 'nodes', owner) then owner = false end
call('ZADD', P .. 'who:' .. account, 'NX', head, node)
call('SADD', P .. 'accs:' .. node, account)
if not owner then
  owner, fence = node, nextPlace()
  call('HSET', P .. 'own:' .. account, 'n', node, 'f', fence)
end
local nodes = wantersOf(account)
local news, exports = {}, {}
for i = 5, #ARGV, 2 do
  local topic, key = ARGV[i], ARGV[i + 1]
  local isAsked = 0
  for _, other in ipairs(nodes) do if wants(other, account, topic) then isAsked = 1; break end end
  local x = readTopic(topic)
  if call('SADD', P .. 'want:' .. account .. ':' .. node, short(account, topic)) == 1 then
    if x then
      x[6] = key
      call('ZREM', P .. 'idle', topic)
    else
      nextPlace()
      x = { 0, 0, head, '', '', key }
    end
    keepTopic(topic, x)
  end
  if owner ~= node then news[#news + 1] = { topic, isAsked } end
  exports[#exports + 1] = { stored(x), isAsked }
end
if #news > 0 then tellNode('want', owner, account, fence, cjson.encode(news)) end
return answer({ owner == node and 1 or 0, fence, #nodes > 1 and 1 or 0, exports, isKnown })
`);

/** ARGV: …, node, account, then topics. */
export const LEAVE = defineScript(`${PRELUDE}${OWNERSHIP}
local node, account = ARGV[3], ARGV[4]
local isOwners = call('HGET', P .. 'own:' .. account, 'n') == node
local left = {}
for i = 5, #ARGV do
  if call('SREM', P .. 'want:' .. account .. ':' .. node, short(account, ARGV[i])) == 1 then left[#left + 1] = ARGV[i] end
end
if call('EXISTS', P .. 'want:' .. account .. ':' .. node) == 0 then
  call('ZREM', P .. 'who:' .. account, node)
  call('SREM', P .. 'accs:' .. node, account)
  if isOwners then assign(account) end
end
unwanted(account, left, isOwners)
forget()
return answer({})
`);

/** ARGV: …, node. It leaves all that it wants in this partition. */
export const BYE = defineScript(`${PRELUDE}${OWNERSHIP}
reap(ARGV[3])
tidy()
return answer({})
`);

/**
 * ARGV: …, node, 1 where it has joined something here. Answers 1 where the node is known to be alive (it is not, once it was taken for dead), how many are, the place up to which the log
 * is trimmed, and who was found dead.
 */
export const BEAT = defineScript(`${PRELUDE}${OWNERSHIP}
local node, isIn = ARGV[3], ARGV[4] == '1'
local isKnown = 1
if isIn then
  if call('ZSCORE', P .. 'nodes', node) then call('ZADD', P .. 'nodes', now + ALIVE_MS, node) else isKnown = 0 end
end
living()
tidy()
forget()
local mark = call('LINDEX', P .. 'marks', -1)
if not mark or now - tonumber(string.match(mark, '^%d+')) > 30000 then call('RPUSH', P .. 'marks', int(now) .. ' ' .. int(head)) end
local trimmed = call('HGET', KEYS[1], 'trimmed') or '0'
local first = call('LINDEX', P .. 'marks', 0)
local time, place = string.match(first or '', '^(%d+) (%d+)$')
if time and now - tonumber(time) > 630000 then
  call('LPOP', P .. 'marks')
  call('XTRIM', P .. 'log', 'MINID', place)
  trimmed = int(tonumber(place) - 1)
  call('HSET', KEYS[1], 'trimmed', trimmed)
end
return answer({ isKnown, call('ZCARD', P .. 'nodes'), trimmed })
`);

/** For the one place that knows all gateways. ARGV: …, node, its record. Answers all that are alive: [node, record]. */
export const ROLL = defineScript(`${PRELUDE}
call('ZADD', P .. 'nodes', now + 2000, ARGV[3])
call('HSET', P .. 'records', ARGV[3], ARGV[4])
local dead = isGrace() and {} or call('ZRANGE', P .. 'nodes', '-inf', '(' .. int(now), 'BYSCORE')
for _, node in ipairs(dead) do
  call('ZREM', P .. 'nodes', node)
  call('HDEL', P .. 'records', node)
end
local alive = {}
for _, node in ipairs(call('ZRANGE', P .. 'nodes', 0, -1)) do
  alive[#alive + 1] = { node, call('HGET', P .. 'records', node) or '' }
end
return answer({ alive, dead })
`);

/** As `ROLL`, for one that closes. */
export const UNROLL = defineScript(`${PRELUDE}
call('ZREM', P .. 'nodes', ARGV[3])
call('HDEL', P .. 'records', ARGV[3])
return answer({})
`);

/** ARGV: …, nodes that were found dead. */
export const REAP = defineScript(`${PRELUDE}${OWNERSHIP}
for i = 3, #ARGV do
  local untilMs = call('ZSCORE', P .. 'nodes', ARGV[i])
  if untilMs and tonumber(untilMs) < now then reap(ARGV[i]) end
end
tidy()
return answer({})
`);

/** ARGV: …, account. Answers every topic that any node wants of it. */
export const WANTED = defineScript(`${PRELUDE}${OWNERSHIP}
local keys = {}
for _, node in ipairs(wantersOf(ARGV[3])) do keys[#keys + 1] = P .. 'want:' .. ARGV[3] .. ':' .. node end
local topics = #keys == 0 and {} or call('SUNION', unpack(keys))
for i = 1, #topics do topics[i] = long(ARGV[3], topics[i]) end
return answer({ topics })
`);

/** ARGV: …, node, account, topics. Answers of each [stored, wanted by any, wanted by another]. */
export const OWNED = defineScript(`${PRELUDE}${OWNERSHIP}
local node, account = ARGV[3], ARGV[4]
local nodes = wantersOf(account)
local exports = {}
for i = 5, #ARGV do
  local isWanted, isWantedElsewhere = 0, 0
  for _, other in ipairs(nodes) do
    if wants(other, account, ARGV[i]) then
      isWanted = 1
      if other ~= node then isWantedElsewhere = 1 end
    end
  end
  exports[#exports + 1] = { stored(readTopic(ARGV[i])), isWanted, isWantedElsewhere }
end
return answer({ exports })
`);

/**
 * ARGV: …, account, fence, then of each commit: topic, version, moving, lasting (or empty: as before), how many entries, the entries.
 * Answers 'fenced', or of each its new version, or what is stored.
 */
export const COMMIT = defineScript(`${PRELUDE}${OWNERSHIP}
if call('HGET', P .. 'own:' .. ARGV[3], 'f') ~= ARGV[4] then return answer({ 'fenced' }) end
local results = {}
local i = 5
while i <= #ARGV do
  local topic, version, moving, lasting, count = ARGV[i], ARGV[i + 1], ARGV[i + 2], ARGV[i + 3], tonumber(ARGV[i + 4])
  local x = readTopic(topic)
  if not x or int(x[1]) ~= version then
    results[#results + 1] = stored(x)
  else
    x[1], x[4] = x[1] + 1, moving
    if lasting ~= '' then x[5] = lasting end
    for j = i + 5, i + 4 + count do
      local place = nextPlace()
      call('XADD', P .. 'log', place .. '-0', 't', topic, 'e', ARGV[j])
      if call('RPUSH', P .. 'r:' .. topic, place .. ' ' .. ARGV[j]) > 64 then
        x[3] = tonumber(string.match(call('LPOP', P .. 'r:' .. topic), '^%d+'))
      end
      x[2] = head
    end
    keepTopic(topic, x)
    results[#results + 1] = int(x[1])
  end
  i = i + 5 + count
end
return answer({ results })
`);

/** ARGV: …, journal, entry; without an entry the journal begins, where there is none. Answers its place. */
export const PUBLISH = defineScript(`${PRELUDE}
local x = readTopic(ARGV[3]) or { 0, 0, 0, '', '', '' }
if ARGV[4] then
  local place = nextPlace()
  call('XADD', P .. 'log', place .. '-0', 't', ARGV[3], 'e', ARGV[4])
  if call('RPUSH', P .. 'r:' .. ARGV[3], place .. ' ' .. ARGV[4]) > 1000 then
    x[3] = tonumber(string.match(call('LPOP', P .. 'r:' .. ARGV[3]), '^%d+'))
  end
end
keepTopic(ARGV[3], x)
return answer({})
`);

/** Answers the place of the log's last record. */
export const LAST = defineScript(`${PRELUDE}
local last = call('XREVRANGE', P .. 'log', '+', '-', 'COUNT', 1)
return answer({ last[1] and string.match(last[1][1], '^%d+') or '0' })
`);

/** ARGV: …, account, topics. Tells the owner that there is a reason to ask about them. */
export const NUDGE = defineScript(`${PRELUDE}
local own = call('HMGET', P .. 'own:' .. ARGV[3], 'n', 'f')
local topics = {}
for i = 4, #ARGV do topics[#topics + 1] = ARGV[i] end
if own[1] then tellNode('nudge', own[1], ARGV[3], own[2], cjson.encode(topics)) end
return answer({})
`);

/** ARGV: …, a place (empty: no entries are wanted), topics. Answers of each [version, moving, lasting, floor, entries], or nothing. */
export const LOAD = defineScript(`${PRELUDE}
local after = tonumber(ARGV[3]) or head
local topics = {}
for i = 4, #ARGV do
  local x = readTopic(ARGV[i])
  local entries = {}
  if x and after < head then
    local all = call('LRANGE', P .. 'r:' .. ARGV[i], 0, -1)
    for j = #all, 1, -1 do
      if tonumber(string.match(all[j], '^%d+')) <= after then break end
      entries[#entries + 1] = all[j]
    end
  end
  topics[#topics + 1] = x and { int(x[1]), x[4], x[5], int(x[3]), entries } or ''
end
return answer({ topics })
`);
