"""Makes test/fixtures/skew.json, for test/skewDivergence.test.ts, with mpmath at 45 digits.

The rows are those of makeReferences.py and makeLogitReferences.py, which test/cases.ts makes again from their seeds; rows at the edges of what
numbers can be are stored.

    python3 scripts/makeSkewReferences.py
"""
import json
import sys

from mpmath import exp, log, mp, mpf, nstr

sys.dont_write_bytecode = True
import makeLogitReferences  # noqa: E402
import makeReferences  # noqa: E402
from makeRenyiReferences import log_probabilities  # noqa: E402

mp.dps = 45

ALPHAS = [1e-9, 1e-4, 0.01, 0.3, 0.5, 0.7, 0.99, 0.9999, 1 - 1e-9]


def divergence(p, q, alpha):
    """KL(p‖(1 - α)p + αq) of logarithms of probabilities, None where one is 0."""
    alpha = mpf(alpha)
    total = mpf(0)
    for u, v in zip(p, q):
        if u is not None:
            total -= exp(u) * log(1 - alpha + (alpha * exp(v - u) if v is not None else 0))
    return total


def exact(p, q):
    return [nstr(divergence(p, q, alpha), 19) for alpha in ALPHAS]


def probability_cases():
    cases = []

    def add(shape, n, eps=0.0, mismatch=0.0, **more):
        for kind in ("f32", "f64"):
            seed = 1999 + 97 * len(cases)
            cases.append({"shape": shape, "type": kind, "n": n, "eps": eps, "mismatch": mismatch, "seed": seed, **more})

    for n in (1, 2, 3, 8, 17, 300):
        add("independent", n)
    for n in (2, 7, 33):
        for eps in (0.5, 1e-2, 1e-4):
            add("near", n, eps)
    for eps in (1.0, 1e-1, 1e-3, 1e-5):
        add("near", 1024, eps)
    for ratio in (1.41, 1.99, 2.01, 0.26, 17.0):
        add("steps", 1024, ratio)
    for shape in ("independent", "wide", "zeros"):
        add(shape, 1024)
    add("zeros", 31)
    add("near", 1024, 1e-5, mismatch=1e-6)
    for mismatch in (1e-5, -5e-3):
        add("near", 1024, 1e-3, mismatch=mismatch)
    for scale in (1e6, 1e-30):
        add("near", 300, 1e-3, mismatch=0.5, scale=scale)
    for case in cases:
        p, q, _ = makeReferences.rows(case)
        case["exact"] = exact(log_probabilities(p), log_probabilities(q))
    return cases


def logit_cases():
    cases = []

    def add(p, q, n, **more):
        for kind in ("f32", "f64"):
            cases.append({"type": kind, "p": p, "q": q, "n": n, **more, "seed": 2000 + 97 * len(cases)})

    add("ordinary", "ordinary", 300, temperature=0.5)
    for eps in (1e-1, 1e-3, 3e-5):
        add("ordinary", "near", 300, eps=eps)
    add("ordinary", "near", 300, eps=1e-2, offset=1000)
    add("outlier", "flat", 300)
    add("flat", "outlier", 300)
    add("peaked", "peaked", 100)
    add("wide", "near", 300, eps=1e-1)
    for mask in ("both", "p", "q", "either"):
        add("ordinary", "near", 100, mask=mask, eps=1e-1)
    for kinds in (["probabilities", "logits"], ["logits", "probabilities"], ["logProbabilities", "logProbabilities"]):
        add("halves", "near", 100, eps=1e-1, input=kinds)
    for case in cases:
        p, q, _ = makeLogitReferences.rows(case)
        p_kind, q_kind = case.get("input", ("logits", "logits"))
        temperature = mpf(case.get("temperature", 1))
        case["exact"] = exact(log_probabilities(p, p_kind, temperature), log_probabilities(q, q_kind, temperature))
    return cases


def edge_cases():
    tiny = 5e-324
    pairs = [
        ([1.0, tiny], [0.5, 0.5]),
        ([0.5, 0.5], [1.0, tiny]),
        ([1.0, 1e-200, 0.0], [1e-210, 1.0, 1e-5]),
        ([1.0, 0.0], [0.0, 1.0]),
        ([0.25, 0.75, 1e-300, 1e-150], [0.25, 0.75, 1e-150, 1e-300]),
        ([3 * tiny, tiny], [tiny, tiny]),
        ([1e300, 3e300], [1e-300, 1e-300]),
        ([0.5, 0.5, 1e-310], [0.5000001, 0.4999999, 2e-310]),
        ([0.0, 1.0], [1e-12, 1.0]),
        ([1e-12, 1.0], [0.0, 1.0]),
    ]
    return [{"p": p, "q": q, "exact": exact(log_probabilities(p), log_probabilities(q))} for p, q in pairs]


def main():
    cases = {"probabilities": probability_cases(), "logits": logit_cases(), "edges": edge_cases()}
    with open("test/fixtures/skew.json", "w", encoding="utf-8") as file:
        file.write(f'{{\n  "alphas": {json.dumps(ALPHAS)}')
        for name, all_of_them in cases.items():
            lines = ",\n".join("    " + json.dumps(it, separators=(",", ":")) for it in all_of_them)
            file.write(f',\n  "{name}": [\n{lines}\n  ]')
        file.write("\n}\n")
    print(", ".join(f"{len(all_of_them)} {name}" for name, all_of_them in cases.items()))


if __name__ == "__main__":
    main()
