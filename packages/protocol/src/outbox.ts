import { type Calls, checkSignal, untilAborted } from "./calls.js";
import { checkNumber } from "./check-number.js";
import { readOptions } from "./check-options.js";
import { type EncodedMessage, encodeInput } from "./codec.js";
import type { CreateMessageOptions } from "./create-message.js";
import { publishDiagnostics } from "./diagnostics.js";
import type { AppendEntry, AppendResult, Driver } from "./driver.js";
import type { AgentCommError } from "./errors.js";
import { isMessageId } from "./ids.js";
import { invalidOption } from "./invalid-option.js";
import type { AgentMessage, MessageInput } from "./message.js";
import { quote } from "./quote.js";
import type { RateMeter } from "./rate-meter.js";
import { LONGEST_MS, type ResolvedTransportOptions } from "./resolve-transport-options.js";
import { TickBatch } from "./tick-batch.js";
import { toldMessage } from "./told-message.js";
import type { Receipt, SendOptions } from "./transport.js";

/** What sending needs. */
export interface OutboxContext {
  readonly name: string;
  readonly driver: Driver;
  readonly calls: Calls;
  readonly options: ResolvedTransportOptions;
  readonly sent: RateMeter;
  /** Throws NOT_SUPPORTED if the driver cannot delay. */
  checkDelay(delayMs: number): void;
}

/** Takes messages in: validates, encodes, resolves who is meant, and stores one entry per mailbox. */
export class Outbox {
  readonly #context: OutboxContext;
  readonly #encoding: CreateMessageOptions;
  readonly #appends: TickBatch<AppendEntry, AppendResult>;

  constructor(context: OutboxContext) {
    this.#context = context;
    const { createId, limits, clock } = context.options;
    this.#encoding = { createId, limits, now: () => clock.now() };
    this.#appends = new TickBatch("send", context.calls, (batch, call) => context.driver.append(batch, call));
  }

  async send(input: MessageInput | AgentMessage, given?: SendOptions): Promise<Receipt> {
    this.#context.calls.enter("send");
    const options = readOptions(given);
    const startedAt = this.#context.options.clock.monotonic();
    const { limits } = this.#context.options;
    const { message, text } = encodeInput(input, this.#encoding);
    const entry = this.#entry(message, Buffer.from(text), options);
    const timeoutMs = this.#context.calls.timeoutOf(options);
    try {
      const receipt = isFanOut(message.to)
        ? await this.#fanOut(message, entry, options)
        : await this.#one(message, entry, timeoutMs, options.signal);
      this.#context.sent.add(1);
      publishDiagnostics("message.sent", () => ({
        transport: this.#context.name,
        agentId: message.to,
        message: toldMessage(message, text, limits),
        stored: receipt.stored,
        duplicate: receipt.duplicate,
        durationMs: this.#context.options.clock.monotonic() - startedAt,
      }));
      return receipt;
    } catch (error) {
      publishDiagnostics("message.refused", () => ({
        transport: this.#context.name,
        agentId: message.to,
        message: toldMessage(message, text, limits),
        error: error as AgentCommError,
      }));
      throw error;
    }
  }

  async sendMany(
    inputs: readonly (MessageInput | AgentMessage)[],
    given?: SendOptions,
  ): Promise<(Receipt | AgentCommError)[]> {
    this.#context.calls.enter("sendMany");
    const options = readOptions(given);
    if (!Array.isArray(inputs)) throw invalidOption("messages", `is ${quote(inputs)}: give an array`);
    this.#context.calls.timeoutOf(options);
    this.#checkOptions(options);
    return await Promise.all(
      Array.from(inputs, (input) => this.send(input, options).catch((error: unknown) => error as AgentCommError)),
    );
  }

  async #one(
    message: EncodedMessage["message"],
    entry: AppendEntry,
    timeoutMs: number,
    signal: AbortSignal | undefined,
  ): Promise<Receipt> {
    const appended = this.#appends.add(entry, timeoutMs);
    const result = await (signal === undefined ? appended : untilAborted(appended, "send", signal));
    if (result === "stored") return { id: message.id, duplicate: false, stored: 1, refused: [] };
    if (result === "duplicate") return { id: message.id, duplicate: true, stored: 1, refused: [] };
    throw result;
  }

  /** One entry per member. Not atomic: the receipt says who was reached; a repeat with the same key completes it. */
  async #fanOut(message: EncodedMessage["message"], entry: AppendEntry, options: SendOptions): Promise<Receipt> {
    const { calls, driver, options: transport } = this.#context;
    const topic = message.to === "*" ? undefined : message.to.slice(1);
    const deadline = transport.clock.monotonic() + calls.timeoutOf(options);
    const members = await calls.read("send", options, (call) =>
      driver.members(topic, { idleMs: transport.mailboxIdleMs }, call),
    );
    const receivers = members.filter((agentId) => agentId !== message.from);
    if (receivers.length === 0) return { id: message.id, duplicate: false, stored: 0, refused: [] };
    const timeoutMs = Math.max(deadline - transport.clock.monotonic(), 1);
    const entries = receivers.map((agentId) => ({ ...entry, agentId }));
    const results = await calls.run("send", { ...options, timeoutMs }, (call) => driver.append(entries, call));
    const refused: { agentId: string; code: AgentCommError["code"] }[] = [];
    for (const [index, result] of results.entries()) {
      if (typeof result !== "string") refused.push({ agentId: receivers[index] as string, code: result.code });
    }
    return {
      id: message.id,
      duplicate: results.every((result) => result === "duplicate"),
      stored: results.length - refused.length,
      refused,
    };
  }

  #entry(message: EncodedMessage["message"], payload: Uint8Array, options: SendOptions): AppendEntry {
    this.#checkOptions(options);
    const { idempotencyKey, delayMs = 0 } = options;
    return {
      agentId: message.to,
      from: message.from,
      priority: message.priority,
      payload,
      delayMs,
      ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    };
  }

  #checkOptions({ delayMs, idempotencyKey, signal }: SendOptions): void {
    checkSignal(signal, "send");
    if (delayMs !== undefined) {
      checkNumber("delayMs", delayMs, { min: 0, max: LONGEST_MS });
      this.#context.checkDelay(delayMs);
    }
    if (idempotencyKey !== undefined && !isMessageId(idempotencyKey)) {
      throw invalidOption("idempotencyKey", `is ${quote(idempotencyKey)}: use 1 to 128 printable ASCII characters`);
    }
  }
}

function isFanOut(to: string): boolean {
  return to === "*" || to.startsWith("#");
}
