"""Makes test/fixtures/renyi.json, for test/renyi.test.ts, with mpmath at 45 digits.

As in makeReferences.py and makeLogitReferences.py, whose rows these are, a row is not stored but made again from its seed by
test/cases.ts; rows at the edges of what numbers can be are stored.

    python3 scripts/makeRenyiReferences.py
"""
import json
import sys

from mpmath import exp, inf, log, mp, mpf, nstr, sqrt

sys.dont_write_bytecode = True
import makeLogitReferences  # noqa: E402
import makeReferences  # noqa: E402

mp.dps = 45

ALPHAS = [0, 1e-9, 0.01, 0.3, 0.5, 0.7, 0.999999, 1, 1.000001, 1.5, 2, 3, 10, 50, 1e6, inf]


def log_probabilities(row, kind="probabilities", temperature=1):
    """ln p of each class; None where it is impossible."""
    if kind == "probabilities":
        logs = [log(mpf(x)) if x else None for x in row]
    else:
        logs = [None if z == -inf else mpf(z) / (temperature if kind == "logits" else 1) for z in row]
    most = max(x for x in logs if x is not None)
    log_sum = most + log(sum(exp(x - most) for x in logs if x is not None))
    return [None if x is None else x - log_sum for x in logs]


def log_sum_exp(logs):
    most = max(logs)
    return most + log(sum(exp(x - most) for x in logs))


def divergence(p, q, alpha):
    both = [(u, v) for u, v in zip(p, q) if u is not None and v is not None]
    is_infinite = any(u is not None and v is None for u, v in zip(p, q))
    if not both or (alpha >= 1 and is_infinite):
        return inf
    if alpha == 0:
        return -log_sum_exp([v for _, v in both])
    if alpha == 1:
        return sum(exp(u) * (u - v) for u, v in both)
    if alpha == inf:
        return max(u - v for u, v in both)
    alpha = mpf(alpha)
    return log_sum_exp([alpha * u + (1 - alpha) * v for u, v in both]) / (alpha - 1)


def entropy(p, alpha):
    possible = [u for u in p if u is not None]
    if alpha == 0:
        return log(mpf(len(possible)))
    if alpha == 1:
        return -sum(exp(u) * u for u in possible)
    if alpha == inf:
        return -max(possible)
    alpha = mpf(alpha)
    return log_sum_exp([alpha * u for u in possible]) / (1 - alpha)


def tsallis(p, alpha):
    possible = [u for u in p if u is not None]
    if alpha == 1:
        return entropy(p, 1)
    if alpha == inf:
        return mpf(0)
    alpha = mpf(alpha)
    return (1 - sum(exp(alpha * u) for u in possible)) / (alpha - 1)


def shown(x):
    return "Infinity" if x == inf else nstr(x, 19)


def reference(p, q):
    """Of logarithms of probabilities."""
    zero = mpf(0)
    affinity = sum((exp((u + v) / 2) for u, v in zip(p, q) if u is not None and v is not None), zero)
    of = lambda u: zero if u is None else exp(u)  # noqa: E731
    squared = sum(((sqrt(of(u)) - sqrt(of(v))) ** 2 for u, v in zip(p, q)), zero) / 2
    variation = sum((abs(of(u) - of(v)) for u, v in zip(p, q)), zero) / 2
    return {
        "renyiDivergence": [shown(divergence(p, q, alpha)) for alpha in ALPHAS],
        "renyiEntropy": [shown(entropy(p, alpha)) for alpha in ALPHAS],
        "tsallisEntropy": [shown(tsallis(p, alpha)) for alpha in ALPHAS],
        "hellingerDistance": shown(sqrt(squared)),
        "bhattacharyyaDistance": shown(-log(affinity) if affinity else inf),
        "totalVariationDistance": shown(variation),
    }


def probability_cases(reference):
    cases = []

    def add(shape, n, eps=0.0, mismatch=0.0, **more):
        for kind in ("f32", "f64"):
            seed = 1961 + 97 * len(cases)
            cases.append({"shape": shape, "type": kind, "n": n, "eps": eps, "mismatch": mismatch, "seed": seed, **more})

    for n in (1, 2, 3, 8, 17, 100, 300):
        add("independent", n)
    for n in (2, 7, 33):
        for eps in (0.5, 1e-2, 1e-4):
            add("near", n, eps)
    for eps in (1.0, 1e-1, 1e-3, 1e-5):
        add("near", 1024, eps)
    for ratio in (1.41, 1.99, 2.01, 0.26):
        add("steps", 1024, ratio)
    add("independent", 1024)
    add("wide", 1024)
    add("zeros", 1024)
    add("zeros", 31)
    add("near", 1024, 1e-5, mismatch=1e-6)
    for mismatch in (1e-5, -5e-3):
        add("near", 1024, 1e-3, mismatch=mismatch)
    for scale in (1e6, 1e-30):
        add("independent", 300, scale=scale)
        add("near", 300, 1e-3, mismatch=0.5, scale=scale)
    for case in cases:
        p, q, _ = makeReferences.rows(case)
        case.update(reference(log_probabilities(p), log_probabilities(q)))
    return cases


def logit_cases(reference):
    cases = []

    def add(p, q, n, **more):
        for kind in ("f32", "f64"):
            cases.append({"type": kind, "p": p, "q": q, "n": n, **more, "seed": 1988 + 97 * len(cases)})

    add("ordinary", "ordinary", 17)
    add("ordinary", "ordinary", 300, temperature=0.5)
    for eps in (1e-1, 1e-3, 3e-5):
        add("ordinary", "near", 300, eps=eps)
    add("flat", "near", 300, eps=1e-3, temperature=7.3)
    add("ordinary", "near", 300, eps=1e-2, offset=1000)
    add("outlier", "flat", 300)
    add("flat", "outlier", 300)
    add("peaked", "peaked", 100)
    add("wide", "wide", 100, temperature=7.3)
    add("wide", "near", 300, eps=1e-1)
    for mask in ("both", "p", "q", "either"):
        add("ordinary", "near", 100, mask=mask, eps=1e-1)
    for kinds in (["probabilities", "logits"], ["logits", "probabilities"], ["logProbabilities", "logits"]):
        add("halves", "near", 100, eps=1e-1, input=kinds)
    add("ordinary", "near", 300, eps=1e-2, input=["logProbabilities", "logProbabilities"])
    for case in cases:
        p, q, _ = makeLogitReferences.rows(case)
        p_kind, q_kind = case.get("input", ("logits", "logits"))
        temperature = mpf(case.get("temperature", 1))
        case.update(reference(log_probabilities(p, p_kind, temperature), log_probabilities(q, q_kind, temperature)))
    return cases


def edge_cases(reference):
    tiny = 5e-324
    pairs = [
        ([1.0, tiny], [0.5, 0.5]),
        ([0.5, 0.5], [1.0, tiny]),
        ([1.0, 1e-300], [1e-300, 1.0]),
        ([1.0, 1e-200, 0.0], [1e-210, 1.0, 1e-5]),
        ([1.0, 0.0], [0.0, 1.0]),
        ([0.25, 0.75, 1e-300, 1e-150], [0.25, 0.75, 1e-150, 1e-300]),
        ([3 * tiny, tiny], [tiny, tiny]),
        ([1e300, 3e300], [1e-300, 1e-300]),
        ([1e300, 1e-300], [1.0, 1.0]),
        ([0.5, 0.5, 1e-310], [0.5000001, 0.4999999, 2e-310]),
        ([0.0, 1.0], [1e-12, 1.0]),
        ([1e-12, 1.0], [0.0, 1.0]),
        ([0.1] * 10, [0.2, 0.0] * 5),
    ]
    edges = []
    for p, q in pairs:
        edges.append({"p": p, "q": q, **reference(log_probabilities(p), log_probabilities(q))})
    return edges


def write(name, reference, head):
    """A fixture of what `reference` makes of each pair, under lists of orders."""
    edges = edge_cases(reference)
    probabilities = probability_cases(reference)
    logits = logit_cases(reference)
    as_lines = lambda cases: ",\n".join("    " + json.dumps(it, separators=(",", ":")) for it in cases)  # noqa: E731
    with open(f"test/fixtures/{name}.json", "w", encoding="utf-8") as file:
        file.write("{\n")
        for key, orders in head.items():
            file.write(f'  "{key}": {json.dumps(["Infinity" if order == inf else order for order in orders])},\n')
        file.write(f'  "probabilities": [\n{as_lines(probabilities)}\n  ],\n')
        file.write(f'  "logits": [\n{as_lines(logits)}\n  ],\n')
        file.write(f'  "edges": [\n{as_lines(edges)}\n  ]\n}}\n')
    print(len(probabilities), "cases of probabilities,", len(logits), "of logits,", len(edges), "edges")


if __name__ == "__main__":
    write("renyi", reference, {"alphas": ALPHAS})
