import packageJson from "../package.json" with { type: "json" };
import { jsonOf } from "../src/cli/jsonText.js";
import { readState, writeState } from "./parts/address.js";
import { chunksOf } from "./parts/chunks.js";
import { button, choice, element } from "./parts/controls.js";
import { type Sample, SMOOTHING } from "./parts/countsReport.js";
import { exampleTables, exampleTexts } from "./parts/exampleCounts.js";
import { ReportView } from "./parts/report.js";
import { countWords, kindOf, readCounts, type TextKind } from "./parts/wordCounts.js";

const KINDS: readonly (readonly [kind: TextKind | undefined, label: string])[] = [
  [undefined, "found by what is there"],
  ["counts", "counts: a word and its count per line"],
  ["text", "text, whose words are counted"],
  ["table", "a table: CSV, its first row the names of columns"],
];

const CALLED: Readonly<Record<TextKind, string>> = { counts: "a list of counts", text: "a text", table: "a table" };

/** Bytes by which the kind of a file is found. */
const START = 2 ** 16;

const DEFAULTS = { kind: 0, smoothing: 0 };
const state = readState("counts", DEFAULTS);
state.kind = state.kind in KINDS ? state.kind : DEFAULTS.kind;
state.smoothing = state.smoothing in SMOOTHING ? state.smoothing : DEFAULTS.smoothing;

const status = element("p", { class: "note", role: "status" });
const failure = element("p", { class: "failure", role: "alert" });
const report = new ReportView("drift");
const start = button("Compare", () => void run());

/** A text that is pasted, or a file. */
class Side {
  readonly place: HTMLElement;
  readonly #called: string;
  readonly #text: HTMLTextAreaElement;
  readonly #chooser: HTMLInputElement;
  readonly #chosen = element("p", { class: "chosen" });
  #file: File | undefined;

  constructor(called: string) {
    this.#called = called;
    const id = called.toLowerCase();
    this.#text = element("textarea", { id, rows: "9", spellcheck: "false", placeholder: "tea 30\nmilk 10\nrum 0" });
    this.#chooser = element("input", { type: "file", "aria-label": `${called}: a file` });
    this.#chooser.addEventListener("change", () => {
      this.file = this.#chooser.files?.[0];
      this.#chooser.value = "";
    });
    this.place = element("div", {}, element("label", { for: id }, called), this.#text, this.#chosen, this.#chooser);
  }

  set text(text: string) {
    this.file = undefined;
    this.#text.value = text;
  }

  set file(file: File | undefined) {
    this.#file = file;
    this.#text.hidden = file !== undefined;
    const remove = button("Remove", () => {
      this.file = undefined;
    });
    remove.setAttribute("aria-label", `Remove ${file?.name}`);
    this.#chosen.replaceChildren(...(file === undefined ? [] : [file.name, remove]));
  }

  get name(): string {
    return this.#file?.name ?? this.#called.toLowerCase();
  }

  get content(): Blob {
    return this.#file ?? new Blob([this.#text.value]);
  }
}

const sides = [new Side("Before"), new Side("After")] as const;

async function kindOfBoth(): Promise<TextKind> {
  const [chosen] = KINDS[state.kind];
  if (chosen !== undefined) return chosen;
  const kinds = await Promise.all(sides.map(async ({ content }) => kindOf(await content.slice(0, START).text())));
  if (kinds[0] === kinds[1]) return kinds[0];
  const [before, after] = kinds.map((kind, i) => `${sides[i].name} looks like ${CALLED[kind]}`);
  throw new RangeError(`${before}, ${after}; both must be of one kind: choose it`);
}

/** The report as a page and as data. Charts are drawn by a library that is loaded when there is something to draw. */
async function reportOf(): Promise<[page: string, json: string]> {
  for (const { name, content } of sides) {
    if (content.size === 0) throw new RangeError(`${name} is empty: paste something there, or choose a file`);
  }
  const kind = await kindOfBoth();
  if (kind === "table") {
    const { compareCsv } = await import("./parts/tablesReport.js");
    const [before, after] = sides.map(({ name, content }) => ({ name, chunks: chunksOf(content) }));
    return compareCsv(before, after, packageJson.version);
  }
  const samples = sides.map(async ({ name, content }): Promise<Sample> => {
    const text = await content.text();
    return { name, counts: kind === "counts" ? readCounts(text, name) : countWords(text) };
  });
  const { compareSamples, contentOf, pageOf } = await import("./parts/countsReport.js");
  const compared = compareSamples(await samples[0], await samples[1], state.smoothing);
  return [pageOf(compared, packageJson.version), jsonOf(contentOf(compared))];
}

async function run(): Promise<void> {
  report.clear();
  failure.textContent = "";
  status.textContent = "Comparing …";
  start.disabled = true;
  // the words are to be seen before the page is busy
  await new Promise((resolve) => setTimeout(resolve, 20));
  try {
    report.show(...(await reportOf()));
    status.textContent = "Done.";
  } catch (error) {
    status.textContent = "";
    failure.textContent = error instanceof Error ? error.message : String(error);
  } finally {
    start.disabled = false;
    start.focus();
  }
}

const set = (key: keyof typeof DEFAULTS) => (value: number) => {
  state[key] = value;
  writeState("counts", state, DEFAULTS);
};
const kinds = choice(
  "What they are",
  KINDS.map(([, label]) => label),
  state.kind,
  set("kind"),
);
const smoothing = choice(
  "For KL of counts",
  SMOOTHING.map(([name]) => name),
  state.smoothing,
  set("smoothing"),
);

const example = (label: string, texts: () => readonly [string, string]) =>
  button(label, () => {
    set("kind")(0);
    (kinds.querySelector("select") as HTMLSelectElement).value = "0";
    for (const [i, text] of texts().entries()) sides[i].text = text;
    void run();
  });

const drop = element(
  "div",
  { class: "figure drop" },
  element("p", {}, "Paste on both sides, or drop two files here, or choose them."),
  element("div", { class: "sides" }, ...sides.map(({ place }) => place)),
  element("div", { class: "controls" }, kinds, smoothing),
  element(
    "div",
    { class: "buttons" },
    start,
    example("Example: begin and end of a speech", exampleTexts),
    example("Example: two tables", exampleTables),
  ),
  status,
  failure,
);
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  const files = [...(event.dataTransfer?.files ?? [])];
  const at = sides.findIndex(({ place }) => place.contains(event.target as Node));
  if (files.length === 1) sides[Math.max(0, at)].file = files[0];
  else for (const [i, side] of sides.entries()) if (files[i]) side.file = files[i];
});
document.querySelector("#counts")?.replaceChildren(drop, report.place);
