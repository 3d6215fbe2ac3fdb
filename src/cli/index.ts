#!/usr/bin/env node
import { messageOf, say } from "./io.js";
import { main } from "./main.js";

// told by `print`, which has written
process.stdout.on("error", () => {});
// there is no other place to tell it
process.stderr.on("error", () => {});
// whatever else goes wrong is told in one line too, and is none of the report's exit codes
process.on("uncaughtException", (error) => {
  say(process, messageOf(error));
  process.exit(2);
});

process.exitCode = await main(process.argv.slice(2), process);
