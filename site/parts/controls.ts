// What a figure is made of: sliders, buttons, numbers.

/** An element with attributes, and what is in it. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export interface SliderOptions {
  readonly label: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly value: number;
  readonly show?: (value: number) => string;
  readonly onInput: (value: number) => void;
}

/** A slider with its label and its value. */
export function slider({ label, min, max, step, value, show = String, onInput }: SliderOptions): HTMLElement {
  const input = element("input", { type: "range", min: `${min}`, max: `${max}`, step: `${step}`, value: `${value}` });
  const output = element("output", {}, show(value));
  input.addEventListener("input", () => {
    output.value = show(input.valueAsNumber);
    onInput(input.valueAsNumber);
  });
  return element("label", { class: "slider" }, element("span", {}, label), input, output);
}

export function button(label: string, onClick: () => void): HTMLButtonElement {
  const made = element("button", { type: "button" }, label);
  made.addEventListener("click", onClick);
  return made;
}

/** A choice of one of several, as a list to select from. */
export function choice(label: string, names: readonly string[], selected: number, onChange: (i: number) => void) {
  const select = element("select", {}, ...names.map((name, i) => element("option", { value: `${i}` }, name)));
  select.value = `${selected}`;
  select.addEventListener("change", () => onChange(Number(select.value)));
  return element("label", { class: "choice" }, element("span", {}, label), select);
}

/** Names and their values, in a row; returns what sets the values. */
export function numbers(names: readonly string[]): [HTMLElement, (values: readonly string[]) => void] {
  const cells = names.map(() => element("output", { class: "number" }));
  const list = element("div", { class: "numbers" });
  names.forEach((name, i) => {
    list.append(element("div", {}, element("span", {}, name), cells[i]));
  });
  const set = (values: readonly string[]) => {
    values.forEach((value, i) => {
      cells[i].value = value;
    });
  };
  return [list, set];
}

/** Whether the reader wants nothing to move by itself. */
export const isStill = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

/** Calls `step` once per frame until it returns false; returns what stops it. */
export function animate(step: () => boolean): () => void {
  let frame = 0;
  const next = () => {
    frame = step() ? requestAnimationFrame(next) : 0;
  };
  frame = requestAnimationFrame(next);
  return () => cancelAnimationFrame(frame);
}

/** A number with four digits, as people read it. */
export function shown(x: number): string {
  if (x === Number.POSITIVE_INFINITY) return "∞";
  if (x === Number.NEGATIVE_INFINITY) return "−∞";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e6 || size < 1e-4 ? x.toExponential(2) : x.toPrecision(4);
  return text.replaceAll("-", "−");
}
