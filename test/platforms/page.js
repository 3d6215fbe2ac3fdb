// The cases in a browser.

import * as compare from "../../dist/compare/index.js";
import * as logratio from "../../dist/index.js";
import { runPlatform } from "./build/cases.js";
import { runFiles } from "./build/files.js";

/** What a page has of a file. */
async function waysTo(name) {
  const place = `build/files/${name}`;
  const blob = await (await fetch(place)).blob();
  return {
    text: place,
    url: new URL(place, location.href),
    request: new Request(place),
    response: await fetch(place),
    file: new File([blob], name),
    // what is packed is known by its name
    ...(name.endsWith(".gz") ? {} : { blob, stream: blob.stream(), bytes: await blob.arrayBuffer() }),
  };
}

const report = async () => ({ ...(await runPlatform(logratio)), files: await runFiles(compare, waysTo) });
const message = await report().then(
  (report) => ({ report }),
  (error) => ({ error: `${error}\n${error.stack}` }),
);
await fetch("/report", { method: "POST", body: JSON.stringify(message) });
