// What a page's text does: a token that is pointed at, or that arrow keys lead to, is told below, with what both models expected.

/** Runs in the page, which has the elements and the data of passageHtml.ts. Texts go in as text, never as HTML. */
export const PASSAGE_SCRIPT = `
const { strings, top, start, thresholds, kl, likely } = JSON.parse(document.getElementById("passage-data").textContent);
const passage = document.getElementById("passage");
const told = document.getElementById("passage-told");
const choice = document.getElementById("passage-choice");
const spans = [...passage.querySelectorAll("span")];
const places = new Map(spans.map((span, i) => [span, i]));
let at = -1;
const candidate = () => (choice ? Number(choice.value) : 0);
const make = (name, text, ...children) => {
  const element = document.createElement(name);
  if (text !== "") element.textContent = text;
  element.append(...children);
  return element;
};
const percent = (p) => (p < 1 ? "< 0.01 %" : (p / 100).toFixed(2) + " %");
const listOf = (name, numbers) => {
  const items = Array.from({ length: top }, (_, i) => {
    const place = 2 * (at * top + i);
    return make("li", "", make("code", strings[numbers[place]]), " " + percent(numbers[place + 1]));
  });
  return make("div", "", make("b", name), make("ol", "", ...items));
};
const tell = (place) => {
  spans[at]?.classList.remove("at");
  at = place;
  spans[at].classList.add("at");
  const own = kl[candidate()][at];
  const title = "row " + (start + at).toLocaleString("en-US") + ": KL " + (own === null ? "∞" : own) + " nats";
  const name = choice ? choice.selectedOptions[0].textContent : told.dataset.name;
  told.replaceChildren(make("p", title), listOf("base", likely[0]), listOf(name, likely[candidate() + 1]));
};
passage.addEventListener("pointerover", ({ target }) => {
  if (places.has(target)) tell(places.get(target));
});
passage.addEventListener("keydown", (event) => {
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: spans.length - 1 }[event.key];
  if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return;
  event.preventDefault();
  tell(Math.max(0, Math.min(spans.length - 1, to)));
  spans[at].scrollIntoView({ block: "nearest" });
});
passage.addEventListener("focus", () => tell(Math.max(0, at)));
choice?.addEventListener("change", () => {
  for (const [i, span] of spans.entries()) {
    const own = kl[candidate()][i];
    span.className = "k" + thresholds.filter((least) => own === null || own >= least).length;
  }
  if (at >= 0) tell(at);
});
`;
