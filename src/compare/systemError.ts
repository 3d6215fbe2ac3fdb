// Errors of the system, in words: which file, what is wrong, what to do.

import { shown } from "./shown.js";

/** By the system's code. Codes that are not here keep the system's own words. */
const REASONS: Readonly<Record<string, string>> = {
  EACCES: "permission denied; change its permissions, or choose another place",
  EBUSY: "another program uses it; close that first",
  EDQUOT: "the disk quota is used up; free some space, or choose another place",
  EFBIG: "the file would be larger than the file system allows; choose another place",
  EIO: "the device failed; check the disk, or the connection to it",
  EISDIR: "it is a directory; give the name of a file",
  ELOOP: "its symbolic links lead in a circle",
  EMFILE: "too many files are open; close some, or raise the limit (ulimit -n)",
  ENAMETOOLONG: "the name is too long; choose a shorter one",
  ENFILE: "too many files are open on this machine; close some",
  ENOENT: "there is no such file or directory; check the path",
  ENOSPC: "no space is left on the device; free some, or choose another place",
  ENOTDIR: "a part of the path is not a directory; check the path",
  EPERM: "the system does not allow it; change its permissions, or choose another place",
  EROFS: "the file system is read-only; choose another place",
};

/** An error of the system as one that names the file and says what to do, with the same `code`. Other errors stay as they are. */
export function explained(error: unknown, path: string, doing: "read" | "written"): unknown {
  if (!(error instanceof Error)) return error;
  const { code, syscall, message } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const reason = Object.hasOwn(REASONS, code) ? `${REASONS[code]} (${code})` : shown(message, Infinity);
  return Object.assign(new Error(`${shown(path, Infinity)} cannot be ${doing}: ${reason}`, { cause: error }), { code });
}

/** What `promise` gives; an error of the system is explained. */
export async function explaining<Result>(
  promise: Promise<Result>,
  path: string,
  doing: "read" | "written",
): Promise<Result> {
  try {
    return await promise;
  } catch (error) {
    throw explained(error, path, doing);
  }
}
