#!/usr/bin/env node
import { main } from "./main.js";

// `logratio … | head` is no error
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

process.exitCode = await main(process.argv.slice(2), process);
