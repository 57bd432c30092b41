import { describe, expect, it } from "vitest";
import {
  type AgentCommError,
  createIdGenerator,
  createMessage,
  createTransport,
  decodeMessage,
  defineMessage,
  defineTask,
  encodeMessage,
  settingsFromEnv,
  subscribeDiagnostics,
  transportFromSettings,
} from "../src/index.js";
import { failure, rejection } from "./failure.js";
import { never, scriptedDriver } from "./scripted-driver.js";
import { entriesOf, NOTE, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

// biome-ignore lint/suspicious/noExplicitAny: what is tested is what the types forbid
type Anything = any;

const throwing = (name: string) =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw undefined;
    },
  });

async function held() {
  const scene = scriptedTransport({ take: async () => ({ entries: entriesOf("1") }) });
  const [delivery] = await scene.transport.receive("b");
  return { ...scene, delivery: delivery ?? expect.unreachable() };
}

/** Each public function that takes options, called with these. */
async function callsWith(options: Anything): Promise<Record<string, () => Promise<unknown>>> {
  const { transport, delivery } = await held();
  const { records } = transport;
  return {
    openMailbox: () => transport.openMailbox("b", options),
    deleteMailbox: () => transport.deleteMailbox("b", options),
    send: () => transport.send(NOTE, options),
    broadcast: () => transport.send({ ...NOTE, to: "*" }, options),
    sendMany: () => transport.sendMany([NOTE], options),
    receive: () => transport.receive("b", options),
    subscribe: async () => transport.subscribe("b", never, options),
    stop: () => transport.subscribe("b", never).stop(options),
    settle: () => transport.settle("t", { kind: "ack" }, options),
    deadLetters: () => transport.deadLetters("b", options),
    redrive: () => transport.redrive("b", undefined, options),
    purgeDeadLetters: () => transport.purgeDeadLetters("b", undefined, options),
    stats: () => transport.stats(options),
    health: () => transport.health(options),
    retry: () => delivery.retry(options),
    get: () => records.get("c", "k", options),
    list: () => records.list("c", options),
    put: () => records.put("c", "k", 1, options),
    delete: () => records.delete("c", "k", options),
    watch: () => records.watch("c", () => {}, options),
  };
}

describe("options that are none", () => {
  it.each([[null], ["text"], [5], [true], [() => {}]])("%s: every function refuses them", async (options) => {
    for (const [name, call] of Object.entries(await callsWith(options))) {
      const error = await rejection(Promise.resolve().then(call));
      expect(error, name).toMatchObject({ code: "INVALID_OPTIONS", outcome: "none" });
    }
  });

  it("whose getter throws are refused by every function that reads the option", async () => {
    const read = { timeoutMs: ["subscribe", "stop", "retry"], drainMs: [], delayMs: [] };
    for (const [name, call] of Object.entries(await callsWith(throwing("timeoutMs")))) {
      if (read.timeoutMs.includes(name)) continue;
      expect(await rejection(Promise.resolve().then(call)), name).toMatchObject({ code: "INVALID_OPTIONS" });
    }
    const retry = (await callsWith(throwing("delayMs"))).retry ?? expect.unreachable();
    expect(await rejection(retry())).toMatchObject({ code: "INVALID_OPTIONS" });
    const stop = (await callsWith(throwing("drainMs"))).stop ?? expect.unreachable();
    expect(await rejection(stop())).toMatchObject({ code: "INVALID_OPTIONS" });
  });

  it("made with Object.create are read with what they inherit", async () => {
    const { transport } = scriptedTransport();
    const sent = rejection(transport.send(NOTE, Object.create({ timeoutMs: -1 })));
    expect((await sent).message).toContain("timeoutMs");
  });
});

describe("an option of the wrong kind", () => {
  const { transport } = scriptedTransport();
  const { records } = transport;
  const each: Record<string, [option: string, call: () => Promise<unknown>]> = {
    "a signal that is none": ["signal", () => transport.stats({ signal: {} as Anything })],
    "a send's signal that is none": ["signal", () => transport.send(NOTE, { signal: "now" as Anything })],
    "a settle's signal that is none": [
      "signal",
      () => transport.settle("t", { kind: "ack" }, { signal: 5 as Anything }),
    ],
    "a subscription's signal that is none": [
      "signal",
      async () => transport.subscribe("b", never, { signal: {} as Anything }),
    ],
    "a timeout that is no number": ["timeoutMs", () => transport.stats({ timeoutMs: Number.NaN })],
    "topics in one string": ["topics", () => transport.openMailbox("b", { topics: "news" as Anything })],
    "no topics": ["topics", () => transport.openMailbox("b", { topics: null as Anything })],
    "a discard in words": ["discard", () => transport.deleteMailbox("b", { discard: "false" as Anything })],
    "an idempotency key that is a number": [
      "idempotencyKey",
      () => transport.send(NOTE, { idempotencyKey: 5 as Anything }),
    ],
    "an id for ids": ["ids", () => transport.redrive("b", "1-1" as Anything)],
    "null for ids": ["ids", () => transport.purgeDeadLetters("b", null as Anything)],
    "numbers for ids": ["ids", () => transport.purgeDeadLetters("b", [1] as Anything)],
    "an after that is a number": ["after", () => transport.deadLetters("b", { after: 5 as Anything })],
    "messages that are one": ["messages", () => transport.sendMany(NOTE as Anything)],
    "a token that is none": ["token", () => transport.settle(undefined as Anything, { kind: "ack" })],
    "an action that is none": ["action", () => transport.settle("t", undefined as Anything)],
    "an action of no kind": ["action", () => transport.settle("t", { kind: "forget" } as Anything)],
    "a rejection without a reason": ["reason", () => transport.settle("t", { kind: "reject" } as Anything)],
    "a retry whose reason is none": [
      "reason",
      () => transport.settle("t", { kind: "retry", reason: { why: 1 } } as Anything),
    ],
    "a handler that is none": ["handler", async () => transport.subscribe("b", undefined as Anything)],
    "a listener that is none": ["listener", () => records.watch("c", undefined as Anything)],
    "a prefix that is a number": ["prefix", () => records.list("c", { prefix: 5 as Anything })],
    "a watched prefix that is null": ["prefix", () => records.watch("c", () => {}, { prefix: null as Anything })],
    "a key to start after that is null": ["after", () => records.list("c", { after: null as Anything })],
  };

  it.each(Object.entries(each))("%s is refused by its name", async (_what, [option, call]) => {
    const error = await rejection(Promise.resolve().then(call));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS", outcome: "none" });
    expect(error.message).toContain(option);
  });

  it("of a delivery is refused by its name, and the delivery can still be settled", async () => {
    const { delivery, seen } = await held();
    for (const call of [
      () => delivery.reject(undefined as Anything),
      () => delivery.retry({ reason: 5 as Anything }),
      () => delivery.retry({ delayMs: "1" as Anything }),
      () => delivery.extend(null as Anything),
    ]) {
      expect(await rejection(call())).toMatchObject({ code: "INVALID_OPTIONS" });
    }
    await delivery.ack();
    expect(seen.settled).toEqual([{ token: "1", action: { kind: "ack" } }]);
  });

  it("is not a reason that is too long: what a store keeps of it is bounded", async () => {
    const { delivery, seen } = await held();
    await delivery.reject("x".repeat(1_000_000));
    await transport.settle("t", { kind: "retry", reason: "kept" });
    expect(seen.settled).toMatchObject([{ action: { detail: expect.stringMatching(/^x{2000}…$/) } }]);
  });

  it("of a message is refused as a message", async () => {
    for (const message of [undefined, null, "text", 5, []]) {
      expect(await rejection(transport.send(message as Anything))).toMatchObject({ code: "INVALID_MESSAGE" });
    }
    const results = (await transport.sendMany([undefined, NOTE] as Anything)) as [AgentCommError, unknown];
    expect(results).toMatchObject([{ code: "INVALID_MESSAGE" }, { stored: 1 }]);
  });

  it("of a transport is refused by its name", () => {
    const wrong: [option: string, options: Anything][] = [
      ["options", null],
      ["options", "fast"],
      ["timeoutMs", { timeoutMs: "5" }],
      ["retryBackoff", { retryBackoff: null }],
      ["retryBackoff.minMs", { retryBackoff: {} }],
      ["onError", { onError: "log" }],
      ["clock", { clock: {} }],
      ["clock", { clock: null }],
      ["random", { random: 0.5 }],
      ["createId", { createId: "id" }],
    ];
    for (const [option, options] of wrong) {
      const error = failure(() => createTransport(scriptedDriver().driver, options));
      expect(error.code, option).toBe("INVALID_OPTIONS");
      expect(error.message).toContain(option);
    }
  });
});

describe("what the user's own functions throw", () => {
  it("ends no other call and crashes nothing: a clock", async () => {
    const { driver } = scriptedDriver();
    let broken = false;
    const clock = {
      now: () => 0,
      monotonic: () => {
        if (broken) throw new Error("no time");
        return 0;
      },
      timer: () => () => {},
    };
    const transport = createTransport(driver, { clock });
    await transport.open();
    broken = true;
    for (const call of [() => transport.stats(), () => transport.settle("t", { kind: "ack" })]) {
      expect((await rejection(call())).message).toContain("no time");
    }
    broken = false;
    expect(await transport.send(NOTE)).toMatchObject({ stored: 1 });
  });

  it("is a warning when it is onError, at once or later", async () => {
    const warnings: (Error & { code?: string })[] = [];
    const onWarning = (warning: Error) => warnings.push(warning);
    process.on("warning", onWarning);
    try {
      for (const onError of [
        () => {
          throw new Error("at once");
        },
        () => Promise.reject(new Error("later")),
      ]) {
        const { trouble } = scriptedTransport({}, { onError: onError as () => void });
        trouble(await rejection(scriptedTransport({ stats: () => Promise.reject(null) }).transport.stats()));
        await settlePromises();
      }
      expect(warnings.filter((warning) => warning.code === "HANDLER_FAILED").map(({ message }) => message)).toEqual([
        "onError threw: at once",
        "onError threw: later",
      ]);
    } finally {
      process.off("warning", onWarning);
    }
  });
});

describe("what is given beside options", () => {
  const throwingArray = new Proxy([NOTE], {
    get() {
      throw null;
    },
  });
  const revoked = (): Anything => {
    const { proxy, revoke } = Proxy.revocable([], {});
    revoke();
    return proxy;
  };
  const looksLikeASignal: Anything = {
    aborted: false,
    addEventListener() {
      throw null;
    },
  };

  it("is refused by name when reading it throws, and nothing is stored", async () => {
    const appended: unknown[] = [];
    const { transport } = scriptedTransport({
      append: async (batch) => {
        appended.push(...batch);
        return batch.map(() => "stored" as const);
      },
    });
    const calls: Record<string, () => Promise<unknown>> = {
      messages: () => transport.sendMany(throwingArray),
      topics: () => transport.openMailbox("b", { topics: revoked() }),
      ids: () => transport.redrive("b", revoked()),
      signal: () => transport.send(NOTE, { signal: looksLikeASignal }),
    };
    for (const [name, call] of Object.entries(calls)) {
      expect(await rejection(call())).toMatchObject({ code: "INVALID_OPTIONS", details: { option: name } });
    }
    expect(appended).toEqual([]);
  });

  it("is refused by what makes and reads messages", () => {
    const whole = createMessage(NOTE);
    const calls = [
      () => createMessage(NOTE, null as Anything),
      () => createMessage(NOTE, throwing("createId") as Anything),
      () => encodeMessage(whole, null as Anything),
      () => decodeMessage(encodeMessage(whole), throwing("maxDepth") as Anything),
      () => defineTask(throwing("type") as Anything),
      () => defineTask({ type: "a", input: revoked(), output: revoked() }),
      () => defineMessage(undefined as Anything),
      () => settingsFromEnv(undefined as Anything),
      () => settingsFromEnv({ AGENT_LOG_DIR: {} as Anything }),
      () => transportFromSettings(undefined as Anything, {} as Anything),
      () => createIdGenerator({ now: 5 as Anything }),
      () => subscribeDiagnostics("trouble", undefined as Anything),
    ];
    for (const call of calls) expect(failure(call).code).toBe("INVALID_OPTIONS");
  });
});
