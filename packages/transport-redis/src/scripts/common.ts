/**
 * What every script starts with. KEYS[1] is `<ns>:{<shard>}:-`, a key that never exists: it sends the script to its shard,
 * and while a Cluster moves the shard to another node the server answers ASK for it and nothing runs half. ARGV[1] is the
 * namespace. All other keys are made here, from the shard and the agent: see keys.ts for the layout.
 */
export const COMMON = `
local call, struct = redis.call, struct
local ns = ARGV[1]
local home = string.sub(KEYS[1], 1, -2)
local LANES = {'c', 'h', 'm', 'l'}

local function prefixOf(shard) return ns .. ':{' .. shard .. '}:' end
local function queueOf(p, agent, lane) return p .. 'q:' .. agent .. ':' .. lane end

local function clockMs()
  local t = call('TIME')
  return tonumber(t[1]) * 1000 + math.floor(tonumber(t[2]) / 1000)
end

-- Microseconds since the epoch, as text: larger than any earlier one, also after the store was emptied.
local function stamp()
  local t = call('TIME')
  return t[1] .. string.format('%06d', t[2])
end
`;

/**
 * Telling receivers. A ring carries its number, so that who misses one sees the gap. Where the bell is spoiled the ring is lost, and
 * no more: what it was to tell of is stored.
 */
export const RING = `
local function ring(p, text)
  local bell = p .. 'bell'
  local number = redis.pcall('HINCRBY', bell, 'n', 1)
  if type(number) == 'table' then return end
  if number == 1 then call('HSETNX', bell, 'born', stamp()) end
  call('SPUBLISH', bell, string.format('%d ', number) .. text)
end
`;

/** The mailbox, made by the first to need it. */
export const MAILBOX = `
local function mailbox(p, agent)
  -- Also where it is open: the list may have been lost since, and a mailbox that is not in it must not count as open.
  call('ZADD', p .. 'boxes', 'NX', 0, agent)
  if call('HSETNX', p .. 'box:' .. agent, 'opened', '1') == 0 then return end
  -- From its first mailbox on a shard has this mark: when it is gone, so is everything.
  call('HSETNX', p .. 'bell', 'born', stamp())
end

-- Keeps the earliest instant at which something held or leased in the mailbox falls due.
local function fallsDue(p, agent, at) call('ZADD', p .. 'due', 'LT', at, agent) end

-- Says that something waits under ~back or ~free: only then a take looks there.
local function offersAgain(p, agent, now) call('ZADD', p .. 'due', now, '!' .. agent) end

local function sizeOf(p, agent)
  local size = call('HLEN', p .. 'later:' .. agent) + call('XLEN', p .. 'dead:' .. agent)
  for _, lane in ipairs(LANES) do size = size + call('XLEN', queueOf(p, agent, lane)) end
  return size
end
`;

/** The fields of a stream entry in one string: each preceded by its length, so that any byte and any name survives. */
export const FIELDS = `
local function packFields(fields)
  local parts = {}
  for index, field in ipairs(fields) do parts[index] = struct.pack('>I4', #field) .. field end
  return table.concat(parts)
end

local function unpackFields(packed)
  local fields, at = {}, 1
  while at <= #packed do fields[#fields + 1], at = struct.unpack('>I4c0', packed, at) end
  return fields
end
`;

/** Who holds a delivery. ~free: its lease is over and it was not offered again yet, so settling late still counts. */
export const FENCE = `
local function owns(owner, deliveries, incarnation, count)
  if deliveries ~= count then return false end
  return owner == '~free' or string.sub(owner, 1, #incarnation + 1) == incarnation .. '.'
end

local function holds(queue, id, incarnation, count)
  local pending = redis.pcall('XPENDING', queue, 'agents', id, id, 1)
  local found = not pending.err and pending[1]
  return found and owns(found[2], found[4], incarnation, count)
end
`;
