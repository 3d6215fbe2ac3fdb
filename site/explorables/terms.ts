// Two distributions whose bars can be dragged: the term of each class, KL both ways, and cross-entropy as entropy and KL end to end.

import { crossEntropy, entropy, jsDivergence, klDivergence } from "logratio";
import { readState, writeState } from "../parts/address.js";
import { button, element, numbers, shown } from "../parts/controls.js";

const CLASSES = ["a", "b", "c", "d", "e"];
const DEFAULTS = { p0: 40, p1: 25, p2: 20, p3: 10, p4: 5, q0: 15, q1: 25, q2: 20, q3: 25, q4: 15 };
type State = typeof DEFAULTS;
const MOST = 60;
const keysOf = (name: "p" | "q") => CLASSES.map((_, i) => `${name}${i}` as keyof State);

export function mount(place: HTMLElement): void {
  const state = readState("terms", DEFAULTS);
  for (const key of Object.keys(state) as (keyof State)[])
    state[key] = Math.min(MOST, Math.max(0, Math.round(state[key])));
  const weights = (name: "p" | "q") => keysOf(name).map((key) => state[key]);
  const updates: (() => void)[] = [];
  const [list, setNumbers] = numbers(["KL(p‖q)", "KL(q‖p)", "JS", "entropy of p", "cross-entropy"]);
  const note = element("p", { class: "note", "aria-live": "polite" });
  const stack = element("div", { class: "stack", role: "img" });

  const draw = () => {
    for (const update of updates) update();
    const [p, q] = [weights("p"), weights("q")];
    const options = { normalize: true };
    const hasMass = (x: number[]) => x.some((w) => w > 0);
    if (!hasMass(p) || !hasMass(q)) {
      setNumbers(["–", "–", "–", "–", "–"]);
      note.textContent = "A distribution needs one class with a probability above 0.";
      stack.replaceChildren();
      return;
    }
    const kl = klDivergence(p, q, options);
    const reverse = klDivergence(q, p, options);
    const h = entropy(p, options);
    const cross = crossEntropy(p, q, options);
    setNumbers([shown(kl), shown(reverse), shown(jsDivergence(p, q, options)), shown(h), shown(cross)]);
    const impossible = CLASSES.filter((_, i) => p[i] > 0 && q[i] === 0);
    const unused = CLASSES.filter((_, i) => p[i] === 0 && q[i] > 0);
    note.textContent =
      impossible.length > 0
        ? `q says that ${impossible.join(", ")} cannot happen, and p that it does: KL(p‖q) is infinite. JS stays below ln 2.`
        : unused.length > 0
          ? `p never shows ${unused.join(", ")}: its term is 0 · ln 0 = 0, and KL(p‖q) stays finite.`
          : kl === 0
            ? "The two are the same: every term is 0, and so is KL."
            : "Terms of single classes may be negative. Their sum never is.";
    // of 3 nats
    const scale = 100 / 3;
    const part = (name: string, length: number, label: string) =>
      element("div", { class: name, style: `width: ${Math.min(100, length * scale)}%` }, label);
    stack.replaceChildren(
      part("entropy", h, "entropy of p"),
      part("divergence", Number.isFinite(kl) ? kl : 3, Number.isFinite(kl) ? "KL" : "KL = ∞"),
    );
    stack.setAttribute(
      "aria-label",
      `Cross-entropy ${shown(cross)} is entropy ${shown(h)} and KL ${shown(kl)}, end to end.`,
    );
  };

  const set = (key: keyof State, value: number) => {
    state[key] = Math.min(MOST, Math.max(0, Math.round(value)));
    writeState("terms", state, DEFAULTS);
    draw();
  };

  /** A bar that is dragged, or moved by the arrow keys. */
  const bar = (name: "p" | "q", i: number) => {
    const key = `${name}${i}` as keyof State;
    const fill = element("div", { class: `fill ${name}` });
    const track = element(
      "div",
      {
        class: "track",
        role: "slider",
        tabindex: "0",
        "aria-label": `${name} of ${CLASSES[i]}`,
        "aria-valuemin": "0",
        "aria-valuemax": `${MOST}`,
        "aria-orientation": "vertical",
      },
      fill,
    );
    const moveTo = ({ clientY }: PointerEvent) => {
      const { top, height } = track.getBoundingClientRect();
      set(key, MOST * (1 - (clientY - top) / height));
    };
    track.addEventListener("pointerdown", (event) => {
      track.setPointerCapture(event.pointerId);
      moveTo(event);
    });
    track.addEventListener("pointermove", (event) => {
      if (track.hasPointerCapture(event.pointerId)) moveTo(event);
    });
    track.addEventListener("keydown", (event) => {
      const steps: Readonly<Record<string, number>> = {
        ArrowUp: 1,
        ArrowRight: 1,
        ArrowDown: -1,
        ArrowLeft: -1,
        PageUp: 10,
        PageDown: -10,
        Home: -MOST,
        End: MOST,
      };
      const step = steps[event.key];
      if (step === undefined) return;
      event.preventDefault();
      set(key, state[key] + step);
    });
    updates.push(() => {
      const sum = weights(name).reduce((a, b) => a + b, 0);
      const share = sum > 0 ? state[key] / sum : 0;
      fill.style.height = `${(100 * state[key]) / MOST}%`;
      track.setAttribute("aria-valuenow", `${state[key]}`);
      track.setAttribute("aria-valuetext", share.toFixed(3));
    });
    return track;
  };

  /** ln(p̂/q̂)·p̂ of a class, up or down from a line. */
  const term = (i: number) => {
    const fill = element("div", { class: "fill" });
    const label = element("output", {});
    updates.push(() => {
      const [p, q] = [weights("p"), weights("q")];
      const share = (x: number[]) => x[i] / x.reduce((a, b) => a + b, 0);
      const [a, b] = [share(p), share(q)];
      const value = a === 0 || Number.isNaN(a) ? 0 : b === 0 ? Number.POSITIVE_INFINITY : a * Math.log(a / b);
      const height = Math.min(50, Math.abs(value) * 100);
      fill.className = `fill ${value < 0 ? "negative" : "positive"}`;
      fill.style.height = `${Number.isFinite(value) ? height : 50}%`;
      label.value = shown(Math.abs(value) < 1e-12 ? 0 : value);
    });
    return element("div", { class: "term" }, element("div", { class: "axis" }, fill), label);
  };

  const assign = (next: Partial<State>) => {
    Object.assign(state, next);
    writeState("terms", state, DEFAULTS);
    draw();
  };
  const columns = CLASSES.map((name, i) =>
    element(
      "div",
      { class: "column" },
      element("div", { class: "pair" }, bar("p", i), bar("q", i)),
      element("span", { class: "class" }, name),
      term(i),
    ),
  );
  place.replaceChildren(
    element(
      "div",
      { class: "buttons" },
      button("Make them equal", () =>
        assign(Object.fromEntries(keysOf("q").map((key, i) => [key, state[keysOf("p")[i]]]))),
      ),
      button("A 0 in q", () => assign({ q0: 0, p0: Math.max(state.p0, 10) })),
      button("A 0 in p", () => assign({ p0: 0, q0: Math.max(state.q0, 10) })),
      button("Start again", () => assign(DEFAULTS)),
    ),
    element(
      "p",
      { class: "legend" },
      element("span", { class: "key p" }, "p"),
      element("span", { class: "key q" }, "q"),
      "Drag the bars. Below each class: its term p ln(p/q).",
    ),
    element("div", { class: "columns" }, ...columns),
    stack,
    list,
    note,
  );
  draw();
}
