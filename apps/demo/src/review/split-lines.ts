import { type Line, MAX_LINE_BYTES } from "./inspector.js";

const NEWLINE = 10;
const RETURN = 13;

/** Cuts a file that comes in pieces into lines: `add` each piece, then `end`. A last line without newline counts. */
export function createLineSplitter(onLine: (line: Line) => void): { add(piece: Uint8Array): void; end(): void } {
  let number = 1;
  let held: Buffer[] = [];
  let heldBytes = 0;

  const hold = (part: Buffer): void => {
    const room = MAX_LINE_BYTES - heldBytes;
    if (room <= 0 || part.length === 0) return;
    // Copied: the piece's memory is used again for the next one.
    held.push(Buffer.from(part.subarray(0, room)));
    heldBytes += Math.min(part.length, room);
  };
  const tell = (last: Buffer): void => {
    let bytes = last;
    if (heldBytes > 0) {
      hold(last);
      bytes = Buffer.concat(held);
    }
    held = [];
    heldBytes = 0;
    if (bytes.length > MAX_LINE_BYTES) bytes = bytes.subarray(0, MAX_LINE_BYTES);
    if (bytes.at(-1) === RETURN) bytes = bytes.subarray(0, -1);
    onLine({ number, text: bytes.toString("utf8") });
    number += 1;
  };

  return {
    add(piece) {
      const buffer = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
      let start = 0;
      for (let end = buffer.indexOf(NEWLINE); end !== -1; end = buffer.indexOf(NEWLINE, start)) {
        tell(buffer.subarray(start, end));
        start = end + 1;
      }
      hold(buffer.subarray(start));
    },
    end() {
      if (heldBytes > 0) tell(Buffer.alloc(0));
    },
  };
}
