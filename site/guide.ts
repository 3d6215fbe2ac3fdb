import { mountFigures } from "./parts/figures.js";

mountFigures();
