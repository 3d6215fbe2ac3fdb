import { resolve } from "node:path";

/** The command, bundled: it starts in a tenth of the time. In the repository, where it finds the package. */
export const COMMAND = resolve("build/command/index.js");
