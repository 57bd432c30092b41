/** Who holds deliveries of a lane, and for how long. */
export const CONSUMERS = `
local PAGE, FOREIGN_LEASE = 500, 30000

local function leaseOf(consumer) return tonumber(string.match(consumer, '^%w+%.(%d+)$')) or FOREIGN_LEASE end

-- {{name, pending, idle}, …}: those that processes read as. Empty if there is no such group.
local function consumersOf(queue)
  local found = {}
  local reply = redis.pcall('XINFO', 'CONSUMERS', queue, 'agents')
  if reply.err then return found end
  for _, fields in ipairs(reply) do
    local consumer = {}
    for index = 1, #fields, 2 do consumer[fields[index]] = fields[index + 1] end
    if string.sub(consumer.name, 1, 1) ~= '~' then found[#found + 1] = consumer end
  end
  return found
end
`;

/**
 * What a take does first when something has fallen due in its mailbox.
 *
 * Entries wait under consumers that no process reads as: `~held` (a retry's delay runs), `~back` (given back, or the delay
 * is over) and `~free` (the lease ended). A lease is the time since the entry was last claimed, against the number in its
 * consumer's name, so a take writes nothing per delivery. JUSTID moves an entry without counting an attempt.
 */
export const RECOVER = `${CONSUMERS}
local FORGOTTEN, MOST_DUE = 600000, 1000

-- Leased entries whose bodies were deleted by somebody else. The server strikes them out when they are claimed.
local gone = 0

local function idsOf(pending)
  local ids = {}
  for index, entry in ipairs(pending) do ids[index] = entry[1] end
  return ids
end

-- unpack() has room for some thousand values, so callers pass at most a page.
local function moveTo(consumer, queue, ids, ...)
  local command = {'XCLAIM', queue, 'agents', consumer, 0}
  for _, id in ipairs(ids) do command[#command + 1] = id end
  for _, option in ipairs({...}) do command[#command + 1] = option end
  return redis.pcall(unpack(command))
end

-- Makes takeable what was held back until now: at most MOST_DUE, so that a million that fall due at once do not stop the server.
-- Returns how many, and whether some may be left.
local function releaseHeld(p, agent, now)
  local held, later = p .. 'held:' .. agent, p .. 'later:' .. agent
  local due = call('ZRANGEBYSCORE', held, '-inf', now, 'LIMIT', 0, MOST_DUE)
  for _, member in ipairs(due) do
    local queue = queueOf(p, agent, string.sub(member, 3, 3))
    local stored = call('HGET', later, member)
    if stored then
      call('XADD', queue, '*', 'message', string.sub(stored, 9), 'digest', string.sub(stored, 1, 8))
      call('HDEL', later, member)
    else
      moveTo('~back', queue, {string.sub(member, 5)}, 'JUSTID')
    end
  end
  if #due > 0 then call('ZREM', held, unpack(due)) end
  return #due, #due == MOST_DUE
end

-- Puts in line what has fallen due, before something new is. Returns whether some may be left: then what is new must not pass it.
local function offerDue(p, agent, now)
  local moved, left = releaseHeld(p, agent, now)
  if moved > 0 then offersAgain(p, agent, now) end
  return left
end

-- Frees what leases have ended. Returns how many, and when the next one ends.
local function releaseExpired(p, agent, now)
  local released, nextAt = 0, math.huge
  for _, lane in ipairs(LANES) do
    local queue = queueOf(p, agent, lane)
    for _, consumer in ipairs(consumersOf(queue)) do
      local lease = leaseOf(consumer.name)
      if consumer.pending == 0 then
        if consumer.idle > FORGOTTEN then call('XGROUP', 'DELCONSUMER', queue, 'agents', consumer.name) end
      else
        repeat
          local expired = call('XPENDING', queue, 'agents', 'IDLE', lease, '-', '+', PAGE, consumer.name)
          if #expired > 0 then
            local moved = moveTo('~free', queue, idsOf(expired), 'JUSTID')
            released, gone = released + #moved, gone + #expired - #moved
          end
        until #expired < PAGE
        local left = call('XPENDING', queue, 'agents', '-', '+', PAGE, consumer.name)
        for _, entry in ipairs(left) do nextAt = math.min(nextAt, now + math.max(lease - entry[3], 1)) end
        -- More than a page: the most overdue may be among those not seen, so look again soon.
        if #left == PAGE then nextAt = math.min(nextAt, now + 250) end
      end
    end
  end
  return released, nextAt
end

-- After the store's clock jumped, or the store stood still, no lease can be judged: all of them start anew.
local function restartLeases(p, agent, now)
  local nextAt = math.huge
  for _, lane in ipairs(LANES) do
    local queue = queueOf(p, agent, lane)
    for _, consumer in ipairs(consumersOf(queue)) do
      local from = '-'
      while consumer.pending > 0 do
        local page = call('XPENDING', queue, 'agents', from, '+', PAGE, consumer.name)
        if #page > 0 then
          moveTo(consumer.name, queue, idsOf(page), 'JUSTID')
          nextAt = math.min(nextAt, now + leaseOf(consumer.name))
        end
        if #page < PAGE then break end
        from = '(' .. page[#page][1]
      end
    end
  end
  return 0, nextAt
end

local function recover(p, agent, now, doubtful)
  local moved = releaseHeld(p, agent, now)
  local released, nextAt = (doubtful and restartLeases or releaseExpired)(p, agent, now)
  local first = call('ZRANGE', p .. 'held:' .. agent, 0, 0, 'WITHSCORES')
  if first[2] then nextAt = math.min(nextAt, tonumber(first[2])) end
  if nextAt == math.huge then
    call('ZREM', p .. 'due', agent)
  else
    call('ZADD', p .. 'due', nextAt, agent)
  end
  if moved + released > 0 then
    offersAgain(p, agent, now)
    -- This take may leave some of it, which other receivers must hear of.
    ring(p, agent)
  end
end
`;
