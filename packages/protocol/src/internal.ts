/** Helpers for the other packages of AgentComm. Not public: may change in any release. */
export { backoffMs } from "./backoff.js";
export { checkClock } from "./check-clock.js";
export { checkCreateId } from "./check-create-id.js";
export { checkNumber } from "./check-number.js";
export { checkFunction, checkReason, checkText, checkTexts, readingOptions, readOptions } from "./check-options.js";
export { checkRandom } from "./check-random.js";
export { encodeInput } from "./codec.js";
export { copyJson } from "./copy-json.js";
export { checkAddress } from "./ids.js";
export { invalidMessage } from "./invalid-message.js";
export { invalidOption } from "./invalid-option.js";
export { decodeJson, encodeJson } from "./json-value.js";
export { resolveLimits } from "./limits.js";
export { quote } from "./quote.js";
export { RateMeter } from "./rate-meter.js";
export { isStandardSchema, validateWithSchema } from "./standard-schema.js";
export {
  type AttemptOutcome,
  FINISHED_TASKS,
  OPEN_TASK_STATES,
  OPEN_TASKS,
  type TaskAttempt,
  type TaskRecord,
  type TaskState,
  TERMINAL_TASK_STATES,
} from "./task-record.js";
export { formatTimestamp, parseTimestamp } from "./timestamp.js";
export { callForeign, createTroubleReporter, describe, type ReportTrouble, toAgentCommError } from "./trouble.js";
