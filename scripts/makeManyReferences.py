"""Makes test/fixtures/many.json, for test/many.test.ts, with mpmath at 50 digits: divergences of several distributions with weights.

A row is not stored but made again by test/many.test.ts, operation by operation as here: all of them are of f64, and exact in both.

    python3 scripts/makeManyReferences.py
"""
import json

import numpy
from mpmath import exp, inf, log, mp, mpf, nstr

mp.dps = 50

ALPHAS = [0, 1e-6, 0.01, 0.25, 0.5, 0.75, 0.999999, 1]


def mixed(k):
    return ((k % 9973) * (k % 9967) + 7919 * (k % 9949)) % 10007


def row_of(case, i):
    """Row i: a distribution of its own, or within eps of one that all share."""
    row = []
    for j in range(case["n"]):
        own = mixed(31 * j + 1009 * i + 3 * case["seed"])
        if case["eps"] is None:
            x = (own + 1) / 10008
            x = x * x * x
        else:
            x = (mixed(j + 17 * case["seed"]) + 1) / 10008 * (1 + case["eps"] * (own / 10007 - 0.5))
        row.append(0 if case["zeros"] and mixed(13 * j + 7 * i) % 10 < 3 else x)
    total = 0
    for x in row:
        total += x
    row = [x / total * case["scales"][i % len(case["scales"])] for x in row]
    return [float(numpy.float32(x)) for x in row] if case["type"] == "f32" else row


def normalised(row):
    total = sum(mpf(x) for x in row)
    return [mpf(x) / total for x in row]


def softmax(row, temperature):
    most = max(row)
    powers = [mpf(0) if z == -inf else exp((mpf(z) - mpf(most)) / mpf(temperature)) for z in row]
    total = sum(powers)
    return [x / total for x in powers]


def mixture(rows, weights):
    return [sum(w * row[j] for w, row in zip(weights, rows)) for j in range(len(rows[0]))]


def renyi(p, alpha):
    if alpha == 1:
        return -sum(x * log(x) for x in p if x)
    return log(sum(x ** mpf(alpha) for x in p if x)) / (1 - mpf(alpha))


def reference(rows, given):
    total = sum(mpf(w) for w in given)
    weights = [mpf(w) / total for w in given]
    m = mixture(rows, weights)
    excess = lambda alpha: renyi(m, alpha) - sum(w * renyi(row, alpha) for w, row in zip(weights, rows))  # noqa: E731
    return {"exact": [nstr(excess(alpha), 19) for alpha in ALPHAS]}


def main():
    cases = []

    def add(count, n, eps=None, zeros=False, weights=None, scales=(1,)):
        for kind in ("f32", "f64"):
            case = {"type": kind, "count": count, "n": n, "eps": eps, "zeros": zeros, "scales": list(scales)}
            case.update({"weights": weights or [1] * count, "seed": len(cases)})
            rows = [normalised(row_of(case, i)) for i in range(count)]
            cases.append({**case, **reference(rows, case["weights"])})

    for count in (1, 2, 3, 7):
        add(count, 17)
    add(20, 100)
    add(3, 1000)
    for eps in (0.5, 1e-2, 1e-4, 1e-5):
        add(3, 100, eps)
        add(5, 300, eps, weights=[1, 0, 1000, 3, 0.001])
    add(64, 100, 1e-3)
    add(4, 100, zeros=True)
    add(4, 100, 1e-2, zeros=True, weights=[0.7, 0.1, 0.1, 0.1])
    add(3, 100, scales=(1e9, 1e-25, 3))
    add(3, 100, 1e-3, scales=(1, 1.3, 0.01))
    add(2, 33, weights=[1e-9, 1])

    edges = []
    tiny = 5e-324
    for rows, weights in [
        ([[1.0, 0.0], [0.0, 1.0]], [1, 3]),
        ([[1.0, 1e-300], [0.5, 0.5]], [1, 1]),
        ([[3 * tiny, tiny], [tiny, tiny], [tiny, 0]], [1, 1, 2]),
        ([[1e300, 3e300], [1e-300, 1e-300]], [1, 1]),
        ([[1.0, 1e-100], [1e-100, 1.0], [1.0, 0.0]], [2, 1, 1]),
        ([[0.1] * 10, [0.2, 0.0] * 5, [0.1] * 10], [1e-6, 1, 1e6]),
    ]:
        edges.append({"rows": rows, "weights": weights, **reference([normalised(row) for row in rows], weights)})
    logits = []
    for temperature in (1, 2.5):
        for eps in (3, 1e-3, 3e-5):
            base = [mixed(j) / 1000 for j in range(60)]
            rows = [[z + eps * mixed(31 * j + 1009 * i) / 10007 for j, z in enumerate(base)] for i in range(4)]
            rows[1][3] = -inf
            rows[3] = list(rows[0]) if eps == 3 else rows[3]
            shown = [["-Infinity" if z == -inf else z for z in row] for row in rows]
            it = reference([softmax(row, temperature) for row in rows], [1, 1, 1, 1])
            logits.append({"rows": shown, "temperature": temperature, **it})
    as_lines = lambda cases: ",\n".join("    " + json.dumps(it, separators=(",", ":")) for it in cases)  # noqa: E731
    with open("test/fixtures/many.json", "w", encoding="utf-8") as file:
        file.write(f'{{\n  "alphas": {json.dumps(ALPHAS)},\n  "made": [\n{as_lines(cases)}\n  ],\n')
        file.write(f'  "edges": [\n{as_lines(edges)}\n  ],\n  "logits": [\n{as_lines(logits)}\n  ]\n}}\n')
    print(len(cases), "made,", len(edges), "edges,", len(logits), "of logits")


if __name__ == "__main__":
    main()
