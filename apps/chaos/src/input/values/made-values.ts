/** Thrown by what is trapped when there is nothing else to throw. */
const thrower = (): never => {
  throw new Error("hands off");
};

const cycle = (): object => {
  const around: { self?: unknown; list: unknown[] } = { list: [] };
  around.self = around;
  around.list.push(around);
  return around;
};

/** A promise that fails, of which the process hears nothing. */
const rejected = (): Promise<never> => {
  const promise = Promise.reject(new Error("rejected"));
  promise.catch(() => undefined);
  return promise;
};

/** A thenable. */
const withThen = (then: (resolve: (value: unknown) => void) => void): object =>
  Object.fromEntries(["then"].map((key) => [key, then]));

const revoked = (target: object): object => {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
};

/** Values that JSON cannot say, or says otherwise. */
const MAKERS = {
  undefined: () => undefined,
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  "minus infinity": () => Number.NEGATIVE_INFINITY,
  "minus zero": () => -0,
  bigint: () => 10n,
  symbol: () => Symbol("s"),
  function: () => () => 1,
  "async function": () => async () => 1,
  generator: () => (function* () {})(),
  class: () => class Hostile {},
  instance: () => new (class Hostile {})(),
  date: () => new Date(0),
  "no date": () => new Date(Number.NaN),
  "regular expression": () => /x/g,
  map: () => new Map([["a", 1]]),
  set: () => new Set([1]),
  "weak map": () => new WeakMap(),
  promise: () => Promise.resolve({}),
  "rejected promise": rejected,
  "promise that never ends": () => new Promise(() => {}),
  thenable: () => withThen((resolve) => resolve(1)),
  "thenable that throws": () => withThen(thrower),
  "thenable that never ends": () => withThen(() => undefined),
  "object with toJSON": () => ({ toJSON: () => ({ a: 1n }) }),
  "toJSON that throws": () => ({ toJSON: thrower, toString: thrower, valueOf: thrower }),
  error: () => new Error("failed", { cause: cycle() }),
  "error with getters": () =>
    Object.defineProperties(new Error("failed"), {
      message: { get: thrower },
      stack: { get: thrower },
      name: { get: thrower },
      code: { get: thrower },
      retryable: { get: thrower },
    }),
  "error of other things": () =>
    Object.assign(new Error("failed"), { message: { a: 1 }, stack: 5, name: Symbol("n"), code: [], retryable: "no" }),
  "error of long texts": () =>
    Object.assign(new Error("m".repeat(1_000_000)), { stack: "s".repeat(1_000_000), name: "n".repeat(1_000) }),
  "error with half a pair": () => new Error(`${"x".repeat(4_095)}𝄞`),
  "error of several": () => new AggregateError([new Error("one")], "several"),
  buffer: () => Buffer.from("x"),
  "array buffer": () => new ArrayBuffer(4),
  "big array": () => new BigInt64Array(2),
  url: () => new URL("redis://user:secret@host"),
  "null prototype": () => Object.assign(Object.create(null), { a: 1 }),
  "own __proto__": () => JSON.parse('{"__proto__":{"polluted":true}}'),
  "own constructor": () => ({ constructor: { prototype: { polluted: true } } }),
  inherited: () => Object.create({ inherited: 1 }),
  cycle,
  "cyclic array": () => {
    const list: unknown[] = [];
    list.push([list]);
    return list;
  },
  sparse: () => new Array(10_000),
  "array with holes": () => Object.assign([1], { 2: 3 }),
  "boxed string": () => Object("boxed"),
  "boxed number": () => Object(1),
  "boxed boolean": () => Object(false),
  "revoked proxy": () => revoked({}),
  "revoked array": () => revoked([]),
  "symbol key": () => ({ [Symbol("s")]: 1, a: 1 }),
  "half a pair": () => "\ud800",
  "key of half a pair": () => ({ "\ud800": 1 }),
  "growing array": () => {
    const list: unknown[] = [];
    return new Proxy(list, { get: (target, key) => (key === "length" ? target.push(0) : Reflect.get(target, key)) });
  },
  "array of any length": () =>
    new Proxy([], { get: (target, key) => (key === "length" ? 2 ** 32 - 1 : (Reflect.get(target, key) ?? 0)) }),
  "array of no length": () =>
    new Proxy([], { get: (target, key) => (key === "length" ? Number.NaN : Reflect.get(target, key)) }),
  "endless object": () => {
    const endless = (): object => ({
      get next() {
        return endless();
      },
    });
    return endless();
  },
  "object that changes": () => {
    let reads = 0;
    return {
      get a() {
        reads += 1;
        return reads === 1 ? "fine" : 10n;
      },
    };
  },
  "proxy of a function": () => new Proxy(() => 1, {}),
  "abort signal that lies": () => ({ aborted: false, addEventListener: thrower, removeEventListener: thrower }),
  "abort signal that changes": () => {
    let reads = 0;
    return {
      get aborted() {
        reads += 1;
        return reads > 1;
      },
      get reason() {
        return thrower();
      },
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    };
  },
  "abort signal that is over": () => AbortSignal.abort(cycle()),
} as const satisfies Record<string, () => unknown>;

/** The name of a value that is made. */
export type MadeName = keyof typeof MAKERS;

/** What arrives of a value. */
export interface SayableValue {
  readonly as: unknown;
  readonly mayBeRefused?: boolean;
}

/**
 * What JSON can say of them, and what arrives of it: each property is read once, symbols are no keys, and half a pair stays half a
 * pair. All others are refused wherever something is sent.
 */
const SAYABLE: Partial<Record<MadeName, SayableValue>> = {
  undefined: { as: undefined },
  "minus zero": { as: 0 },
  "null prototype": { as: { a: 1 } },
  "symbol key": { as: { a: 1 } },
  "half a pair": { as: "\ud800" },
  "key of half a pair": { as: { "\ud800": 1 } },
  "growing array": { as: [0] },
  "array of no length": { as: [], mayBeRefused: true },
  "object that changes": { as: { a: "fine" } },
};

/** The names of all values that are made. */
export const MADE_NAMES = Object.keys(MAKERS) as readonly MadeName[];

/** Makes the value of that name, a new one each time. */
export function makeValue(name: MadeName): unknown {
  return MAKERS[name]();
}

/** What arrives of the value of that name when it is sent. Undefined: it must be refused. */
export function sayableValue(name: MadeName): SayableValue | undefined {
  return SAYABLE[name];
}
