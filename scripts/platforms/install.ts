// What platforms there are to test on: packages of npm go to a folder outside the tree, those of Debian into the system.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "logratio-platforms");

/** Runs what may fail for want of a network, up to three times. */
function persist(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): void {
  for (let tries = 1; ; tries++) {
    try {
      execFileSync(command, args, { env, stdio: ["ignore", "ignore", "inherit"], timeout: 600_000 });
      return;
    } catch (error) {
      if (tries === 3) throw error;
      execFileSync("sleep", [String(5 * tries)]);
    }
  }
}

/** The folder of a package from npm. */
export function npmPackage(name: string, range: string): string {
  const folder = join(cache, `${name.replaceAll("/", "-")}@${range}`);
  const installed = join(folder, "node_modules", name);
  if (!existsSync(installed)) {
    mkdirSync(folder, { recursive: true });
    const flags = ["--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"];
    persist("npm", ["install", "--prefix", folder, ...flags, `${name}@${range}`]);
  }
  return installed;
}

/** Sees to packages of Debian, unless `isThere`. */
export function debianPackages(names: string[], isThere: () => boolean): void {
  if (isThere()) return;
  if (process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) {
    throw new Error(`this takes Debian's ${names.join(", ")}: apt-get install ${names.join(" ")}`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const flags = ["-qq", "-o", "Acquire::Retries=3", "-o", "DPkg::Lock::Timeout=300"];
  persist("apt-get", [...flags, "update"], env);
  persist("apt-get", [...flags, "install", "-y", "--no-install-recommends", ...names], env);
  if (!isThere()) throw new Error(`Debian's ${names.join(", ")} did not bring what is looked for`);
}
