import { COMMON, MAILBOX } from "./common.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

/**
 * Creates a mailbox or changes it. ARGV: namespace, shard, agent, capacity ("" leaves it), whether topics are given (0, 1), and
 * the topics. Answers the mark of the shard's bell.
 */
export const OPEN_MAILBOX = defineScript(
  "open-mailbox",
  undefined,
  COMMON,
  MAILBOX,
  `
local p, agent = prefixOf(ARGV[2]), ARGV[3]
local box = p .. 'box:' .. agent
mailbox(p, agent)
-- Always a write: see ONCE.
call('HSET', box, 'opened', '1')
if ARGV[4] ~= '' then call('HSET', box, 'capacity', ARGV[4], 'room', 0) end
if ARGV[5] == '1' then
  for topic in string.gmatch(call('HGET', box, 'topics') or '', '%S+') do call('SREM', p .. 'topic:' .. topic, agent) end
  for at = 6, #ARGV do call('SADD', p .. 'topic:' .. ARGV[at], agent) end
  call('HSET', box, 'topics', table.concat(ARGV, ' ', 6))
end
return call('HGET', p .. 'bell', 'born') or ''
`,
);

/**
 * Removes all keys of a mailbox. ARGV: namespace, shard, agent, discard (0, 1). Answers how many messages it holds: if any,
 * and not to be discarded, nothing was removed.
 */
export const DELETE_MAILBOX = defineScript(
  "delete-mailbox",
  "allow-oom",
  COMMON,
  MAILBOX,
  `
local p, agent = prefixOf(ARGV[2]), ARGV[3]
local size = sizeOf(p, agent)
if size > 0 and ARGV[4] == '0' then return size end
local box = p .. 'box:' .. agent
for topic in string.gmatch(call('HGET', box, 'topics') or '', '%S+') do call('SREM', p .. 'topic:' .. topic, agent) end
for _, lane in ipairs(LANES) do call('UNLINK', queueOf(p, agent, lane)) end
for _, kind in ipairs({'box:', 'held:', 'later:', 'notes:', 'dead:', 'idem:'}) do call('UNLINK', p .. kind .. agent) end
call('ZREM', p .. 'boxes', agent)
call('ZREM', p .. 'due', agent, '!' .. agent)
return 0
`,
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
