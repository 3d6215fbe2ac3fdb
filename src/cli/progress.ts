// A bar with rate and time left, on a terminal alone.

import type { SingleBar } from "cli-progress";
import type { Io } from "./io.js";

export class Progress {
  readonly #bar: SingleBar | undefined;
  readonly #from: number;
  readonly #start = performance.now();

  private constructor(bar: SingleBar | undefined, from: number) {
    this.#bar = bar;
    this.#from = from;
  }

  /** Of `total` rows, of which `done` were done before. */
  static async start({ stderr }: Io, total: number, done: number): Promise<Progress> {
    if (!stderr.isTTY) return new Progress(undefined, done);
    const { SingleBar } = await import("cli-progress");
    const bar = new SingleBar({
      format: "{bar} {percentage} % | {value} of {total} rows | {rate} rows/s | {left} left",
      stream: stderr as NodeJS.WriteStream,
      barsize: 24,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      // Ctrl-C is the command's own to handle
      gracefulExit: false,
    });
    bar.start(total, done, { rate: "…", left: "…" });
    return new Progress(bar, done);
  }

  update(done: number): void {
    if (this.#bar === undefined) return;
    const rate = (done - this.#from) / ((performance.now() - this.#start) / 1000);
    const left = (this.#bar.getTotal() - done) / rate;
    this.#bar.update(done, { rate: rate.toFixed(rate < 10 ? 1 : 0), left: durationOf(left) });
  }

  /** Takes the bar away. */
  stop(): void {
    this.#bar?.stop();
  }
}

/** "1:02:03", "2:03", "3 s". */
function durationOf(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const two = (number: number) => String(number).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${two(minutes)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}
