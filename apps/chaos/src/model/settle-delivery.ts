import type { Delivery, SettleAction } from "@agentcomm/protocol";
import { type Command, DURATIONS } from "./command.js";
import type { Observation } from "./observe.js";
import type { Session } from "./world.js";

type SettleCommand = Extract<Command, { readonly do: "settle" }>;

/** Ends or prolongs a delivery of this sequence, current or not: by itself, or by its token. Rejects as the transport does. */
export async function settleDelivery(session: Session, command: SettleCommand, index: number): Promise<Observation> {
  const { deliveries, world } = session;
  const delivery = deliveries[deliveries.length - 1 - (command.back % Math.max(deliveries.length, 1))];
  if (delivery === undefined) return "nothing was delivered yet";
  const action = actionOf(command, index);
  if (command.through === "delivery") await settleByItself(delivery, action);
  else await world.transport(command.through).settle(delivery.token, action);
  return `${action.kind} of ${delivery.message.id}, attempt ${delivery.attempt}`;
}

function actionOf({ kind, delay, lease }: SettleCommand, index: number): SettleAction {
  switch (kind) {
    case "ack":
      return { kind };
    case "retry":
      return { kind, reason: `reason ${index}`, ...(delay === undefined ? {} : { delayMs: DURATIONS[delay] }) };
    case "reject":
      return { kind, reason: `rejected by ${index}` };
    case "extend":
      return { kind, leaseMs: DURATIONS[lease] };
  }
}

async function settleByItself(delivery: Delivery, action: SettleAction): Promise<void> {
  switch (action.kind) {
    case "ack":
      return await delivery.ack();
    case "retry":
      return await delivery.retry(action);
    case "reject":
      return await delivery.reject(action.reason);
    case "extend":
      return await delivery.extend(action.leaseMs);
  }
}
