import { mergeConfig } from "vitest/config";
import base from "../../vitest.base.js";

/** One file at a time: rows start many processes and measure how soon these do things, and must have the machine for themselves. */
export default mergeConfig(base, { test: { fileParallelism: false } });
