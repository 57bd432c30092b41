/** Signals that ask the program to end, and the exit codes that say so. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** Somebody asked the program to end. */
export class Interruption extends Error {
  override readonly name = "Interruption";
  readonly exitCode: number;

  constructor(signal: keyof typeof EXIT_CODES) {
    super(`ended by ${signal}`);
    this.exitCode = EXIT_CODES[signal];
  }
}

/**
 * Turns the signals that ask this program to end into an abort: the row under way ends its processes and servers by their pids. Asked
 * a second time it ends at once; then its actors and servers find that it is gone, and end by themselves.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
      controller.abort(new Interruption(name));
    });
  }
  return controller.signal;
}
