import { describe, expect, it } from "vitest";
import { RateMeter } from "../src/rate-meter.js";
import { VirtualClock } from "./virtual-clock.js";

describe("a rate meter", () => {
  it("counts all, and apart from that what fell into the last 60 seconds", async () => {
    const clock = new VirtualClock();
    const meter = new RateMeter(clock);
    meter.add(5);
    await clock.advance(30_000);
    meter.add(2);
    expect([meter.total, meter.perMinute()]).toEqual([7, 7]);
    await clock.advance(30_000);
    expect([meter.total, meter.perMinute()]).toEqual([7, 2]);
    await clock.advance(3_600_000);
    expect([meter.total, meter.perMinute()]).toEqual([7, 0]);
  });
});
