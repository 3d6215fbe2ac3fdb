// The texts of tokens: what --vocabulary names.

import { shown } from "../compare/shown.js";
import { shownPlace } from "../compare/urlRequest.js";
import { linesOf, parseJson, readTextFile } from "../shards/textFile.js";
import { encodingVocabulary, isEncoding } from "./encodings.js";
import { type Vocabulary, vocabularyOf } from "./tokenContent.js";
import { tokenizerVocabulary } from "./tokenizerJson.js";

/** Bytes of a file, at most; the largest that are known have 40 MB. */
const LARGEST = 2 ** 28;

/**
 * A tokenizer.json of Hugging Face, a list of texts (a JSON array, or one per line), or an encoding of gpt-tokenizer by its name.
 * `classes` is how many the logits have: a vocabulary of more cannot be that of the models.
 */
export async function readVocabulary(given: string, classes: number): Promise<Vocabulary> {
  const vocabulary = isEncoding(given) ? encodingVocabulary(given) : await vocabularyIn(given);
  const { name, size } = vocabulary;
  // signs of the model's own that its rows have no class for are never observed
  for (let token = classes; token < size; token++) {
    const content = vocabulary.contentOf(token);
    if (content === undefined || content.isSpecial) continue;
    throw new RangeError(
      `--vocabulary ${shown(name, Infinity)} has the token ${token}, but the rows have ${classes} classes: it is of another model`,
    );
  }
  return vocabulary;
}

async function vocabularyIn(place: string): Promise<Vocabulary> {
  const path = shownPlace(place);
  const name = shown(path, Infinity);
  const text = await readTextFile(place, "vocabularies", LARGEST);
  if (/^\s*\{/.test(text)) return tokenizerVocabulary(path, parseJson(name, text) as object);
  const list = /^\s*\[/.test(text) ? parseJson(name, text) : linesOf(text);
  const texts = (list as unknown[]).map((entry, i) => {
    if (typeof entry === "string") return entry;
    throw new TypeError(`${name}: token ${i} is ${shown(JSON.stringify(entry), 100)}; it must be a text`);
  });
  if (text === "" || texts.length === 0) throw new RangeError(`${name}: there are no tokens`);
  return vocabularyOf(path, texts.length, (token) => texts[token]);
}
