"""Makes test/fixtures/gaussianReferences.json, for test/gaussianKl.test.ts, with mpmath at 60 digits.

Rows are made again from their seed by test/gaussianCalls.ts, by +, -, *, / and rounding only.

    python3 scripts/makeGaussianReferences.py
"""
import json
import sys

from mpmath import exp, mp, mpf, nstr

sys.dont_write_bytecode = True
from makeReferences import Random, to_f32  # noqa: E402

mp.dps = 60


def rows(case):
    """mean, logVariance, priorMean, priorLogVariance. The twin of `makeCase` in test/gaussianCalls.ts."""
    random = Random(case["seed"]).next
    n, spread, apart, prior = case["n"], case["spread"], case["apart"], case["prior"]
    result = [[], [], [], []]
    for _ in range(n):
        m, w = (spread * (2 * random() - 1), spread * (2 * random() - 1)) if prior else (0.0, 0.0)
        d, v = apart * (2 * random() - 1), apart * (2 * random() - 1)
        for row, x in zip(result, (m + d, w + v, m, w)):
            row.append(to_f32(x) if case["type"] == "f32" else x)
    return result


def exact(case):
    rows_ = [[mpf(x) for x in row] for row in rows(case)]
    kl = sum(exp(l - w) - 1 - (l - w) + (u - m) ** 2 * exp(-w) for u, l, m, w in zip(*rows_)) / 2
    u, l, m, w = (row[case["n"] // 2] for row in rows_)
    return [nstr(x, 20) for x in (kl, (u - m) * exp(-w), (exp(l - w) - 1) / 2)]


cases = []
for kind in ("f32", "f64"):
    for n in (1, 7, 64, 513, 3001):
        for prior, spread in ((False, 0), (True, 1), (True, 40)):
            for apart in (1e-6, 1e-3, 0.4, 1.9, 8, 60) + ((200,) if spread != 1 else ()):
                case = dict(type=kind, n=n, prior=prior, spread=spread, apart=apart, seed=1000 + len(cases))
                cases.append({**case, "exact": exact(case)})

with open("test/fixtures/gaussianReferences.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in cases) + "\n]\n")
