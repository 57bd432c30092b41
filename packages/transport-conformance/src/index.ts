export type { ConformanceCase } from "./conformance-case.js";
export { applicableCases, conformanceCases } from "./conformance-cases.js";
export { describeTransport } from "./describe-transport.js";
export { createFaultyLine, type FaultyLine } from "./faulty-line.js";
export type { BreakableTransport, TransportHarness } from "./harness.js";
export { PROMISES, type PromiseName } from "./promises.js";
export { type RunCaseOptions, runCase } from "./run-case.js";
export type { Scene } from "./scene.js";
