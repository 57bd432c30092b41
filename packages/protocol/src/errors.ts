/**
 * The one error class of AgentComm and the closed list of its codes.
 *
 * Every rejection of a public function is an {@link AgentCommError}. What a code means, whether repeating the call can
 * help, and what to do about it stands in one place: {@link ERROR_CODES}.
 */

/** What the table of codes says about one code. */
export interface ErrorCodeEntry {
  /** Whether the same call may succeed later without the caller changing anything. */
  readonly retryable: boolean;
  /** When it is raised. */
  readonly when: string;
  /** What to do about it. */
  readonly fix: string;
}

/** All codes: whether a repeat can help, when each is raised, and what to do. Codes are added, never renamed. */
export const ERROR_CODES = {
  INVALID_MESSAGE: {
    retryable: false,
    when: "a message, its content or stored bytes break the message format",
    fix: "correct the field that the error names",
  },
  MESSAGE_TOO_LARGE: {
    retryable: false,
    when: "a message or record exceeds maxMessageBytes or maxDepth",
    fix: "store the payload elsewhere and send a reference, or raise the limit at both ends",
  },
  INVALID_OPTIONS: {
    retryable: false,
    when: "an option, argument or environment variable has a value that is not allowed",
    fix: "correct the option that the error names",
  },
  INVALID_AGENT_ID: {
    retryable: false,
    when: "an agent id, topic or record key is outside its grammar",
    fix: "use letters, digits, '.', '_' and '-', at most 63 characters, starting with a letter or digit, without '..'",
  },
  CLOSED: {
    retryable: false,
    when: "a call reaches something that was closed or stopped",
    fix: "create a new one; what is closed stays closed",
  },
  CONNECTION_LOST: {
    retryable: true,
    when: "the store cannot be reached, or the connection broke before the answer",
    fix: "check that the store runs and is reachable; the transport reconnects by itself",
  },
  TIMEOUT: {
    retryable: true,
    when: "a call did not end within its timeoutMs",
    fix: "repeat it (with the same idempotencyKey, if the outcome is unknown), or allow more time",
  },
  ABORTED: {
    retryable: false,
    when: "the caller's signal ended the call",
    fix: "nothing: this was asked for",
  },
  NOT_SUPPORTED: {
    retryable: false,
    when: "the transport declares that it lacks the capability",
    fix: "use a transport that has it, or do without the option",
  },
  LEASE_LOST: {
    retryable: false,
    when: "a delivery is settled or extended by somebody who no longer holds it",
    fix: "drop the result: the message was offered again, or is already settled",
  },
  MAILBOX_FULL: {
    retryable: true,
    when: "the receiver's mailbox holds as many messages as its capacity",
    fix: "send again later; start more receivers, purge dead letters, or raise the capacity",
  },
  MAILBOX_NOT_EMPTY: {
    retryable: false,
    when: "a mailbox that still holds messages is deleted without discard",
    fix: "drain it first, or pass discard: true to lose what it holds",
  },
  STORAGE_FULL: {
    retryable: true,
    when: "the store has no room left for new data",
    fix: "free or add memory or disk; reading and settling go on meanwhile",
  },
  STORE_FAILED: {
    retryable: true,
    when: "the store answered with an error that none of the other codes describes",
    fix: "read the cause: it is the store's own error",
  },
  DATA_LOST: {
    retryable: false,
    when: "the transport sees that the store lost data behind its back (flushed, restored, deleted by hand)",
    fix: "find out who deleted it; what was lost must be sent again by its source",
  },
  VERSION_CONFLICT: {
    retryable: true,
    when: "a record changed since the version that the caller named",
    fix: "read it again and decide anew",
  },
  AGENT_EXISTS: {
    retryable: false,
    when: "an agent registers under an id that a live agent of another process holds",
    fix: "choose another id, or stop the other one",
  },
  AGENT_NOT_FOUND: {
    retryable: false,
    when: "the registry knows no live agent of that id",
    fix: "check the id; an agent that stopped beating is gone from the registry",
  },
  NO_AGENT_AVAILABLE: {
    retryable: true,
    when: "no live agent has the required capabilities",
    fix: 'start one that has them, or assign with whenNoAgent: "wait"',
  },
  TASK_EXISTS: {
    retryable: false,
    when: "a task is assigned under a taskId that is taken",
    fix: "use another taskId, or getTask(taskId) to follow the existing one",
  },
  TASK_NOT_FOUND: {
    retryable: false,
    when: "no open or retained task has that id",
    fix: "check the id; finished tasks are kept for taskRetentionMs",
  },
  TASK_FAILED: {
    retryable: false,
    when: "a task's last allowed attempt failed",
    fix: "read details.error: it is what the handler reported",
  },
  TASK_TIMEOUT: {
    retryable: false,
    when: "a task did not end within its taskTimeoutMs",
    fix: "allow more time, or find out why no attempt finished",
  },
  TASK_CANCELED: {
    retryable: false,
    when: "a task was canceled",
    fix: "nothing: this was asked for; details.reason says by whom",
  },
  TASK_REJECTED: {
    retryable: false,
    when: "every agent with the capabilities refused the task",
    fix: "register a handler for the task's type on one of them",
  },
  LOG_FAILED: {
    retryable: true,
    when: "a log file cannot be written, read or removed",
    fix: "check the folder's permissions and free space; messaging goes on without the log",
  },
  HANDLER_FAILED: {
    retryable: true,
    when: "a listener or handler of the user's threw where nobody awaits it",
    fix: "read the cause and mend the handler",
  },
  UNSAFE_CONFIGURATION: {
    retryable: false,
    when: "the store is configured in a way that loses messages",
    fix: "change the setting that the error names",
  },
} as const satisfies Record<string, ErrorCodeEntry>;

/** One of the closed list of codes. */
export type ErrorCode = keyof typeof ERROR_CODES;

/** For a call that failed: "none", nothing was stored or changed; "unknown", it may have been. */
export type Outcome = "none" | "unknown";

/** What {@link AgentCommError} is built from, beyond code and message. */
export interface AgentCommErrorOptions {
  /** @default what {@link ERROR_CODES} says of the code */
  readonly retryable?: boolean;
  /** Whether anything was stored, where the call was to store something. */
  readonly outcome?: Outcome;
  /** Facts for programs: ids, limits, values. JSON-compatible. */
  readonly details?: Readonly<Record<string, unknown>>;
  /** The error underneath. */
  readonly cause?: unknown;
}

const BRAND = Symbol.for("agentcomm.error");

/**
 * The error of every package of AgentComm. Recognise it by {@link AgentCommError.is}, which also works when two copies
 * of the package are loaded, and decide by {@link AgentCommError.code}.
 */
export class AgentCommError extends Error {
  override readonly name = "AgentCommError";
  /** What kind of failure; see {@link ERROR_CODES}. */
  readonly code: ErrorCode;
  /** Whether the same call may succeed later. */
  readonly retryable: boolean;
  /** Whether anything was stored, where the call was to store something. */
  readonly outcome?: Outcome;
  /** Facts for programs. */
  readonly details?: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: AgentCommErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? ERROR_CODES[code].retryable;
    if (options.outcome !== undefined) this.outcome = options.outcome;
    if (options.details !== undefined) this.details = options.details;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** Whether a value is an AgentCommError, from this copy of the package or another; of the given code, if one is given. */
  static is(error: unknown, code?: ErrorCode): error is AgentCommError {
    if (typeof error !== "object" || error === null) return false;
    try {
      const branded = (error as Record<symbol, unknown>)[BRAND] === true;
      return branded && (code === undefined || (error as AgentCommError).code === code);
    } catch {
      // A proxy or getter that throws when it is read: somebody may throw even that.
      return false;
    }
  }
}
