// Adds to package-lock.json the optional packages of other platforms that a registry mirror did not offer when it was made:
// `npm ci` refuses a lock file without them, though it will never install them here. Run it after a change of dependencies.

import { readFileSync, writeFileSync } from "node:fs";

const SYSTEMS = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const PROCESSORS = {
  "arm-": "arm",
  arm64: "arm64",
  ia32: "ia32",
  loong64: "loong64",
  mips64el: "mips64el",
  ppc64: "ppc64",
};
Object.assign(PROCESSORS, { riscv64: "riscv64", s390x: "s390x", wasm32: "wasm32", x64: "x64" });

/** What a package's name says of where it runs. */
function platformOf(name) {
  const os = SYSTEMS.find((system) => name.includes(system));
  const processor = Object.keys(PROCESSORS).find((part) => `${name}-`.includes(part));
  if (!os && !processor) return undefined;
  const libc = name.includes("musl") ? "musl" : name.includes("gnu") ? "glibc" : undefined;
  return { ...(libc && { libc: [libc] }), ...(processor && { cpu: [PROCESSORS[processor]] }), ...(os && { os: [os] }) };
}

const lock = JSON.parse(readFileSync("package-lock.json", "utf8"));
const added = [];
for (const [path, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const places = [`${path}/node_modules/${name}`, `node_modules/${name}`];
    if (places.some((place) => place in lock.packages)) continue;
    const platform = platformOf(name);
    if (!platform) continue;
    lock.packages[`node_modules/${name}`] = {
      version: version.replace(/^[~^]/, ""),
      ...platform,
      dev: true,
      optional: true,
    };
    added.push(name);
  }
}
const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
lock.packages = Object.fromEntries(sorted);
writeFileSync("package-lock.json", `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added.length} added`);
