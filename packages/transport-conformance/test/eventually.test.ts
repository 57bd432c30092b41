import { AgentCommError } from "@agentcomm/protocol";
import { expect, it } from "vitest";
import { eventually, throughout } from "../src/eventually.js";
import { rejection } from "../src/rejection.js";

it("eventually resolves to what the check returns once it no longer throws", async () => {
  let looks = 0;
  const check = () => {
    looks += 1;
    if (looks < 3) throw new Error("not yet");
    return looks;
  };
  expect(await eventually(5_000, check)).toBe(3);
});

it("eventually rejects with the last failure when time is up", async () => {
  let looks = 0;
  await expect(
    eventually(30, () => {
      looks += 1;
      throw new Error(`look ${looks}`);
    }),
  ).rejects.toThrow(/^look \d+$/);
  expect(looks).toBeGreaterThan(1);
});

it("throughout rejects as soon as the check fails", async () => {
  let looks = 0;
  const check = async () => {
    looks += 1;
    if (looks === 3) throw new Error("no longer");
  };
  await expect(throughout(60_000, check)).rejects.toThrow("no longer");
});

it("a rejection is the AgentCommError with the code that was expected, and nothing else passes", async () => {
  const timeout = new AgentCommError("TIMEOUT", "too slow");
  const fail = (error: unknown) => () => Promise.reject(error);
  expect(await rejection(fail(timeout), "TIMEOUT", "CLOSED")).toBe(timeout);
  await expect(rejection(fail(timeout), "CLOSED")).rejects.toThrow("expected CLOSED, got TIMEOUT: too slow");
  await expect(rejection(fail(new TypeError("oops")))).rejects.toThrow(
    "expected an AgentCommError, got TypeError: oops",
  );
  await expect(rejection(() => 7, "CLOSED")).rejects.toThrow("expected CLOSED, but it succeeded with 7");
});
