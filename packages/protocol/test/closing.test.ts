import { describe, expect, it } from "vitest";
import { rejection } from "./failure.js";
import { never } from "./scripted-driver.js";
import { entriesOf, NOTE, pending, scriptedTransport } from "./scripted-transport.js";
import { settlePromises } from "./virtual-clock.js";

describe("close", () => {
  it("ends by timeoutMs, though the driver owes an answer to a call that was given up long ago", async () => {
    const { transport, clock, seen } = scriptedTransport({ append: never });
    const sent = rejection(transport.send(NOTE, { timeoutMs: 100 }));
    await clock.advance(200);
    await sent;
    const closed = transport.close();
    await clock.advance(5_000);
    await closed;
    expect(seen.closed).toBe(1);
  });

  it("ends by timeoutMs, whatever is under way, and reports that it did not wait for it", async () => {
    const { transport, clock, seen, errors } = scriptedTransport({
      take: async () => ({ entries: entriesOf("1") }),
      settle: never,
      stats: never,
      records: {
        ...scriptedTransport().driver.records,
        changes: async (_collection, since) => (since === 0 ? { changes: [], reset: true, cursor: 1 } : await never()),
      },
    });
    void transport.subscribe("b", never);
    const stats = rejection(transport.stats({ timeoutMs: 60_000 }));
    await transport.records.watch("c", () => {});
    await settlePromises();
    const closed = transport.close();
    await clock.advance(5_000);
    await closed;
    expect(seen.closed).toBe(1);
    expect(errors.map(({ code }) => code)).toContain("TIMEOUT");
    await clock.advance(60_000);
    await stats;
  });

  it("waits for an opening that is under way", async () => {
    const opening = pending();
    const { transport, seen } = scriptedTransport({ open: () => opening.promise });
    const sent = transport.send(NOTE);
    await settlePromises();
    const closed = transport.close();
    await settlePromises();
    expect(seen.closed).toBe(0);
    opening.resolve();
    expect(await sent).toMatchObject({ stored: 1 });
    await closed;
    expect(seen.closed).toBe(1);
  });

  it("rejects with an AgentCommError if the driver cannot close, or does not answer", async () => {
    const cause = new Error("stuck");
    const failing = scriptedTransport({ close: () => Promise.reject(cause) });
    expect(await rejection(failing.transport.close())).toMatchObject({ code: "STORE_FAILED", cause });
    const silent = scriptedTransport({ close: never });
    const closed = rejection(silent.transport.close());
    await silent.clock.advance(5_100);
    expect(await closed).toMatchObject({ code: "TIMEOUT" });
  });

  it("hands back what a take brings that was under way, for a receiver that gave up and for a subscription", async () => {
    for (const start of ["receive", "subscribe"] as const) {
      const take = pending<{ entries: ReturnType<typeof entriesOf> }>();
      const { transport, seen } = scriptedTransport({ take: () => take.promise });
      const controller = new AbortController();
      const ended =
        start === "receive"
          ? rejection(transport.receive("b", { signal: controller.signal }))
          : transport.subscribe("b", never).closed;
      await settlePromises();
      controller.abort();
      const closed = transport.close();
      await settlePromises();
      take.resolve({ entries: entriesOf("1") });
      await Promise.all([ended, closed]);
      expect(seen.settled, start).toMatchObject([{ token: "1", action: { kind: "retry", delayMs: 0 } }]);
    }
  });

  it("lets running handlers finish what they do, sending their answers included, and then refuses", async () => {
    const started = pending();
    const goOn = pending();
    const { transport, seen } = scriptedTransport({
      take: async () => ({ entries: seen.settled.length === 0 ? entriesOf("1") : [] }),
    });
    transport.subscribe("b", async () => {
      started.resolve();
      await goOn.promise;
      await transport.send(NOTE);
    });
    await started.promise;
    const closed = transport.close();
    expect(() => transport.subscribe("c", never)).toThrow(expect.objectContaining({ code: "CLOSED" }));
    goOn.resolve();
    await closed;
    expect(seen).toMatchObject({ appended: [1], settled: [{ token: "1", action: { kind: "ack" } }], closed: 1 });
    expect(await rejection(transport.send(NOTE))).toMatchObject({ code: "CLOSED", outcome: "none" });
  });

  it("refuses at once where no subscription runs", async () => {
    const { transport } = scriptedTransport();
    const closed = transport.close();
    expect(await rejection(transport.send(NOTE))).toMatchObject({ code: "CLOSED" });
    await closed;
  });

  it("may be called by a handler, which is told, and whose message is handed back", async () => {
    const { transport, clock, seen } = scriptedTransport({
      take: async () => ({ entries: seen.settled.length === 0 ? entriesOf("1") : [] }),
    });
    const closed = pending();
    transport.subscribe("b", async () => {
      await transport.close();
      closed.resolve();
    });
    await clock.advance(5_000);
    await closed.promise;
    expect(seen).toMatchObject({ closed: 1, settled: [{ token: "1", action: { kind: "retry" } }] });
  });

  it("leaves no timer behind", async () => {
    const { transport, clock } = scriptedTransport({
      take: async () => ({ entries: [] }),
      records: {
        ...scriptedTransport().driver.records,
        changes: async () => ({ changes: [], reset: true, cursor: 1, nextExpiryInMs: 60_000 }),
      },
    });
    transport.subscribe("b", async () => {});
    const received = rejection(transport.receive("b", { waitMs: 60_000 }));
    await transport.records.watch("c", () => {});
    await settlePromises();
    await transport.close();
    await received;
    expect(clock.timers).toBe(0);
  });
});
