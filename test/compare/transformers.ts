// Plays @huggingface/transformers for the program in docs/compare.md: words are tokens, and models guess.

const CLASSES = 20;

interface Inputs {
  readonly input_ids: { readonly data: BigInt64Array };
}

export const AutoTokenizer = {
  from_pretrained: async (_name: string) => (text: string) => ({
    input_ids: { data: BigInt64Array.from(text.split(" "), (word) => BigInt(word.length)) },
  }),
};

export const AutoModelForCausalLM = {
  from_pretrained: async (_name: string, { dtype }: { dtype: string }) =>
    Object.assign(
      async ({ input_ids }: Inputs) => {
        const rows = input_ids.data.length;
        const data = Float32Array.from({ length: rows * CLASSES }, (_, i) => Math.sin(i + dtype.length));
        return { logits: { dims: [1, rows, CLASSES], to: (_type: string) => ({ data }) } };
      },
      { dispose: async () => {} },
    ),
};
