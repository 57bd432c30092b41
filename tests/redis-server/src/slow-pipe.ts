import type { Socket } from "node:net";
import { setTimeout as sleep, setImmediate as turn } from "node:timers/promises";

/** How a pipe treats what passes through it. */
export interface PipeSettings {
  /** How long each chunk takes. */
  readonly delayMs: number;
  /** The largest piece that is written at once. */
  readonly sliceBytes: number;
}

/** One direction of a line: passes chunks on in their order, late and in pieces if it is told so. */
export class SlowPipe {
  readonly #to: Socket;
  #waiting: { readonly piece: Buffer; readonly dueAt: number }[] = [];
  #pumping = false;

  constructor(to: Socket) {
    this.#to = to;
  }

  pass(chunk: Buffer, { delayMs, sliceBytes }: PipeSettings): void {
    if (delayMs === 0 && chunk.length <= sliceBytes && !this.#pumping) {
      this.#to.write(chunk);
      return;
    }
    const dueAt = performance.now() + delayMs;
    for (let at = 0; at < chunk.length; at += sliceBytes) {
      this.#waiting.push({ piece: chunk.subarray(at, Math.min(at + sliceBytes, chunk.length)), dueAt });
    }
    if (!this.#pumping) void this.#pump();
  }

  async #pump(): Promise<void> {
    this.#pumping = true;
    while (this.#waiting.length > 0) {
      const pieces = this.#waiting;
      this.#waiting = [];
      for (const { piece, dueAt } of pieces) {
        const leftMs = dueAt - performance.now();
        // A turn between two pieces: written in one, they would arrive as one.
        if (leftMs > 0) await sleep(leftMs, undefined, { ref: false });
        else await turn();
        if (this.#to.destroyed) return;
        this.#to.write(piece);
      }
    }
    this.#pumping = false;
  }
}
