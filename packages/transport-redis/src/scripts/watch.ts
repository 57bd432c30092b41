import { COMMON } from "./common.js";
import { CONSUMERS } from "./recover.js";
import { defineScript } from "./script.js";

/**
 * What the safety poll asks: has a ring been lost, has something fallen due, did the clock jump, was the store emptied. ARGV:
 * namespace, the store's time of the last poll, and the shards. Answers the store's time, and per shard the number of the last
 * ring, the mark of the bell ("": it never rang) and the agents of whom something fell due since.
 */
export const POLL = defineScript(
  "poll",
  "no-writes",
  COMMON,
  `
local now = clockMs()
local answer = {now}
for at = 3, #ARGV do
  local p = prefixOf(ARGV[at])
  -- What is spoiled in one shard is lost there, and no other shard's trouble.
  local bell = redis.pcall('HMGET', p .. 'bell', 'n', 'born')
  local due = redis.pcall('ZRANGEBYSCORE', p .. 'due', '(' .. ARGV[2], now, 'LIMIT', 0, 1000)
  answer[#answer + 1] = {bell[1] or '0', bell[2] or '', due.err and {} or due}
end
return answer
`,
);

/** The members of a topic. ARGV: namespace, topic, and the shards. */
export const TOPIC_MEMBERS = defineScript(
  "topic-members",
  "no-writes",
  COMMON,
  `
local answer = {}
for at = 3, #ARGV do
  for _, agent in ipairs(call('SMEMBERS', prefixOf(ARGV[at]) .. 'topic:' .. ARGV[2])) do answer[#answer + 1] = agent end
end
return answer
`,
);

/**
 * Agents that have a mailbox. ARGV: namespace, idleMs ("": also those that no receiver looked into), and the shards. Answers
 * agent and the time of the last look, one after the other.
 */
export const MAILBOXES = defineScript(
  "mailboxes",
  "no-writes",
  COMMON,
  `
local answer = {}
local since = ARGV[2] == '' and '-inf' or clockMs() - tonumber(ARGV[2])
for at = 3, #ARGV do
  local found = call('ZRANGEBYSCORE', prefixOf(ARGV[at]) .. 'boxes', since, '+inf', 'WITHSCORES')
  for _, value in ipairs(found) do answer[#answer + 1] = value end
end
return answer
`,
);

/**
 * What mailboxes hold. ARGV: namespace, then shard and agent of each. Answers for each: ready, delayed, in flight, dead. What has
 * fallen due counts as ready, whether or not a receiver has looked in since.
 */
export const STATS = defineScript(
  "stats",
  "no-writes",
  COMMON,
  CONSUMERS,
  `
local now = clockMs()

-- How many of a lane's deliveries have lost their lease, without a take having noticed yet.
local function lapsedIn(queue)
  local lapsed = 0
  for _, consumer in ipairs(consumersOf(queue)) do
    local lease = leaseOf(consumer.name)
    if consumer.pending > 0 and consumer.idle >= lease then
      -- It took nothing and prolonged nothing for so long: all that it holds is over.
      lapsed = lapsed + consumer.pending
    elseif consumer.pending > 0 then
      local from = '-'
      repeat
        local page = call('XPENDING', queue, 'agents', 'IDLE', lease, from, '+', PAGE, consumer.name)
        lapsed = lapsed + #page
        from = #page > 0 and '(' .. page[#page][1] or from
      until #page < PAGE
    end
  end
  return lapsed
end

local function statsOf(p, agent)
  local due = call('ZSCORE', p .. 'due', agent)
  local isDue = due and tonumber(due) <= now
  local queued, leased, held = 0, 0, call('HLEN', p .. 'later:' .. agent)
  for _, lane in ipairs(LANES) do
    local queue = queueOf(p, agent, lane)
    local length = call('XLEN', queue)
    queued = queued + length
    local pending = length > 0 and redis.pcall('XPENDING', queue, 'agents') or {err = 'empty'}
    if not pending.err and pending[4] then
      for _, consumer in ipairs(pending[4]) do
        local count = tonumber(consumer[2])
        if consumer[1] == '~held' then
          held = held + count
          queued = queued - count
        elseif string.sub(consumer[1], 1, 1) ~= '~' then leased = leased + count end
      end
      if isDue then leased = leased - lapsedIn(queue) end
    end
  end
  local overdue = isDue and call('ZCOUNT', p .. 'held:' .. agent, '-inf', now) or 0
  return {queued - leased + overdue, held - overdue, leased, call('XLEN', p .. 'dead:' .. agent)}
end

local answers = {}
for at = 2, #ARGV, 2 do answers[#answers + 1] = statsOf(prefixOf(ARGV[at]), ARGV[at + 1]) end
return answers
`,
);
