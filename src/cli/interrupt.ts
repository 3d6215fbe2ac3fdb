/** The reason of a signal that is aborted because the user, or the system, wants the program to end. */
export class Interrupted extends Error {
  /** 128 + the signal's number, as shells have it. */
  readonly exitCode: number;

  constructor(exitCode: number) {
    super("interrupted");
    this.exitCode = exitCode;
  }
}

/** Runs `work` with a signal that Ctrl-C aborts; a second one ends the program at once. */
export async function interruptible<Result>(work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController();
  const interrupt = () => controller.abort(new Interrupted(130));
  const terminate = () => controller.abort(new Interrupted(143));
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", terminate);
  try {
    return await work(controller.signal);
  } finally {
    process.off("SIGINT", interrupt);
    process.off("SIGTERM", terminate);
  }
}
