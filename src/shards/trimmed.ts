import type { LogitSource } from "../compare/index.js";

/** Of files that end before they should: as many rows as all have, and what to say of it. */
export function trimmed(sources: readonly LogitSource[]): { sources: LogitSource[]; notes: string[] } {
  const cut = sources.filter(({ saidRows }) => saidRows !== undefined);
  if (cut.length === 0) return { sources: [...sources], notes: [] };
  const rows = Math.min(...sources.map((source) => source.rows as number));
  return {
    sources: sources.map((source) => ({ ...source, rows })),
    notes: cut.map((source) => `${source.name} is truncated: ${source.rows} of its ${source.saidRows} rows are whole`),
  };
}
