"""Makes test/fixtures/onnx: a small model as ONNX Runtime loads it, inputs, and the KL of what it makes of them, with mpmath at 30 digits: of the
logits, and of the logits rounded to f16.

The model is logits = x·W, once as f32 and once rounded to f16. The file is written as protobuf, field by field (onnx.proto of opset 17).

    python3 scripts/makeOnnxFixture.py
"""
import json
import random
import struct
from pathlib import Path

from mpmath import exp, log, mp, mpf

mp.dps = 30
OUT = Path(__file__).parent.parent / "test" / "fixtures" / "onnx"
FEATURES, CLASSES, ROWS = 4, 64, 5
FLOAT, FLOAT16 = 1, 10


def varint(n):
    return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + varint(n >> 7)


def field(number, value):
    """An integer, or bytes of a message or text."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def value_info(name, element, classes):
    rows = field(1, field(2, "rows"))
    shape = rows + field(1, field(1, classes))
    return field(1, name) + field(2, field(1, field(1, element) + field(2, shape)))


def node(kind, inputs, output, attribute=b""):
    return b"".join(field(1, name) for name in inputs) + field(2, output) + field(4, kind) + attribute


def model(weights):
    to_half = field(5, field(1, "to") + field(3, FLOAT16) + field(20, 2))
    tensor = field(1, FEATURES) + field(1, CLASSES) + field(2, FLOAT) + field(8, "W") + field(9, weights)
    graph = (
        field(1, node("MatMul", ["x", "W"], "logits"))
        + field(1, node("Cast", ["logits"], "halves", to_half))
        + field(2, "logits")
        + field(5, tensor)
        + field(11, value_info("x", FLOAT, FEATURES))
        + field(12, value_info("logits", FLOAT, CLASSES))
        + field(12, value_info("halves", FLOAT16, CLASSES))
    )
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


def floats(numbers):
    """As f32."""
    data = struct.pack(f"<{len(numbers)}f", *numbers)
    return data, [mpf(x) for x in struct.unpack(f"<{len(numbers)}f", data)]


def log_softmax(logits):
    total = log(sum(exp(z) for z in logits))
    return [z - total for z in logits]


def kl(base, other):
    p, q = log_softmax(base), log_softmax(other)
    return sum(exp(a) * (a - b) for a, b in zip(p, q))


source = random.Random(16)
data, weights = floats([source.gauss(0, 1) for _ in range(FEATURES * CLASSES)])
base = floats([source.gauss(0, 1.5) for _ in range(ROWS * FEATURES)])[1]
other = floats([float(x) + source.gauss(0, 0.2) for x in base])[1]


def logits_of(x):
    return [sum(x[i] * weights[i * CLASSES + j] for i in range(FEATURES)) for j in range(CLASSES)]


def rows(x):
    return [logits_of(x[r * FEATURES : (r + 1) * FEATURES]) for r in range(ROWS)]


def halves(logits):
    return [mpf(x) for x in struct.unpack(f"<{CLASSES}e", struct.pack(f"<{CLASSES}e", *map(float, logits)))]


OUT.mkdir(exist_ok=True)
(OUT / "model.onnx").write_bytes(model(data))
fixture = {
    "base": [float(x) for x in base],
    "other": [float(x) for x in other],
    "kl": [float(kl(a, b)) for a, b in zip(rows(base), rows(other))],
    "klOfHalves": [float(kl(halves(a), halves(b))) for a, b in zip(rows(base), rows(other))],
}
(OUT / "references.json").write_text(json.dumps(fixture) + "\n")
