import type { AgentMessage } from "@agentcomm/protocol";
import { type Line, textLine } from "./line.js";
import { safeLine } from "./safe-line.js";

const HEAD = Buffer.from('{"message_id":"');
const MOST_KNOWN = 10_000;

/**
 * The lines of `message_audit` that say no more than where a message is on its way: three are due per message, so their cost
 * decides what file logging costs. Put together from bytes that are known already, a line takes 0.16 µs; as a template that
 * is then encoded 0.38 µs, by JSON.stringify 0.5 µs, by pino 1.2 µs.
 */
export class MessageLines {
  /** What stands between the id and the time, by event, sender, receiver and type. */
  #middles = new Map<string, Map<string, Map<string, Map<string, Buffer>>>>();
  #known = 0;
  #timestamp = "";
  readonly #line = new KnownLine();

  /** The returned line is the same object each time. */
  line(message: AgentMessage, event: string, receiver: string, timestamp: string): Line {
    // A message to "*" or a topic has many receivers; without agent_id their lines could not be told apart.
    if (message.to !== receiver || !isPlain(message.id)) return spelledOut(message, event, receiver, timestamp);
    if (timestamp !== this.#timestamp) {
      this.#line.tail = Buffer.from(`${timestamp}"}\n`);
      this.#timestamp = timestamp;
    }
    this.#line.id = message.id;
    this.#line.middle = this.#middle(message, event);
    return this.#line;
  }

  #middle({ from, to, type }: AgentMessage, event: string): Buffer {
    const byType = within(within(within(this.#middles, event), from), to);
    let middle = byType.get(type);
    if (middle === undefined) {
      if (this.#known >= MOST_KNOWN) {
        this.#middles = new Map();
        this.#known = 0;
      }
      middle = Buffer.from(`",${between(from, to, undefined, type, event)},"timestamp":"`);
      byType.set(type, middle);
      this.#known += 1;
    }
    return middle;
  }
}

/** A line of three parts, two of which are known already. */
class KnownLine implements Line {
  id = "";
  middle: Buffer = Buffer.alloc(0);
  tail: Buffer = Buffer.alloc(0);

  get mostBytes(): number {
    return HEAD.length + this.id.length + this.middle.length + this.tail.length;
  }

  writeTo(chunk: Buffer, start: number): number {
    const { id, middle, tail } = this;
    chunk.set(HEAD, start);
    let at = start + HEAD.length;
    for (let index = 0; index < id.length; index++) chunk[at++] = id.charCodeAt(index);
    chunk.set(middle, at);
    at += middle.length;
    chunk.set(tail, at);
    return at + tail.length;
  }
}

function spelledOut({ id, from, to, type }: AgentMessage, event: string, receiver: string, timestamp: string): Line {
  const middle = between(from, to, receiver === to ? undefined : receiver, type, event);
  return textLine(`{"message_id":${json(id)},${middle},"timestamp":"${timestamp}"}\n`);
}

function between(from: string, to: string, receiver: string | undefined, type: string, event: string): string {
  const agent = receiver === undefined ? "" : `,"agent_id":${json(receiver)}`;
  return `"from_agent":${json(from)},"to_agent":${json(to)}${agent},"message_type":${json(type)},"event":${json(event)}`;
}

function json(text: string): string {
  return safeLine(JSON.stringify(text));
}

/** Whether every character stands for itself in JSON, and takes one byte. */
function isPlain(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return false;
  }
  return true;
}

function within<Value>(map: Map<string, Map<string, Value>>, key: string): Map<string, Value> {
  let found = map.get(key);
  if (found === undefined) {
    found = new Map();
    map.set(key, found);
  }
  return found;
}
