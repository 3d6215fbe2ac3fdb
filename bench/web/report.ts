// Results as text: what this platform is, JSON, Markdown.

import packageJson from "../../package.json" with { type: "json" };
import type { Family } from "../family.js";
import { clockStep, type Result } from "../harness.js";
import type { Engines, Settings } from "./measure.js";

const PACKAGE = `logratio ${packageJson.version}`;

/** A family as a reader calls it. */
export const titleOf = ({ name, mode, variant }: Pick<Family, "name" | "mode" | "variant">): string =>
  [name, mode, variant].filter(Boolean).join(", ");

export const shownTime = (nanoseconds: number): string => nanoseconds.toPrecision(3);
export const shownTimes = (ratio: number): string => `${ratio < 10 ? ratio.toFixed(2) : ratio.toFixed(1)}×`;
export const shownError = (error: number): string => (error === 0 ? "< 1e-16" : error.toExponential(0));
export const shownSize = (classes: number): string => classes.toLocaleString("en");

const BROWSERS: [string, RegExp][] = [
  ["Edge", /Edg\/(\d+)/],
  ["Opera", /OPR\/(\d+)/],
  ["Firefox", /Firefox\/(\d+)/],
  ["Chromium", /Chrome\/(\d+)/],
  ["Safari", /Version\/([\d.]+).*Safari/],
];

function browserOf(userAgent: string): string {
  const system = /\(([^)]*)\)/.exec(userAgent)?.[1].replace(/^X11; /, "");
  for (const [name, pattern] of BROWSERS) {
    const found = pattern.exec(userAgent);
    if (found) return `${name} ${found[1]} (${system})`;
  }
  return userAgent;
}

function isolation(): string {
  const step = clockStep();
  const clock = `the clock has steps of ${step < 1 ? `${Math.round(1000 * step)} µs` : `${Math.round(step)} ms`}`;
  if (crossOriginIsolated) return `cross-origin isolated: shared memory; ${clock}`;
  if (!isSecureContext) return `not isolated: browsers isolate pages from https or localhost alone; ${clock}`;
  return `not isolated: the two headers are missing, or this browser ignores them; ${clock}`;
}

/** What a speed depends on, as terms and what they are here. */
export const describePlatform = ({ backend, relaxed, threads }: Engines): Record<string, string> => ({
  browser: browserOf(navigator.userAgent),
  cores: String(navigator.hardwareConcurrency),
  backend,
  relaxed,
  threads,
  isolation: isolation(),
});

export function toJson(
  platform: Record<string, string>,
  { family, type, rounds }: Settings,
  results: Result[],
): string {
  const { name, input = "probabilities", mode, variant } = family;
  const report = {
    package: PACKAGE,
    date: new Date().toISOString(),
    platform: { ...platform, userAgent: navigator.userAgent },
    measure: { name, input, mode, variant },
    type,
    rounds,
    results,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

export function toMarkdown(
  platform: Record<string, string>,
  { family, type, rounds }: Settings,
  results: Result[],
): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const from = family.input ? "logits" : "probabilities";
  return [
    `\`${titleOf(family)}\` of ${from} in ${type}, ${PACKAGE}: medians of ${rounds} rounds.`,
    `${platform.browser}, ${platform.cores} cores.`,
    "",
    line(["classes", "", "ns per class", "× loop", "error"]),
    line(["---:", "---", "---:", "---:", "---:"]),
    ...results.map(({ classes, contestant, nanosecondsPerCall, ratio, error }) =>
      line([
        shownSize(classes),
        contestant === "loop" ? "`Math.log` loop" : contestant,
        shownTime(nanosecondsPerCall / classes),
        `${shownTimes(ratio[0])} (${ratio.slice(1).map(shownTimes).join("–")})`,
        shownError(error),
      ]),
    ),
    "",
  ].join("\n");
}
