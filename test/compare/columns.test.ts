import { afterAll, describe, expect, test } from "vitest";
import { readColumns } from "../../src/compare/columns.js";
import { InputFile } from "../../src/compare/file.js";
import { openLogits, openTokens } from "../../src/compare/index.js";
import { makeNpyHeader } from "../../src/compare/npy.js";
import { openBytes } from "../../src/compare/openBytes.js";
import { makeFile } from "./temporary.js";

// Column by column, as Fortran has matrices: rows of any range, in blocks of any size.

const [rows, classes] = [53, 131];
const number = (row: number, column: number) => row + column / 256;

/** The matrix in a file, each number written by itself. */
function fileOf(bytes: 2 | 4 | 8, shape: readonly number[] = [rows, classes], descr = `<f${bytes}`): string {
  const header = Buffer.from(makeNpyHeader(descr, shape));
  header.write(header.toString("latin1").replace("False", "True "), "latin1");
  const numbers = Buffer.alloc(rows * classes * bytes);
  for (let column = 0; column < classes; column++) {
    for (let row = 0; row < rows; row++) {
      const at = (column * rows + row) * bytes;
      if (bytes === 8) numbers.writeDoubleLE(number(row, column), at);
      else if (bytes === 4) numbers.writeFloatLE(number(row, column), at);
      else numbers.writeUInt16LE(row * classes + column, at);
    }
  }
  return makeFile("columns.npy", Buffer.concat([header, numbers]));
}

const paths = { 2: fileOf(2), 4: fileOf(4), 8: fileOf(8) };
const opened: InputFile[] = [];
afterAll(() => Promise.all(opened.map((file) => file.close())));

describe.each([2, 4, 8] as const)("numbers of %i bytes", (bytes) => {
  test.each([
    [{}],
    [{ start: 7, end: 8 }],
    [{ start: 20 }],
    [{ batchRows: 1 }],
    [{ start: 1, end: 52, batchRows: 10 }],
  ])("rows of %j", async (range) => {
    const source = await openLogits(paths[bytes]);
    const all: number[] = [];
    for await (const { data } of source.read(range)) all.push(...data);
    await source.close();
    const { start = 0, end = rows } = range as { start?: number; end?: number };
    const expected = Array.from({ length: (end - start) * classes }, (_, i) => {
      const [row, column] = [start + Math.floor(i / classes), i % classes];
      return bytes === 2 ? row * classes + column : number(row, column);
    });
    expect(all).toEqual(expected);
  });

  test.each([
    [1, 4],
    [9 * classes, 4],
    [5 * classes * 8, 3],
    [53 * classes * 8, 53],
  ])("blocks of %i bytes, batches of %i rows", async (blockBytes, batchRows) => {
    const file = new InputFile(await openBytes("readColumns", paths[bytes]));
    opened.push(file);
    const area = { file, offset: 128, rowBytes: classes * bytes, rows, placeAt: String };
    const slots = new Set<object>();
    const makeSlot = () => {
      const slot = { bytes: new Uint8Array(batchRows * classes * bytes) };
      slots.add(slot);
      return slot;
    };
    const parts: Uint8Array[] = [];
    const range = { start: 2, end: 51, batchRows };
    for await (const { slot, first, count } of readColumns(area, bytes, range, makeSlot, blockBytes)) {
      expect(first).toBe(range.start + parts.reduce((sum, part) => sum + part.length, 0) / area.rowBytes);
      parts.push(slot.bytes.slice(0, count * area.rowBytes));
    }
    expect(slots.size).toBeLessThanOrEqual(3);
    const read = Buffer.concat(parts);
    expect(read.length).toBe(49 * classes * bytes);
    for (let i = 0; i < 49 * classes; i++) {
      const [row, column] = [2 + Math.floor(i / classes), i % classes];
      const at = i * bytes;
      if (bytes === 2) expect(read.readUInt16LE(at)).toBe(row * classes + column);
      else expect(bytes === 4 ? read.readFloatLE(at) : read.readDoubleLE(at)).toBe(number(row, column));
    }
  });
});

test("a number is told by its place in the file", async () => {
  const source = await openLogits(paths[4]);
  expect(source.placeOf(3, 2)).toBe(`row 3, column 2, at byte ${128 + 4 * (2 * rows + 3)}`);
  await source.close();
});

test("tokens and matrices of three dimensions are errors that tell what to do", async () => {
  const message = /column by column \(fortran_order\).*np\.ascontiguousarray stores rows/;
  await expect(openTokens(fileOf(4, [rows, classes], "<i4"))).rejects.toThrow(message);
  await expect(openLogits(fileOf(4, [1, rows, classes]))).rejects.toThrow(message);
});
