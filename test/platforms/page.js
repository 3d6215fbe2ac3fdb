// The cases in a browser.
import * as logratio from "../../dist/index.js";
import { runPlatform } from "./build/cases.js";

const message = await runPlatform(logratio).then(
  (report) => ({ report }),
  (error) => ({ error: `${error}\n${error.stack}` }),
);
await fetch("/report", { method: "POST", body: JSON.stringify(message) });
