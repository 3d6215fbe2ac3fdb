// What a command writes, and whether it may: told before the work is done, not after.

import { type BigIntStats, constants, fstat, statSync, writeFile as writeDescriptor } from "node:fs";
import { access, open } from "node:fs/promises";
import { promisify } from "node:util";
import { checkWritable, targetOf, writeWhole } from "../compare/outputFile.js";
import { shardsOf } from "../compare/shards.js";
import { explaining } from "../compare/systemError.js";
import { Exit, type Io, messageOf, print, say } from "./io.js";

/** Standard output, a file, or what is neither: a pipe, a device. */
export interface Output {
  readonly isStandard: boolean;
  /** Whether it is, or will be, a regular file, which is replaced as a whole. */
  readonly isFile: boolean;
  /** Throws where it cannot be written. */
  check(): Promise<void>;
  write(text: string): Promise<void>;
  /** Writes part by part, as long as `use` does. A file is there when all of it is, and not before. */
  writeParts<Result>(use: (write: WritePart) => Promise<Result>): Promise<Result>;
}

/** Behind what was written before; or, in a regular file, over what is at `position`. */
export type WritePart = (part: Uint8Array | string, position?: number) => Promise<void>;

/** Paths by what they are: the name of an argument, or of an option that may not have been given. */
type Paths<Name extends string = string> = Readonly<Record<Name, string | undefined>>;

/**
 * The outputs that options ask for. An input is the path of a file, of a folder, of the first of several files; or a list of files.
 *
 * @throws where one would overwrite an input or another output, by whatever name, or cannot be written. Nothing has been by then.
 */
export async function outputsOf<Name extends string>(
  inputs: Readonly<Record<string, string | readonly string[] | undefined>>,
  outputs: Paths<Name>,
  io: Io,
): Promise<Readonly<Record<Name, Output | undefined>>> {
  const owners = new Map<string, string>();
  const claim = (owner: string, key: string | undefined) => {
    if (key === undefined) return;
    const other = owners.get(key);
    if (other !== undefined) throw new RangeError(`${owner} is the same as ${other}; write to another place`);
    owners.set(key, owner);
  };
  for (const [name, given = []] of Object.entries(inputs)) {
    // what cannot be read is told where it is read
    const isList = typeof given !== "string";
    for (const [i, path] of (isList ? given : await shardsOf(given).catch(() => [])).entries()) {
      const key = keyOfInput(path);
      if (key !== undefined) owners.set(key, `${isList ? `${name} ${i + 1}` : name}, ${path}`);
    }
  }
  const standard = await statusOf(1).catch(() => undefined);
  if (standard?.isFile()) claim("standard output", keyOf(standard));
  const found: Partial<Record<Name, Output>> = {};
  for (const [name, path] of Object.entries<string | undefined>(outputs)) {
    if (path === undefined) continue;
    const { key, ...output } = await outputAt(name, path, io);
    claim(`${name} ${path}`, key);
    found[name as Name] = output;
  }
  for (const output of Object.values<Output | undefined>(found)) await output?.check();
  return found as Record<Name, Output | undefined>;
}

/** At once, for there may be thousands. */
function keyOfInput(path: string): string | undefined {
  try {
    return keyOf(statSync(path, { bigint: true }));
  } catch {
    return undefined;
  }
}

const statusOf = (descriptor: number) => promisify(fstat)(descriptor, { bigint: true });

const keyOf = ({ dev, ino }: BigIntStats): string => `${dev}:${ino}`;

/** Of what two may write to: a terminal, /dev/null. */
const keyUnlessDevice = (stats: BigIntStats): string | undefined =>
  stats.isCharacterDevice() ? undefined : keyOf(stats);

/** With what tells it from others. */
async function outputAt(name: string, path: string, io: Io): Promise<Output & { key: string | undefined }> {
  const { write, writeParts, ...output } = await targetAt(name, path, io);
  return {
    ...output,
    write: write ?? ((text) => (writeParts as Output["writeParts"])((writePart) => writePart(text))),
    // what cannot be opened is written at once
    writeParts: writeParts ?? ((use) => use((part) => (write as Output["write"])(String(part)))),
  };
}

async function targetAt(
  name: string,
  path: string,
  io: Io,
): Promise<Omit<Output, "write" | "writeParts"> & Partial<Output> & { key: string | undefined }> {
  if (path === "") throw new RangeError(`${name} is empty; give the name of a file`);
  const descriptor = descriptorOf(path);
  if (descriptor === 1) {
    return { key: "-", isStandard: true, isFile: false, check: async () => {}, write: (text) => print(io, text) };
  }
  if (descriptor !== undefined) {
    const stats = await explaining(statusOf(descriptor), path, "written");
    const write = (text: string) => explaining(promisify(writeDescriptor)(descriptor, text), path, "written");
    return { key: keyUnlessDevice(stats), isStandard: false, isFile: false, check: async () => {}, write };
  }
  const { path: target, stats } = await targetOf(path);
  if (stats === undefined || stats.isFile()) {
    return {
      key: stats === undefined ? target : keyOf(stats),
      isStandard: false,
      isFile: true,
      check: () => checkWritable(path),
      writeParts: (use) =>
        writeWhole(path, (file) =>
          use(async (part, position) => {
            if (position === undefined) await file.writeFile(part);
            else await file.write(Buffer.from(part), 0, undefined, position);
          }),
        ),
    };
  }
  return {
    key: keyUnlessDevice(stats),
    isStandard: false,
    isFile: false,
    check: () => explaining(access(path, constants.W_OK), path, "written"),
    async writeParts(use) {
      const file = await explaining(open(path, "w"), path, "written");
      try {
        return await use((part) => explaining(file.writeFile(part), path, "written"));
      } finally {
        await file.close();
      }
    },
  };
}

/**
 * Writes texts to their outputs, and `otherwise` to standard output where none of them goes there. What fails is said, and does not
 * keep the others from being written.
 */
export async function writeAll(
  io: Io,
  texts: readonly (readonly [output: Output | undefined, text: () => string])[],
  otherwise: () => string,
): Promise<void> {
  let isLost = false;
  const attempt = async (writing: Promise<void>) => {
    await writing.catch((error) => {
      say(io, messageOf(error));
      isLost = true;
    });
  };
  for (const [output, text] of texts) if (output !== undefined) await attempt(output.write(text()));
  if (!texts.some(([output]) => output?.isStandard)) await attempt(print(io, otherwise()));
  if (isLost) throw new Exit(2);
}

/** Of an open file by its number, which is written from where it stands, and not replaced: a shell may have opened it to append. */
function descriptorOf(path: string): number | undefined {
  if (path === "-" || path === "/dev/stdout") return 1;
  if (path === "/dev/stderr") return 2;
  const number = path.match(/^\/(?:dev|proc\/self)\/fd\/(\d+)$/)?.[1];
  return number === undefined ? undefined : Number(number);
}
