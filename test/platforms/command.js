// The cases in Node, Bun and Deno: the report is the last line.
import * as logratio from "../../dist/index.js";
import { runPlatform } from "./build/cases.js";

console.log(JSON.stringify(await runPlatform(logratio)));
