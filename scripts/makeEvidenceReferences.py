# Writes test/fixtures/evidence.json: what the functions of logratio/evidence should give, by mpmath at 60 digits, and what SciPy gives,
# where it is right. Run from the root: python3 scripts/makeEvidenceReferences.py

import json

import numpy as np
from mpmath import exp, fsum, gammainc, inf, log, mp, mpf, nstr, sqrt
from scipy.stats import chi2_contingency, power_divergence

mp.dps = 60


class Random:
    """As test/random.ts: uniform numbers in (0, 1)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return ((self.state >> 8) + 0.5) / 16777216


def text(x):
    return nstr(x, 20)


def tail(statistic, freedom):
    """P(chi-squared >= statistic)."""
    return gammainc(mpf(freedom) / 2, mpf(statistic) / 2, inf, regularized=True)


def excess(x, y):
    return y if x == 0 else x * log(x / y) - x + y


def right(x, exact, bound=1e-12):
    """What SciPy gives, where it is right."""
    return float(x) if exact != 0 and abs(mpf(float(x)) / exact - 1) < bound else None


def tails():
    values = []
    for freedom in (1, 2, 3, 4, 5, 9, 10, 30, 31, 59, 60, 100, 399, 1000, 10000, 100000, 200005, 1000000):
        a = mpf(freedom) / 2
        statistics = [1e-12, 1e-3, 0.1, 0.5, 1.0, 2.2, 7.5, 100.0, 600.0, 1360.0]
        for z in (-6, -3, -1, 0, 0.5, 1, 2, 3, 5, 8, 12, 18, 25, 34, 36):
            # Wilson and Hilferty's normal approximation, to land all over the tail
            root = 1 - mpf(2) / (9 * freedom) + z * sqrt(mpf(2) / (9 * freedom))
            statistics.append(float(freedom * root**3))
        for statistic in statistics:
            if statistic <= 0 or (statistic > 1400 and statistic > 100 * freedom):
                continue
            p = tail(statistic, freedom)
            if p > mpf("1e-303"):
                values.append({"statistic": statistic, "degreesOfFreedom": freedom, "p": text(p)})
    return values


def measures(g, count, freedom):
    return {
        "statistic": text(g),
        "degreesOfFreedom": freedom,
        "pValue": text(tail(g, freedom)),
        "divergence": text(g / 2 / count),
        "cohensW": text(sqrt(g / count)),
    }


def corrected(g, q, freedom):
    return {"statistic": text(g / q), "pValue": text(tail(g / q, freedom))}


def goodness_of_fit(counts, expected, estimated=0):
    n, e = [mpf(x) for x in counts], [mpf(x) for x in expected]
    total, weights = fsum(n), fsum(e)
    cells = [(x, y * total / weights) for x, y in zip(n, e)]
    contributions = [2 * excess(x, y) * (1 if x > y else -1) for x, y in cells]
    g = 2 * fsum(x * log(x / y) for x, y in cells if x > 0)
    k = sum(1 for y in e if y > 0)
    freedom = k - 1 - estimated
    case = {"counts": counts, "expected": expected, "parametersEstimated": estimated, **measures(g, total, freedom)}
    case["williams"] = corrected(g, 1 + (mpf(k) ** 2 - 1) / (6 * total * freedom), freedom)
    if k <= 40:
        case["contributions"] = [text(c) for c in contributions]
    scaled = np.array([float(y) for _, y in cells])
    with np.errstate(all="ignore"):
        g_scipy, p_scipy = power_divergence(np.array(counts, float), scaled, ddof=estimated, lambda_="log-likelihood")
    case["scipy"] = {"statistic": right(g_scipy, g), "pValue": right(p_scipy, tail(g, freedom))}
    return case


def independence(table, columns):
    rows = len(table) // columns
    n = [[mpf(table[i * columns + j]) for j in range(columns)] for i in range(rows)]
    total = fsum(fsum(row) for row in n)
    of_rows = [fsum(row) for row in n]
    of_columns = [fsum(n[i][j] for i in range(rows)) for j in range(columns)]
    cells = [(n[i][j], of_rows[i] * of_columns[j] / total) for i in range(rows) for j in range(columns)]
    g = 2 * fsum(x * log(x / y) for x, y in cells if x > 0)
    r, c = sum(1 for x in of_rows if x > 0), sum(1 for x in of_columns if x > 0)
    freedom = (r - 1) * (c - 1)
    case = {"table": table, "rowLength": columns, **measures(g, total, freedom)}
    case["cramersV"] = text(sqrt(g / total / min(r - 1, c - 1)))
    inverse = [total * fsum(1 / x for x in margins if x > 0) for margins in (of_rows, of_columns)]
    case["williams"] = corrected(g, 1 + (inverse[0] - 1) * (inverse[1] - 1) / (6 * total * freedom), freedom)
    if len(cells) <= 40:
        case["contributions"] = [text(2 * excess(x, y) * (1 if x > y else -1) if y > 0 else mpf(0)) for x, y in cells]
    if r == rows and c == columns:
        result = chi2_contingency(np.array(table, float).reshape(rows, columns), lambda_="log-likelihood", correction=False)
        case["scipy"] = {"statistic": right(result[0], g), "pValue": right(result[1], tail(g, freedom))}
    return case


def fits():
    random = Random(1790)

    def counts(k, most):
        return [int(random.next() * most) for _ in range(k)]

    cases = [
        goodness_of_fit([30, 14, 34, 45, 57, 20], [1, 1, 1, 1, 1, 1]),
        goodness_of_fit([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
        goodness_of_fit([0, 7, 0, 3], [0.25, 0.25, 0.25, 0.25]),
        goodness_of_fit([3, 0, 4, 0], [0.5, 0, 0.25, 0.25]),
        goodness_of_fit([10, 20, 30, 40], [0.15, 0.15, 0.3, 0.4], 1),
        goodness_of_fit([10, 20, 30, 40, 9], [0.15, 0.15, 0.3, 0.4, 0.1], 2),
        # far tails
        goodness_of_fit([900, 100], [0.5, 0.5]),
        goodness_of_fit([1000, 400, 300, 100], [1, 1, 1, 1]),
        goodness_of_fit([1250, 400, 300, 100], [1, 1, 1, 1]),
        # a divergence of 1e-7, 1e-14, 1e-24
        goodness_of_fit([250000, 250300, 249500, 250200], [1, 1, 1, 1]),
        goodness_of_fit([10**10 + 1000, 10**10 - 1000, 10**10 + 300, 10**10 - 300], [0.25, 0.25, 0.25, 0.25]),
        goodness_of_fit([10**15 + 1000, 10**15 - 1000, 10**15 + 300], [0.3, 0.3, 0.3]),
        # fractions, and what underflows
        goodness_of_fit([0.125, 7.75, 3.3, 1e-3], [1e-5, 3.0, 2.0, 0.7]),
        goodness_of_fit([5, 4, 1], [0.5, 0.5, 1e-300]),
    ]
    for k, most in ((7, 12), (40, 30), (200, 100)):
        cases.append(goodness_of_fit(counts(k, most), [random.next() for _ in range(k)]))
        same = counts(k, most)
        cases.append(goodness_of_fit(same, [round(x * (0.95 + random.next() / 10), 3) + 0.01 for x in same]))
    return cases


def tables():
    random = Random(1945)
    cases = [
        independence([10, 20, 30, 6, 9, 17], 3),
        independence([4, 1, 2, 9], 2),
        independence([10, 90, 20, 980], 2),
        independence([0, 5, 7, 3, 0, 2], 3),
        independence([0, 0, 0, 5, 0, 7, 3, 0, 2], 3),
        independence([500, 3, 2, 600], 2),
        independence([10**9 + 30, 2 * 10**9 - 11, 3 * 10**9, 6 * 10**9 + 5], 2),
    ]
    for rows, columns, most in ((3, 4, 20), (5, 7, 300), (2, 200, 40), (60, 3, 10)):
        cases.append(independence([int(random.next() * most) + 1 for _ in range(rows * columns)], columns))
    return cases


def entropy(values):
    total = fsum(values)
    return -fsum(x / total * log(x / total) for x in values if x > 0)


def informations():
    random = Random(1948)
    cases = []

    def add(joint, columns):
        n = [mpf(x) for x in joint]
        of_rows = [fsum(n[i : i + columns]) for i in range(0, len(n), columns)]
        of_columns = [fsum(n[j::columns]) for j in range(columns)]
        total = fsum(n)
        information = fsum(
            x * log(x * total / of_rows[i // columns] / of_columns[i % columns]) for i, x in enumerate(n) if x > 0
        )
        information /= total
        x, y = entropy(of_rows), entropy(of_columns)
        divisors = {"arithmetic": (x + y) / 2, "geometric": sqrt(x * y), "min": min(x, y), "max": max(x, y)}
        divisors["joint"] = entropy(n)
        case = {"joint": joint, "rowLength": columns, "information": text(information)}
        case["normalized"] = {name: text(information / divisor) for name, divisor in divisors.items()}
        cases.append(case)

    for columns, rows in ((2, 2), (4, 3), (5, 11)):
        for digits in (1, 3, 5, 6, 7, 9, 11, 13, 14):
            r = [0.1 + random.next() for _ in range(rows)]
            c = [0.1 + random.next() for _ in range(columns)]
            noise = 10.0**-digits
            joint = [x * y * (1 + (random.next() - 0.5) * noise) for x in r for y in c]
            total = sum(joint)
            add([x / total for x in joint], columns)
    # counts: independent but for a few
    for scale in (10, 10**4, 10**7):
        joint = [(i + 2) * (j + 3) * scale * scale for i in range(3) for j in range(4)]
        joint[5] += scale
        add(joint, 4)
    add([1, 0, 0, 0, 1, 0, 0, 0, 1], 3)
    add([0.25, 0.25, 0, 0, 0, 0.5], 3)
    add([1, 2, 0, 0, 0, 0, 3, 5, 0], 3)
    return cases


def keynesses():
    random = Random(1993)
    cases = []

    def add(a, b):
        x, y = [mpf(n) for n in a], [mpf(n) for n in b]
        sum_a, sum_b = fsum(x), fsum(y)
        total = sum_a + sum_b
        values = []
        for n, m in zip(x, y):
            word, rest = n + m, total - n - m
            cells = [(n, word * sum_a), (m, word * sum_b), (sum_a - n, rest * sum_a), (sum_b - m, rest * sum_b)]
            g = 2 * fsum(o * log(o * total / e) for o, e in cells if o > 0)
            values.append(text(g if n * sum_b > m * sum_a else -g))
        cases.append({"a": a, "b": b, "keyness": values})

    add([10, 90], [20, 980])
    add([0, 3, 0, 9], [0, 0, 5, 12])
    words = [int(1 / random.next() ** 1.5) for _ in range(120)]
    add([int(w * random.next() * 2) for w in words], [int(w * 7 * random.next() * 2) for w in words])
    add([w * 10**6 + int(random.next() * 9) for w in words[:40]], [w * 3 * 10**6 + int(random.next() * 9) for w in words[:40]])
    return cases


def estimates():
    random = Random(2020)
    cases = []
    for spread in (30.0, 3.0, 0.1, 1e-4, 1e-8):
        p = [-5 * random.next() for _ in range(50)]
        q = [x + spread * (random.next() - 0.5) for x in p]
        r = [mpf(y) - mpf(x) for x, y in zip(p, q)]
        case = {"p": p, "q": q}
        for name, terms in (
            ("k1", [-v for v in r]),
            ("k2", [v * v / 2 for v in r]),
            ("k3", [exp(v) - 1 - v for v in r]),
        ):
            n = len(terms)
            mean = fsum(terms) / n
            error = sqrt(fsum((t - mean) ** 2 for t in terms) / (n - 1) / n)
            case[name] = {"estimate": text(mean), "standardError": text(error), "scale": text(fsum(map(abs, terms)) / n)}
        cases.append(case)
    return cases


def sequence():
    """A thousand observations of seven classes; the test repeats them."""
    random = Random(1951)
    p = [random.next() for _ in range(7)]
    q = [random.next() for _ in range(7)]
    observations = [int(random.next() * 7) for _ in range(1000)]
    ratios = [log(mpf(p[x]) / mpf(q[x])) for x in observations]
    mean = fsum(ratios) / 1000
    return {
        "p": p,
        "q": q,
        "observations": observations,
        "sum": text(fsum(ratios)),
        "scale": text(fsum(map(abs, ratios))),
        "squares": text(fsum((x - mean) ** 2 for x in ratios)),
        "cumulative": [text(fsum(ratios[: i + 1])) for i in range(0, 1000, 37)],
        "every": 37,
    }


references = {
    "tails": tails(),
    "fits": fits(),
    "tables": tables(),
    "informations": informations(),
    "keynesses": keynesses(),
    "estimates": estimates(),
    "sequence": sequence(),
}
lines = []
for name, value in references.items():
    items = value if isinstance(value, list) else [value]
    rows = ",\n".join("  " + json.dumps(item, allow_nan=False) for item in items)
    lines.append(f'"{name}": [\n{rows}\n]' if isinstance(value, list) else f'"{name}":\n{rows}')
    print(name, len(items))
with open("test/fixtures/evidence.json", "w", encoding="utf-8") as file:
    file.write("{\n" + ",\n".join(lines) + "\n}\n")
