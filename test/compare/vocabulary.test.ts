import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { encodingVocabulary } from "../../src/cli/encodings.js";
import type { Vocabulary } from "../../src/cli/tokenContent.js";
import { readVocabulary } from "../../src/cli/vocabulary.js";
import { makeFile, temporary } from "./temporary.js";

// What tokens stand for, as tokenizers write it.

const file = (json: object, name = "tokenizer.json") => makeFile(name, JSON.stringify(json));
const bytesOf = ({ contentOf }: Vocabulary, token: number) =>
  Buffer.from(contentOf(token)?.bytes ?? []).toString("hex");
const textOf = ({ contentOf }: Vocabulary, token: number) => Buffer.from(contentOf(token)?.bytes ?? []).toString();
const BYTE_LEVEL = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true };
const vocab = (...texts: string[]) => Object.fromEntries(texts.map((text, token) => [text, token]));

describe("tokenizer.json", () => {
  test("byte-level: GPT-2's characters for bytes", async () => {
    // as in its encoder.json: " the", "\n", 你, a part of a character, é in two bytes
    const model = { type: "BPE", vocab: vocab("Ġthe", "Ċ", "ä½ł", "ä½", "Ã©", "Hello") };
    const added = [
      { id: 6, content: "<|endoftext|>", special: true },
      { id: 9, content: "Ġkept", special: false },
    ];
    const path = file({ model, added_tokens: added, decoder: BYTE_LEVEL });
    const vocabulary = await readVocabulary(path, 10);
    expect(vocabulary).toMatchObject({ name: path, size: 10 });
    const texts = [0, 1, 2, 4, 5, 6, 9].map((token) => textOf(vocabulary, token));
    expect(texts).toEqual([" the", "\n", "你", "é", "Hello", "<|endoftext|>", "Ġkept"]);
    expect(bytesOf(vocabulary, 3)).toBe("e4bd");
    expect([5, 6, 9].map((token) => vocabulary.contentOf(token)?.isSpecial)).toEqual([false, true, false]);
    expect(vocabulary.contentOf(7)).toBeUndefined();
    expect(vocabulary.contentOf(10)).toBeUndefined();
  });

  test("byte-level: each of the 256 bytes", async () => {
    // U+0100 on: the bytes 0 to 32, 127 to 160 and 173, in this order; others are themselves
    const moved = [...Array.from({ length: 33 }, (_, i) => i), ...Array.from({ length: 34 }, (_, i) => 127 + i), 173];
    const characterOf = (byte: number) =>
      String.fromCharCode(moved.includes(byte) ? 0x100 + moved.indexOf(byte) : byte);
    const texts = Array.from({ length: 256 }, (_, byte) => characterOf(byte));
    expect(texts[173]).toBe("Ń");
    const pre_tokenizer = { type: "Sequence", pretokenizers: [{ type: "Split" }, BYTE_LEVEL] };
    const vocabulary = await readVocabulary(
      file({ model: { type: "BPE", vocab: vocab(...texts) }, pre_tokenizer, decoder: null }),
      256,
    );
    for (let byte = 0; byte < 256; byte++) {
      expect(bytesOf(vocabulary, byte)).toBe(byte.toString(16).padStart(2, "0"));
    }
  });

  const decoders = [
    { type: "Replace", pattern: { String: "▁" }, content: " " },
    { type: "ByteFallback" },
    { type: "Fuse" },
    { type: "Strip", content: " ", start: 1, stop: 0 },
  ];
  test.each<[string, object]>([
    [
      "a BPE of Llama",
      { model: { type: "BPE", vocab: vocab("<s>", "<0x0A>", "▁the", "▁▁", "<0xE4>", "ing"), byte_fallback: true } },
    ],
    [
      "a decoder that replaces",
      {
        model: { type: "BPE", vocab: vocab("<s>", "<0x0A>", "▁the", "▁▁", "<0xE4>", "ing") },
        decoder: { type: "Sequence", decoders },
      },
    ],
    [
      "a Unigram",
      {
        model: { type: "Unigram", vocab: ["<s>", "<0x0A>", "▁the", "▁▁", "<0xE4>", "ing"].map((text) => [text, -1.5]) },
        decoder: { type: "Metaspace", replacement: "▁", add_prefix_space: true },
      },
    ],
  ])("SentencePiece: %s", async (_, json) => {
    const vocabulary = await readVocabulary(
      file({ ...json, added_tokens: [{ id: 0, content: "<s>", special: true }] }),
      6,
    );
    const texts = [0, 1, 2, 3, 5].map((token) => textOf(vocabulary, token));
    expect(texts).toEqual(["<s>", "\n", " the", "  ", "ing"]);
    expect(bytesOf(vocabulary, 4)).toBe("e4");
    expect(vocabulary.contentOf(0)?.isSpecial).toBe(true);
  });

  test("WordPiece, an end of words, and texts as they are", async () => {
    const model = { vocab: vocab("the", "##ing", "a</w>") };
    const texts = async (json: object) => {
      const vocabulary = await readVocabulary(file(json), 3);
      return [0, 1, 2].map((token) => textOf(vocabulary, token));
    };
    expect(await texts({ model: { ...model, type: "WordPiece" } })).toEqual([" the", "ing", " a</w>"]);
    const suffix = { ...model, type: "BPE", end_of_word_suffix: "</w>" };
    expect(await texts({ model: suffix })).toEqual(["the", "##ing", "a "]);
    expect(await texts({ model: { ...model, type: "WordLevel" } })).toEqual(["the", "##ing", "a</w>"]);
  });
});

describe("lists", () => {
  test.each<[string, string]>([
    ["an array of JSON", ' ["a", "b\\n", " ▁"]'],
    ["a text a line", "\ufeffa\nb\\n\n ▁\n"],
    ["with the ends of lines of Windows", "a\r\nb\\n\r\n ▁"],
  ])("%s", async (name, text) => {
    const vocabulary = await readVocabulary(makeFile("list.txt", text), 3);
    expect(vocabulary.size).toBe(3);
    const second = name.includes("JSON") ? "b\n" : "b\\n";
    expect([0, 1, 2].map((token) => textOf(vocabulary, token))).toEqual(["a", second, " ▁"]);
  });
});

describe("encodings of gpt-tokenizer", () => {
  test.each([
    ["cl100k_base", "cl100k_base", "<|endoftext|>", 100257],
    ["o200k_base", "o200k_base", "<|endoftext|>", 199999],
    ["gpt2", "r50k_base", "<|endoftext|>", 50256],
    ["p50k_edit", "p50k_base", "<|fim_prefix|>", 50281],
    ["o200k_harmony", "o200k_base", "<|startoftext|>", 199998],
  ])("%s: all tokens as OpenAI's file has them, and special ones", async (name, ranks, special, token) => {
    const vocabulary = await readVocabulary(name, 2 ** 18);
    const lines = readFileSync(`node_modules/gpt-tokenizer/data/${ranks}.tiktoken`, "utf8").trim().split("\n");
    const wrong = lines.filter((line) => {
      const [base64, rank] = line.split(" ");
      const content = vocabulary.contentOf(Number(rank));
      return content?.isSpecial || Buffer.from(content?.bytes ?? []).toString("base64") !== base64;
    });
    expect(wrong).toEqual([]);
    expect(textOf(vocabulary, token)).toBe(special);
    expect(vocabulary.contentOf(token)?.isSpecial).toBe(true);
    expect(vocabulary.size).toBeGreaterThan(token);
  });

  test("are an error where the package is not installed, which tells how to install it", () => {
    expect(() => encodingVocabulary("cl100k_base", [temporary("package.json")])).toThrow(
      "--vocabulary cl100k_base needs the package gpt-tokenizer, 3 or later: npm install gpt-tokenizer",
    );
  });
});

describe("what is no vocabulary", () => {
  test.each<[string, () => string, RegExp]>([
    ["no file", () => temporary("none.json"), /none\.json cannot be read: there is no such file/],
    ["a folder", () => "test", /test is not a regular file/],
    ["an empty file", () => makeFile("x.txt", ""), /x\.txt: there are no tokens/],
    ["an empty array", () => makeFile("x.json", "[]"), /x\.json: there are no tokens/],
    ["no JSON", () => makeFile("x.json", '{"model"'), /x\.json begins like JSON, but is not: /],
    ["vocab.json", () => file({ a: 0, b: 1 }), /no tokenizer\.json of Hugging Face: it has no model\.vocab; a list/],
    ["a list of numbers", () => makeFile("x.json", '["a", 7]'), /token 1 is 7; it must be a text/],
    ["no number", () => file({ model: { vocab: { a: "b" } } }), /the token of "a" is b; it must be an integer from 0/],
    ["a huge number", () => file({ model: { vocab: { a: 1e9 } } }), /the token of "a" is 1000000000; it must be/],
    ["an entry without text", () => file({ model: { vocab: [[1, 2]] } }), /the token of "1" is 0; it must be/],
    ["a token of two texts", () => file({ model: { vocab: { a: 0, b: 0 } } }), /token 0 is both "a" and "b"/],
    [
      "of more tokens than classes",
      () => file({ model: { vocab: vocab("a", "b", "c") } }),
      /--vocabulary .*tokenizer\.json has the token 2, but the rows have 2 classes: it is of another model/,
    ],
  ])("%s", async (_, path, message) => {
    const given = path();
    await expect(readVocabulary(given, 2)).rejects.toThrow(message);
  });

  test("special tokens that the rows have no class for do not matter", async () => {
    const path = temporary("tokenizer.json");
    const added = [{ id: 2, content: "<pad>", special: true }];
    writeFileSync(path, JSON.stringify({ model: { vocab: vocab("a", "b") }, added_tokens: added }));
    expect((await readVocabulary(path, 2)).size).toBe(3);
  });
});
