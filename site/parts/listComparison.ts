// What `logratio compare` does with lists of log-probabilities, for files that a page has been given.

import { compareListModels } from "../../src/cli/compareListModels.js";
import { jsonOf } from "../../src/cli/jsonText.js";
import { contentOf } from "../../src/cli/listContent.js";
import { pageOf } from "../../src/cli/listHtml.js";
import { readPositions } from "../../src/sparse/index.js";
import { modelsOf, type Progress } from "./chosen.js";
import { chunksOf } from "./chunks.js";

export async function reportOf(
  files: readonly File[],
  { signal, onProgress }: Progress,
  version: string,
): Promise<[page: string, json: string]> {
  const models = modelsOf(files);
  // base is read once for each of the others
  const total = files.reduce((sum, { size }, i) => sum + (i === 0 ? files.length - 1 : 1) * size, 0);
  let done = 0;
  async function* bytesOf(file: File): AsyncGenerator<Uint8Array> {
    for await (const bytes of chunksOf(file)) {
      signal.throwIfAborted();
      yield bytes;
      done += bytes.length;
      onProgress(done, total);
    }
  }
  const comparison = await compareListModels(models, (model) =>
    readPositions(bytesOf(files[models.indexOf(model)]), { name: model.path }),
  );
  return [pageOf(comparison, version), jsonOf(contentOf(comparison, []))];
}
