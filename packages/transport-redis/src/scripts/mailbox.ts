import { COMMON, MAILBOX } from "./common.js";
import { ONCE } from "./once.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

const TOPICS = `
local function leaveTopics(p, agent)
  local topics = call('HGET', p .. 'box:' .. agent, 'topics') or ''
  for topic in string.gmatch(topics, '%S+') do call('SREM', p .. 'topic:' .. topic, agent) end
end
`;

/**
 * Creates a mailbox or changes it. ARGV[6] on: shard, agent, capacity ("" leaves it), whether topics are given (0, 1), and
 * the topics. Answers `ok` and the mark of the shard's bell.
 */
export const OPEN_MAILBOX = defineScript(
  "open-mailbox",
  undefined,
  COMMON,
  MAILBOX,
  TOPICS,
  `
local function work()
  local p, agent = prefixOf(ARGV[6]), ARGV[7]
  local box = p .. 'box:' .. agent
  mailbox(p, agent)
  if ARGV[8] ~= '' then call('HSET', box, 'capacity', ARGV[8], 'room', 0) end
  if ARGV[9] == '1' then
    leaveTopics(p, agent)
    for at = 10, #ARGV do call('SADD', p .. 'topic:' .. ARGV[at], agent) end
    call('HSET', box, 'topics', table.concat(ARGV, ' ', 10))
  end
  return {'ok', call('HGET', p .. 'bell', 'born') or ''}
end
`,
  ONCE,
);

/**
 * Removes all keys of a mailbox. ARGV[6] on: shard, agent, discard (0, 1). Answers `ok` and how many messages kept it from being
 * removed.
 */
export const DELETE_MAILBOX = defineScript(
  "delete-mailbox",
  "allow-oom",
  COMMON,
  MAILBOX,
  TOPICS,
  `
local function work()
  local p, agent = prefixOf(ARGV[6]), ARGV[7]
  local size = ARGV[8] == '1' and 0 or sizeOf(p, agent)
  if size > 0 then return {'ok', size} end
  leaveTopics(p, agent)
  for _, lane in ipairs(LANES) do call('UNLINK', queueOf(p, agent, lane)) end
  for _, kind in ipairs({'box:', 'held:', 'later:', 'notes:', 'dead:', 'idem:'}) do call('UNLINK', p .. kind .. agent) end
  call('ZREM', p .. 'boxes', agent)
  call('ZREM', p .. 'due', agent, '!' .. agent)
  return {'ok', 0}
end
`,
  ONCE,
);

/**
 * Removes the consumers of a process that goes away, where they hold nothing; those that do stay until their leases end.
 * ARGV: namespace, incarnation, then shard and agent of each mailbox.
 */
export const LEAVE = defineScript(
  "leave",
  "allow-oom",
  COMMON,
  MAILBOX,
  RECOVER,
  `
local incarnation = ARGV[2] .. '.'
for at = 3, #ARGV, 2 do
  for _, lane in ipairs(LANES) do
    local queue = queueOf(prefixOf(ARGV[at]), ARGV[at + 1], lane)
    for _, consumer in ipairs(consumersOf(queue)) do
      if consumer.pending == 0 and string.sub(consumer.name, 1, #incarnation) == incarnation then
        call('XGROUP', 'DELCONSUMER', queue, 'agents', consumer.name)
      end
    end
  end
end
return 0
`,
);
