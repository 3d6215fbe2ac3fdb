# Writes test/fixtures/samples.json: what functions of two samples in logratio/counts and logratio/evidence should give, by mpmath at 50
# digits, and what SciPy gives for corrected p-values. Run from the root: python3 scripts/makeSampleReferences.py

import json

from mpmath import binomial, digamma, erfc, erfinv, findroot, fsum, inf, log, mp, mpf, nstr, sqrt
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


def zhang_grabchak(x, y):
    """As their paper has it, by products (equation 5)."""
    n, m = sum(x), sum(y)
    total = mpf(0)
    for own, other in zip(x, y):
        if own == 0:
            continue
        term, product = mpf(0), mpf(1)
        for v in range(1, m - other + 1):
            product *= 1 - mpf(other) / (m - v + 1)
            term += product / v
        product = mpf(1)
        for v in range(1, n - own + 1):
            product *= 1 - mpf(own - 1) / (n - v)
            term -= product / v
        total += mpf(own) / n * term
    return total


def jackknife_variance(x, y):
    """Leaves out every observation of the first sample in turn."""
    n = sum(x)
    values = []
    for k, count in enumerate(x):
        if count > 0:
            values += [zhang_grabchak([c - (i == k) for i, c in enumerate(x)], y)] * count
    mean = fsum(values) / n
    return mpf(n - 1) / n * fsum((value - mean) ** 2 for value in values)


def kl_of_counts(x, y):
    n = sum(y)
    values = []
    for k, count in enumerate(y):
        if count > 0:
            values += [zhang_grabchak(x, [c - (i == k) for i, c in enumerate(y)])] * count
    mean = fsum(values) / n
    variance = jackknife_variance(x, y) + mpf(n - 1) / n * fsum((value - mean) ** 2 for value in values)
    return {"x": x, "y": y, "estimate": text(zhang_grabchak(x, y)), "standardError": text(sqrt(variance))}


class SampleModel:
    """The models of src/counts/sampleModel.ts, of which the mean and the deviation of a statistic are summed over binomial distributions."""

    def __init__(self, measure, a, b):
        self.a, self.b = a, b
        self.n, self.m = mpf(sum(a)), mpf(sum(b))
        self.term = TERMS[measure]
        kl = lambda x, y, n, m: x / n * (digamma(m + 1) - digamma(y + 1) - digamma(n) + digamma(x)) if x > 0 else mpf(0)
        n, m = self.n, self.m
        self.of = {
            "kl": lambda x, y: kl(x, y, n, m),
            "psi": lambda x, y: kl(x, y, n, m) + kl(y, x, m, n),
        }.get(measure, lambda x, y: self.term(x / n, y / m))
        self.is_unbiased = measure in ("kl", "psi")
        self.observed = fsum(self.of(mpf(x), mpf(y)) for x, y in zip(a, b))
        self.values = {}

    def moments(self, count, pi):
        if count not in self.values:
            self.values[count] = [self.of(mpf(x), mpf(count - x)) for x in range(count + 1)]
        values = self.values[count]
        weights = [binomial(count, x) * pi**x * (1 - pi) ** (count - x) for x in range(count + 1)]
        mean = fsum(w * v for w, v in zip(weights, values))
        variance = fsum(w * v * v for w, v in zip(weights, values)) - mean**2
        return mean, variance, fsum(w * v * (x - count * pi) for x, (w, v) in enumerate(zip(weights, values)))

    def at(self, share):
        """(divergence, expected, deviation) of a share lambda."""
        classes = [(x, y) for x, y in zip(self.a, self.b) if x + y > 0]
        total = self.n + self.m
        kept = (1 - share) * total / len(classes)
        divergence, expected, variance, with_a, with_b = [], [], [], [], []
        for x, y in classes:
            count = x + y
            pi = (share * x + kept * self.n / total) / (share * count + kept)
            divergence.append(self.term(count * pi / self.n, count * (1 - pi) / self.m))
            mean, own, covariance = self.moments(count, pi)
            expected.append(mean)
            variance.append(own + mean**2 / count)
            with_a.append(covariance + mean * pi)
            with_b.append(mean * (1 - pi) - covariance)
        own = fsum(variance) - fsum(with_a) ** 2 / self.n - fsum(with_b) ** 2 / self.m
        expected = fsum(expected)
        is_last = share == 1 and self.is_unbiased
        return expected if is_last else fsum(divergence), expected, sqrt(max(own, 0))

    def divergence_at(self, deviations):
        observed = self.observed
        end = 1 - mpf(2) ** -20 if deviations > 0 else mpf(1)
        none, every = self.at(mpf(0)), self.at(end)
        if deviations < 0:
            observed = max(observed, none[1])
        excess = lambda state: state[1] + deviations * state[2] - observed
        if excess(none) >= 0:
            return mpf(0)
        if excess(every) <= mpf(10) ** -40:
            return every[0] - excess(every)
        share = findroot(lambda share: excess(self.at(share)), (mpf(0), end), solver="anderson", tol=1e-45, maxsteps=200)
        return self.at(share)[0]


MOST = {"js": log(2), "kl": inf, "psi": inf, "hellinger": 1, "totalVariation": 1}


def comparison(measure, a, b, confidence=0.95):
    model = SampleModel(measure, a, b)
    z = sqrt(mpf(2)) * erfinv(mpf(confidence))
    ends = [model.divergence_at(mpf(0)), model.divergence_at(z), model.divergence_at(-z)]
    ends = [min(max(end, 0), MOST[measure]) for end in ends]
    if measure == "hellinger":
        ends = [sqrt(end) for end in ends]
    return {"a": a, "b": b, "measure": measure, "ends": [text(end) for end in ends]}


def comparisons():
    random = Random(5)
    draw = lambda most: int(random.next() ** 2 * most)
    yield [30, 10, 0], [12, 25, 3]
    yield [3, 1, 0, 2], [2, 2, 1, 1]
    yield [5, 5], [5, 5]
    yield [7, 0, 0], [0, 4, 5]
    yield [draw(20) for _ in range(12)], [draw(60) for _ in range(12)]


def information(cells, length):
    """(I, variance of the information) of a table, each over its sum."""
    total = fsum(cells)
    rows = [fsum(cells[i : i + length]) for i in range(0, len(cells), length)]
    columns = [fsum(cells[i::length]) for i in range(length)]
    logs = [log(n * total / (rows[i // length] * columns[i % length])) if n > 0 else mpf(0) for i, n in enumerate(cells)]
    mean = fsum(n / total * value for n, value in zip(cells, logs))
    return mean, fsum(n / total * (value - mean) ** 2 for n, value in zip(cells, logs))


def estimate_information(counts, length):
    size = sum(counts)
    cells = [mpf(n) for n in counts]
    plug_in, variance = information(cells, length)
    seen = lambda numbers: sum(1 for n in numbers if n > 0)
    rows = [sum(counts[i : i + length]) for i in range(0, len(counts), length)]
    columns = [sum(counts[i::length]) for i in range(length)]
    # entropies of rows, columns and cells, each with (classes - 1)/2N added
    corrected = plug_in + mpf(seen(rows) - 1 + seen(columns) - 1 - (seen(counts) - 1)) / (2 * size)
    target = mpf(1) / len(counts)
    apart = (size - 1) * fsum((target - n / size) ** 2 for n in cells)
    share = min(mpf(1), (1 - fsum((n / size) ** 2 for n in cells)) / apart) if apart > 0 else mpf(1)
    shrunken, of_shrunken = information([share * target + (1 - share) * n / size for n in cells], length)
    error = text(sqrt(variance / size))
    return {
        "table": counts,
        "rowLength": length,
        "plugIn": text(plug_in),
        "shrinkage": text(share),
        "maximumLikelihood": [text(plug_in), error],
        "millerMadow": [text(corrected), error],
        "shrinkageEstimate": [text(shrunken), text(sqrt(of_shrunken / size))],
    }


def informations():
    random = Random(23)
    yield estimate_information([12, 4, 5, 9], 2)
    yield estimate_information([7, 0, 0, 5], 2)
    yield estimate_information([3, 3, 3, 3, 3, 3], 3)
    yield estimate_information([4, 0, 1, 0, 0, 0, 2, 0, 3], 3)
    yield estimate_information([int(random.next() ** 2 * 50) for _ in range(60)], 10)


references = {
    "informations": list(informations()),
    "fromCounts": [
        kl_of_counts(x, y)
        for x, y in [
            ([6, 4, 0], [3, 5, 2]),
            ([5, 0, 1, 2], [0, 3, 3, 1]),
            ([1, 1], [1, 1]),
            ([20, 11, 7, 3, 1, 0, 1], [14, 12, 2, 9, 1, 1, 0]),
        ]
    ],
    "comparisons": [comparison(measure, a, b) for a, b in comparisons() for measure in MOST],
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
