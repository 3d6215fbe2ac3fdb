// logratio drift with lists: the same prompts' answers at two times in, whether the model has changed out.

import { type PermutationTest, permutationTest, readPositions, type TopKDistribution } from "../sparse/index.js";
import { Exit, type Io, messageOf, say } from "./io.js";
import { jsonOf } from "./jsonText.js";
import { formatCount, formatDigits } from "./numbers.js";
import { outputsOf, writeAll } from "./output.js";
import { printable } from "./printable.js";
import { wrap } from "./text.js";

export interface ListsCommand {
  readonly before: string;
  readonly after: string;
  /** How many prompts are asked in turn, again and again. */
  readonly prompts: number;
  readonly statistic?: "logProbabilities" | "js";
  readonly permutations?: number;
  readonly seed?: number;
  readonly alpha?: number;
  readonly json?: string;
}

/** @throws Exit with 1 where the model has changed; other errors are of the input. */
export async function driftOfLists(command: ListsCommand, io: Io): Promise<void> {
  const {
    before,
    after,
    prompts,
    statistic = "logProbabilities",
    permutations = 999,
    seed = 0,
    alpha = 0.05,
  } = command;
  const { "--json": json } = await outputsOf({ before, after }, { "--json": command.json }, io);
  const [ofBefore, ofAfter] = [await samplesOf(before, prompts), await samplesOf(after, prompts)];
  const result = testOf(command, () => permutationTest(ofBefore, ofAfter, { statistic, permutations, seed }));
  const hasChanged = result.pValue < alpha;
  const answers = { before: ofBefore[0].length * prompts, after: ofAfter[0].length * prompts };
  const content = { format: "logratio drift", version: 1, before, after, prompts, answers, alpha, seed, hasChanged };
  await writeAll(io, [[json, () => jsonOf({ ...content, test: { name: statistic, ...result } })]], () =>
    textOf({ before, after, prompts, statistic, alpha }, answers, result),
  );
  if (!hasChanged) return;
  say(io, `the model has changed: p is ${result.pValue}, below --alpha ${alpha}`);
  throw new Exit(1);
}

/** What a test says of the files' answers; what it refuses is told with their names. */
function testOf({ before, after }: ListsCommand, run: () => PermutationTest): PermutationTest {
  try {
    return run();
  } catch (error) {
    throw new RangeError(`${before} and ${after}: ${messageOf(error)}`);
  }
}

/** Of each prompt, the distributions of the first token of its answers. */
async function samplesOf(path: string, prompts: number): Promise<TopKDistribution[][]> {
  const samples: TopKDistribution[][] = Array.from({ length: prompts }, () => []);
  let answers = 0;
  for await (const { index, record, distribution } of readPositions(path)) {
    if (index > 0) continue;
    samples[record % prompts].push(distribution);
    answers++;
  }
  if (answers === 0 || answers % prompts !== 0) {
    throw new RangeError(
      `${path} has ${answers} answers, which are no whole rounds of --prompts ${prompts}: ask all prompts in turn, again and again`,
    );
  }
  return samples;
}

const NAMES = {
  logProbabilities: "mean absolute difference of log-probabilities, nats",
  js: "JS at least, mean over pairs of answers, nats",
};

function textOf(
  {
    before,
    after,
    prompts,
    statistic,
    alpha,
  }: Required<Pick<ListsCommand, "before" | "after" | "prompts" | "statistic" | "alpha">>,
  answers: { before: number; after: number },
  { pValue, statistic: value, exceeding, permutations }: PermutationTest,
): string {
  const line = (name: string, text: string) => `${name.padEnd(12)}${text}`;
  const answersTo = (count: number) => `${formatCount(count)} answers to ${formatCount(prompts)} prompts`;
  const words =
    `If nothing had changed, the answers to a prompt could have come in any order. Of ${formatCount(permutations)} orders, ` +
    `${formatCount(exceeding)} have before and after as far apart: p = ${formatDigits(pValue, 3)}, ${pValue < alpha ? "below" : "not below"} ${alpha}.`;
  return `${[
    line("before", `${printable(before)}: ${answersTo(answers.before)}`),
    line("after", `${printable(after)}: ${answersTo(answers.after)}`),
    line("apart", `${formatDigits(value, 4)} (${NAMES[statistic]})`),
    line("p", formatDigits(pValue, 3)),
    "",
    ...wrap(words),
  ].join("\n")}\n`;
}
