import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { type Settings, settingsFromEnv, type Transport, transportFromSettings } from "../src/index.js";
import { failure } from "./failure.js";

const DEFAULTS: Settings = { mode: "memory", attemptTimeoutMs: 300_000, maxRetries: 3, heartbeatIntervalMs: 30_000 };

describe("settingsFromEnv", () => {
  it("has a default for everything", () => {
    expect(settingsFromEnv({})).toEqual(DEFAULTS);
  });

  it("takes an empty variable for unset", () => {
    const names = ["AGENT_COMMUNICATION_MODE", "REDIS_URL", "AGENT_DEFAULT_TIMEOUT", "AGENT_MAX_RETRIES"];
    const more = ["AGENT_HEARTBEAT_INTERVAL", "AGENT_LOG_DIR"];
    expect(settingsFromEnv(Object.fromEntries([...names, ...more].map((name) => [name, ""])))).toEqual(DEFAULTS);
  });

  it("reads every variable, in the units of the original", () => {
    expect(
      settingsFromEnv({
        AGENT_COMMUNICATION_MODE: "redis",
        REDIS_URL: "rediss://user:secret@redis.example:6380/1",
        AGENT_DEFAULT_TIMEOUT: "60",
        AGENT_MAX_RETRIES: "0",
        AGENT_HEARTBEAT_INTERVAL: "0.5",
        AGENT_LOG_DIR: "./logs",
        PATH: "/bin",
      }),
    ).toEqual({
      mode: "redis",
      redisUrl: "rediss://user:secret@redis.example:6380/1",
      attemptTimeoutMs: 60_000,
      maxRetries: 0,
      heartbeatIntervalMs: 500,
      logDir: "./logs",
    });
  });

  it("reads the process's own environment", () => {
    vi.stubEnv("AGENT_MAX_RETRIES", "7");
    expect(settingsFromEnv(process.env).maxRetries).toBe(7);
    vi.unstubAllEnvs();
  });

  it("takes mock for memory", () => {
    expect(settingsFromEnv({ AGENT_COMMUNICATION_MODE: "mock" }).mode).toBe("memory");
  });

  it.each([
    ["AGENT_COMMUNICATION_MODE", ["sql", "Redis", " memory", "toString"]],
    ["REDIS_URL", ["localhost:6379", "http://localhost", "redis", "//", "redis//x"]],
    ["AGENT_DEFAULT_TIMEOUT", ["0", "-1", "5m", "NaN", "Infinity", "1e3", " 5", "0x10", "2592001"]],
    ["AGENT_MAX_RETRIES", ["-1", "1.5", "three", "1001"]],
    ["AGENT_HEARTBEAT_INTERVAL", ["0", "thirty", "1e9"]],
  ])("refuses a wrong %s with its name", (name, values) => {
    for (const value of values) {
      const error = failure(() => settingsFromEnv({ [name]: value }));
      expect(error.code).toBe("INVALID_OPTIONS");
      expect(error.message).toContain(name);
    }
  });

  it("says which modes there are", () => {
    const { message } = failure(() => settingsFromEnv({ AGENT_COMMUNICATION_MODE: "sql" }));
    expect(message).toBe('AGENT_COMMUNICATION_MODE is "sql": use "memory" (also spelled "mock") or "redis"');
  });

  it("does not show a wrong REDIS_URL: it may hold a password", () => {
    const error = failure(() => settingsFromEnv({ REDIS_URL: "http://user:hunter2@host" }));
    expect(JSON.stringify([error.message, error.details, String(error.cause)])).not.toContain("hunter2");
  });
});

describe("transportFromSettings", () => {
  const memory = { name: "memory" } as Transport;
  const redis = { name: "redis" } as Transport;

  it("calls the function for the mode, with the settings, and no other", () => {
    const makers = { memory: vi.fn(() => memory), redis: vi.fn((_settings: Settings) => redis) };
    const settings: Settings = { ...DEFAULTS, mode: "redis", redisUrl: "redis://localhost" };
    expect(transportFromSettings(settings, makers)).toBe(redis);
    expect(makers.redis).toHaveBeenCalledExactlyOnceWith(settings);
    expect(makers.memory).not.toHaveBeenCalled();
    expect(transportFromSettings(DEFAULTS, makers)).toBe(memory);
  });

  it("gives the promise of a function that makes one, so that a transport can be imported when needed", async () => {
    const made = transportFromSettings(DEFAULTS, { memory: async () => memory, redis: async () => redis });
    expectTypeOf(made).toEqualTypeOf<Promise<Transport>>();
    expect(await made).toBe(memory);
  });

  it("refuses a mode that nothing makes a transport for", () => {
    const makers = { memory: () => memory } as unknown as { memory: () => Transport; redis: () => Transport };
    const error = failure(() => transportFromSettings({ ...DEFAULTS, mode: "redis" }, makers));
    expect(error).toMatchObject({ code: "INVALID_OPTIONS", details: { option: "settings.mode" } });
  });

  it("names the mode, whatever is given for it", () => {
    const makers = { memory: () => memory, redis: () => redis };
    for (const mode of ["constructor", "toString", {}, Object.create(null), Symbol("memory"), ["memory"]]) {
      const error = failure(() => transportFromSettings({ ...DEFAULTS, mode: mode as Settings["mode"] }, makers));
      expect(error).toMatchObject({ code: "INVALID_OPTIONS", details: { option: "settings.mode" } });
    }
  });
});
