// A report on the page, and what downloads it.

import { element } from "./controls.js";

export class ReportView {
  readonly place: HTMLElement;
  readonly #name: string;
  #links: string[] = [];

  /** `name` is that of its files, without their ending. */
  constructor(name: string) {
    this.#name = name;
    this.place = element("section", { "aria-label": "Report" });
  }

  clear(): void {
    for (const link of this.#links) URL.revokeObjectURL(link);
    this.#links = [];
    this.place.replaceChildren();
  }

  show(page: string, json: string): void {
    this.clear();
    this.place.replaceChildren(
      element(
        "p",
        { class: "buttons" },
        this.#download(page, "text/html", "html", "Download the report (HTML)"),
        this.#download(json, "application/json", "json", "Download the numbers (JSON)"),
      ),
      // a report carries names of files: it may run no scripts
      element("iframe", { class: "report", title: `Report of the ${this.#name}`, sandbox: "", srcdoc: page }),
    );
  }

  #download(text: string, type: string, ending: string, label: string): HTMLElement {
    const href = URL.createObjectURL(new Blob([text], { type }));
    this.#links.push(href);
    return element("a", { href, download: `${this.#name}.${ending}` }, label);
  }
}
