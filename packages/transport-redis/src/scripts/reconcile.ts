import { COMMON, MAILBOX, RING } from "./common.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

/**
 * Gives back what was leased to this process in an answer that it never got. ARGV: namespace, incarnation, shard, agent, and
 * `<lane>:<id>` of everything that the process does hold. What is given back has not been attempted, so its count is taken
 * back as well. Answers how many.
 */
export const RECONCILE = defineScript(
  "reconcile",
  "allow-oom",
  COMMON,
  RING,
  MAILBOX,
  RECOVER,
  `
local incarnation, p, agent = ARGV[2] .. '.', prefixOf(ARGV[3]), ARGV[4]
local held, count = {}, 0
for at = 5, #ARGV do held[ARGV[at]] = true end
for _, lane in ipairs(LANES) do
  local queue = queueOf(p, agent, lane)
  for _, consumer in ipairs(consumersOf(queue)) do
    local from = '-'
    while consumer.pending > 0 and string.sub(consumer.name, 1, #incarnation) == incarnation do
      local page = call('XPENDING', queue, 'agents', from, '+', PAGE, consumer.name)
      for _, entry in ipairs(page) do
        if not held[lane .. ':' .. entry[1]] then
          moveTo('~back', queue, {entry[1]}, 'RETRYCOUNT', entry[4] - 1, 'JUSTID')
          count = count + 1
        end
      end
      if #page < PAGE then break end
      from = '(' .. page[#page][1]
    end
  end
end
if count > 0 then ring(p, agent) end
return count
`,
);
