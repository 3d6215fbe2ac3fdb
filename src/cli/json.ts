// The report of a comparison as data: docs/compare.md and docs/compare.schema.json describe it.

import type { Likely } from "../shards/passage.js";
import type { Candidate, Comparison } from "./comparison.js";
import type { GateResult } from "./comparisonGates.js";
import type { Pair } from "./ranking.js";
import type { Texts } from "./texts.js";

export function contentOf(comparison: Comparison, gates: readonly GateResult[]): object {
  const { base, candidates, ranking, pairs, tokens, groups, texts, classes, start, end } = comparison;
  const [{ report }] = candidates;
  return {
    format: "logratio comparison",
    version: 2,
    base: modelOf(base),
    tokensFile: tokens,
    groupsFile: groups,
    vocabulary: texts === undefined ? null : { name: texts.vocabulary.name, size: texts.vocabulary.size },
    bytes: texts?.bytes ?? null,
    ...{ classes, start, end },
    rows: report.rows,
    tokens: report.tokens,
    temperature: report.temperature,
    topK: report.topK,
    clusters: { ...report.clustered.by, rows: report.clustered.by.rows ?? null },
    candidates: candidates.map((candidate, i) => candidateOf(candidate, i, texts)),
    ranking: ranking.map((i) => candidates[i].label),
    pairs: pairs.map((pair) => pairOf(pair, candidates)),
    gates,
  };
}

const modelOf = ({ path, label, input, size, bitsPerWeight }: Comparison["base"]): object => ({
  ...{ path, label, input, size, bitsPerWeight },
});

function candidateOf(candidate: Candidate, i: number, texts: Texts | undefined): object {
  const { version: _, rows, tokens, temperature, topK, clustered, ...report } = candidate.report;
  const { by, ...estimates } = clustered;
  return {
    ...modelOf(candidate),
    noiseFloor: candidate.floor,
    ...report,
    clustered: estimates,
    bitsPerByte: texts?.bitsPerByte(candidate.report) ?? null,
    ...(texts !== undefined && { worst: worstOf(candidate, i, texts) }),
  };
}

/** With their texts, and with what is likeliest in both. */
function worstOf({ report }: Candidate, i: number, texts: Texts): object[] {
  const likely = (tokens: readonly Likely[]) =>
    tokens.map(({ token, logProbability }) => ({ token, text: texts.textOf(token), logProbability }));
  return texts.passage.worstOf(i).map(({ row, base, other }, place) => ({
    ...report.worst[place],
    context: texts.contextOf(row),
    baseTokens: likely(base),
    otherTokens: likely(other),
  }));
}

const pairOf = ({ first, second, kl, logProbability }: Pair, candidates: readonly Candidate[]): object => ({
  first: candidates[first].label,
  second: candidates[second].label,
  kl: withoutClusters(kl),
  logProbability: logProbability === undefined ? null : withoutClusters(logProbability),
});

/** Which are those of the whole. */
function withoutClusters({ clusters, ...difference }: Pair["kl"]): object {
  return { ...difference, clusters: clusters.count };
}
