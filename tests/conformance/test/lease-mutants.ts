import { AgentCommError, systemClock } from "@agentcomm/protocol";
import { alter } from "./alter.js";
import type { Mutant } from "./mutant.js";

const FOREVER_MS = 86_400_000;

/** A token without its last part: what it names is the same entry whichever delivery it is. */
const leaseLost = () => new AgentCommError("LEASE_LOST", "lost");

export const leaseMutants: readonly Mutant[] = [
  {
    name: "acks what is being handled before it is handled",
    create: () => ({
      transport: (transport) =>
        alter(transport, {
          subscribe: (agentId, handler, options) =>
            transport.subscribe(
              agentId,
              async (delivery) => {
                await delivery.ack();
                await handler(delivery);
              },
              options,
            ),
        }),
    }),
    caughtBy: [
      "a handler may settle its delivery itself",
      "a handler that rejects is given its message again, after a back-off where the transport can delay",
      "a handler that rejects with an error that is not retryable sends its message to the dead letters",
      "a handler that throws null is retried like any other",
      "after the drain time the handler is told, and its message handed back at once",
      "no more handlers run at once than concurrency, and no message is taken without a place for it",
      "poison does not hold up what comes after it",
    ],
  },
  {
    name: "takes a lapsed lease for an ack",
    create() {
      const leases = new Map<string, () => void>();
      return {
        driver(driver) {
          const lease = (token: string, leaseMs: number): void => {
            leases.get(token)?.();
            const ack = { token, action: { kind: "ack" } } as const;
            const lapse = () => void driver.settle([ack], { deadline: Number.POSITIVE_INFINITY });
            leases.set(token, systemClock.timer(leaseMs, lapse));
          };
          return alter(driver, {
            async take(agentId, { limit, leaseMs }, call) {
              const taken = await driver.take(agentId, { limit, leaseMs: FOREVER_MS }, call);
              for (const { token } of taken.entries) lease(token, leaseMs);
              return taken;
            },
            renew(batch, call) {
              for (const { token, leaseMs } of batch) lease(token, leaseMs);
              return driver.renew(
                batch.map(({ token }) => ({ token, leaseMs: FOREVER_MS })),
                call,
              );
            },
          });
        },
      };
    },
    caughtBy: [
      "a delivery's signal fires before somebody else is given the message",
      "a holder that lost its lease cannot ack",
      "a holder that lost its lease cannot extend it",
      "a holder that lost its lease cannot reject",
      "a holder that lost its lease cannot retry",
      "a message that nobody else was given can be acked after its lease",
      "a message that nobody else was given can be extended after its lease",
      "a message whose holders all vanished is poison too",
      "a subscription renews what it handles, and nothing that receive handed out",
      "extending one delivery extends no other",
      "messages whose handing-out got lost are offered again within lease + 1 s",
      "what a closed transport held is offered again, all of it",
      "what a silent holder held is offered again within lease + 1 s and not before, its attempt one higher",
      "what has fallen due counts as ready, though no receiver has looked since",
      "what is offered again stands where it stood, ahead of what was never delivered, however it came back",
      "what may have ended its holders is handled one at a time, and waiting for that is no attempt",
    ],
  },
  {
    name: "acks whoever asks for it",
    create() {
      // The driver under it hands out the same bytes with each delivery of an entry.
      const current = new Map<Uint8Array | undefined, string>();
      const issued = new Map<string, Uint8Array | undefined>();
      return {
        driver: (driver) =>
          alter(driver, {
            async take(agentId, options, call) {
              const taken = await driver.take(agentId, options, call);
              for (const { token, payload } of taken.entries) {
                issued.set(token, payload);
                current.set(payload, token);
              }
              return taken;
            },
            settle: (batch, call) =>
              driver.settle(
                batch.map(({ token, action }) => ({
                  token: action.kind === "ack" && issued.has(token) ? (current.get(issued.get(token)) ?? token) : token,
                  action,
                })),
                call,
              ),
          }),
      };
    },
    caughtBy: [
      "a holder that lost its lease cannot ack",
      "what is settled cannot be settled again, and nothing changes",
    ],
  },
  {
    name: "loses what a process held when it closes",
    create: () => ({
      driver(driver) {
        const held = new Set<string>();
        return alter(driver, {
          async take(agentId, options, call) {
            const taken = await driver.take(agentId, options, call);
            for (const { token } of taken.entries) held.add(token);
            return taken;
          },
          async close(call) {
            await driver.settle(
              Array.from(held, (token) => ({ token, action: { kind: "ack" } })),
              call,
            );
            await driver.close(call);
          },
        });
      },
    }),
    caughtBy: ["what a closed transport held is offered again, all of it"],
  },
  {
    name: "renews everything that is pending",
    create: () => ({
      driver(driver) {
        const pending = new Set<string>();
        return alter(driver, {
          async take(agentId, options, call) {
            const taken = await driver.take(agentId, options, call);
            for (const { token } of taken.entries) pending.add(token);
            return taken;
          },
          async renew(batch, call) {
            const leaseMs = batch[0]?.leaseMs ?? 0;
            await driver.renew(
              Array.from(pending, (token) => ({ token, leaseMs })),
              call,
            );
            return driver.renew(batch, call);
          },
        });
      },
    }),
    caughtBy: [
      "a subscription renews what it handles, and nothing that receive handed out",
      "extending one delivery extends no other",
    ],
  },
  {
    name: "refuses who settles late although nobody else was given the message",
    create() {
      const ends = new Map<string, number>();
      return {
        driver(driver) {
          const isLate = (token: string): boolean => (ends.get(token) ?? Number.POSITIVE_INFINITY) < performance.now();
          return alter(driver, {
            async take(agentId, options, call) {
              const taken = await driver.take(agentId, options, call);
              for (const { token } of taken.entries) ends.set(token, performance.now() + options.leaseMs);
              return taken;
            },
            async settle(batch, call) {
              if (batch.some(({ token }) => isLate(token))) return batch.map(leaseLost);
              return driver.settle(batch, call);
            },
            async renew(batch, call) {
              if (batch.some(({ token }) => isLate(token))) return batch.map(leaseLost);
              for (const { token, leaseMs } of batch) ends.set(token, performance.now() + leaseMs);
              return driver.renew(batch, call);
            },
          });
        },
      };
    },
    caughtBy: [
      "a message that nobody else was given can be acked after its lease",
      "a message that nobody else was given can be extended after its lease",
    ],
  },
  {
    name: "believes LEASE_LOST when it asks again after a lost reply",
    create: () => ({
      line: (driver) =>
        alter(driver, {
          settle: (batch, call) => driver.settle(batch, call).catch(() => driver.settle(batch, call)),
        }),
    }),
    caughtBy: ['an ack whose reply got lost took effect, and says "unknown" rather than LEASE_LOST'],
  },
  {
    name: "counts as an attempt what nobody was given",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          settle: (batch, call) =>
            driver.settle(
              batch.map(({ token, action }) => ({
                token,
                action: action.kind === "retry" ? { ...action, uncounted: false } : action,
              })),
              call,
            ),
        }),
    }),
    caughtBy: ["what may have ended its holders is handled one at a time, and waiting for that is no attempt"],
  },
  {
    name: "never gives up on a message",
    create: () => ({ options: (options) => ({ ...options, maxDeliveries: 1_000_000 }) }),
    caughtBy: [
      "a message whose holders all vanished is poison too",
      "after maxDeliveries a message is a dead letter that tells the reasons",
      "poison does not hold up what comes after it",
      "what may have ended its holders is handled one at a time, and waiting for that is no attempt",
    ],
  },
  {
    name: "forgets the delay of a retry",
    create: () => ({
      driver: (driver) =>
        alter(driver, {
          settle: (batch, call) =>
            driver.settle(
              batch.map(({ token, action }) => ({
                token,
                action: action.kind === "retry" ? { ...action, delayMs: 0 } : action,
              })),
              call,
            ),
        }),
    }),
    caughtBy: [
      "a handler that rejects is given its message again, after a back-off where the transport can delay",
      "a retry with a delay is held back, and then offered with its attempt one higher",
    ],
  },
];
