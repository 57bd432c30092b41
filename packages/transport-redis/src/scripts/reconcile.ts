import { COMMON, MAILBOX, RING } from "./common.js";
import { RECOVER } from "./recover.js";
import { defineScript } from "./script.js";

/**
 * Gives back what was leased to this process in an answer that it never got. ARGV: namespace, incarnation, shard, agent, and what
 * the process was told that it holds (held-deliveries.ts): the number of ranges; lane, first and last id of each; then
 * `<lane>:<id>` and count of what it was offered again. What is given back has not been attempted, so its count is taken back as
 * well. Answers how many.
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
local ranges, again, given = {}, {}, 0

local function split(id)
  local milliseconds, sequence = string.match(id, '^(%d+)-(%d+)$')
  return tonumber(milliseconds), tonumber(sequence)
end

local function notAfter(a, b)
  local ms1, seq1 = split(a)
  local ms2, seq2 = split(b)
  return ms1 < ms2 or ms1 == ms2 and seq1 <= seq2
end

local at = 6
for _ = 1, tonumber(ARGV[5]) do
  ranges[#ranges + 1] = {lane = ARGV[at], first = ARGV[at + 1], last = ARGV[at + 2]}
  at = at + 3
end
for other = at, #ARGV, 2 do again[ARGV[other]] = tonumber(ARGV[other + 1]) end

local function isKnown(lane, id, count, readAsNew)
  if again[lane .. ':' .. id] == count then return true end
  if count ~= 1 or not readAsNew then return false end
  for _, range in ipairs(ranges) do
    if range.lane == lane and notAfter(range.first, id) and notAfter(id, range.last) then return true end
  end
  return false
end

for _, lane in ipairs(LANES) do
  local queue = queueOf(p, agent, lane)
  for _, consumer in ipairs(consumersOf(queue)) do
    local from = '-'
    local readAsNew = string.sub(consumer.name, #incarnation + 1, #incarnation + 1) ~= '0'
    while consumer.pending > 0 and string.sub(consumer.name, 1, #incarnation) == incarnation do
      local page = call('XPENDING', queue, 'agents', from, '+', PAGE, consumer.name)
      for _, entry in ipairs(page) do
        if not isKnown(lane, entry[1], entry[4], readAsNew) then
          moveTo('~back', queue, {entry[1]}, 'RETRYCOUNT', entry[4] - 1, 'JUSTID')
          given = given + 1
        end
      end
      if #page < PAGE then break end
      from = '(' .. page[#page][1]
    end
  end
end
if given > 0 then
  offersAgain(p, agent, clockMs())
  ring(p, agent)
end
return given
`,
);
