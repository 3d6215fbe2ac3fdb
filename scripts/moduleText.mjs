// Binaries as text: each byte is one printable character, or two. After gzip that is 6 % smaller than a module's hexadecimal digits, and
// 14 % of all modules in one file, and hardly larger than the bytes themselves. src/backends/modules.ts reads it.

/** The printable characters that no quotes, template or page gives another meaning: 90. */
const CHARACTERS = Array.from({ length: 95 }, (_, i) => String.fromCharCode(32 + i)).filter(
  (c) => !'"\\`$<'.includes(c),
);

/** The last two begin a pair. */
const SINGLES = CHARACTERS.length - 2;

/** Bytes from 240 to 255 and from 0 on, those of SIMD and of small numbers, come first. */
export function textOf(binary) {
  let text = "";
  for (const byte of binary) {
    const code = (byte + 16) & 255;
    const rest = code - SINGLES;
    if (rest < 0) text += CHARACTERS[code];
    else text += CHARACTERS[SINGLES + Math.floor(rest / CHARACTERS.length)] + CHARACTERS[rest % CHARACTERS.length];
  }
  return text;
}
