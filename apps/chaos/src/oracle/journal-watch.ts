import { type FileHandle, open, readdir } from "node:fs/promises";
import { join } from "node:path";
import type { JournalEvent } from "./journal-event.js";
import { readLine } from "./read-journals.js";

const CHUNK_BYTES = 1 << 20;

/** Follows the journals of one role, whatever their numbers are (`sender-1`), while they are being written. */
export class JournalWatch {
  readonly #dir: string;
  readonly #role: string;
  /** By name: how far each was read. */
  readonly #read = new Map<string, number>();

  constructor(dir: string, role: string) {
    this.#dir = dir;
    this.#role = role;
  }

  /** Calls `listener` for each event that was written down since the last time. */
  async catchUp(listener: (event: JournalEvent) => void): Promise<void> {
    for (const name of await readdir(this.#dir)) {
      const [role, pid] = name.split(".");
      if (role !== this.#role && role?.startsWith(`${this.#role}-`) !== true) continue;
      const file = await open(join(this.#dir, name));
      try {
        const from = this.#read.get(name) ?? 0;
        this.#read.set(name, await this.#readOn(file, from, (line) => listener(readLine(line, Number(pid)))));
      } finally {
        await file.close();
      }
    }
  }

  /** Returns where the first line begins that has no end yet. */
  async #readOn(file: FileHandle, from: number, listener: (line: string) => void): Promise<number> {
    let at = from;
    const buffer = Buffer.alloc(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read({ buffer, position: at });
      const text = buffer.toString("latin1", 0, bytesRead);
      const end = text.lastIndexOf("\n") + 1;
      if (end === 0) return at;
      for (const line of text.slice(0, end - 1).split("\n")) listener(line);
      at += end;
    }
  }
}
