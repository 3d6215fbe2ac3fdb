// The system's errors with the file that they are about, which not all of them name, and with what to do.

import { shown } from "./shown.js";

const PERMISSIONS = "check the permissions of the file and of its folder";
const SPACE = "free some space, or write to another place";
const MANY_OPEN = "call close() of sources that are not needed any more, or raise the limit (ulimit -n)";

const ADVICE: ReadonlyMap<string, string> = new Map([
  ["ENOENT", "check the path"],
  ["EACCES", PERMISSIONS],
  ["EPERM", PERMISSIONS],
  ["EROFS", "write to another place"],
  ["EISDIR", "pass the path of a file"],
  ["ENOTDIR", "check the path"],
  ["ENOSPC", SPACE],
  ["EDQUOT", SPACE],
  ["EMFILE", MANY_OPEN],
  ["ENFILE", MANY_OPEN],
]);

/** What `work` gives. An error of the system keeps its code. */
export const naming = <Result>(path: string, work: Promise<Result>): Promise<Result> =>
  work.catch((error: NodeJS.ErrnoException) => {
    const { code, syscall, message } = error;
    if (code === undefined || syscall === undefined) throw error;
    const [what] = message.split(`, ${syscall}`);
    const advice = ADVICE.has(code) ? `; ${ADVICE.get(code)}` : "";
    throw Object.assign(new Error(`${shown(path, Infinity)}: ${what}${advice}`, { cause: error }), { code });
  });
