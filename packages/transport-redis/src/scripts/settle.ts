import { COMMON, FENCE, FIELDS, MAILBOX, RING } from "./common.js";
import { ONCE } from "./once.js";
import { defineScript } from "./script.js";

/**
 * Ends deliveries, by those who hold them. From ARGV[6] on, group by group (one mailbox, lane and consumer): shard, agent,
 * lane, incarnation, leaseMs, lowest id, highest id, the acks as `<id>,<deliveries> …`, the number of other actions, and
 * five for each of those: kind, id, deliveries and two more. One ranged XPENDING fences a whole group; only what it missed
 * is asked for by itself.
 *
 * Answers `ok`, the number of bodies that had vanished, the text of an error, and the positions of those refused: acks first, group
 * by group; of those of which it is not known, since their group failed, −1 − position.
 */
export const SETTLE = defineScript(
  "settle",
  "allow-oom",
  COMMON,
  RING,
  MAILBOX,
  FIELDS,
  FENCE,
  `
local position, refused, lost, rung = 0, {}, 0, {}
local now = clockMs()

local function remove(queue, ids)
  for first = 1, #ids, 1000 do
    local last = math.min(first + 999, #ids)
    call('XACK', queue, 'agents', unpack(ids, first, last))
    call('XDEL', queue, unpack(ids, first, last))
  end
end

-- How many attempts were handed back, not silent, and the last ten reasons that were given.
local function note(p, agent, field, reason)
  local notes = p .. 'notes:' .. agent
  local known = call('HGET', notes, field)
  local fine, kept = pcall(cjson.decode, known or '[0]')
  -- What a stranger wrote there gives way.
  local isCounted = fine and type(kept) == 'table' and type(kept[1]) == 'number' and kept[1] >= 0 and kept[1] < 1e9
  if not isCounted then kept = {0} end
  kept[1] = kept[1] + 1
  if reason ~= '' then kept[#kept + 1] = reason end
  if #kept > 11 then table.remove(kept, 2) end
  call('HSET', notes, field, cjson.encode(kept))
end

-- attempts: how many it has behind it from now on.
local function retry(p, agent, lane, queue, id, attempts, delay)
  -- What may fail comes first: what is given back without a note of it would never be offered again.
  if delay > 0 then
    call('ZADD', p .. 'held:' .. agent, now + delay, 'r:' .. lane .. ':' .. id)
    fallsDue(p, agent, now + delay)
  else
    offersAgain(p, agent, now)
  end
  call('XCLAIM', queue, 'agents', delay > 0 and '~held' or '~back', 0, id, 'RETRYCOUNT', attempts, 'JUSTID')
  -- Also when it is held: receivers then know until when to sleep.
  local agents = rung[p] or {}
  agents[agent] = true
  rung[p] = agents
end

local function bury(p, agent, lane, queue, id, count, reason, detail)
  local entry = call('XRANGE', queue, id, id)[1]
  if not entry then
    lost = lost + 1
    return
  end
  call('XADD', p .. 'dead:' .. agent, '*', 'reason', reason, 'detail', detail, 'attempts', count, 'at', now,
    'lane', lane, 'fields', packFields(entry[2]))
end

local function settle(at)
  local p, agent, lane, incarnation = prefixOf(ARGV[at]), ARGV[at + 1], ARGV[at + 2], ARGV[at + 3]
  local lowest, highest, acks, others = ARGV[at + 5], ARGV[at + 6], ARGV[at + 7], tonumber(ARGV[at + 8])
  local queue = queueOf(p, agent, lane)
  local consumer = incarnation .. '.' .. ARGV[at + 4]
  local done, noted = {}, {}
  -- Somewhat more than asked for: others may lie between.
  local pending = redis.pcall('XPENDING', queue, 'agents', lowest, highest, math.floor(#acks / 8) + others + 16, consumer)
  if pending.err then pending = {} end
  local seen, counts = 0, nil
  -- Whether this delivery is held. Mostly they are asked for in the order in which they are pending: then nothing need be looked up.
  local function isHeld(id, count)
    if not counts then
      local following = pending[seen + 1]
      if following and following[1] == id and following[4] == count then
        seen = seen + 1
        return true
      end
      counts = {}
      for index, entry in ipairs(pending) do counts[entry[1]] = index > seen and entry[4] or -1 end
    end
    local known = counts[id]
    local fine = known == count or not known and holds(queue, id, incarnation, count)
    -- A second one for the same delivery, in the same batch, must not count.
    if fine then counts[id] = -1 end
    return fine
  end
  local function may(id, count)
    local fine = isHeld(id, count)
    if not fine then refused[#refused + 1] = position end
    position = position + 1
    return fine
  end
  local function finish(id, count)
    done[#done + 1] = id
    if count > 1 then noted[#noted + 1] = lane .. ':' .. id end
  end
  for id, deliveries in string.gmatch(acks, '([^,]+),(%d+) ') do
    local count = tonumber(deliveries)
    if may(id, count) then finish(id, count) end
  end
  at = at + 9
  for _ = 1, others do
    local kind, id, count = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
    if may(id, count) then
      if kind == 'retry' or kind == 'uncounted' then
        local attempts = kind == 'retry' and count or count - 1
        if kind == 'retry' then note(p, agent, lane .. ':' .. id, ARGV[at + 4]) end
        retry(p, agent, lane, queue, id, attempts, tonumber(ARGV[at + 3]))
      else
        bury(p, agent, lane, queue, id, count, ARGV[at + 3], ARGV[at + 4])
        finish(id, count)
      end
    end
    at = at + 5
  end
  remove(queue, done)
  for first = 1, #noted, 1000 do
    redis.pcall('HDEL', p .. 'notes:' .. agent, unpack(noted, first, math.min(first + 999, #noted)))
  end
end

-- Where the group at this place ends, and how many deliveries it is about.
local function extentOf(at)
  local _, acks = string.gsub(ARGV[at + 7], ',', ',')
  local others = tonumber(ARGV[at + 8])
  return at + 9 + 5 * others, acks + others
end

local function work()
  local at, errorText = 6, ''
  while at <= #ARGV do
    local first, after, count = position, extentOf(at)
    -- A key of a foreign type spoils its own mailbox only.
    local fine, failure = pcall(settle, at)
    if not fine then
      errorText = type(failure) == 'table' and failure.err or tostring(failure)
      for failed = first, first + count - 1 do refused[#refused + 1] = -1 - failed end
    end
    position, at = first + count, after
  end
  for p, agents in pairs(rung) do
    local names = {}
    for agent in pairs(agents) do names[#names + 1] = agent end
    ring(p, table.concat(names, ' '))
  end
  return {'ok', lost, errorText, unpack(refused)}
end
`,
  ONCE,
);
