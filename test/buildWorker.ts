import { execFileSync } from "node:child_process";

export default function buildWorker(): void {
  execFileSync("npm", ["run", "build:worker"], { stdio: "pipe" });
}
