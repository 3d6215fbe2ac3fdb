import { type SpawnSyncOptions, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { main } from "../../src/cli/main.js";
import { openTokens, writeNpy, writeTokens } from "../../src/compare/index.js";
import { writeWhole } from "../../src/compare/outputFile.js";
import { keeping, run } from "./command.js";
import { COMMAND, COMPARE } from "./paths.js";
import { makeModels } from "./sources.js";
import { leftovers, temporary } from "./temporary.js";

// What a command writes never takes the place of what it reads, nor of what else it writes.

const [ROWS, CLASSES] = [6, 10];
const [base, other] = makeModels(ROWS, CLASSES);
let folder: string;
const at = (name: string) => join(folder, name);

beforeEach(async () => {
  folder = temporary("folder");
  mkdirSync(folder);
  await writeNpy(at("a.npy"), [base], { classes: CLASSES });
  await writeNpy(at("b.npy"), [other], { classes: CLASSES });
  await writeTokens(at("tokens.npy"), base.tokens);
});

/** Of a file's name, and of every other thing in the folder. */
const contents = () =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, lstatSync(at(name)).isFile() && readFileSync(at(name))]));

const compare = (...args: string[]) => run("compare", at("a.npy"), at("b.npy"), "--tokens", at("tokens.npy"), ...args);

/** A command line of a shell, in the folder: `$logratio compare a.npy b.npy > x`. */
function shell(script: string, options: SpawnSyncOptions = {}) {
  const env = { ...process.env, logratio: `${process.execPath} ${COMMAND}` };
  const { status, stdout, stderr } = spawnSync("bash", ["--norc", "-c", script], {
    cwd: folder,
    env,
    ...options,
    encoding: "utf8",
  });
  return { code: status, stdout, stderr };
}

describe("an output that is an input, or another output, is an error before anything is done", () => {
  /** Each makes a name for a file of the folder. */
  const NAMES: [string, (file: string) => string][] = [
    ["the same name", (file) => at(file)],
    ["./", (file) => `${folder}/./${file}`],
    ["..", (file) => join(folder, "..", basename(folder), file)],
    ["a relative path", (file) => relative(process.cwd(), at(file))],
    [
      "a symbolic link",
      (file) => {
        symlinkSync(file, at("link"));
        return at("link");
      },
    ],
    [
      "a link to a link",
      (file) => {
        symlinkSync(file, at("first"));
        symlinkSync("first", at("link"));
        return at("link");
      },
    ],
    [
      "a hard link",
      (file) => {
        linkSync(at(file), at("link"));
        return at("link");
      },
    ],
    [
      "a linked folder",
      (file) => {
        symlinkSync(folder, at("folder"));
        return join(at("folder"), file);
      },
    ],
  ];

  test.each(NAMES)("by %s", async (_, nameOf) => {
    const path = nameOf("a.npy");
    const before = contents();
    for (const option of ["--json", "--html", "--checkpoint"]) {
      const { code, stdout, stderr } = await compare(option, path);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toBe(`logratio: ${option} ${path} is the same as base, ${at("a.npy")}; write to another place\n`);
    }
    expect(await run("entropy", at("a.npy"), "--json", path)).toMatchObject({ code: 2, stdout: "" });
    // and the other way round
    expect(await run("compare", path, at("b.npy"), "--json", at("a.npy"))).toMatchObject({ code: 2, stdout: "" });
    expect(contents()).toEqual(before);
  });

  test("of every input", async () => {
    const before = contents();
    for (const [name, file] of [
      ["base", "a.npy"],
      ["other", "b.npy"],
      ["--tokens", "tokens.npy"],
    ]) {
      const { code, stderr } = await compare("--html", at(file));
      expect(code).toBe(2);
      expect(stderr).toContain(`is the same as ${name}, `);
    }
    expect(contents()).toEqual(before);
  });

  test.each([
    ["--json", "--html"],
    ["--json", "--checkpoint"],
    ["--html", "--checkpoint"],
  ])("%s and %s, whether the file exists or not", async (first, second) => {
    for (const [a, b] of [
      ["x", "x"],
      ["x", "./x"],
      ["x", "link"],
      ["new", "new"],
      ["new", "./new"],
      ["new", "dangling"],
    ]) {
      writeFileSync(at("x"), "before");
      for (const [link, to] of Object.entries({ link: "x", dangling: "new" })) {
        if (!lstatSync(at(link), { throwIfNoEntry: false })) symlinkSync(to, at(link));
      }
      const before = contents();
      const { code, stdout, stderr } = await compare(first, at(a), second, `${folder}/${b}`);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toBe(
        `logratio: ${second} ${folder}/${b} is the same as ${first} ${at(a)}; write to another place\n`,
      );
      expect(contents()).toEqual(before);
    }
  });

  test("standard output twice, or where it is a file", async () => {
    for (const path of ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"]) {
      expect(await compare("--json", "-", "--html", path)).toMatchObject({ code: 2, stdout: "" });
    }
    const before = contents();
    expect(shell("$logratio compare a.npy b.npy >> a.npy")).toMatchObject({
      code: 2,
      stderr: "logratio: standard output is the same as base, a.npy; write to another place\n",
    });
    expect(contents()).toEqual(before);
    const { code, stderr } = shell("$logratio compare a.npy b.npy --json out > out");
    expect(code).toBe(2);
    expect(stderr).toContain("--json out is the same as standard output");
  });

  test("/dev/null takes any number", async () => {
    const args = ["--json", "/dev/null", "--html", "/dev/null"];
    expect(await compare(...args)).toMatchObject({ code: 0, stderr: "" });
    expect(statSync("/dev/null").isCharacterDevice()).toBe(true);
  });
});

describe("what cannot be written is an error before the work", () => {
  test.each<[string, () => string, string]>([
    ["a folder", () => folder, "is a directory; give the name of a file in it"],
    ["a folder that is not there", () => `${folder}/new/`, "is a directory; give the name of a file in it"],
    ["an empty name", () => "", "is empty; give the name of a file"],
    ["a folder on the way that is not there", () => at("no/report"), "there is no such file or directory"],
    ["a file on the way", () => at("a.npy/report"), "a part of the path is not a directory"],
    ["a file system that is read-only", () => "/proc/report", "/proc/report cannot be written: "],
    ["a name that is too long", () => at("x".repeat(300)), "the name is too long"],
    [
      "links in a circle",
      () => {
        symlinkSync("b", at("a"));
        symlinkSync("a", at("b"));
        return at("a");
      },
      "symbolic links lead in a circle",
    ],
    ["a closed descriptor", () => "/dev/fd/987", "/dev/fd/987 cannot be written"],
  ])("%s", async (_, pathOf, message) => {
    const path = pathOf();
    const before = contents();
    // what would fail later than the outputs are looked at
    appendFileSync(at("b.npy"), "!");
    for (const option of ["--json", "--html", "--checkpoint"]) {
      const { code, stdout, stderr } = await compare(option, path);
      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toContain(message);
      expect(stderr.split("\n")).toHaveLength(2);
    }
    truncateSync(at("b.npy"), statSync(at("b.npy")).size - 1);
    expect(contents()).toEqual(before);
  });

  test("a file, or a folder, without the permission", () => {
    // of someone else, where the tests run as root
    const options = process.getuid?.() === 0 ? { uid: 65534 } : {};
    writeFileSync(at("x"), "before");
    chmodSync(at("x"), 0o444);
    for (const above of [dirname(folder), dirname(dirname(folder))]) chmodSync(above, 0o755);
    chmodSync(folder, 0o777);
    const compared = "$logratio compare a.npy b.npy --json";
    const denied = "cannot be written: permission denied; change its permissions, or choose another place (EACCES)";
    expect(shell(`${compared} x`, options)).toEqual({ code: 2, stdout: "", stderr: `logratio: x ${denied}\n` });
    chmodSync(folder, 0o555);
    expect(shell(`${compared} new`, options)).toEqual({ code: 2, stdout: "", stderr: `logratio: new ${denied}\n` });
    chmodSync(folder, 0o755);
    chmodSync(at("b.npy"), 0);
    const unread =
      "logratio: b.npy cannot be read: permission denied; change its permissions, or choose another place (EACCES)\n";
    expect(shell(`${compared} -`, options)).toEqual({ code: 2, stdout: "", stderr: unread });
    expect(readFileSync(at("x"), "utf8")).toBe("before");
  });

  test.each(["-", "/dev/stdout", "/dev/null"])("a checkpoint that is not a file: %s", async (path) => {
    const { code, stdout, stderr } = await compare("--checkpoint", path);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain(`--checkpoint ${path} is no regular file`);
  });
});

describe("what is written", () => {
  test("keeps the mode of what it replaces, and the links to it", async () => {
    writeFileSync(at("x"), "before");
    chmodSync(at("x"), 0o604);
    mkdirSync(at("far"));
    symlinkSync("../x", at("far/first"));
    symlinkSync("far/first", at("link"));
    expect(await compare("--json", at("link"))).toMatchObject({ code: 0 });
    expect([readlinkSync(at("link")), readlinkSync(at("far/first"))]).toEqual(["far/first", "../x"]);
    expect(lstatSync(at("x")).mode & 0o777).toBe(0o604);
    expect(JSON.parse(readFileSync(at("x"), "utf8")).rows).toBe(ROWS);
    symlinkSync("new", at("dangling"));
    expect(await compare("--html", at("dangling"))).toMatchObject({ code: 0 });
    expect(readlinkSync(at("dangling"))).toBe("new");
    expect(readFileSync(at("new"), "utf8")).toContain("<!doctype html>");
    expect(leftovers(at("x"))).toEqual([]);
  });

  test("goes by way of a new name: a link or a file called .partial stays as it is", async () => {
    writeFileSync(at("precious"), "before");
    symlinkSync("precious", at("r.json.partial"));
    await writeNpy(at("input.partial"), [base], { classes: CLASSES });
    const before = contents();
    const args = ["compare", at("input.partial"), at("b.npy"), "--json", at("r.json"), "--html", at("input")];
    expect(await run(...args)).toMatchObject({ code: 0 });
    expect(await run(...args)).toMatchObject({ code: 0 });
    const { "r.json": json, input: page, ...after } = contents();
    expect(after).toEqual(before);
    expect(json.toString()).toContain('"logratio comparison"');
    expect(page.toString()).toContain("<!doctype html>");
    expect(lstatSync(at("r.json")).isFile()).toBe(true);
  });

  test("goes to standard output in place of the tables", async () => {
    const [tables, html] = [await compare(), await compare("--html", "-")];
    expect(tables.stdout).toContain("Worst tokens");
    expect(html).toMatchObject({ code: 0, stderr: "" });
    expect(html.stdout.startsWith("<!doctype html>") && html.stdout.endsWith("</html>\n")).toBe(true);
    const both = await compare("--html", "-", "--json", at("r.json"));
    expect(both).toEqual(html);
    expect(JSON.parse(readFileSync(at("r.json"), "utf8")).rows).toBe(ROWS);
    expect((await compare("--json", "/dev/stdout")).stdout).toBe(readFileSync(at("r.json"), "utf8"));
  });

  test("goes to pipes and descriptors directly", () => {
    const json = JSON.parse(shell("$logratio compare a.npy b.npy --json -").stdout);
    const parsed = (script: string) => {
      const { code, stdout, stderr } = shell(`set -e; ${script}`);
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      return JSON.parse(stdout);
    };
    const compared = "$logratio compare a.npy b.npy";
    expect(parsed(`mkfifo pipe; ${compared} --json pipe > tables & cat pipe; wait; [ -p pipe ]`)).toEqual(json);
    expect(
      parsed(`${compared} --json >(cat > copy) > tables; while [ ! -s copy ]; do sleep 0.1; done; cat copy`),
    ).toEqual(json);
    expect(parsed(`${compared} --json /dev/stdout > out; cat out`)).toEqual(json);
    expect(parsed(`${compared} --json /dev/stderr 2>&1 > tables`)).toEqual(json);
    // what has been opened to append to is not replaced
    expect(shell(`echo before > log; ${compared} --json /dev/fd/3 3>> log > tables; head -n 2 log`).stdout).toBe(
      "before\n{\n",
    );
  });
});

describe("what cannot be written after the work", () => {
  const device = existsSync("/dev/full");

  test
    .runIf(device)
    .each([
      "compare a.npy b.npy",
      "compare a.npy b.npy --json -",
      "compare a.npy b.npy --html -",
      "compare a.npy b.npy --max-mean-kl 0",
      "entropy a.npy",
      "entropy a.npy --json -",
      "--help",
      "compare --help",
    ])("standard output: %s", (command) => {
    const { code, stderr } = shell(`$logratio ${command} > /dev/full`);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        "logratio: standard output cannot be written: no space is left on the device; free some, or choose another place (ENOSPC)\n",
    });
  });

  test.runIf(device)("another output: one line of each, and the tables all the same", () => {
    const { code, stdout, stderr } = shell("$logratio compare a.npy b.npy --json /dev/full --html /dev/full");
    expect(code).toBe(2);
    expect(stdout).toContain("Worst tokens");
    expect(stderr).toMatch(/^(logratio: \/dev\/full cannot be written: no space is left .*\n){2}$/);
  });

  test.runIf(device)("standard error: the exit code tells it still", () => {
    expect(shell("$logratio compare a.npy none.npy 2> /dev/full").code).toBe(2);
    expect(shell("$logratio compare a.npy b.npy --max-mean-kl 0 > tables 2> /dev/full").code).toBe(1);
  });

  test("a fault of the program itself is told in one line", () => {
    for (const fault of ['throw(Error("a\\nfault"))', 'Promise.reject(Error("a\\nfault"))']) {
      // as soon as the program listens
      const script = `data:text/javascript,import{isMainThread}from"node:worker_threads";isMainThread&&process.on("newListener",(name)=>name==="uncaughtException"&&setTimeout(()=>{${fault}}))`;
      const env = { ...process.env, NODE_OPTIONS: `--import=${encodeURI(script)}` };
      const { code, stderr } = shell(`${process.execPath} ${COMMAND} bench --classes 1000`, { env });
      expect({ code, stderr }).toEqual({ code: 2, stderr: "logratio: a\\u000afault\n" });
    }
  });

  test("a reader that has ended is no error", () => {
    const { stdout } = shell("$logratio compare a.npy b.npy | head -n 1; echo $PIPESTATUS");
    expect(stdout).toBe("base        a.npy\n0\n");
    expect(shell("$logratio compare a.npy b.npy --json - | true; echo $PIPESTATUS").stdout).toBe("0\n");
  });

  test("any stream that fails", async () => {
    const error = Object.assign(new Error("EIO: i/o error, write"), { code: "EIO", syscall: "write" });
    for (const write of [
      (_: string, done?: (error: Error) => void) => done?.(error),
      () => {
        throw error;
      },
    ]) {
      const said = { stderr: "" };
      const code = await main(["compare", at("a.npy"), at("b.npy")], {
        stdout: { write: write as never },
        stderr: keeping(said, "stderr"),
      });
      expect(code).toBe(2);
      expect(said.stderr).toBe(
        "logratio: standard output cannot be written: the device failed; check the disk, or the connection to it (EIO)\n",
      );
    }
  });

  test("writeWhole names the file of an error without one, and leaves nothing", async () => {
    const path = at("x.npy");
    const failing = (code: string) =>
      writeWhole(path, async () => {
        throw Object.assign(new Error(`${code}: it failed, write`), { code, syscall: "write" });
      });
    await expect(failing("ENOSPC")).rejects.toMatchObject({
      code: "ENOSPC",
      message: `${path} cannot be written: no space is left on the device; free some, or choose another place (ENOSPC)`,
    });
    await expect(failing("EDQUOT")).rejects.toThrow("the disk quota is used up");
    await expect(failing("EWHATEVER")).rejects.toThrow(`${path} cannot be written: EWHATEVER: it failed, write`);
    // not of the file that is written
    const error = Object.assign(new Error("ENOENT: …, open 'y'"), { code: "ENOENT", syscall: "open", path: "y" });
    await expect(writeWhole(path, () => Promise.reject(error))).rejects.toBe(error);
    const failure = writeWhole(path, async () => {
      throw undefined;
    });
    await expect(failure).rejects.toBe(undefined);
    expect(existsSync(path)).toBe(false);
    expect(leftovers(path)).toEqual([]);
  });

  test("writers refuse what is no file, and replace nothing", async () => {
    for (const path of ["/dev/null", "/dev/full"]) {
      await expect(writeNpy(path, [base], { classes: CLASSES })).rejects.toThrow(`${path} is not a regular file`);
      await expect(writeTokens(path, [1])).rejects.toThrow(`${path} is not a regular file`);
      expect(statSync(path).isCharacterDevice()).toBe(true);
    }
    await expect(writeTokens(folder, [1])).rejects.toThrow("is a directory");
    await expect(writeTokens(at("no/x.npy"), [1])).rejects.toThrow(
      `${at("no/x.npy")} cannot be written: there is no such`,
    );
  });
});

describe("errors of the system name the file and what to do", () => {
  test("too many open files", () => {
    // of a shell, so that the limit is of the command alone
    const script = `
      import { openSync } from "node:fs";
      import { setTimeout } from "node:timers/promises";
      import { openLogits, writeTokens } from "${COMPARE}";
      const say = (error) => console.log(error.code, error.message);
      const take = () => { for (let taken = 0; ; taken++) try { openSync("a.npy"); } catch { return taken; } };
      // what loads modules may still give a file back
      do await setTimeout(100); while (take() > 0);
      await openLogits("a.npy").catch(say);
      await writeTokens("x.npy", [1]).catch(say);`;
    const { stdout } = shell(`ulimit -n 64; ${process.execPath} --input-type module --eval '${script}'`);
    const words = "too many files are open; close some, or raise the limit (ulimit -n) (EMFILE)";
    expect(stdout).toBe(`EMFILE a.npy cannot be read: ${words}\nEMFILE x.npy cannot be written: ${words}\n`);
  });

  test("tokens as text that no string can hold are read in parts", async () => {
    const path = at("tokens.txt");
    writeFileSync(path, "1 2 3\n");
    for (const size of [2 ** 30, 3 * 2 ** 30]) {
      truncateSync(path, size);
      await expect(openTokens(path)).rejects.toThrow(
        new RegExp(`^${path}: token 3, at byte 6, is "(\\\\u0000)+… .*"; it must be an integer$`),
      );
    }
  });

  test("no permission", async () => {
    const { code, stderr } = await run("compare", at("none.npy"), at("b.npy"));
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: `logratio: ${at("none.npy")} cannot be read: there is no such file or directory; check the path (ENOENT)\n`,
    });
  });
});

describe("a file that changes while it is read", () => {
  test.each([["0:4"], ["1:"], [":6"]])("is an error with --rows %s too", async (rows) => {
    // the work is short: the change comes between two reads of the same command, by the stream that the report goes to
    const { compareLogits, openLogits } = await import("../../src/compare/index.js");
    const [start, end] = rows.split(":").map((text) => (text === "" ? undefined : Number(text)));
    for (const changed of ["a.npy", "b.npy"]) {
      const [a, b] = [await openLogits(at("a.npy")), await openLogits(at("b.npy"))];
      const onRows = () => utimesSync(at(changed), new Date(), new Date(Date.now() + 1e6));
      const comparison = compareLogits(a, b, { start, end, batchRows: 2, threads: 1, onRows });
      await expect(comparison).rejects.toThrow(`${at(changed)} was written to while it was read`);
      await Promise.all([a.close(), b.close()]);
    }
  });
});
