import { isDeepStrictEqual } from "node:util";
import { type AgentMessage, decodeMessage, encodeMessage, type Limits } from "@agentcomm/protocol";
import { expectAgentCommError } from "../expect-agent-comm-error.js";
import { compareWithWire } from "./compare-with-wire.js";
import type { Expectation } from "./entry-case.js";
import { inspectMessage } from "./inspect-message.js";

const MOST_BYTES = 262_144;
// Beyond it a message that was read may be too large once it is written with everything filled in.
const SURELY_WRITABLE = MOST_BYTES / 8;
const SAID_TWICE = 65_536;

/** What decoding came to. */
export type Decoding = { readonly message: AgentMessage } | { readonly refusal: string };

/**
 * Decodes and says what came of it. Throws if it threw anything but an AgentCommError of a message, made a message that breaks the
 * format, makes something else of the text than of its bytes, or did not come to what was expected.
 */
export function checkDecoding(bytes: Uint8Array, expected?: Expectation, limits?: Partial<Limits>): Decoding {
  const decoding = decode(bytes, limits);
  const came = "message" in decoding ? "read" : "refused";
  if (expected !== undefined && came !== expected) {
    const why = "message" in decoding ? "" : `: ${decoding.refusal}`;
    throw new Error(`a message that must be ${expected} was ${came}${why}`);
  }
  if (limits !== undefined) return decoding;
  if ("message" in decoding) {
    if (bytes.length > MOST_BYTES) throw new Error(`a message of ${bytes.length} bytes was read`);
    inspectMessage(decoding.message);
    if (bytes.length <= SURELY_WRITABLE) {
      checkWriting(decoding.message);
      checkReading(decoding.message, bytes);
    }
  }
  if (bytes.length <= SAID_TWICE) checkAsText(bytes, decoding);
  return decoding;
}

function decode(data: string | Uint8Array, limits?: Partial<Limits>): Decoding {
  try {
    return { message: decodeMessage(data, limits) };
  } catch (thrown) {
    const { message } = expectAgentCommError(thrown, "decoding", ["INVALID_MESSAGE", "MESSAGE_TOO_LARGE"]);
    if (!/^[\x20-\x7e]+$/.test(message)) throw new Error(`a refusal that could forge a line of a log: ${message}`);
    return { refusal: message };
  }
}

function checkAsText(bytes: Uint8Array, asBytes: Decoding): void {
  const text = Buffer.from(bytes).toString();
  if (!Buffer.from(text).equals(bytes)) return;
  const asText = decode(text);
  if (!isDeepStrictEqual(asText, asBytes)) throw new Error("the text is read in another way than its bytes");
}

// JSON.parse of Node 24 and 26 may take one key for another that has a backslash in it (nodejs/node#63785).
const ESCAPED_KEY = /\\.[^"]*"\s*:/;

/** What was read is what is written there, as JSON.parse reads it. */
function checkReading(message: AgentMessage, bytes: Uint8Array): void {
  const text = Buffer.from(bytes).toString();
  if (!ESCAPED_KEY.test(text)) compareWithWire(message, JSON.parse(text) as Record<string, unknown>);
}

/** What was read can be written, and read again as the same; only a number that JSON cannot say is in the way. */
function checkWriting(message: AgentMessage): void {
  let text: string;
  try {
    text = encodeMessage(message);
  } catch (thrown) {
    const { message: problem } = expectAgentCommError(thrown, "writing what was read", ["INVALID_MESSAGE"]);
    if (/is -?Infinity: JSON has no such number/.test(problem)) return;
    throw new Error("what was read cannot be written", { cause: thrown });
  }
  const again = decodeMessage(text);
  if (JSON.stringify(again) !== JSON.stringify(message)) throw new Error("what was read is not what is read again");
}
