// What `logratio compare` does with files of logits, for files that a page has been given.

import type { Candidate, Comparison } from "../../src/cli/comparison.js";
import { neighboursOf, pairOf, rankingOf } from "../../src/cli/ranking.js";
import { compareLogits, type LogitSource, openLogits, openTokens, Summary } from "../../src/compare/index.js";
import { Charts } from "../../src/shards/charts.js";
import { type Chosen, modelsOf, type Progress } from "./chosen.js";

/** The first of `files` is the base. */
export async function compareChosen(
  files: readonly Chosen[],
  tokensFile: File | undefined,
  { signal, onProgress }: Progress,
): Promise<Comparison> {
  const sources: LogitSource[] = [];
  try {
    for (const file of files) sources.push(await openLogits(file));
    const tokens = tokensFile && (await openTokens(tokensFile));
    const [base, ...others] = sources;
    const rows = base.rows ?? 0;
    const results = others.map(() => ({
      summary: new Summary({ temperature: 1, topK: 10, blockRows: base.blockRows ?? 0 }),
      charts: new Charts(0),
    }));
    await compareLogits(base, others, {
      tokens,
      signal,
      summary: results.map(({ summary }) => summary),
      onRows(first, own) {
        for (const [i, { charts }] of results.entries()) charts.add(first, own[i]);
        onProgress(first + own[0].count, rows);
      },
    });
    const models = modelsOf(files).map((model) => ({ ...model, input: "logits" as const }));
    const candidates = results.map(
      ({ summary, charts }, i): Candidate => ({ ...models[i + 1], floor: null, report: summary.report(), charts }),
    );
    const ranking = rankingOf(candidates);
    return {
      base: models[0],
      candidates,
      ranking,
      pairs: neighboursOf(ranking).map(([first, second]) => pairOf(first, second, candidates, results)),
      tokens: tokensFile?.name ?? null,
      groups: null,
      classes: base.classes,
      texts: undefined,
      start: 0,
      end: rows,
    };
  } finally {
    await Promise.all(sources.map((source) => source.close()));
  }
}
