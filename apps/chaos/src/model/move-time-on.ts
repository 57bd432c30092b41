import { shardOf } from "@agentcomm/transport-redis";
import type { Redis } from "ioredis";

/**
 * Makes everything older, in the layout that docs/PROTOCOL.md describes: the instants of what is held, of what is due and of
 * what expires move back, and leases have been idle for longer. KEYS: none. ARGV: namespace, milliseconds, the number of
 * agents, shard and id of each, then shard and name of each collection.
 */
const MOVE_ON = `
local call, ns, ms = redis.call, ARGV[1], tonumber(ARGV[2])

local function older(key, only)
  for _, member in ipairs(only or call('ZRANGE', key, 0, -1)) do
    local score = call('ZSCORE', key, member)
    if score and tonumber(score) > 0 then call('ZINCRBY', key, -ms, member) end
  end
end

local function leasesOf(queue)
  local pending = redis.pcall('XPENDING', queue, 'agents', '-', '+', 10000)
  if pending.err then return end
  for _, entry in ipairs(pending) do
    call('XCLAIM', queue, 'agents', entry[2], 0, entry[1], 'IDLE', entry[3] + ms, 'JUSTID')
  end
end

local at = 4
for _ = 1, tonumber(ARGV[3]) do
  local p, agent = ns .. ':{' .. ARGV[at] .. '}:', ARGV[at + 1]
  older(p .. 'held:' .. agent)
  older(p .. 'idem:' .. agent)
  older(p .. 'due', {agent, '!' .. agent})
  older(p .. 'boxes', {agent})
  for _, lane in ipairs({'c', 'h', 'm', 'l'}) do leasesOf(p .. 'q:' .. agent .. ':' .. lane) end
  at = at + 2
end
while at <= #ARGV do
  local rec = ns .. ':{' .. ARGV[at] .. '}:rec:' .. ARGV[at + 1] .. ':'
  older(rec .. 'ttl')
  local packed = call('HGETALL', rec .. 'data')
  for index = 1, #packed, 2 do
    local version, expiry, from = string.match(packed[index + 1], '^(%d+) (%d+) ()')
    if expiry ~= '0' then
      local value = string.sub(packed[index + 1], from)
      call('HSET', rec .. 'data', packed[index], string.format('%s %.0f ', version, tonumber(expiry) - ms) .. value)
    end
  end
  at = at + 2
end
return 1
`;

/**
 * Lets time pass for these mailboxes and collections without waiting for it, so that a lease of half a minute can end in a
 * sequence that takes a second, and no machine is too slow to keep the steps of a sequence apart.
 */
export async function moveTimeOn(
  client: Redis,
  namespace: string,
  ms: number,
  agentIds: readonly string[],
  collections: readonly string[],
): Promise<void> {
  const withShards = (names: readonly string[]) => names.flatMap((name) => [String(shardOf(name)), name]);
  const args = [namespace, String(ms), String(agentIds.length), ...withShards(agentIds), ...withShards(collections)];
  await client.eval(MOVE_ON, 0, ...args);
}
