import { COMMON, FIELDS, MAILBOX, RING } from "./common.js";
import { ONCE } from "./once.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

/** Lists dead letters, oldest first. ARGV: namespace, shard, agent, the id after which to start ("-": the first), limit. */
export const LIST_DEAD = defineScript(
  "list-dead",
  "no-writes",
  COMMON,
  `
return call('XRANGE', prefixOf(ARGV[2]) .. 'dead:' .. ARGV[3], ARGV[4] == '-' and '-' or '(' .. ARGV[4], '+', 'COUNT', ARGV[5])
`,
);

/**
 * Puts dead letters back. ARGV[6] on: shard, agent, and either `all`, the id to go on after ("-": the first), the id to stop at
 * ("+": the last there is) and a limit, or `some` and the ids. `all` passes by what is unreadable.
 * Answers `ok`, how many were put back, the id to go on after ("": done) and the one to stop at. Where more has fallen due than one
 * run puts in line, that is all that it does, and it is to be run again.
 */
export const REDRIVE = defineScript(
  "redrive",
  undefined,
  COMMON,
  RING,
  MAILBOX,
  FIELDS,
  RECOVER,
  `
local function work()
  local p, agent = prefixOf(ARGV[6]), ARGV[7]
  if offerDue(p, agent, clockMs()) then return {'ok', 0, ARGV[9], ARGV[10] or ''} end
  local dead, letters, goOn, stopAt = p .. 'dead:' .. agent, {}, '', '+'
  if ARGV[8] == 'all' then
    stopAt = ARGV[10]
    if stopAt == '+' then
      local newest = call('XREVRANGE', dead, '+', '-', 'COUNT', 1)[1]
      stopAt = newest and newest[1] or '0-0'
    end
    letters = call('XRANGE', dead, ARGV[9] == '-' and '-' or '(' .. ARGV[9], stopAt, 'COUNT', ARGV[11])
    if #letters == tonumber(ARGV[11]) then goOn = letters[#letters][1] end
  else
    for at = 9, #ARGV do letters[#letters + 1] = call('XRANGE', dead, ARGV[at], ARGV[at])[1] end
  end
  local count = 0
  for _, letter in ipairs(letters) do
    local kept = {}
    for index = 1, #letter[2], 2 do kept[letter[2][index]] = letter[2][index + 1] end
    if ARGV[8] == 'some' or kept.reason ~= 'unreadable' then
      -- In this order: should an entry have more fields than unpack() can take, it stays where it is.
      call('XADD', queueOf(p, agent, kept.lane), '*', unpack(unpackFields(kept.fields)))
      call('XDEL', dead, letter[1])
      count = count + 1
    end
  end
  if count > 0 then ring(p, agent) end
  return {'ok', count, goOn, stopAt}
end
`,
  ONCE,
);

/** Removes dead letters for good. ARGV[6] on: shard, agent, and the ids (none: all). Answers `ok` and how many. */
export const PURGE = defineScript(
  "purge",
  "allow-oom",
  COMMON,
  `
local function work()
  local dead = prefixOf(ARGV[6]) .. 'dead:' .. ARGV[7]
  local count = 0
  if #ARGV == 7 then
    count = call('XLEN', dead)
    call('UNLINK', dead)
  end
  for at = 8, #ARGV do count = count + call('XDEL', dead, ARGV[at]) end
  return {'ok', count}
end
`,
  ONCE,
);
