// npm run architecture: draws the rooms of src/ for docs/architecture.md.

import { writeFileSync } from "node:fs";
import { drawRooms } from "./architecture.js";

writeFileSync(new URL("../docs/plots/rooms.svg", import.meta.url), drawRooms());
