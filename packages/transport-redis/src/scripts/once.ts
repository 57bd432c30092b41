/**
 * The end of a script that must run once however often it is sent: it calls `work()`, defined above it, unless the producer's
 * hash says that this number has run already; then it answers as it did then. A number below the floor belongs to a call
 * that is over: a late copy of it, from a connection given up long ago, does nothing.
 *
 * ARGV: namespace, producer, number, floor, after, … `after`: the number that must have run before this one, or 0; else
 * the answer is "gap", so that what was sent in order is stored in order. With nothing behind `after` it is asked whether the
 * number has run: "missing" if it has not.
 */
export const ONCE = `
local producer, number, after = home .. 'producer:' .. ARGV[2], ARGV[3], ARGV[5]
local known = call('HMGET', producer, 'floor', number, after)
local floor = tonumber(known[1] or '0')
if tonumber(number) < floor then return {'stale'} end
if known[2] then
  -- A write: behind a repeat on another connection WAIT would else have nothing to wait for.
  call('PEXPIRE', producer, 3600000)
  return cmsgpack.unpack(known[2])
end
if not ARGV[6] then return {'missing'} end
if tonumber(after) > 0 and tonumber(after) >= floor and not known[3] then return {'gap'} end
local fine, result = pcall(work)
if not fine then result = {'failed', type(result) == 'table' and result.err or tostring(result)} end
local raised = math.max(floor, tonumber(ARGV[4]))
call('HSET', producer, number, cmsgpack.pack(result), 'floor', raised)
-- What lies below the floor is refused without being known. Where nothing was known, there is nothing to forget.
for old = math.max(known[1] and floor or raised, raised - 1000), raised - 1 do call('HDEL', producer, old) end
if not known[1] or tonumber(number) % 16 == 0 then call('PEXPIRE', producer, 3600000) end
return result
`;
