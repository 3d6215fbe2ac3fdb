# Writes test/fixtures/samples.json: what functions of two samples in logratio/counts and logratio/evidence should give, by mpmath at 50
# digits, and what SciPy gives for corrected p-values. Run from the root: python3 scripts/makeSampleReferences.py

import json

from mpmath import erfc, fsum, inf, log, mp, mpf, nstr, sqrt
from scipy.stats import false_discovery_control

mp.dps = 50


class Random:
    """As test/random.ts: uniform numbers in (0, 1)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return ((self.state >> 8) + 0.5) / 16777216


def text(x):
    return nstr(x, 20) if x != inf else "Infinity"


def xlog(x, y):
    return mpf(0) if x == 0 else inf if y == 0 else x * log(x / y)


TERMS = {
    "js": lambda p, q: (xlog(p, (p + q) / 2) + xlog(q, (p + q) / 2)) / 2,
    "kl": xlog,
    "psi": lambda p, q: mpf(0) if p == q else inf if p * q == 0 else (p - q) * log(p / q),
    "hellinger": lambda p, q: (sqrt(p) - sqrt(q)) ** 2 / 2,
    "totalVariation": lambda p, q: abs(p - q) / 2,
}


def contributions(a, b):
    sum_a, sum_b = fsum(a), fsum(b)
    result = {}
    for name, term in TERMS.items():
        terms = [term(mpf(x) / sum_a, mpf(y) / sum_b) for x, y in zip(a, b)]
        result[name] = {"terms": [text(t) for t in terms], "value": text(fsum(terms) if inf not in terms else inf)}
    share = sum_a / (sum_a + sum_b)
    terms = [2 * (xlog(mpf(x), (x + y) * share) + xlog(mpf(y), (x + y) * (1 - share))) for x, y in zip(a, b)]
    result["g2"] = {"terms": [text(t) for t in terms], "value": text(fsum(terms))}
    return {"a": a, "b": b, "measures": result}


def pairs():
    random = Random(7)
    draw = lambda most: int(random.next() * random.next() * most)
    yield [3, 1], [1, 3]
    yield [30, 14, 34, 45, 57, 20], [31, 13, 34, 40, 60, 25]
    yield [0, 5, 1, 0], [2, 0, 1, 0]
    # nearly the same shares: of large samples, and of samples of which one is ten times the other
    yield [10**6 + 1, 10**6, 5 * 10**5], [10**6, 10**6 + 1, 5 * 10**5 + 3]
    yield [10**15 + 1, 3 * 10**15], [10**14, 3 * 10**14 + 1]
    yield [0.25, 0.5, 0.25], [0.125, 0.5, 0.375]
    for classes in (10, 100):
        yield [1 + draw(100) for _ in range(classes)], [1 + draw(1000) for _ in range(classes)]


def keyword(x, y, sum_a, sum_b):
    """The 2x2 table of a word and all others."""
    total, word = sum_a + sum_b, x + y
    cells = [(x, word * sum_a), (y, word * sum_b), (sum_a - x, (total - word) * sum_a), (sum_b - y, (total - word) * sum_b)]
    g2 = 2 * fsum(xlog(mpf(n), mpf(expected) / total) for n, expected in cells)
    p, q = mpf(x) / sum_a, mpf(y) / sum_b
    return {
        "g2": text(g2 if p >= q else -g2),
        "pValue": text(erfc(sqrt(abs(g2) / 2))),
        "bic": text(abs(g2) - log(total)),
        "logRatio": text(log(p / q, 2)),
        "percentDifference": text(100 * (p - q) / q),
        "oddsRatio": text(p / (1 - p) * (1 - q) / q),
    }


def keywords(a, b):
    return {"a": a, "b": b, "words": [keyword(x, y, sum(a), sum(b)) for x, y in zip(a, b)]}


def holm(values):
    order = sorted(range(len(values)), key=lambda i: values[i])
    adjusted, largest = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, values[i] * (len(values) - rank)))
        adjusted[i] = largest
    return adjusted


def corrections():
    random = Random(11)
    for count in (1, 2, 5, 100):
        values = [random.next() ** 3 for _ in range(count)]
        yield {
            "pValues": values,
            "benjaminiHochberg": [float(p) for p in false_discovery_control(values)],
            "holm": holm(values),
        }


references = {
    "contributions": [contributions(a, b) for a, b in pairs()],
    "keywords": [
        keywords([30, 14, 34, 45, 57, 20], [31, 13, 34, 40, 60, 25]),
        keywords([10**6 + 1, 3 * 10**6, 5, 1], [10**7, 3 * 10**7 + 11, 7, 1]),
    ],
    "corrections": list(corrections()),
}

with open("test/fixtures/samples.json", "w") as file:
    json.dump(references, file, separators=(",", ":"))
    file.write("\n")
