// npm run bench:web: the page. What it measures is in measure.ts, what it draws in chart.ts.

import { FAMILIES } from "../families.js";
import type { Result } from "../harness.js";
import { Chart, colourOf } from "./chart.js";
import { makeEngines, measure, type Settings } from "./measure.js";
import {
  describePlatform,
  shownError,
  shownSize,
  shownTime,
  shownTimes,
  titleOf,
  toJson,
  toMarkdown,
} from "./report.js";

const SIZES = [16, 64, 1024, 8192, 32768, 131072, 262144, 1048576];
const CHOSEN_SIZES: ReadonlySet<number> = new Set([64, 1024, 8192, 32768, 131072]);
/** Of a turn; where rounds are few they are short as well. */
const MILLISECONDS = 12;
const QUICK_MILLISECONDS = 4;
const QUICK_ROUNDS = 3;

function find<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`the page has no #${id}`);
  return element;
}

const form = find("form", HTMLFormElement);
const choice = find("choice", HTMLFieldSetElement);
const familySelect = find("family", HTMLSelectElement);
const sizesPlace = find("sizes", HTMLDivElement);
const roundsSelect = find("rounds", HTMLSelectElement);
const runButton = find("run", HTMLButtonElement);
const stopButton = find("stop", HTMLButtonElement);
const progress = find("progress", HTMLProgressElement);
const status = find("status", HTMLParagraphElement);
const moment = find("moment", HTMLParagraphElement);
const resultsPlace = find("results", HTMLElement);
const tiles = find("tiles", HTMLDivElement);
const chartText = find("chart-text", HTMLParagraphElement);
const table = find("table", HTMLTableElement);
const copyButtons = [find("copy-json", HTMLButtonElement), find("copy-markdown", HTMLButtonElement)];
const copied = find("copied", HTMLTextAreaElement);
const chart = new Chart(find("chart", HTMLDivElement));

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

// What there is to choose

const groups = { probabilities: "Of probabilities", logits: "Of logits", losses: "Losses" };
for (const [group, label] of Object.entries(groups)) {
  const options = FAMILIES.flatMap((family, index) => {
    const groupOfFamily = family.name.endsWith("Loss") ? "losses" : (family.input ?? "probabilities");
    return groupOfFamily === group ? make("option", { value: String(index) }, titleOf(family)) : [];
  });
  familySelect.append(make("optgroup", { label }, ...options));
}
familySelect.value = "0";

for (const size of SIZES) {
  const box = make("input", { type: "checkbox", name: "size", value: String(size), checked: CHOSEN_SIZES.has(size) });
  sizesPlace.append(make("label", {}, box, make("span", {}, shownSize(size))));
}

function readSettings(): Settings {
  const fields = new FormData(form);
  const rounds = Number(roundsSelect.value);
  return {
    family: FAMILIES[Number(familySelect.value)],
    type: fields.get("type") === "f64" ? "f64" : "f32",
    sizes: fields.getAll("size").map(Number),
    rounds,
    milliseconds: rounds === QUICK_ROUNDS ? QUICK_MILLISECONDS : MILLISECONDS,
  };
}

// What is shown of results

const nameOf = (contestant: string): string => (contestant === "loop" ? "Math.log loop" : contestant);

/** The results of the largest size that has been measured. */
const largestOf = (results: Result[]): Result[] => {
  const classes = Math.max(...results.map((result) => result.classes));
  return results.filter((result) => result.classes === classes);
};

/** Whether all that promise the same bits have given them. */
function haveSameBits(results: Result[]): boolean {
  const values = new Map<number, number>();
  return results.every(({ contestant, classes, value }) => {
    if (contestant === "loop" || contestant === "relaxed") return true;
    if (!values.has(classes)) values.set(classes, value);
    return Object.is(values.get(classes), value);
  });
}

function showTiles(results: Result[]): void {
  const largest = largestOf(results);
  const [loop, ...others] = largest;
  const fastest = others.reduce((best, result) =>
    result.nanosecondsPerCall < best.nanosecondsPerCall ? result : best,
  );
  const promised = others.filter(({ contestant }) => contestant !== "relaxed").map(({ contestant }) => contestant);
  const tile = (value: string, text: string) => make("div", {}, make("strong", {}, value), make("p", {}, text));
  tiles.replaceChildren(
    tile(
      shownTimes(fastest.ratio[0]),
      `as fast as the loop: ${fastest.contestant}, ${shownSize(loop.classes)} classes`,
    ),
    tile(
      `${shownTime(fastest.nanosecondsPerCall / loop.classes)} ns`,
      `a class; the loop takes ${shownTime(loop.nanosecondsPerCall / loop.classes)}`,
    ),
    tile(shownError(fastest.error), `its error; the loop's is ${shownError(loop.error)}`),
    tile(haveSameBits(results) ? "same bits" : "other bits", `in ${promised.join(", ")}, at every size`),
  );
}

function showSize(results: Result[]): void {
  const { classes } = results[0];
  const head = make("th", { colSpan: 4, scope: "rowgroup" }, `${shownSize(classes)} classes`);
  const rows = results.map(({ contestant, nanosecondsPerCall, ratio: [middle, lower, upper], error }) => {
    const name = make("th", { scope: "row" }, nameOf(contestant));
    name.style.setProperty("--colour", `var(${colourOf(contestant)})`);
    const quartiles = make("span", { className: "quartiles" }, ` (${shownTimes(lower)}–${shownTimes(upper)})`);
    return make(
      "tr",
      {},
      name,
      make("td", {}, shownTime(nanosecondsPerCall / classes)),
      make("td", {}, shownTimes(middle), quartiles),
      make("td", {}, shownError(error)),
    );
  });
  table.tHead?.after(make("tbody", {}, make("tr", {}, head), ...rows));
}

function describeChart(results: Result[]): string {
  const parts = largestOf(results).map(
    ({ contestant, classes, nanosecondsPerCall }) => `${nameOf(contestant)} ${shownTime(nanosecondsPerCall / classes)}`,
  );
  return `At ${shownSize(results[results.length - 1].classes)} classes, in nanoseconds per class: ${parts.join(", ")}.`;
}

// A run

const engines = await makeEngines();
const platform = describePlatform(engines);
find("platform", HTMLDListElement).append(
  ...Object.entries(platform).map(([term, text]) => make("div", {}, make("dt", {}, term), make("dd", {}, text))),
);

/** What the copy buttons copy. */
let shown: { settings: Settings; results: Result[] } | undefined;
let controller: AbortController | undefined;

function setRunning(isRunning: boolean): void {
  // who has pressed a button of the keyboard's goes on at the other
  const from = isRunning ? runButton : stopButton;
  const hadFocus = document.activeElement === from;
  choice.disabled = runButton.disabled = isRunning;
  stopButton.disabled = !isRunning;
  if (hadFocus) (isRunning ? stopButton : runButton).focus();
  for (const button of copyButtons) button.disabled = isRunning || !shown?.results.length;
}

async function run(): Promise<void> {
  const settings = readSettings();
  const { family, type, sizes, rounds } = settings;
  if (sizes.length === 0) {
    status.textContent = "Choose at least one size.";
    return;
  }
  const results: Result[] = [];
  shown = { settings, results };
  controller = new AbortController();
  setRunning(true);
  copied.hidden = true;
  for (const body of [...table.tBodies]) body.remove();
  tiles.replaceChildren();
  resultsPlace.classList.add("started");
  chart.start(["loop", ...engines.contestants.keys()], sizes);
  const measures = `${titleOf(family)} of ${family.input ?? "probabilities"}, ${type}`;
  const start = performance.now();
  try {
    await measure(engines, settings, controller.signal, {
      onMoment(done, classes, text) {
        const size = sizes.indexOf(classes) + 1;
        const message = `${measures}: ${shownSize(classes)} classes, size ${size} of ${sizes.length}`;
        progress.value = done;
        // a screen reader hears of each size, not of each turn
        if (status.textContent !== message) status.textContent = message;
        moment.textContent = text;
      },
      onResults(all) {
        results.push(...all);
        showTiles(results);
        showSize(all);
        chart.show(results);
        chartText.textContent = describeChart(results);
      },
    });
    const seconds = Math.round((performance.now() - start) / 1000);
    progress.value = 1;
    status.textContent = `Done: ${measures}; ${sizes.length} sizes, ${rounds} rounds, ${seconds} s.`;
  } catch (error) {
    const sizesDone = table.tBodies.length;
    const why = controller.signal.aborted ? "Stopped" : `Failed: ${error instanceof Error ? error.message : error}`;
    status.textContent = `${why}; ${sizesDone} of ${sizes.length} sizes are measured.`;
  } finally {
    moment.textContent = "";
    setRunning(false);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
stopButton.addEventListener("click", () => {
  status.textContent = "Stopping";
  controller?.abort();
});

async function copy(what: string, text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = `Copied as ${what}.`;
  } catch {
    // no clipboard for a page that is not from https or localhost
    copied.value = text;
    copied.hidden = false;
    copied.select();
    status.textContent = "The clipboard is not to be had here: the text is selected below, to copy by hand.";
  }
}
const [copyJson, copyMarkdown] = copyButtons;
copyJson.addEventListener("click", () => {
  if (shown) copy("JSON", toJson(platform, shown.settings, shown.results));
});
copyMarkdown.addEventListener("click", () => {
  if (shown) copy("a Markdown table", toMarkdown(platform, shown.settings, shown.results));
});

setRunning(false);
status.textContent = "Ready. It takes seconds; keep this tab in front meanwhile.";
