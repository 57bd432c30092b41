import { COMMON, FENCE } from "./common.js";
import { defineScript } from "./script.js";

/**
 * Starts leases anew, for those who hold them. ARGV: namespace, then seven per delivery: shard, agent, lane, id, incarnation,
 * deliveries, leaseMs. Answers 1 or 0 for each. Running twice changes nothing more.
 */
export const RENEW = defineScript(
  "renew",
  "allow-oom",
  COMMON,
  FENCE,
  `
local now, answers = clockMs(), {}
for at = 2, #ARGV, 7 do
  local p, agent = prefixOf(ARGV[at]), ARGV[at + 1]
  local queue, id, incarnation, lease = queueOf(p, agent, ARGV[at + 2]), ARGV[at + 3], ARGV[at + 4], ARGV[at + 6]
  local held = holds(queue, id, incarnation, tonumber(ARGV[at + 5]))
  if held then
    -- JUSTID: the attempt is the same one.
    call('XCLAIM', queue, 'agents', incarnation .. '.' .. lease, 0, id, 'JUSTID')
    -- Where that cannot be noted, the leases of others must be renewed all the same: a receiver finds it when it next looks in.
    redis.pcall('ZADD', p .. 'due', 'LT', now + tonumber(lease), agent)
  end
  answers[#answers + 1] = held and 1 or 0
end
return answers
`,
);
