# Writes test/fixtures/countEstimates.json: what smooth and estimateEntropy of logratio/counts should give.
#
# Entropies and their standard errors by mpmath at 50 digits, from the definitions: the jackknife by leaving out one observation of each
# count, the delta method by numerical derivatives, the posterior variance of a Dirichlet prior by the double sum, and that of Nemenman,
# Shafee and Bialek by Gauss-Legendre quadrature. Samples are lists of [classes, count]. Smoothed probabilities by NLTK, or by fractions.
#
# Requires Debian's python3-mpmath and python3-nltk. Run from the root: /usr/bin/python3 scripts/makeCountEstimateReferences.py

import json
from fractions import Fraction

from mpmath import (
    digamma, euler, exp, hyp2f1, inf, ln, loggamma, mp, mpf, nstr, polygamma, quad, sqrt,
)
from nltk.probability import (
    ELEProbDist, FreqDist, LaplaceProbDist, LidstoneProbDist, SimpleGoodTuringProbDist, WittenBellProbDist,
)

mp.dps = 50


def shown(x):
    return nstr(x, 20)


def size(groups):
    return sum(n * c for n, c in groups)


def having(groups, count):
    return sum(n for n, c in groups if c == count)


def maximum_likelihood(groups):
    total = mpf(size(groups))
    return -sum(n * c / total * ln(c / total) for n, c in groups if c)


def miller_madow(groups):
    return maximum_likelihood(groups) + mpf(sum(n for n, c in groups if c) - 1) / (2 * size(groups))


def grassberger(groups):
    total = mpf(size(groups))

    def g(c):
        return digamma(c) + mpf(-1) ** c / 2 * (digamma(mpf(c + 1) / 2) - digamma(mpf(c) / 2))

    return ln(total) - sum(n * c * g(c) for n, c in groups if c) / total


def chao_shen(groups):
    total = size(groups)
    once = having(groups, 1)
    if once == total:
        once = total - 1
    coverage = 1 - mpf(once) / total
    ps = [(n, coverage * c / total) for n, c in groups if c]
    return sum(-n * p * ln(p) / (1 - (1 - p) ** total) for n, p in ps)


def chao_wang_jost(groups):
    total = size(groups)
    once, twice = having(groups, 1), having(groups, 2)
    seen = sum(mpf(n * c) / total * (digamma(total) - digamma(c)) for n, c in groups if c)
    if twice:
        a = mpf(2 * twice) / ((total - 1) * once + 2 * twice)
    elif once:
        a = mpf(2) / ((total - 1) * (once - 1) + 2)
    else:
        a = mpf(1)
    if a == 1:
        return seen
    # the sum as it is where it is short, else the rest of the series of the logarithm
    x = 1 - a
    if total < 1000:
        bracket = -ln(a) - sum(x ** r / r for r in range(1, total))
        return seen + mpf(once) / total * x ** (1 - total) * bracket
    return seen + mpf(once) / total * x * hyp2f1(1, total, total + 1, x) / total


def without_one(groups, count):
    """The sample with one observation less, of a class that has `count`."""
    left = {}
    for n, c in groups:
        left[c] = left.get(c, 0) + n
    left[count] -= 1
    left[count - 1] = left.get(count - 1, 0) + 1
    return [(n, c) for c, n in left.items() if n and c]


def left_out(groups, estimate):
    """Σ over observations: how many, and the estimate without one of them."""
    return [(n * c, estimate(without_one(groups, c))) for n, c in groups if c]


def jackknife(groups):
    total = size(groups)
    mean = sum(n * x for n, x in left_out(groups, maximum_likelihood)) / total
    return total * maximum_likelihood(groups) - (total - 1) * mean


def jackknife_error(groups, estimate):
    total = size(groups)
    if total == 1:
        return mpf("nan")
    values = left_out(groups, estimate)
    mean = sum(n * x for n, x in values) / total
    return sqrt(mpf(total - 1) / total * sum(n * (x - mean) ** 2 for n, x in values))


def james_stein(groups, classes):
    """The value, and the delta method: each class of a group has its own p."""
    total = mpf(size(groups))
    seen = sum(n for n, _ in groups)

    def entropy(ps):
        """ps: (classes, p); those that are not in it have 0."""
        even = 1 / mpf(classes)
        squares = sum(n * p * p for n, p in ps)
        lam = (1 - squares) / ((total - 1) * (squares - even)) if total > 1 and squares != even else mpf(1)
        lam = min(mpf(1), lam)
        rest = [(classes - sum(n for n, _ in ps), mpf(0))]
        shrunk = [(n, lam * even + (1 - lam) * p) for n, p in ps + rest if n]
        return -sum(n * q * ln(q) for n, q in shrunk if q), lam

    ps = [(n, c / total) for n, c in groups]
    value, lam = entropy(ps)
    if total == 1:
        return value, mpf("nan")
    if lam in (0, 1):
        return value, mpf(0)
    step = mpf(10) ** -16
    influence = []
    for i, (n, p) in enumerate(ps):
        rest = [(n - 1, p)] if n > 1 else []
        up, down = (entropy(ps[:i] + [(1, p + h)] + rest + ps[i + 1 :])[0] for h in (step, -step))
        influence.append((up - down) / (2 * step))
    mean = sum(n * p * u for (n, p), u in zip(ps, influence))
    return value, sqrt(sum(n * p * (u - mean) ** 2 for (n, p), u in zip(ps, influence)) / total)


def posterior(groups, classes, beta):
    """E S and E S² - (E S)² of a Dirichlet posterior, by the double sum over classes."""
    seen = sum(n for n, _ in groups)
    alphas = [(n, c + beta) for n, c in groups] + ([(classes - seen, beta)] if classes > seen else [])
    kappa = sum(n * a for n, a in alphas)
    mean = digamma(kappa + 1) - sum(n * a / kappa * digamma(a + 1) for n, a in alphas)
    at = digamma(kappa + 2)
    trigamma = polygamma(1, kappa + 2)
    firsts = [n * a * (digamma(a + 1) - at) for n, a in alphas]
    own = sum(n * (a * (digamma(a + 1) - at)) ** 2 - n * a * a * trigamma for n, a in alphas)
    pairs = sum(firsts) ** 2 - trigamma * kappa ** 2 - own
    same = sum(
        n * a * (a + 1) * ((digamma(a + 2) - at) ** 2 + polygamma(1, a + 2) - trigamma) for n, a in alphas
    )
    return mean, (pairs + same) / (kappa * (kappa + 1)) - mean ** 2


def nsb(groups, classes):
    mp.dps = 40
    total = size(groups)

    def log_density(u):
        beta = exp(u)
        slope = classes * polygamma(1, classes * beta + 1) - polygamma(1, beta + 1)
        return (
            loggamma(classes * beta)
            - loggamma(total + classes * beta)
            + sum(n * (loggamma(c + beta) - loggamma(beta)) for n, c in groups if c)
            + ln(slope)
            + u
        )

    low, high = -ln(mpf(classes)) - 30, 2 * ln(mpf(total + 1)) + 30
    for _ in range(400):
        if high - low < mpf(10) ** -8:
            break
        a, b = low + (high - low) / 3, high - (high - low) / 3
        if log_density(a) < log_density(b):
            low = a
        else:
            high = b
    mode = (low + high) / 2
    most = log_density(mode)

    def edge(direction):
        step = mpf("0.001")
        while log_density(mode + direction * step) > most - 45:
            step *= mpf("1.25")
        return step

    left, right = edge(-1), edge(1)
    points = [mode - left * mpf(k) / 12 for k in range(12, 0, -1)] + [mode + right * mpf(k) / 12 for k in range(13)]
    moments = [mpf(0), mpf(0), mpf(0)]
    # nodes by hand: each density once for all three
    mp.dps = 25
    from mpmath.calculus.quadrature import GaussLegendre

    nodes = GaussLegendre(mp).calc_nodes(3, 90)
    for a, b in zip(points, points[1:]):
        for x, w in nodes:
            u = (a + b) / 2 + (b - a) / 2 * x
            mp.dps = 40
            weight = exp(log_density(u) - most) * w * (b - a) / 2
            mean, variance = posterior(groups, classes, exp(u))
            moments[0] += weight
            moments[1] += weight * mean
            moments[2] += weight * (variance + mean ** 2)
            mp.dps = 25
    mp.dps = 50
    mean = moments[1] / moments[0]
    return mean, sqrt(moments[2] / moments[0] - mean ** 2)


# [classes, count] each; and how many classes there are
SAMPLES = [
    ([(1, 1)], 1),
    ([(1, 1)], 5),
    ([(1, 7)], 3),
    ([(2, 1)], 2),
    ([(2, 2)], 4),
    ([(1, 1), (1, 2)], 3),
    ([(3, 1), (1, 2), (1, 4)], 5),
    ([(5, 1)], 20),
    ([(5, 1), (1, 2), (2, 3), (1, 11)], 9),
    ([(4, 25)], 4),
    ([(1, 999), (1, 1)], 2),
    ([(1, 100000), (1, 2), (1, 3)], 6),
    ([(10, 3), (20, 2), (40, 1)], 100),
    ([(300, 1), (100, 2), (30, 3), (10, 5), (3, 20), (1, 300)], 1000),
    ([(1000, 7)], 1000),
    ([(10000, 1)], 10000),
    ([(20000, 1), (5000, 2), (2000, 3), (500, 10), (50, 123), (5, 4567), (1, 100000)], 50000),
    ([(1000000, 3)], 1000000),
    ([(1000000, 1)], 1000000),
    ([(600000, 1), (200000, 2), (100000, 3), (90000, 8), (9000, 60), (900, 700), (99, 8000), (1, 123456)], 1000000),
]
BETAS = ["0.5", "1", "0.001"]

if __name__ == "__main__":
    entropies = []
    for groups, classes in SAMPLES:
        of_sums = {
            "maximumLikelihood": maximum_likelihood,
            "millerMadow": miller_madow,
            "grassberger": grassberger,
            "chaoShen": chao_shen,
            "chaoWangJost": chao_wang_jost,
        }
        expected = {name: (f(groups), jackknife_error(groups, f)) for name, f in of_sums.items()}
        expected["jackknife"] = (
            (jackknife(groups) if size(groups) > 1 else mpf(0)),
            jackknife_error(groups, maximum_likelihood),
        )
        expected["jamesStein"] = james_stein(groups, classes)
        for beta in BETAS:
            mean, variance = posterior(groups, classes, mpf(float(beta)))
            expected[f"dirichlet {beta}"] = (mean, sqrt(abs(variance)) if classes > 1 else mpf(0))
        if classes > 1:
            expected["nsb"] = nsb(groups, classes)
        print(groups, flush=True)
        entropies.append(
            {
                "groups": groups,
                "classes": classes,
                "expected": {name: [shown(value), shown(error)] for name, (value, error) in expected.items()},
            }
        )
    smoothed = []
    # the last: Gale and Sampson's own example, prosody
    PROSODY = {
        1: 120, 2: 40, 3: 24, 4: 13, 5: 15, 6: 5, 7: 11, 8: 2, 9: 2, 10: 1, 12: 3, 14: 2, 15: 1, 16: 1, 17: 3, 19: 1, 20: 3,
        21: 2, 23: 3, 24: 3, 25: 3, 26: 2, 27: 2, 28: 1, 31: 2, 32: 2, 33: 1, 34: 2, 36: 2, 41: 3, 43: 1, 45: 3, 46: 1, 47: 1,
        50: 1, 71: 1, 84: 1, 101: 1, 105: 1, 121: 1, 124: 1, 146: 1, 162: 1, 193: 1, 199: 1, 224: 1, 226: 1, 254: 1, 257: 1,
        339: 1, 421: 1, 456: 1, 481: 1, 483: 1, 1140: 1, 1256: 1, 1322: 1, 1530: 1, 2131: 1, 2395: 1, 6925: 1, 7846: 1,
    }
    for groups, classes in [
        ([(3, 1), (1, 2), (1, 4)], 8),
        ([(300, 1), (100, 2), (30, 3), (10, 5), (3, 20), (1, 300)], 1000),
        ([(n, r) for r, n in PROSODY.items()], 1000),
    ]:
        sample = FreqDist()
        for g, (n, c) in enumerate(groups):
            for i in range(n):
                sample[(g, i)] = c
        seen = len(sample)
        probability = {
            "laplace": LaplaceProbDist(sample, classes),
            "jeffreys": ELEProbDist(sample, classes),
            "0.01": LidstoneProbDist(sample, 0.01, classes),
            "wittenBell": WittenBellProbDist(sample, classes),
            "goodTuring": SimpleGoodTuringProbDist(sample, classes),
        }
        smoothed.append(
            {
                "groups": groups,
                "classes": classes,
                # of the first class of each group, and of one that was not observed
                "expected": {
                    name: [of.prob((g, 0)) for g in range(len(groups))] + [of.prob("none")]
                    for name, of in probability.items()
                },
            }
        )
    with open("test/fixtures/countEstimates.json", "w", encoding="utf-8") as file:
        json.dump({"entropies": entropies, "smoothed": smoothed}, file, ensure_ascii=False, indent=1)
        file.write("\n")
