// Work over a network, tried again where what was wrong may pass.

/** An error of whose message no word is to be changed. */
export class Told extends Error {}

/** One that may pass, and after how many ms it is said to have. */
export class Passing extends Told {
  readonly pause: number | undefined;

  constructor(message: string, pause?: number) {
    super(message);
    this.pause = pause;
  }
}

/** In ms, before the second attempt; it doubles. */
const FIRST_PAUSE = 100;

/** In ms: who is told to wait longer is told so. */
const LONGEST_PAUSE = 120_000;

/**
 * What `work` gives, within so many attempts. `spread`, from 0 to 1, prolongs the pauses by up to a half, so that not all come back at once;
 * `what` tells what was asked for.
 */
export async function retried<Result>(
  attempts: number,
  spread: number,
  what: () => string,
  work: () => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      const { pause = FIRST_PAUSE * 2 ** (attempt - 1) * (1 + spread / 2) } = error;
      const times = `${what()}, ${attempt === 1 ? "once" : `${attempt} times`}`;
      if (pause > LONGEST_PAUSE) {
        throw new Error(`${error.message}, and asks to come back in ${Math.ceil(pause / 1000)} s (${times})`);
      }
      if (attempt === attempts) throw new Error(`${error.message} (${times})`);
      await paused(pause, signal);
    }
  }
}

/** Resolves after so many ms, or when the signal is aborted. */
export function paused(duration: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, duration);
    signal?.addEventListener("abort", end);
    if (signal?.aborted) end();
  });
}

/** What `Retry-After` says, in ms: seconds, or a date (RFC 9110, section 10.2.3). */
export function pauseOf(retryAfter: string | null, now: number): number | undefined {
  if (retryAfter === null) return undefined;
  if (/^\d+$/.test(retryAfter)) return 1000 * Number(retryAfter);
  const date = Date.parse(retryAfter);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
