export { disableFileLogging, enableFileLogging, getFileLogger } from "./enable-file-logging.js";
export type { FileLogger, LogStats } from "./file-logger.js";
export { LOG_KINDS, type LogKind } from "./log-kinds.js";
export type { FileLoggingOptions } from "./options.js";
export type { StoredLogFile } from "./stored-files.js";
