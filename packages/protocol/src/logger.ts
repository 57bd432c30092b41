/** What AgentComm logs to, where a user hands it a logger. A pino logger satisfies it, `console` too. */
export interface Logger {
  debug(...args: unknown[]): void;
  info(...args: unknown[]): void;
  warn(...args: unknown[]): void;
  error(...args: unknown[]): void;
}
