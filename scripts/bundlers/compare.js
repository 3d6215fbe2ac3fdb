// Two models' files, of which a page loads what it reads.
import { compareLogits, openLogits } from "logratio/compare";
import { send } from "./report.js";

send(async () => {
  const sources = [await openLogits("/files/base.npy"), await openLogits(await fetch("/files/other.npy"))];
  return JSON.parse(JSON.stringify(await compareLogits(sources[0], sources[1])));
});
