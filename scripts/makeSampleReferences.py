# Writes test/fixtures/samples.json: what functions of two samples in logratio/counts and logratio/evidence should give, by mpmath at 50
# digits, and what SciPy gives for corrected p-values. Run from the root: python3 scripts/makeSampleReferences.py

import json

from mpmath import binomial, digamma, erfc, erfinv, exp, factorial, findroot, fsum, inf, log, mp, mpf, nstr, sqrt
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


class Model:
    """What src/counts/inversion.ts makes of a family of models: `at`, `observed`, `none`, `every`, `scale` and `far_variance`."""

    def beyond(self, rise):
        """The same of a divergence larger by `rise` than that of the samples' own shares."""
        divergence, expected, deviation, skewness = self.every
        variance = max(deviation**2 + 4 * self.scale * rise, self.far_variance)
        third = skewness * deviation**3 + 24 * self.scale**2 * rise
        return divergence + rise, expected + rise, sqrt(variance), third / variance ** mpf(1.5)

    def accepted(self, state, z, confidence):
        """From where to where the statistic is accepted: Feldman and Cousins, with the quantiles of a gamma distribution."""
        _, expected, deviation, skewness = state
        distance = max(mpf(0), expected - self.none[1]) / deviation if deviation > mpf(10) ** -30 else z
        tail = lambda x: erfc(x / sqrt(mpf(2))) / 2
        below = lambda up: (up**2 + distance**2) / (2 * distance)
        up = down = z
        if distance == 0:
            up, down = sqrt(mpf(2)) * erfinv(2 * confidence - 1), inf
        elif distance < z:
            missing = lambda b: 1 - confidence - tail(b) - tail(below(b))
            up = findroot(missing, (z / 2, z), solver="anderson", tol=1e-45, maxsteps=500)
            down = below(up)
        own = min(mpf(2), max(mpf(-2), skewness))
        gamma = lambda u: u if own == 0 else 2 / own * (max(mpf(0), 1 + own * u / 6 - own**2 / 36) ** 3 - 1)
        self.gamma = gamma
        return expected + deviation * gamma(min(up, 2 * z + 1)), expected + deviation * gamma(-min(down, 2 * z + 1))

    def divergence_where(self, excess, end=mpf(1)):
        """The divergence of the first model of which the function of its state is not below 0."""
        if excess(self.none) >= 0:
            return mpf(0)
        if end != 1 and excess(self.at(end)) <= 0:
            return self.at(end)[0]
        anderson = {"solver": "anderson", "tol": 1e-42, "maxsteps": 500}
        if end != 1 or excess(self.every) > mpf(10) ** -40:
            return self.at(findroot(lambda share: excess(self.at(share)), (mpf(0), end), **anderson))[0]
        if excess(self.every) > -(mpf(10) ** -40):
            return self.every[0]
        most = self.every[1] + 1
        while excess(self.beyond(most)) < 0:
            most *= 2
        return self.beyond(findroot(lambda rise: excess(self.beyond(rise)), (mpf(0), most), **anderson))[0]

class SampleModel(Model):
    """The models of src/counts/sampleModel.ts, of which moments of a statistic are summed over binomial distributions."""

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
        variance = 1 / n + 1 / m
        # D is about so much of chi squared; total variation has no such part, and a largest variance instead
        self.scale = {"js": mpf(1) / 8, "kl": mpf(1) / 2, "psi": mpf(1), "hellinger": mpf(1) / 8}.get(measure, 0) * variance
        self.far_variance = variance / 4 if measure == "totalVariation" else mpf(0)
        self.none, self.every = self.at(mpf(0)), self.at(mpf(1))
        if self.is_unbiased:
            self.every = (self.every[1], *self.every[1:])

    def probabilities(self, share):
        """The binomial probability of each class that occurs: n of them, and the odds multiplied by what makes the means of x sum to N."""
        classes = [(x, y) for x, y in zip(self.a, self.b) if x + y > 0]
        total = self.n + self.m
        kept = (1 - share) * total / len(classes)
        drawn = [(share * x + kept * self.n / total) / (share * (x + y) + kept) for x, y in classes]
        tilted = lambda s: [pi * exp(s) / (pi * exp(s) + 1 - pi) for pi in drawn]
        missing = lambda s: fsum((x + y) * pi for (x, y), pi in zip(classes, tilted(s))) - self.n
        s = mpf(0) if share in (0, 1) or abs(missing(mpf(0))) < mpf(10) ** -45 else findroot(missing, mpf(0), tol=1e-45)
        return [(x + y, pi) for (x, y), pi in zip(classes, tilted(s))]

    def at(self, share):
        """(divergence, mean, deviation, skewness) of a share lambda."""
        divergence, expected, variance, with_a, with_b = mpf(0), mpf(0), mpf(0), mpf(0), mpf(0)
        # central moments of the statistic T and of S, the sum of all x
        ttt, ts, tts, tss, ss, sss = (mpf(0),) * 6
        for count, pi in self.probabilities(share):
            xs = [x for x in range(count + 1) if binomial(count, x) * pi**x * (1 - pi) ** (count - x) > 0]
            weights = [binomial(count, x) * pi**x * (1 - pi) ** (count - x) for x in xs]
            values = [self.of(mpf(x), mpf(count - x)) for x in xs]
            mean = fsum(w * v for w, v in zip(weights, values))
            moment = lambda i, j: fsum(w * (v - mean) ** i * (x - count * pi) ** j for w, v, x in zip(weights, values, xs))
            own = self.term(count * pi / self.n, count * (1 - pi) / self.m)
            of_class = mean if self.is_unbiased else own
            divergence, expected = divergence + own, expected + mean
            variance += moment(2, 0) + of_class**2 / count
            with_a += moment(1, 1) + of_class * pi
            with_b += of_class * (1 - pi) - moment(1, 1)
            ttt, ts, tts, tss = ttt + moment(3, 0), ts + moment(1, 1), tts + moment(2, 1), tss + moment(1, 2)
            ss, sss = ss + moment(0, 2), sss + moment(0, 3)
        variance = max(mpf(0), variance - with_a**2 / self.n - with_b**2 / self.m)
        if sum(1 for x, y in zip(self.a, self.b) if x + y > 0) == 1:
            return divergence, self.observed, mpf(0), mpf(0)
        # given S = N, to second order; T less its regression on S has the third moment
        if ss > 0:
            slope = ts / ss
            expected += (slope * sss - tss) / (2 * ss)
            ttt += -3 * slope * tts + 3 * slope**2 * tss - slope**3 * sss
        deviation = sqrt(variance)
        return divergence, expected, deviation, ttt / deviation**3 if deviation > mpf(10) ** -30 else mpf(0)


MOST = {"js": log(2), "kl": inf, "psi": inf, "hellinger": 1, "totalVariation": 1}


def ends_of(model, most, confidence=mpf(95) / 100):
    """The estimate, and the ends of the interval."""
    z = sqrt(mpf(2)) * erfinv(confidence)
    accepted = lambda state: model.accepted(state, z, confidence)
    value = model.divergence_where(lambda state: state[1] - model.observed)
    lower = model.divergence_where(lambda state: accepted(state)[0] - model.observed, 1 - mpf(2) ** -20)
    accepted(model.none)
    floor = max(model.observed, model.none[1] + model.none[2] * model.gamma(-min(z, mpf(2))))
    upper = model.divergence_where(lambda state: accepted(state)[1] - floor)
    return [min(max(end, 0), most) for end in (value, min(lower, value), max(upper, value))]


def comparison(measure, a, b):
    ends = ends_of(SampleModel(measure, a, b), MOST[measure])
    if measure == "hellinger":
        ends = [sqrt(end) for end in ends]
    return {"a": a, "b": b, "measure": measure, "ends": [text(end) for end in ends]}


def comparisons():
    random = Random(5)
    draw = lambda most: int(random.next() ** 2 * most)
    yield [30, 10, 0], [12, 25, 3]
    yield [3, 1, 0, 2], [2, 2, 1, 1]
    yield [5, 5], [5, 5]
    yield [0, 5], [0, 8]
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


class TableModel(Model):
    """The models of src/counts/tableModel.ts, of which moments of n ln n are summed over Poisson distributions."""

    def __init__(self, cells, length):
        self.length, self.size = length, mpf(sum(cells))
        rows = [mpf(sum(cells[i : i + length])) for i in range(0, len(cells), length)]
        columns = [mpf(sum(cells[i::length])) for i in range(length)]
        self.independent = [rows[i // length] * columns[i % length] / self.size for i in range(len(cells))]
        self.dependent = self.with_unseen(cells)
        self.observed = information([mpf(n) for n in cells], length)[0]
        self.scale, self.far_variance = 1 / (2 * self.size), mpf(0)
        self.none, self.every = self.at(mpf(0)), self.at(mpf(1))

    def with_unseen(self, cells):
        """Absolute discounting of cells seen once, for those that were not seen."""
        once, twice = cells.count(1), cells.count(2)
        unseen = fsum(e for n, e in zip(cells, self.independent) if n == 0)
        if once == 0 or unseen == 0:
            return [mpf(n) for n in cells]
        discount = mpf(once) / (once + 2 * twice)
        of = {0: lambda e: discount * once * e / unseen, 1: lambda e: 1 - discount}
        return [of.get(n, lambda e: mpf(n))(e) for n, e in zip(cells, self.independent)]

    def at(self, share):
        means = [share * n + (1 - share) * e for n, e in zip(self.dependent, self.independent)]
        rows = [fsum(means[i : i + self.length]) for i in range(0, len(means), self.length)]
        columns = [fsum(means[i :: self.length]) for i in range(self.length)]
        mean_information, of_information = information(means, self.length)
        bias, variance, third = mpf(0), mpf(0), mpf(0)
        for i, mean in enumerate(means):
            if mean == 0:
                continue
            counts = range(int(mean + 20 * sqrt(mean) + 60))
            weights = [exp(-mean) * mean**n / factorial(n) for n in counts]
            values = [n * log(n) if n else mpf(0) for n in counts]
            expected = fsum(w * v for w, v in zip(weights, values))
            moment = lambda j, k: fsum(w * (v - expected) ** j * (n - mean) ** k for w, v, n in zip(weights, values, counts))
            leverage = min(1, mean * (1 / rows[i // self.length] + 1 / columns[i % self.length] - 1 / self.size))
            slope = moment(1, 1) / mean
            bias += expected - mean * log(mean) - leverage / mean * (moment(1, 2) - slope * mean) / 2
            # of the value less its regression on n
            variance += (1 - leverage) * (moment(2, 0) - slope * moment(1, 1))
            rest = moment(3, 0) - 3 * slope * moment(2, 1) + 3 * slope**2 * moment(1, 2) - slope**3 * mean
            third += (1 - leverage) * rest
        deviation = sqrt(variance / self.size**2 + max(0, of_information) / self.size)
        skewness = third / self.size**3 / deviation**3 if deviation > mpf(10) ** -30 else mpf(0)
        return mean_information, mean_information + bias / self.size, deviation, skewness


def dependence(cells, length):
    most = log(min(length, len(cells) // length))
    ends = ends_of(TableModel(cells, length), most)
    return {"table": cells, "rowLength": length, "ends": [text(end) for end in ends]}


def informations():
    random = Random(23)
    yield estimate_information([12, 4, 5, 9], 2)
    yield estimate_information([7, 0, 0, 5], 2)
    yield estimate_information([3, 3, 3, 3, 3, 3], 3)
    yield estimate_information([4, 0, 1, 0, 0, 0, 2, 0, 3], 3)
    yield estimate_information([int(random.next() ** 2 * 50) for _ in range(60)], 10)


references = {
    "informations": list(informations()),
    "dependences": [
        dependence(cells, length)
        for cells, length in [
            ([12, 4, 5, 9], 2),
            ([30, 10, 12, 28, 3, 4], 3),
            ([7, 0, 0, 5], 2),
            ([30, 12, 28, 10], 2),
            ([4, 0, 1, 0, 0, 0, 2, 0, 3], 3),
            ([9, 1, 0, 2, 3, 8, 1, 0, 0, 2, 7, 5], 4),
        ]
    ],
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
