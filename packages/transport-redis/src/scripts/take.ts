import { COMMON, MAILBOX, RING } from "./common.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

/**
 * Leases entries, for several mailboxes in one run. ARGV: namespace, incarnation, the store's time as this process expects
 * it (or -1), and seven per mailbox: shard, agent, limit, leaseMs, whether to note that a receiver looked in, whether leases
 * are in doubt, and the lane that is about to be read past this script (see Takes; "": none).
 *
 * Answers the store's time, and per mailbox: `ok`, the mark of its shard's bell (where a look is noted, else ""), the
 * milliseconds until something falls due (-1: nothing will), the lanes whose group had vanished, how many bodies had vanished,
 * whether its leases started anew, how many lanes hold entries, whether nothing is left to take, and lane by lane what was leased: the
 * lane, `new` and the entries, or `again`, the entries, their deliveries and their notes. Where a lane is about to be read: whether it
 * may be, that is, nothing more urgent waits, and nothing in it is to be offered again.
 * A mailbox that cannot be read answers `failed` and the error's text.
 */
export const TAKE = defineScript(
  "take",
  "allow-oom",
  COMMON,
  RING,
  MAILBOX,
  RECOVER,
  `
local incarnation, expected = ARGV[2], tonumber(ARGV[3])
local now = clockMs()
local jumped = expected >= 0 and math.abs(now - expected) > 2000

-- Makes the lane's group: at 0, so that what was sent before is received; and only where there is something to receive.
-- Returns whether there had been one.
local function makeGroup(p, agent, lane, queue)
  local made = redis.pcall('XGROUP', 'CREATE', queue, 'agents', '0')
  if made.err and string.sub(made.err, 1, 9) ~= 'BUSYGROUP' then error(made) end
  return call('HSET', p .. 'box:' .. agent, 'lane:' .. lane, 1) == 0
end

local function isOlder(a, b)
  local ms1, seq1 = string.match(a[1], '^(%d+)-(%d+)$')
  local ms2, seq2 = string.match(b[1], '^(%d+)-(%d+)$')
  if ms1 ~= ms2 then return tonumber(ms1) < tonumber(ms2) end
  return tonumber(seq1) < tonumber(seq2)
end

-- What waits to be offered again, oldest first, however it came back; and whether there may be more.
local function waitingIn(queue, size)
  local waiting, more = {}, false
  for _, pool in ipairs({'~back', '~free'}) do
    local found = redis.pcall('XPENDING', queue, 'agents', '-', '+', size, pool)
    -- No group: then nothing waits there, and reading makes it.
    if not found.err then
      for _, entry in ipairs(found) do waiting[#waiting + 1] = entry end
      if #found == size then more = true end
    end
  end
  table.sort(waiting, isOlder)
  for index = #waiting, size + 1, -1 do
    waiting[index] = nil
    more = true
  end
  return waiting, more
end

-- Claims what waits to be offered again. Returns entries, deliveries and notes. What was given back unattempted is claimed under a
-- name of its own: it counts as a first attempt again, and reconcile.ts must not take it for one that was read as new.
local function claim(p, agent, lane, queue, consumer, waiting)
  local untold = string.gsub(consumer, '%.', '.0')
  local ids, counts, bodies = {[consumer] = {}, [untold] = {}}, {}, {}
  for _, entry in ipairs(waiting) do
    local own = ids[entry[4] == 0 and untold or consumer]
    own[#own + 1] = entry[1]
  end
  for name, own in pairs(ids) do
    local reply = #own > 0 and moveTo(name, queue, own) or {}
    if reply.err then error(reply) end
    for _, entry in ipairs(reply) do bodies[entry[1]] = entry end
  end
  local claimed, noteKeys = {}, {}
  for _, entry in ipairs(waiting) do
    local body = bodies[entry[1]]
    if body then
      claimed[#claimed + 1] = body
      counts[#claimed] = entry[4] + 1
      noteKeys[#claimed] = lane .. ':' .. entry[1]
    end
  end
  local notes = #claimed > 0 and redis.pcall('HMGET', p .. 'notes:' .. agent, unpack(noteKeys)) or {}
  -- Of a foreign type: the message is worth more than its history.
  if notes.err then notes = {} end
  gone = gone + #waiting - #claimed
  return claimed, counts, notes
end

-- Whether nothing more urgent than this lane is there.
local function isMostUrgent(p, agent, lane)
  for _, other in ipairs(LANES) do
    if other == lane then return true end
    if call('XLEN', queueOf(p, agent, other)) > 0 then return false end
  end
end

-- Sees to it that the lease's end is not missed. Returns when the next thing falls due.
local function leasedUntil(p, agent, at, nextAt)
  if nextAt and tonumber(nextAt) <= at then return nextAt end
  call('ZADD', p .. 'due', at, agent)
  return at
end

local function readNew(p, agent, lane, queue, consumer, limit)
  local command = {'XREADGROUP', 'GROUP', 'agents', consumer, 'COUNT', limit, 'STREAMS', queue, '>'}
  local reply = redis.pcall(unpack(command))
  local vanished = false
  if reply and reply.err then
    if string.sub(reply.err, 1, 7) ~= 'NOGROUP' then error(reply) end
    vanished = makeGroup(p, agent, lane, queue)
    reply = call(unpack(command))
  end
  return reply and reply[1][2] or {}, vanished
end

local function countHeld(queue)
  local pending = redis.pcall('XPENDING', queue, 'agents')
  for _, consumer in ipairs(not pending.err and pending[4] or {}) do
    if consumer[1] == '~held' then return tonumber(consumer[2]) end
  end
  return 0
end

-- Offers again what is held back while the note is lost of when it falls due. Counting says whether there is any.
local function offerForgotten(p, agent)
  local held, count = p .. 'held:' .. agent, 0
  for _, lane in ipairs(LANES) do count = count + countHeld(queueOf(p, agent, lane)) end
  if count <= call('ZCARD', held) - call('HLEN', p .. 'later:' .. agent) then return end
  for _, lane in ipairs(LANES) do
    local queue, from = queueOf(p, agent, lane), '-'
    repeat
      local page, forgotten = redis.pcall('XPENDING', queue, 'agents', from, '+', PAGE, '~held'), {}
      if page.err or #page == 0 then break end
      for _, entry in ipairs(page) do
        if not call('ZSCORE', held, 'r:' .. lane .. ':' .. entry[1]) then forgotten[#forgotten + 1] = entry[1] end
      end
      if #forgotten > 0 then moveTo('~back', queue, forgotten, 'JUSTID') end
      from = '(' .. page[#page][1]
    until #page < PAGE
  end
end

local function take(p, agent, limit, lease, touch, doubtful, drains)
  gone = 0
  local due, born = p .. 'due', ''
  -- Also if the mailbox was deleted since this process told that it looks in: broadcasts must go on reaching it.
  touch = touch or tonumber(call('ZSCORE', p .. 'boxes', agent) or 0) == 0
  if touch then
    mailbox(p, agent)
    call('ZADD', p .. 'boxes', now, agent)
    -- Should notes have been lost of what is to be offered again, and when, it is found in this way. Not right before a native read,
    -- which would be in vain: what it read would have to be given back.
    if drains == '' then
      offerForgotten(p, agent)
      offersAgain(p, agent, now)
    end
    born = call('HGET', p .. 'bell', 'born') or ''
  end
  local scores = call('ZMSCORE', due, agent, '!' .. agent)
  -- Now and then also without a reason: strangers who read the group leave no note of when their leases end.
  if doubtful or touch or scores[1] and tonumber(scores[1]) <= now then
    recover(p, agent, now, doubtful)
    scores = call('ZMSCORE', due, agent, '!' .. agent)
  end
  local nextAt, again = scores[1], scores[2]
  local consumer = incarnation .. '.' .. lease
  local regrouped, taken, filled, drain, left, spoiled = '', {}, 0, 0, false, nil
  -- How many entries there are that were not taken now.
  local others = 0
  if drains ~= '' then
    limit = 0
    if not again and isMostUrgent(p, agent, drains) then
      nextAt = leasedUntil(p, agent, now + lease, nextAt)
      drain = 1
    end
  end
  for _, lane in ipairs(LANES) do
    local queue = queueOf(p, agent, lane)
    local size = drain == 0 and redis.pcall('XLEN', queue) or 0
    if type(size) == 'table' then
      -- A key of a foreign type: it must not keep the other lanes back, least of all what was leased there already.
      if limit > 0 then spoiled = size end
      left, others = true, math.huge
    elseif size > 0 and limit <= 0 then
      left = true
      others = others + size
    elseif size > 0 then
      filled = filled + 1
      others = others + size
      if again then
        local waiting, more = waitingIn(queue, math.min(limit, PAGE))
        if more then left = true end
        if #waiting > 0 then
          local entries, counts, notes = claim(p, agent, lane, queue, consumer, waiting)
          taken[#taken + 1] = {lane, 'again', entries, counts, notes}
          limit = limit - #entries
          others = others - #entries
        end
      end
      if limit > 0 then
        local entries, vanished = readNew(p, agent, lane, queue, consumer, limit)
        if vanished then regrouped = regrouped .. lane end
        if #entries > 0 then
          taken[#taken + 1] = {lane, 'new', entries}
          limit = limit - #entries
          others = others - #entries
        end
      end
    end
  end
  if spoiled and #taken == 0 then error(spoiled) end
  -- Every lane was looked through, and no page was full: nothing is to be offered again any more.
  if again and not left then call('ZREM', due, '!' .. agent) end
  if #taken > 0 then nextAt = leasedUntil(p, agent, now + lease, nextAt) end
  local dueIn = nextAt and math.max(tonumber(nextAt) - now, 0) or -1
  local drained = drains == '' and (others == 0 or limit > 0 and not left)
  return {'ok', born, dueIn, regrouped, gone, doubtful and 1 or 0, filled, drained and 1 or 0, taken, drain}
end

local answers = {now}
for at = 4, #ARGV, 7 do
  local fine, answer = pcall(take, prefixOf(ARGV[at]), ARGV[at + 1], tonumber(ARGV[at + 2]), tonumber(ARGV[at + 3]),
    ARGV[at + 4] == '1', ARGV[at + 5] == '1' or jumped, ARGV[at + 6])
  -- What is wrong with one mailbox is no other mailbox's trouble.
  if not fine then answer = {'failed', type(answer) == 'table' and answer.err or tostring(answer)} end
  answers[#answers + 1] = answer
end
return answers
`,
);
