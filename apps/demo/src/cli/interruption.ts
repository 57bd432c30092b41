/** Signals that ask a program to end, and the exit codes that say so. */
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

/** How long putting everything away may take, once somebody waits for it. A server that is gone must not hold them up. */
const PATIENCE_MS = 5_000;

/**
 * Turns the signals that ask this program to end into an abort, so that it puts everything away first. Asked a second time,
 * or when that takes too long, it ends at once.
 */
export function abortOnSignals(): AbortSignal {
  const controller = new AbortController();
  for (const name of Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[]) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
      setTimeout(() => process.exit(EXIT_CODES[name]), PATIENCE_MS).unref();
      controller.abort(new Interruption(name));
    });
  }
  return controller.signal;
}
