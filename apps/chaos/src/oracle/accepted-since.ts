import { open, readdir } from "node:fs/promises";
import { join } from "node:path";
import { parseMessageId } from "./message-id.js";

/** Holds some hundred lines of a journal. */
const TAIL_BYTES = 65_536;

/** The numbers of the messages of which a sender wrote down that they were accepted later than `atMs`; of its last ones only. */
export async function acceptedSince(dir: string, pid: number, atMs: number): Promise<number[]> {
  const numbers: number[] = [];
  for (const line of await lastLines(dir, pid)) {
    const [letter, id = "", time] = line.split(" ");
    const number = parseMessageId(id)?.number;
    if (letter === "S" && number !== undefined && Number(time) / 1e6 > atMs) numbers.push(number);
  }
  return numbers;
}

async function lastLines(dir: string, pid: number): Promise<string[]> {
  const name = (await readdir(dir)).find((each) => each.endsWith(`.${pid}.journal`));
  if (name === undefined) return [];
  const file = await open(join(dir, name));
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(TAIL_BYTES),
      position: Math.max(size - TAIL_BYTES, 0),
    });
    // The first and the last one may be torn.
    return buffer.toString("latin1", 0, bytesRead).split("\n").slice(1, -1);
  } finally {
    await file.close();
  }
}
