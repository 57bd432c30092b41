import { COMMON, MAILBOX, RING } from "./common.js";
import { ONCE } from "./once.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

/**
 * Stores a batch. ARGV[6] is all of it in one string, grouped by mailbox (encode-append.ts writes it): one long argument
 * costs client and server half as much as three short ones per entry.
 * Answers `ok`, the text of an error, and then position and code of each entry that was not stored.
 */
export const APPEND = defineScript(
  "append",
  undefined,
  COMMON,
  RING,
  MAILBOX,
  RECOVER,
  `
local blob, now = ARGV[6], nil
local position, odd, rung, errorText = 0, {}, {}, ''

local function note(code)
  odd[#odd + 1] = position
  odd[#odd + 1] = code
end

-- Asked for only where it matters: where something is delayed, or has a key.
local function currentMs()
  now = now or clockMs()
  return now
end

-- How many more the mailbox takes, at least count if there is room for them. Its size is counted only now and then: what was
-- left over last time is kept, and used up by what is stored, so that in between a single number says that there is room.
-- While messages are delayed nothing is kept, and each sending first puts in line what has fallen due: it came before. Returns also
-- whether some of that may be left.
local function roomFor(p, agent, count)
  local box = p .. 'box:' .. agent
  if call('HINCRBY', box, 'room', -count) >= 0 then return count end
  mailbox(p, agent)
  local behind = offerDue(p, agent, currentMs())
  local room = tonumber(call('HGET', box, 'capacity') or 1000000) - sizeOf(p, agent)
  local kept = call('EXISTS', p .. 'later:' .. agent) == 0 and room - count or 0
  call('HSET', box, 'room', math.max(kept, 0))
  return room, behind
end

-- Held back: the bytes wait in a hash, the instant in the set of what is held. What may fail comes first: nothing of a message
-- that is refused may be left.
local function hold(p, agent, lane, payload, digest, delay)
  local member = 'd:' .. lane .. ':' .. string.format('%012d', call('HINCRBY', p .. 'box:' .. agent, 'n', 1))
  local held = p .. 'held:' .. agent
  call('ZCARD', held)
  fallsDue(p, agent, currentMs() + delay)
  call('HSET', p .. 'later:' .. agent, member, digest .. payload)
  call('ZADD', held, now + delay, member)
  call('HSET', p .. 'box:' .. agent, 'room', 0)
end

local function appendTo(p, agent, count, at)
  local room, behind = roomFor(p, agent, count)
  local stored, trimmed, queues = false, false, {}
  for _, lane in ipairs(LANES) do queues[lane] = queueOf(p, agent, lane) end
  for _ = 1, count do
    local lane, flags, payload, digest, delay, key, known
    lane, flags, payload, digest, at = struct.unpack('>c1BI4c0c8', blob, at)
    if flags % 2 == 1 then delay, at = struct.unpack('>d', blob, at) end
    if flags >= 2 then
      key, at = struct.unpack('>I2c0', blob, at)
      local idem = p .. 'idem:' .. agent
      if not trimmed then call('ZREMRANGEBYSCORE', idem, '-inf', currentMs()) end
      trimmed = true
      known = call('ZSCORE', idem, key)
    end
    if known then
      note('duplicate')
    elseif room <= 0 then
      note('full')
    else
      if delay or behind then
        hold(p, agent, lane, payload, digest, delay or 0)
      else
        call('XADD', queues[lane], '*', 'message', payload, 'digest', digest)
      end
      -- Not before: a key that is known stands for a message that is stored.
      if flags >= 2 then call('ZADD', p .. 'idem:' .. agent, now + 86400000, key) end
      room = room - 1
      stored = true
    end
    position = position + 1
  end
  if stored then
    local agents = rung[p] or {}
    agents[#agents + 1] = agent
    rung[p] = agents
  end
end

local function work()
  local at = 1
  while at <= #blob do
    local shard, agent, count, bytes
    shard, agent, count, bytes, at = struct.unpack('>BBc0I2I4', blob, at)
    local last = position + count
    -- A key of a foreign type spoils its own mailbox only.
    local fine, failure = pcall(appendTo, prefixOf(shard), agent, count, at)
    if not fine then
      errorText = type(failure) == 'table' and failure.err or tostring(failure)
      while position < last do
        note('failed')
        position = position + 1
      end
    end
    at = at + bytes
  end
  for p, agents in pairs(rung) do ring(p, table.concat(agents, ' ')) end
  return {'ok', errorText, unpack(odd)}
end
`,
  ONCE,
);
