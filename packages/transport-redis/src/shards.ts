/** How many shards there are. Fixed: it is part of the layout of the keys. */
export const SHARDS = 64;

/** All of them. */
export const ALL_SHARDS: readonly number[] = Array.from({ length: SHARDS }, (_, shard) => shard);

const CRC_TABLE = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  return crc;
});

/** CRC-16/XMODEM: polynomial 0x1021, start 0. Redis Cluster's slots are its remainders by 16,384. */
export function crc16(text: string): number {
  let crc = 0;
  for (let index = 0; index < text.length; index++) {
    crc = ((crc << 8) & 0xffff) ^ (CRC_TABLE[((crc >> 8) ^ text.charCodeAt(index)) & 0xff] as number);
  }
  return crc;
}

/**
 * The shard of an agent's mailbox, of a topic's member or of a collection of records: CRC-16/XMODEM of the name, modulo 64.
 * Whoever reads or writes the keys in another language computes the same: `shardOf("worker-1")` is 47.
 */
export function shardOf(name: string): number {
  return crc16(name) % SHARDS;
}
