import { explaining } from "../compare/systemError.js";
import { printable } from "./printable.js";

/** A stream that text is written to; `done` is called once it is, or with what has kept it from being. */
interface Output {
  readonly isTTY?: boolean;
  write(text: string, done?: (error?: Error | null) => void): unknown;
}

/** Where a command writes: `process`, but for tests. */
export interface Io {
  readonly stdout: Output;
  readonly stderr: Output;
}

/** Writes to standard output. That its reader has ended is no error: `logratio … | head`. */
export function print({ stdout }: Io, text: string): Promise<void> {
  const writing = new Promise<void>((resolve, reject) => {
    stdout.write(text, (error) => {
      if (error && (error as NodeJS.ErrnoException).code !== "EPIPE") reject(error);
      else resolve();
    });
  });
  return explaining(writing, "standard output", "written");
}

/** Writes a line to standard error. */
export function say({ stderr }: Io, message: string): void {
  stderr.write(`logratio: ${printable(message)}\n`);
}

/** The message of whatever was thrown, without the name of a function that nobody has called. */
export const messageOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(
    /^(compareLogits|compareLists|permutationTest|entropy\.rows|Drift): /,
    "",
  );

/** What ends a command with a code other than 0, once all is said. */
export class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}
