// .npz: a .zip of .npy files, one for each array, as numpy.savez and numpy.savez_compressed write them.

import type { InputFile } from "./file.js";
import { shown } from "./shown.js";
import { dataOf, type ZipEntry, zipEntries } from "./zip.js";

const STORED = 0;
const DEFLATED = 8;

/** Of a message. */
const NAMES_LISTED = 20;

const nameOf = ({ name }: ZipEntry): string => name.replace(/\.npy$/, "");

/** The array called `wanted`, or the only one, as a file: numbers that are stored are read where they are, deflated ones from a copy. */
export async function openArray(file: InputFile, wanted: string | undefined): Promise<InputFile> {
  const arrays = (await zipEntries(file)).filter(({ name }) => name.endsWith(".npy"));
  const list = arrays.slice(0, NAMES_LISTED).map((entry) => `"${shown(nameOf(entry))}"`);
  const names =
    arrays.length > list.length ? `${list.join(", ")} and ${arrays.length - list.length} more` : list.join(", ");
  if (arrays.length === 0) {
    throw new TypeError(
      `${file.name} is an archive without .npy, as of torch.save: save the array by np.save or np.savez`,
    );
  }
  if (wanted === undefined && arrays.length > 1) {
    throw new TypeError(`${file.name} has ${arrays.length} arrays; name one by the option tensor: ${names}`);
  }
  const found = wanted === undefined ? arrays : arrays.filter((entry) => nameOf(entry) === wanted);
  const [entry] = found;
  if (entry === undefined)
    throw new RangeError(`${file.name}: there is no array "${shown(wanted ?? "")}"; there are ${names}`);
  const name = `${file.name}#${shown(nameOf(entry))}`;
  if (found.length > 1) throw new RangeError(`${name}: there are ${found.length} arrays of this name`);
  const { method, isEncrypted, size, packedSize, crc } = entry;
  if (isEncrypted) throw new TypeError(`${name} is encrypted`);
  const data = await dataOf(file, entry);
  if (method === STORED && size === packedSize) return file.part(name, data, size);
  if (method === DEFLATED) return file.inflated(name, data, { size, packedSize, crc });
  throw new TypeError(
    method === STORED
      ? `${name} has ${size} bytes in ${packedSize}, though it is not packed`
      : `${name} is packed by method ${method}; stored (0) and deflated (8) are read`,
  );
}
