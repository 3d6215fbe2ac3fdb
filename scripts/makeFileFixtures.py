# python3 scripts/makeFileFixtures.py [LOGITS], from the project's root; writes test/fixtures/compare/. It needs NumPy and ml_dtypes.
#
# Small files of logits and tokens as other programs write them: by NumPy itself, .safetensors by hand, and the first chunks of
# a file of llama.cpp's perplexity tool, LOGITS (llama-perplexity -m … -f … --kl-divergence-base LOGITS), with fewer classes.
# expected.json holds what is to be read from them.

import json
import struct
import sys
from pathlib import Path

import ml_dtypes
import numpy as np

DIRECTORY = Path("test/fixtures/compare")
DIRECTORY.mkdir(parents=True, exist_ok=True)
random = np.random.default_rng(1790)
expected = {}

# 7 rows of 5 classes, in multiples of 2^-6, so that they are the same numbers in f16, f32 and f64 (and in bfloat16: of 8 bits)
logits = random.integers(-127, 128, (7, 5)) / 64
logits[2, 3] = -np.inf
expected["logits"] = [["-Infinity" if x == -np.inf else x for x in row] for row in logits.tolist()]


def bfloat16(array):
    return (array.astype("<f4").view("<u4") >> 16).astype("<u2")


def write_npy(name, array, version=None):
    with open(DIRECTORY / name, "wb") as file:
        np.lib.format.write_array(file, array, version)


write_npy("f16.npy", logits.astype("<f2"))
write_npy("f32.npy", logits.astype("<f4"))
write_npy("f64.npy", logits.astype("<f8"))
write_npy("bf16.npy", bfloat16(logits))
write_npy("version2.npy", logits.astype("<f4"), (2, 0))
write_npy("version3.npy", logits.astype("<f4"), (3, 0))
write_npy("oneRow.npy", logits[1].astype("<f4"))
write_npy("threeDimensions.npy", logits[:6].reshape(2, 3, 5).astype("<f4"))
write_npy("columns.npy", np.asfortranarray(logits.astype("<f4")))
write_npy("columns.f2.npy", np.asfortranarray(logits.astype("<f2")))
write_npy("columns.f8.npy", np.asfortranarray(logits.astype("<f8")))
write_npy("columns.big.npy", np.asfortranarray(logits.astype(">f4")))
write_npy("columns3.npy", np.asfortranarray(logits[:6].reshape(2, 3, 5).astype("<f4")))
write_npy("bigEndian.npy", logits.astype(">f4"))
write_npy("bigEndian.f2.npy", logits.astype(">f2"))
write_npy("bigEndian.f8.npy", logits.astype(">f8"))
write_npy("bigEndian.u2.npy", bfloat16(logits).astype(">u2"))
write_npy("halves.npy", logits.astype("<f2").view("<u2"))
write_npy("i32.npy", np.arange(35, dtype="<i4").reshape(7, 5))
write_npy("noRows.npy", np.zeros((0, 5), "<f4"))
write_npy("structured.npy", np.zeros(3, [("a", "<f4"), ("b", "<i4")]))

# archives, in which NumPy writes sizes of 64 bits; with the time of writing that zipfile gives files by default
f32, f16 = logits.astype("<f4"), logits.astype("<f2")
np.savez(DIRECTORY / "one.npz", logits=f32)
np.savez(DIRECTORY / "several.npz", f16, logits=f32, columns=np.asfortranarray(f32), tokens=np.arange(7))
np.savez_compressed(DIRECTORY / "deflated.npz", logits=f32, other=np.zeros((7, 5), "<f4"))

tokens = np.array([3, 0, -1, 4, 4, 1, 2])
expected["tokens"] = tokens.tolist()
for name in ("i4", "i8"):
    write_npy(f"tokens.{name}.npy", tokens.astype(f"<{name}"))
for name in ("u2", "u4"):
    write_npy(f"tokens.{name}.npy", np.where(tokens < 0, 40000, tokens).astype(f"<{name}"))


def write_safetensors(name, tensors):
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for key, (dtype, array) in tensors.items():
        part = array.tobytes()
        header[key] = {"dtype": dtype, "shape": list(array.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    (DIRECTORY / name).write_bytes(struct.pack("<Q", len(text)) + text + data)


write_safetensors("one.safetensors", {"logits": ("F32", logits.astype("<f4")), "input_ids": ("I64", tokens.astype("<i8"))})
write_safetensors(
    "several.safetensors",
    {
        "bias": ("F32", logits[0].astype("<f4")),
        "half": ("F16", logits.astype("<f2")),
        "brain": ("BF16", bfloat16(logits)),
        "double": ("F64", logits[:6].reshape(2, 3, 5).astype("<f8")),
        "ids": ("I64", tokens.astype("<i8")),
    },
)

# all numbers of eight bits, as ml_dtypes has them; NaN and +Infinity, which cannot be logits, are in expected.json alone
EIGHT = {"F8_E4M3": ml_dtypes.float8_e4m3fn, "F8_E5M2": ml_dtypes.float8_e5m2}
every = np.arange(256, dtype="u1")
eight, expected["f8"] = {}, {}
for dtype, kind in EIGHT.items():
    values = every.view(kind).astype("<f4")
    possible = values < np.inf
    row = every[np.resize(np.flatnonzero(possible), (2, 256))]
    eight[dtype] = (dtype, row)
    spell = lambda x: "NaN" if np.isnan(x) else "Infinity" if x == np.inf else "-Infinity" if x == -np.inf else float(x)
    expected["f8"][dtype] = {"values": [spell(x) for x in values], "stored": row[0].tolist()}
write_safetensors("eight.safetensors", eight)

if len(sys.argv) > 1:
    CLASSES, CHUNKS = 61, 2
    stored = Path(sys.argv[1]).read_bytes()
    context, classes, chunks = struct.unpack_from("<3i", stored, 8)
    ids = np.frombuffer(stored, "<i4", context * chunks, 20)[: context * CHUNKS]
    rows_per_chunk = context - 1 - context // 2
    rows = np.frombuffer(stored, "<u2", offset=20 + 4 * context * chunks)
    rows = rows.reshape(-1, 4 + 2 * ((classes + 1) // 2))[: rows_per_chunk * CHUNKS]
    # an odd number of classes, so that rows are padded; tokens that are cut off become others
    cut = np.zeros((len(rows), 4 + CLASSES + 1), "<u2")
    cut[:, : 4 + CLASSES] = rows[:, : 4 + CLASSES]
    cut[0, 4 + 7] = 0
    ids = (ids % CLASSES).astype("<i4")
    header = b"_logits_" + struct.pack("<3i", context, CLASSES, CHUNKS)
    (DIRECTORY / "cut.kld").write_bytes(header + ids.tobytes() + cut.tobytes())
    step, floor = cut[:, :4].copy().view("<f4").astype("f8")[:, :2].T[:, :, None]
    # exact in f64 but for the last bit, then rounded to f32
    values = (step * cut[:, 4 : 4 + CLASSES] + floor).astype("f4")
    observed = ids.reshape(CHUNKS, context)[:, context // 2 + 1 :].reshape(-1)
    expected["llamaCpp"] = {"tokens": observed.tolist(), "rows": values.astype("f8").tolist()}
else:
    expected["llamaCpp"] = json.loads((DIRECTORY / "expected.json").read_text())["llamaCpp"]

(DIRECTORY / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
print(sum(path.stat().st_size for path in DIRECTORY.iterdir()), "bytes in", DIRECTORY)
