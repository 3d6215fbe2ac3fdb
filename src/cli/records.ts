// Tables of records: JSON objects, one per line or in an array, each with a value per column.

import { shown, shownValue } from "../compare/shown.js";
import { fileChunks } from "../sparse/fileChunks.js";
import { type JsonValue, jsonValues } from "../sparse/jsonValues.js";
import { lineAndColumn } from "../sparse/readPositions.js";

type Values = Readonly<Record<string, unknown>>;

const isNested = (value: unknown): boolean => typeof value === "object" && value !== null;

/** Fields by which answers of an API are known. */
const OF_ANSWERS = ["choices", "meta_info", "completion_probabilities", "logprobs", "output", "top", "response"];

/** Whether a file of JSON has answers with log-probabilities, by the first one: these have fields within fields. */
export async function hasAnswers(path: string): Promise<boolean> {
  for await (const { value } of jsonValues(fileChunks(path), "")) {
    return isNested(value) && OF_ANSWERS.some((key) => isNested((value as Values)[key]));
  }
  return false;
}

/** How many records are handed on together. */
const BATCH = 500;

/** Reads the records; of the columns that are wanted, each must have a number, a text, a boolean or null. */
export async function* readRecords(path: string, isWanted: (name: string) => boolean): AsyncGenerator<Values[]> {
  let batch: Values[] = [];
  for await (const json of jsonValues(fileChunks(path), "")) {
    batch.push(recordOf(json, path, isWanted));
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

function recordOf(json: JsonValue, path: string, isWanted: (name: string) => boolean): Values {
  const { value, text, fault } = json;
  const place = (at = 0) => `${shown(path, Infinity)}:${lineAndColumn(json, at)}`;
  if (fault !== undefined) {
    throw new TypeError(`${place(fault)}: this is not JSON: ${shown(text.slice(fault), 20) || "it ends here"}`);
  }
  if (!isNested(value) || Array.isArray(value)) {
    throw new TypeError(
      `${place()}: ${shownValue(value)} is no record; there must be an object with a value per column`,
    );
  }
  const record = value as Values;
  for (const name of Object.keys(record)) {
    if (!isNested(record[name]) || !isWanted(name)) continue;
    throw new TypeError(
      `${place()}: the column ${shownValue(name)} has values within; take them apart, or leave it out: --without`,
    );
  }
  return record;
}
