import { COMMON, RING } from "./common.js";
import { ONCE } from "./once.js";
import { defineScript } from "./script.js";

/**
 * A collection lies in one shard. Its hash keeps each record as `<version> <expiry or 0> <value>`, and its log says which key
 * changed at which version: an entry's id is the version, so that a gap is seen. The log is trimmed; who asks for more gets
 * everything anew.
 */
const COLLECTION = `
local LOG_KEPT = 4096
local EMPTY_KEPT_MS = 3600000

local function keysOf(p, collection)
  local rec = p .. 'rec:' .. collection .. ':'
  return {data = rec .. 'data', keys = rec .. 'keys', ttl = rec .. 'ttl', version = rec .. 'version', log = rec .. 'log'}
end

local function unpackRecord(packed)
  local version, expiry, at = string.match(packed, '^(%d+) (%d+) ()')
  return tonumber(version), tonumber(expiry), at
end
`;

const CHANGE = `
-- The first version is the time in microseconds: none repeats, also after the store was emptied.
local function nextVersion(c, kind, key)
  local version = call('INCR', c.version)
  if version == 1 then
    call('SET', c.version, stamp())
    version = tonumber(call('GET', c.version))
  end
  call('XADD', c.log, 'MAXLEN', '~', LOG_KEPT, string.format('%.0f-0', version), 'kind', kind, 'key', key)
  return version
end

local function remove(c, kind, key)
  call('HDEL', c.data, key)
  call('ZREM', c.keys, key)
  call('ZREM', c.ttl, key)
  nextVersion(c, kind, key)
  -- Nothing is left of a collection that stays empty: watchers have long been told, and versions begin beyond any earlier one.
  if call('EXISTS', c.data) == 0 then
    for _, kept in ipairs({c.version, c.log}) do call('PEXPIRE', kept, EMPTY_KEPT_MS) end
  end
end

-- Ends what has expired. Returns whether there was any.
local function sweep(c, now)
  local expired = call('ZRANGEBYSCORE', c.ttl, '-inf', now, 'LIMIT', 0, 1000)
  for _, key in ipairs(expired) do remove(c, 'expire', key) end
  return #expired > 0
end
`;

const WRITE = `
local now, rung = clockMs(), {}

-- The keys of each collection that is written to. What has expired in it is ended once for all that is written now.
local known = {}
local function collectionAt(p, collection)
  local name = p .. collection
  local c = known[name]
  if c then return c, false end
  c = keysOf(p, collection)
  local swept = sweep(c, now)
  known[name] = c
  return c, swept
end

local function write(p, collection, kind, key, value, ifVersion, ttl)
  local c, swept = collectionAt(p, collection)
  local packed = call('HGET', c.data, key)
  local version, expires = 0, 0
  if packed then version, expires = unpackRecord(packed) end
  if expires > 0 and expires <= now then
    -- More has expired than one sweep ends.
    remove(c, 'expire', key)
    packed, version, swept = false, 0, true
  end
  local answer = version
  if ifVersion ~= '' and tonumber(ifVersion) ~= version then
    answer = -1 - version
  elseif kind == 'put' then
    answer = nextVersion(c, 'put', key)
    local expiry = ttl == '' and 0 or now + tonumber(ttl)
    call('HSET', c.data, key, string.format('%.0f %.0f ', answer, expiry) .. value)
    if not packed and call('HLEN', c.data) == 1 then
      for _, kept in ipairs({c.version, c.log}) do call('PERSIST', kept) end
    end
    call('ZADD', c.keys, 0, key)
    if expiry > 0 then
      call('ZADD', c.ttl, expiry, key)
    elseif expires > 0 or not packed then
      call('ZREM', c.ttl, key)
    end
  elseif packed then
    remove(c, 'delete', key)
  end
  if swept or kind == 'put' and answer > 0 or kind == 'delete' and answer > 0 then
    local names = rung[p] or {}
    names['#' .. collection] = true
    rung[p] = names
  end
  return answer
end

local function work()
  local answers = {'ok'}
  for at = 6, #ARGV, 7 do
    -- A key of a foreign type spoils its own collection only.
    local fine, answer = pcall(write, prefixOf(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5],
      ARGV[at + 6])
    if not fine then answer = type(answer) == 'table' and answer.err or tostring(answer) end
    answers[#answers + 1] = answer
  end
  for p, collections in pairs(rung) do
    local names = {}
    for name in pairs(collections) do names[#names + 1] = name end
    ring(p, table.concat(names, ' '))
  end
  return answers
end
`;

/**
 * Writes records. ARGV[6] on, seven each: shard, collection, `put` or `delete`, key, value, ifVersion ("": any), ttlMs ("": for
 * ever). Answers `ok` and for each the new version, or what `delete` removed (0: there was none), or −1 − version if ifVersion
 * did not fit, or the text of an error.
 */
export const PUT_RECORDS = defineScript("put-records", undefined, COMMON, RING, COLLECTION, CHANGE, WRITE, ONCE);

/** The same for deletions, which must go on when memory is full. */
export const DELETE_RECORDS = defineScript(
  "delete-records",
  "allow-oom",
  COMMON,
  RING,
  COLLECTION,
  CHANGE,
  WRITE,
  ONCE,
);

/**
 * Reads records. ARGV: namespace, then shard, collection and key of each. Answers for each version, milliseconds left (-1: for
 * ever) and value, or nothing, or the text of an error.
 */
export const GET_RECORDS = defineScript(
  "get-records",
  "no-writes",
  COMMON,
  COLLECTION,
  `
local now, answers = clockMs(), {}

local function read(p, collection, key)
  local packed = call('HGET', keysOf(p, collection).data, key)
  if not packed then return {} end
  local version, expiry, from = unpackRecord(packed)
  if expiry > 0 and expiry <= now then return {} end
  return {version, expiry == 0 and -1 or expiry - now, string.sub(packed, from)}
end

for at = 2, #ARGV, 3 do
  local fine, answer = pcall(read, prefixOf(ARGV[at]), ARGV[at + 1], ARGV[at + 2])
  if not fine then answer = type(answer) == 'table' and answer.err or tostring(answer) end
  answers[#answers + 1] = answer
end
return answers
`,
);

/**
 * Lists records by key. ARGV: namespace, shard, collection, the range of keys as ZRANGEBYLEX takes it, limit. Answers the version
 * of the collection, the last key looked at ("": there are no more), and four per record: key, version, milliseconds left, value.
 */
export const LIST_RECORDS = defineScript(
  "list-records",
  "no-writes",
  COMMON,
  COLLECTION,
  `
local c, now = keysOf(prefixOf(ARGV[2]), ARGV[3]), clockMs()
local keys = call('ZRANGEBYLEX', c.keys, ARGV[4], ARGV[5], 'LIMIT', 0, ARGV[6])
local values = #keys > 0 and call('HMGET', c.data, unpack(keys)) or {}
local answer = {call('GET', c.version) or '0', #keys == tonumber(ARGV[6]) and keys[#keys] or ''}
for index, key in ipairs(keys) do
  -- None: the values were lost, and their names were not.
  local version, expiry, from
  if values[index] then version, expiry, from = unpackRecord(values[index]) end
  if version and (expiry == 0 or expiry > now) then
    answer[#answer + 1] = key
    answer[#answer + 1] = version
    answer[#answer + 1] = expiry == 0 and -1 or expiry - now
    answer[#answer + 1] = string.sub(values[index], from)
  end
end
return answer
`,
);

/**
 * What changed in a collection. ARGV: namespace, shard, collection, since, limit. First ends what has expired. Answers the mark
 * of the shard's bell, milliseconds until the next expiry (-1: none), the version up to which this tells (-1: the log does not reach back to
 * `since`), whether there is more, and five per key that changed: key, kind, version, milliseconds left, value.
 */
export const RECORD_CHANGES = defineScript(
  "record-changes",
  "allow-oom",
  COMMON,
  RING,
  COLLECTION,
  CHANGE,
  `
local p, since, limit = prefixOf(ARGV[2]), tonumber(ARGV[4]), tonumber(ARGV[5])
local c, now = keysOf(p, ARGV[3]), clockMs()
while sweep(c, now) do ring(p, '#' .. ARGV[3]) end
local first = call('ZRANGE', c.ttl, 0, 0, 'WITHSCORES')
local nextIn = first[2] and math.max(tonumber(first[2]) - now, 0) or -1
local version = tonumber(call('GET', c.version) or '0')
local born = call('HGET', p .. 'bell', 'born') or ''
if since == version and since > 0 then return {born, nextIn, version, 0} end
local log = since > 0 and call('XRANGE', c.log, string.format('(%.0f-0', since), '+', 'COUNT', limit) or {}
-- Versions follow each other without a gap, so one that is missing at the start was trimmed, or belongs to a former life.
if #log == 0 or log[1][1] ~= string.format('%.0f-0', since + 1) then return {born, nextIn, -1, 0} end
local more = #log == limit
local answer = {born, nextIn, more and tonumber(string.match(log[#log][1], '^%d+')) or version, more and 1 or 0}
local kinds, order = {}, {}
for _, entry in ipairs(log) do
  local kind, key = entry[2][2], entry[2][4]
  if not kinds[key] then order[#order + 1] = key end
  kinds[key] = kind
end
for _, key in ipairs(order) do
  local packed = call('HGET', c.data, key)
  local record = {}
  if packed then
    local recordVersion, expiry, from = unpackRecord(packed)
    record = {key, 'put', recordVersion, expiry == 0 and -1 or math.max(expiry - now, 0), string.sub(packed, from)}
  elseif kinds[key] ~= 'put' then
    record = {key, kinds[key], 0, -1, ''}
  end
  -- Neither: it ended beyond the part of the log that was read, and the next part says how.
  for _, value in ipairs(record) do answer[#answer + 1] = value end
end
return answer
`,
);
