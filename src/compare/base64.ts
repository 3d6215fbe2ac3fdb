// Numbers to the bit as text: the little-endian bytes of f64 in base64.

const CHUNK = 8190; // bytes: whole groups of three

export function base64Of(numbers: Float64Array): string {
  const bytes = new Uint8Array(8 * numbers.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < numbers.length; i++) view.setFloat64(8 * i, numbers[i], true);
  let text = "";
  for (let from = 0; from < bytes.length; from += CHUNK) {
    // as a list of arguments that is spread, each byte would be an object
    text += btoa(String.fromCharCode.apply(null, bytes.subarray(from, from + CHUNK) as never));
  }
  return text;
}

/** Undefined for what `base64Of` does not give. */
export function numbersOf(text: string): Float64Array | undefined {
  let characters: string;
  try {
    characters = atob(text);
  } catch {
    return undefined;
  }
  // without spaces, and without bits that belong to no byte
  if (characters.length % 8 !== 0 || btoa(characters) !== text) return undefined;
  const bytes = new Uint8Array(characters.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = characters.charCodeAt(i);
  const view = new DataView(bytes.buffer);
  const numbers = new Float64Array(characters.length / 8);
  for (let i = 0; i < numbers.length; i++) numbers[i] = view.getFloat64(8 * i, true);
  return numbers;
}
