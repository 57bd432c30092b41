import { type AgentCommError, createMessage, createTransport, type Driver, encodeMessage } from "../src/index.js";
import { scriptedDriver } from "./scripted-driver.js";
import { VirtualClock } from "./virtual-clock.js";

/** A message that anybody may send. */
export const NOTE = { from: "a", to: "b", type: "note", content: {} } as const;

/** A good message as it is stored. */
export const PAYLOAD = Buffer.from(encodeMessage(createMessage(NOTE)));

/** Entries on their first delivery, by their tokens. */
export const entriesOf = (...tokens: string[]) => tokens.map((token) => ({ token, payload: PAYLOAD, attempt: 1 }));

/** A transport on a driver whose answers the test decides, with a clock that the test moves on. */
export function scriptedTransport(answers: Partial<Driver> = {}, options: Parameters<typeof createTransport>[1] = {}) {
  const clock = new VirtualClock();
  const errors: AgentCommError[] = [];
  const scripted = scriptedDriver(answers);
  const transport = createTransport(scripted.driver, {
    clock,
    random: () => 0.5,
    onError: (error) => errors.push(error),
    ...options,
  });
  return { ...scripted, clock, errors, transport };
}

/** A promise, and what settles it. */
export function pending<T = void>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: unknown) => void = () => {};
  const promise = new Promise<T>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}
