import { mergeConfig } from "vitest/config";
import base from "../../vitest.base.js";

/**
 * One file at a time: rows start many processes and measure how soon these do things. Two rows side by side: they wait more than they
 * compute, and time in which the machine does not let them run is not counted.
 */
export default mergeConfig(base, { test: { fileParallelism: false, maxConcurrency: 2 } });
