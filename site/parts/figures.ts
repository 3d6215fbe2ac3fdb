// The figures that move, each loaded when it comes near the screen.

type Mount = { mount(place: HTMLElement): void };

const figures: Readonly<Record<string, () => Promise<Mount>>> = {
  coins: () => import("../explorables/coins.js"),
  sequential: () => import("../explorables/sequential.js"),
  terms: () => import("../explorables/terms.js"),
  discretized: () => import("../explorables/discretized.js"),
  classifier: () => import("../explorables/classifier.js"),
  floating: () => import("../explorables/floating.js"),
};

export function mountFigures(): void {
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        const place = target as HTMLElement;
        figures[place.dataset.figure ?? ""]().then(({ mount }) => mount(place));
      }
    },
    { rootMargin: "400px" },
  );
  for (const place of document.querySelectorAll<HTMLElement>("[data-figure]")) observer.observe(place);
}
