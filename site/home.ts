import { klDivergence } from "logratio";
import { mountFigures } from "./parts/figures.js";

mountFigures();

const result = document.querySelector<HTMLOutputElement>("#result");
if (result)
  result.value = `klDivergence([0.5, 0.25, 0.25], [0.25, 0.25, 0.5]) is ${klDivergence([0.5, 0.25, 0.25], [0.25, 0.25, 0.5])}`;
