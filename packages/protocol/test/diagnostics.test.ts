import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { describe, expect, it } from "vitest";
import { publishDiagnostics, subscribeDiagnostics } from "../src/index.js";

const metric = { agentId: "a", metric: "latency", value: 1, unit: "ms" };

describe("diagnostics", () => {
  it("are not even built when nobody listens", () => {
    publishDiagnostics("metric.recorded", () => expect.unreachable());
  });

  it("reach every subscriber of agentcomm:<event>, until it ends its subscription", () => {
    const seen: unknown[] = [];
    const plain = (event: unknown) => seen.push(event);
    subscribe("agentcomm:metric.recorded", plain);
    const end = subscribeDiagnostics("metric.recorded", (event) => seen.push(event.metric));
    publishDiagnostics("metric.recorded", () => metric);
    end();
    unsubscribe("agentcomm:metric.recorded", plain);
    publishDiagnostics("metric.recorded", () => expect.unreachable());
    expect(seen).toEqual([metric, "latency"]);
  });
});
