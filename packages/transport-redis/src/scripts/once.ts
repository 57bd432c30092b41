/**
 * The end of a script that must run once however often it is sent: it calls `work()`, defined above it, unless the producer's
 * hash says that this number has run already; then it answers as it did then. A number below the floor belongs to a call
 * that is over: a late copy of it, from a connection given up long ago, does nothing.
 *
 * ARGV: namespace, producer, number, floor, after, … `after`: the number that must have run before this one, or 0; else
 * the answer is "gap", so that what was sent in order is stored in order.
 */
export const ONCE = `
local producer, number, after = home .. 'producer:' .. ARGV[2], ARGV[3], ARGV[5]
local known = call('HMGET', producer, 'floor', number, after)
local floor = tonumber(known[1] or '0')
if tonumber(number) < floor then return {'stale'} end
if known[2] then return cmsgpack.unpack(known[2]) end
if tonumber(after) > 0 and tonumber(after) >= floor and not known[3] then return {'gap'} end
local fine, result = pcall(work)
if not fine then result = {'failed', type(result) == 'table' and result.err or tostring(result)} end
local raised = math.max(floor, tonumber(ARGV[4]))
call('HSET', producer, number, cmsgpack.pack(result), 'floor', raised)
-- What lies below the floor is refused without being known.
for old = math.max(floor, raised - 1000), raised - 1 do call('HDEL', producer, old) end
if not known[1] or tonumber(number) % 16 == 0 then call('PEXPIRE', producer, 3600000) end
return result
`;
