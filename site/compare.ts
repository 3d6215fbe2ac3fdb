import packageJson from "../package.json" with { type: "json" };
import { type Chosen, nameOf } from "./parts/chosen.js";
import { reportOf } from "./parts/comparisonReport.js";
import { button, element } from "./parts/controls.js";
import { exampleFiles } from "./parts/exampleLogits.js";
import { ReportView } from "./parts/report.js";

const FORMATS = ".npy,.safetensors,.kld,.jsonl,.json";

let files: Chosen[] = [];
let controller: AbortController | undefined;

const list = element("ol", { class: "files", "aria-label": "Files, the base first" });
const status = element("p", { class: "note", role: "status" });
const failure = element("p", { class: "failure", role: "alert" });
const bar = element("progress", { "aria-label": "How much is compared", value: "0" });
const report = new ReportView("comparison");
const start = button("Compare", () => void run());
const cancel = button("Cancel", () => controller?.abort());
const chooser = element("input", { type: "file", multiple: "", accept: FORMATS, id: "files" });
const tokens = element("input", { type: "file", id: "tokens" });
const address = element("input", { type: "url", id: "address", placeholder: "https://…/logits.npy" });

function show(): void {
  const isBusy = controller !== undefined;
  list.replaceChildren(
    ...files.map((file, i) => {
      const first = button("Make it the base", () => change([file, ...files.filter((_, j) => j !== i)]));
      const remove = button("Remove", () => change(files.filter((_, j) => j !== i)));
      for (const [made, what] of [
        [first, "Make it the base:"],
        [remove, "Remove"],
      ] as const) {
        made.setAttribute("aria-label", `${what} ${nameOf(file)}`);
        made.disabled = isBusy;
      }
      const role = i === 0 ? element("strong", {}, "base") : first;
      return element("li", {}, element("span", { class: "name" }, nameOf(file)), role, remove);
    }),
  );
  start.disabled = isBusy || files.length < 2;
  cancel.hidden = bar.hidden = !isBusy;
}

function change(next: Chosen[]): void {
  if (controller) return;
  files = next;
  failure.textContent = "";
  show();
}

async function run(): Promise<void> {
  const own = new AbortController();
  controller = own;
  // also while a file is opened, which takes no signal
  const stopped = new Promise<never>((_, reject) => {
    own.signal.addEventListener("abort", () => reject(own.signal.reason));
  });
  report.clear();
  failure.textContent = "";
  status.textContent = "Comparing …";
  bar.removeAttribute("value");
  show();
  cancel.focus();
  try {
    const compared = await Promise.race([
      stopped,
      reportOf(
        files,
        tokens.files?.[0],
        {
          signal: own.signal,
          onProgress(done, total) {
            bar.max = total;
            bar.value = done;
          },
        },
        packageJson.version,
      ),
    ]);
    report.show(...compared);
    status.textContent = "Done.";
  } catch (error) {
    status.textContent = own.signal.aborted ? "Cancelled." : "";
    if (!own.signal.aborted) failure.textContent = error instanceof Error ? error.message : String(error);
  } finally {
    controller = undefined;
    show();
    start.focus();
  }
}

const drop = element(
  "div",
  { class: "figure drop" },
  element(
    "label",
    { for: "files" },
    "Drop files here, or choose two or more, the base first: logits (.npy, .safetensors, .kld), or answers of an API with top log-probabilities (.jsonl)",
  ),
  chooser,
  element(
    "label",
    { for: "address" },
    "Or the address of a file of logits, on a server that answers range requests from other sites",
  ),
  element(
    "div",
    { class: "buttons" },
    address,
    button("Add the address", () => {
      if (address.value === "" || !address.reportValidity()) return;
      change([...files, address.value]);
      address.value = "";
    }),
  ),
  element("label", { for: "tokens" }, "Observed tokens, if you have them: an .npy file of integers, or a text file"),
  tokens,
  list,
  element(
    "div",
    { class: "buttons" },
    start,
    cancel,
    button("Try it with an example", () => {
      if (controller) return;
      tokens.value = "";
      change(exampleFiles());
      void run();
    }),
    bar,
  ),
  status,
  failure,
);
chooser.addEventListener("change", () => {
  change([...files, ...(chooser.files ?? [])]);
  chooser.value = "";
});
drop.addEventListener("dragover", (event) => event.preventDefault());
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  change([...files, ...(event.dataTransfer?.files ?? [])]);
});
document
  .querySelector("#compare")
  ?.replaceChildren(
    drop,
    ...(crossOriginIsolated
      ? []
      : [
          element(
            "p",
            { class: "note" },
            "This server does not send the two headers that give a page threads, so one core does the work.",
          ),
        ]),
    report.place,
  );
show();
