#!/usr/bin/env python3
"""Writes test/fixtures/families.json: entropies, cross-entropies and KL divergences of pairs of distributions, and tails, from mpmath.

All are textbook formulas over 120 and more digits, of the very doubles that the tests pass. For a few pairs of every family the formula itself
is compared with the sum, or the integral, of the definition. Numbers are of 17 digits.
"""

import json
import random
from pathlib import Path

from mpmath import mp, mpf

OUT = Path(__file__).parent.parent / "test" / "fixtures" / "families.json"
mp.dps = 120
random.seed(20260)
ln, psi, lngamma = mp.log, mp.digamma, mp.loggamma
NEAR = [1e-3, 1e-6, 1e-9]


def xlogx(x, y):
    """x ln(x/y)."""
    return mpf(0) if x == 0 else mp.inf if y == 0 else x * ln(x / y)


def log_uniform(low, high):
    return 10.0 ** random.uniform(low, high)


# Every family: how its parameters are drawn, its entropy and its divergence, and its logarithm of a probability or density.


def bernoulli_entropy(p):
    return -xlogx(p, mpf(1)) - xlogx(1 - p, mpf(1))


def bernoulli_kl(p, q):
    return xlogx(p, q) + xlogx(1 - p, 1 - q)


def poisson_log(rate, k):
    return k * ln(rate) - rate - lngamma(k + 1)


def binomial_log(n, p, k):
    return lngamma(n + 1) - lngamma(k + 1) - lngamma(n - k + 1) + k * ln(p) + (n - k) * mp.log1p(-p)


def summed_entropy(log_probability, mode, last=None):
    """-Σ p ln p from the mode out, of sums to 30 digits."""
    with mp.workdps(50):
        total, floor = mpf(0), mpf(10) ** -34
        for step in (1, -1):
            k = mode if step == 1 else mode - 1
            while k >= 0 and (last is None or k <= last):
                logarithm = log_probability(mpf(k))
                probability = mp.exp(logarithm)
                total -= probability * logarithm
                if probability < floor:
                    break
                k += step
        return total


def gamma_entropy(a, rate):
    return a - ln(rate) + lngamma(a) + (1 - a) * psi(a)


def gamma_kl(a, rate, b, other):
    return lngamma(b) - lngamma(a) - (b - a) * psi(a) + b * ln(rate / other) + a * (other - rate) / rate


def dirichlet_entropy(*alpha):
    s = mp.fsum(alpha)
    ln_beta = mp.fsum(lngamma(a) for a in alpha) - lngamma(s)
    return ln_beta - mp.fsum((a - 1) * (psi(a) - psi(s)) for a in alpha)


def dirichlet_kl(*both):
    n = len(both) // 2
    alpha, other = both[:n], both[n:]
    s, t = mp.fsum(alpha), mp.fsum(other)
    parts = mp.fsum(lngamma(b) - lngamma(a) + (a - b) * (psi(a) - psi(s)) for a, b in zip(alpha, other))
    return lngamma(s) - lngamma(t) + parts


def laplace_kl(m, b, n, c):
    d = abs(m - n)
    return ln(c / b) + d / c + b / c * mp.exp(-d / b) - 1


def normal_kl(m, s, n, t):
    return ln(t / s) + (s * s + (m - n) ** 2) / (2 * t * t) - mpf(1) / 2


def categorical_of(weights):
    total = mp.fsum(weights)
    return [w / total for w in weights]


def categorical_entropy(*weights):
    return -mp.fsum(xlogx(p, mpf(1)) for p in categorical_of(weights))


def categorical_kl(*both):
    n = len(both) // 2
    return mp.fsum(xlogx(p, q) for p, q in zip(categorical_of(both[:n]), categorical_of(both[n:])))


def diagonal(function):
    """A sum over components of parameters (means …, deviations …), of one distribution or two."""

    def sum_of(*parameters):
        n = 3
        columns = [parameters[i : i + n] for i in range(0, len(parameters), n)]
        return mp.fsum(function(*parts) for parts in zip(*columns))

    return sum_of


def matrix_of(parameters, n):
    return mp.matrix([[parameters[i * n + j] for j in range(n)] for i in range(n)])


def gaussian_entropy(*parameters):
    n = dimension_of(len(parameters))
    return ln(mp.det(2 * mp.pi * mp.e * matrix_of(parameters[n:], n))) / 2


def gaussian_kl(*both):
    size = len(both) // 2
    n = dimension_of(size)
    p, q = both[:size], both[size:]
    first, second = matrix_of(p[n:], n), matrix_of(q[n:], n)
    inverse = second**-1
    d = mp.matrix([a - b for a, b in zip(p[:n], q[:n])])
    trace = inverse * first
    return (mp.fsum(trace[i, i] for i in range(n)) - n - ln(mp.det(first) / mp.det(second)) + (d.T * inverse * d)[0]) / 2


def dimension_of(size):
    return next(n for n in range(1, 50) if n + n * n == size)


def draw_covariance(n, spread):
    """A mean and a symmetric matrix whose condition is about 10^(2·spread)."""
    scales = [log_uniform(-spread / 2, spread / 2) for _ in range(n)]
    rows = [[random.gauss(0, 1) for _ in range(2 * n)] for _ in range(n)]
    covariance = [[0.0] * n for _ in range(n)]
    for i in range(n):
        for j in range(i + 1):
            x = sum(a * b for a, b in zip(rows[i], rows[j])) / (2 * n) * scales[i] * scales[j]
            covariance[i][j] = covariance[j][i] = x
    return [random.gauss(0, 1) for _ in range(n)] + [x for row in covariance for x in row]


def moved_gaussian(parameters, by):
    n = dimension_of(len(parameters))
    moved = [x + by * random.gauss(0, 1) for x in parameters[:n]] + parameters[n:]
    for i in range(n):
        for j in range(i + 1):
            scale = (parameters[n + i * n + i] * parameters[n + j * n + j]) ** 0.5
            x = parameters[n + i * n + j] + by * 0.1 * scale * random.gauss(0, 1)
            moved[n + i * n + j] = moved[n + j * n + i] = x
    return moved


def probability():
    p = random.choice([random.random(), log_uniform(-12, 0)])
    return 1 - p if random.random() < 0.3 else p


def moved(parameters, by):
    """All or one of them, by a relative change."""
    only = random.choice([None, *range(len(parameters))])
    return [x * (1 + by * random.uniform(-1, 1)) if only in (None, i) else x for i, x in enumerate(parameters)]


def moved_probability(parameters, by):
    *others, p = parameters
    return [*others, p + by * min(p, 1 - p) * random.uniform(-1, 1)]


def moved_location(parameters, by):
    *places, scale = parameters
    return [x + by * scale * random.uniform(-1, 1) for x in places] + [scale * (1 + by * random.uniform(-1, 1))]


def moved_locations(parameters, by):
    n = len(parameters) // 2
    pairs = [moved_location([m, s], by) for m, s in zip(parameters[:n], parameters[n:])]
    return [m for m, _ in pairs] + [s for _, s in pairs]


def wider(parameters, by):
    low, high = parameters
    width = high - low
    return [low - by * width * random.random(), high + by * width * random.random()]


def draw_binomial():
    return [float(int(log_uniform(0, 9))), probability()]


def binomial_entropy(n, p):
    with mp.workdps(50):
        variance = n * p * (1 - p)
        if variance > 10**5:  # the series, of which the sum proves 12 digits below
            return binomial_series(n, p)
        mode = int(min(n, mp.floor((n + 1) * p)))
        return summed_entropy(lambda k: binomial_log(n, p, k), mode, int(n))


def poisson_entropy(rate):
    if rate > 10**5:
        return binomial_series(mp.inf, rate)
    return summed_entropy(lambda k: poisson_log(rate, k), int(mp.floor(rate)))


def binomial_series(n, p):
    """Known to more orders for the Poisson distribution; for both, terms beyond are below 1e-20 here."""
    w, v = (mpf(0), p) if n == mp.inf else (p * (1 - p), n * p * (1 - p))
    series = [
        (-mpf(1) / 12 + w / 3) / v,
        (-mpf(1) / 24 + w / 6 - w**2 / 12) / v**2,
        (-mpf(19) / 360 + mpf(17) / 60 * w - w**2 / 3 + w**3 / 90) / v**3,
    ]
    return ln(2 * mp.pi * mp.e * v) / 2 + mp.fsum(series)


FAMILIES = {
    "bernoulli": (lambda: [probability()], moved_probability, bernoulli_entropy, bernoulli_kl),
    "binomial": (draw_binomial, moved_probability, binomial_entropy, lambda n, p, _, q: n * bernoulli_kl(p, q)),
    "geometric": (
        lambda: [probability()],
        moved_probability,
        lambda p: bernoulli_entropy(p) / p,
        lambda p, q: bernoulli_kl(p, q) / p,
    ),
    "poisson": (lambda: [log_uniform(-6, 9)], moved, poisson_entropy, lambda a, b: xlogx(a, b) - a + b),
    "categorical": (
        lambda: [random.choice([random.random(), log_uniform(-12, 2)]) for _ in range(5)],
        moved,
        categorical_entropy,
        categorical_kl,
    ),
    "uniform": (
        lambda: (lambda low: [low, low + log_uniform(-3, 6)])(random.gauss(0, 1)),
        wider,
        lambda a, b: ln(b - a),
        lambda a, b, c, d: ln((d - c) / (b - a)),
    ),
    "exponential": (lambda: [log_uniform(-30, 30)], moved, lambda r: 1 - ln(r), lambda r, s: s / r - 1 - ln(s / r)),
    "gamma": (lambda: [log_uniform(-6, 9), log_uniform(-9, 9)], moved, gamma_entropy, gamma_kl),
    "beta": (lambda: [log_uniform(-6, 9), log_uniform(-6, 9)], moved, dirichlet_entropy, dirichlet_kl),
    "dirichlet": (lambda: [log_uniform(-6, 9) for _ in range(4)], moved, dirichlet_entropy, dirichlet_kl),
    "laplace": (
        lambda: [random.gauss(0, 10), log_uniform(-3, 3)],
        moved_location,
        lambda _, b: 1 + ln(2 * b),
        laplace_kl,
    ),
    "normal": (
        lambda: [random.gauss(0, 10), log_uniform(-6, 6)],
        moved_location,
        lambda _, s: ln(2 * mp.pi * mp.e * s * s) / 2,
        normal_kl,
    ),
    "diagonalNormal": (
        lambda: [random.gauss(0, 1) for _ in range(3)] + [log_uniform(-3, 3) for _ in range(3)],
        moved_locations,
        diagonal(lambda _, s: ln(2 * mp.pi * mp.e * s * s) / 2),
        diagonal(normal_kl),
    ),
    "multivariateNormal": (lambda: draw_covariance(3, 1), moved_gaussian, gaussian_entropy, gaussian_kl),
}

BETAS = [
    # one parameter far smaller, changes of one alone, of both alike, against each other
    [[1e6, 1e-6], [1e6 + 1, 1e-6]],
    [[1e6, 1e-3], [1e6 + 1e-3, 1e-3]],
    [[1.0, 1e-6], [1.001, 1e-6]],
    [[1.0, 1e-6], [1.0, 1.000001e-6]],
    [[3.0, 1e-8], [3.0000003, 1.00003e-8]],
    [[1e9, 1e9], [1.000001e9, 1.000001e9]],
    [[1e9, 1e9], [1.000001e9, 0.999999e9]],
    [[1e9, 2.0], [1.000001e9, 2.000002]],
    [[1e6, 1e6], [5.0, 5.0]],
    [[5.0, 5.0], [1e6, 1e6]],
    [[1e-3, 1e-3], [1e3, 1e3]],
    [[12.0, 0.1], [12.000001, 0.1]],
    [[0.5, 0.5], [0.500000001, 0.5]],
    [[11.5, 11.5], [12.5, 0.001]],
]


def kept(value):
    """Of 17 digits, as the nearest double has them."""
    return float(mp.nstr(value, 25))


def rows_of(name, draw, move, entropy, kl):
    pairs = []
    for _ in range(14):
        p, q = draw(), draw()
        if name == "binomial":
            q[0] = p[0]
        if name == "uniform":
            q = wider(p, log_uniform(-3, 6))
        pairs.append((p, q))
    for by in NEAR:
        for _ in range(7):
            p = draw()
            pairs.append((p, move(p, by)))
    pairs += BETAS if name == "beta" else []
    rows = []
    for p, q in pairs:
        exact = ([mpf(x) for x in p], [mpf(x) for x in q])
        with mp.workdps(160):
            h = entropy(*exact[0])
            divergence = kl(*exact[0], *exact[1])
            if divergence == 0 or divergence > mpf(10) ** 300:
                continue
            rows.append([p, q, kept(h), kept(h + divergence), kept(divergence)])
    return rows


# Pairs of a family and one that contains it: KL of the parameters of both.


def squared(parameters):
    """Independent components (means …, deviations …) as a mean and a covariance."""
    n = len(parameters) // 2
    deviations = parameters[n:]
    return list(parameters[:n]) + [deviations[i] ** 2 if i == j else mpf(0) for i in range(n) for j in range(n)]


def plane_to(most):
    """An integral over a square of the plane."""
    return lambda f: mp.fsum(f((mpf(i) / 4, mpf(j) / 4)) for i in range(-4 * most, 4 * most + 1) for j in range(-4 * most, 4 * most + 1)) / 16


ACROSS = {
    ("exponential", "gamma"): lambda p, q: gamma_kl(1, *p, *q),
    ("gamma", "exponential"): lambda p, q: gamma_kl(*p, 1, *q),
    ("bernoulli", "binomial"): lambda p, q: bernoulli_kl(*p, q[1]),
    ("binomial", "bernoulli"): lambda p, q: bernoulli_kl(p[1], *q),
    ("uniform", "beta"): lambda _, q: dirichlet_kl(1, 1, *q),
    ("beta", "uniform"): lambda p, _: dirichlet_kl(*p, 1, 1),
    ("beta", "dirichlet"): lambda p, q: dirichlet_kl(*p, *q),
    ("dirichlet", "beta"): lambda p, q: dirichlet_kl(*p, *q),
    ("normal", "multivariateNormal"): lambda p, q: gaussian_kl(*squared(p), *q),
    ("multivariateNormal", "normal"): lambda p, q: gaussian_kl(*p, *squared(q)),
    ("diagonalNormal", "multivariateNormal"): lambda p, q: gaussian_kl(*squared(p), *q),
    ("multivariateNormal", "diagonalNormal"): lambda p, q: gaussian_kl(*p, *squared(q)),
}


def special_and_general(special):
    """The parameters of a distribution, and of the same one in the family that contains it."""
    if special == "exponential":
        rate = log_uniform(-9, 9)
        return [rate], [1.0, rate]
    if special == "bernoulli":
        p = probability()
        return [p], [1.0, p]
    if special == "uniform":
        return [0.0, 1.0], [1.0, 1.0]
    if special == "beta":
        alpha = [log_uniform(-6, 9), log_uniform(-6, 9)]
        return alpha, list(alpha)
    n = 1 if special == "normal" else 3
    own = [random.gauss(0, 1) for _ in range(n)] + [log_uniform(-1, 1) for _ in range(n)]
    return own, [float(x) for x in squared(own)]


def rows_across(p_name, q_name, kl):
    rows = []
    is_special_first = (q_name, p_name) in SPECIALS
    special, general = (q_name, p_name) if is_special_first else (p_name, q_name)
    move = FAMILIES[general][1]
    for by in [None] * 6 + [by for by in NEAR for _ in range(3)]:
        own, same = special_and_general(special)
        if by is not None:
            other = move(same, by)
        elif "ormal" in general:
            other = draw_covariance(len(own) // 2, 1)
        else:
            other = [1.0, probability()] if general == "binomial" else [log_uniform(-3, 3) for _ in same]
        if general == "binomial":
            other[0] = 1.0
        p, q = (other, own) if is_special_first else (own, other)
        with mp.workdps(160):
            divergence = kl([mpf(x) for x in p], [mpf(x) for x in q])
        if divergence > 0:
            rows.append([p, q, kept(divergence)])
    return rows


SPECIALS = {pair for i, pair in enumerate(ACROSS) if i % 2 == 0}


# The definitions, for a few parameters: sums and integrals.


def prove(name, actual, expected, digits=12):
    error = abs(actual - expected) / max(mpf(10) ** -30, abs(expected))
    if error > mpf(10) ** -digits:
        raise SystemExit(f"{name}: {mp.nstr(actual, 20)} by definition, {mp.nstr(expected, 20)} by formula")


def prove_all():
    mp.dps = 30
    integral = lambda f, points: mp.quad(f, points)

    def of_density(name, log, points, p, q):
        _, _, entropy, kl = FAMILIES[name]
        p, q = [mpf(x) for x in p], [mpf(x) for x in q]
        f = lambda x: log(x, *p)
        g = lambda x: log(x, *q)
        prove(f"{name} entropy", -integral(lambda x: mp.exp(f(x)) * f(x), points), entropy(*p))
        prove(f"{name} KL", integral(lambda x: mp.exp(f(x)) * (f(x) - g(x)), points), kl(*p, *q))

    def of_masses(name, log_p, count, p, q):
        _, _, entropy, kl = FAMILIES[name]
        p, q = [mpf(x) for x in p], [mpf(x) for x in q]
        f = [log_p(mpf(k), *p) for k in range(count)]
        g = [log_p(mpf(k), *q) for k in range(count)]
        prove(f"{name} entropy", -mp.fsum(mp.exp(x) * x for x in f), entropy(*p))
        prove(f"{name} KL", mp.fsum(mp.exp(x) * (x - y) for x, y in zip(f, g)), kl(*p, *q))

    gamma_log = lambda x, a, r: a * ln(r) + (a - 1) * ln(x) - r * x - lngamma(a)
    beta_log = lambda x, a, b: (a - 1) * ln(x) + (b - 1) * mp.log1p(-x) - lngamma(a) - lngamma(b) + lngamma(a + b)
    laplace_log = lambda x, m, b: -abs(x - m) / b - ln(2 * b)
    normal_log = lambda x, m, s: -(((x - m) / s) ** 2) / 2 - ln(2 * mp.pi * s * s) / 2
    half_line = [0, 1, 3, 10, 30, 100, 300]
    line = [-100, -30, -10, -3, 0, 1, 3, 10, 30, 100]
    of_density("exponential", lambda x, r: ln(r) - r * x, half_line, [1.5], [0.5])
    of_density("gamma", gamma_log, half_line, [2.5, 1.5], [4.0, 0.5])
    of_density("gamma", gamma_log, half_line, [20.0, 1.5], [18.0, 1.25])
    of_density("beta", beta_log, [0, 0.1, 0.5, 0.9, 1], [2.5, 3.5], [4.0, 1.5])
    of_density("beta", beta_log, [0, 0.1, 0.5, 0.9, 1], [20.0, 13.0], [18.0, 15.0])
    of_density("laplace", laplace_log, line, [0.0, 1.5], [1.0, 2.5])
    of_density("normal", normal_log, line, [0.0, 1.5], [1.0, 2.5])
    of_density("uniform", lambda x, a, b: -ln(b - a), [0, 2], [0.0, 2.0], [-1.0, 5.0])
    of_masses("bernoulli", lambda k, p: ln(p) if k == 1 else mp.log1p(-p), 2, [0.3], [0.6])
    of_masses("binomial", lambda k, n, p: binomial_log(n, p, k), 21, [20.0, 0.3], [20.0, 0.4])
    of_masses("geometric", lambda k, p: ln(p) + k * mp.log1p(-p), 400, [0.3], [0.4])
    of_masses("poisson", lambda k, r: poisson_log(r, k), 90, [7.5], [5.0])
    # a Dirichlet over three, by both its integrals; a normal over two
    alpha, other = [mpf(2), mpf(3), mpf(4)], [mpf(3), mpf(3), mpf(5)]
    mp.dps = 18
    log_dirichlet = lambda x, a: lngamma(mp.fsum(a)) - mp.fsum(map(lngamma, a)) + mp.fsum((c - 1) * ln(z) for c, z in zip(a, x))

    def over_simplex(f):
        return integral(lambda u: (1 - u) * integral(lambda v: f((u, (1 - u) * v, (1 - u) * (1 - v))), [0, 1]), [0, 1])

    p_log, q_log = (lambda x: log_dirichlet(x, alpha)), (lambda x: log_dirichlet(x, other))
    prove("dirichlet entropy", -over_simplex(lambda x: mp.exp(p_log(x)) * p_log(x)), dirichlet_entropy(*alpha), 10)
    prove("dirichlet KL", over_simplex(lambda x: mp.exp(p_log(x)) * (p_log(x) - q_log(x))), dirichlet_kl(*alpha, *other), 10)

    def gaussian_log(x, parameters):
        d = mp.matrix([x[0] - parameters[0], x[1] - parameters[1]])
        covariance = matrix_of(parameters[2:], 2)
        return -((d.T * covariance**-1 * d)[0] + ln(mp.det(2 * mp.pi * covariance))) / 2

    p, q = [0, 0, 1, 0.5, 0.5, 1], [0.5, 0, 1, 0.25, 0.25, 2]
    p, q = [mpf(x) for x in p], [mpf(x) for x in q]
    mp.dps = 15
    plane = lambda f: mp.fsum(f((mpf(i) / 4, mpf(j) / 4)) for i in range(-36, 37) for j in range(-36, 37)) / 16
    p_log, q_log = (lambda x: gaussian_log(x, p)), (lambda x: gaussian_log(x, q))
    prove("gaussian KL", plane(lambda x: mp.exp(p_log(x)) * (p_log(x) - q_log(x))), gaussian_kl(*p, *q), 10)
    # families within others: the integrals of both definitions
    mp.dps = 30
    exponential_log = lambda x, r: ln(r) - r * x
    for name, points, (p_log, p), (q_log, q), formula in [
        ("exponential, gamma", half_line, (exponential_log, [1.5]), (gamma_log, [2.5, 0.5]), gamma_kl(1, 1.5, 2.5, 0.5)),
        ("gamma, exponential", half_line, (gamma_log, [2.5, 0.5]), (exponential_log, [1.5]), gamma_kl(2.5, 0.5, 1, 1.5)),
        ("uniform, beta", [0, 0.1, 0.5, 0.9, 1], (lambda x: mpf(0), []), (beta_log, [2.5, 3.5]), dirichlet_kl(1, 1, 2.5, 3.5)),
        ("beta, uniform", [0, 0.1, 0.5, 0.9, 1], (beta_log, [2.5, 3.5]), (lambda x: mpf(0), []), dirichlet_kl(2.5, 3.5, 1, 1)),
        (
            "beta, dirichlet",
            [0, 0.1, 0.5, 0.9, 1],
            (beta_log, [2.5, 3.5]),
            (lambda x, a, b: log_dirichlet((x, 1 - x), [a, b]), [mpf(4), mpf(1.5)]),
            dirichlet_kl(2.5, 3.5, 4, 1.5),
        ),
        (
            "normal, multivariate",
            line,
            (normal_log, [0.0, 1.5]),
            (lambda x: -((x - 1) ** 2 / mpf(2.5) + ln(5 * mp.pi)) / 2, []),
            ACROSS[("normal", "multivariateNormal")]([0, 1.5], [1, 2.5]),
        ),
    ]:
        f, g = (lambda x: p_log(x, *p)), (lambda x: q_log(x, *q))
        prove(name, integral(lambda x: mp.exp(f(x)) * (f(x) - g(x)), points), formula)
    one, two = mpf(0.3), mpf(0.6)
    masses = [(ln(1 - one), binomial_log(1, two, 0)), (ln(one), binomial_log(1, two, 1))]
    prove("bernoulli, binomial", mp.fsum(mp.exp(x) * (x - y) for x, y in masses), ACROSS[("bernoulli", "binomial")]([one], [1, two]))
    p, q = [mpf(x) for x in (0, 0, 1, 0.5)], [mpf(x) for x in (0.5, 0, 1, 0.25, 0.25, 2)]
    mp.dps = 15
    p_log = lambda x: normal_log(x[0], p[0], p[2]) + normal_log(x[1], p[1], p[3])
    q_log = lambda x: gaussian_log(x, q)
    fine = lambda f: mp.fsum(f((mpf(i) / 8, mpf(j) / 8)) for i in range(-80, 81) for j in range(-40, 41)) / 64
    for name, first, second, formula in [
        ("diagonal, multivariate", p_log, q_log, gaussian_kl(*squared(p), *q)),
        ("multivariate, diagonal", q_log, p_log, gaussian_kl(*q, *squared(p))),
    ]:
        prove(name, (fine if first is p_log else plane_to(16))(lambda x: mp.exp(first(x)) * (first(x) - second(x))), formula, 9)
    # the series of entropies against sums, and with the integral over ln k! that has no sum
    mp.dps = 50
    for n, p in [(mpf(4 * 10**5), mpf(1) / 4), (mpf(10**6), mpf(1) / 1024)]:
        variance = n * p * (1 - p)
        prove("series", binomial_series(n, p), summed_entropy(lambda k: binomial_log(n, p, k), int(n * p), int(n)), 13)
        assert variance > 900
    prove("Poisson series", binomial_series(mp.inf, mpf(20000)), summed_entropy(lambda k: poisson_log(mpf(20000), k), 20000), 16)
    mp.dps = 120


# Tails: [parameters, x, P(X <= x), P(X > x), ln of the probability or density].


def gamma_tail(a, x):
    """P(a, x) and Q(a, x), the lower by its series, whose terms are positive."""
    with mp.workdps(60):
        upper_digits = max(0, int((x - a * ln(x) + lngamma(a)) / ln(10))) + 60
    with mp.workdps(upper_digits + 60):
        term = total = mpf(1)
        k = 0
        while term > total * mp.eps:
            k += 1
            term *= x / (a + k)
            total += term
        lower = mp.exp(a * ln(x) - x - lngamma(a + 1)) * total
        return lower, 1 - lower


def beta_tail(a, b, x):
    if 2 * x > 1:
        return tuple(reversed(beta_tail(b, a, 1 - x)))
    with mp.workdps(400):
        term = total = mpf(1)
        k = 0
        while term > total * mp.eps:
            term *= (a + b + k) / (a + 1 + k) * x
            total += term
            k += 1
        lower = mp.exp(a * ln(x) + b * mp.log1p(-x) - ln(a) - lngamma(a) - lngamma(b) + lngamma(a + b)) * total
        return lower, 1 - lower


def tails():
    rows = {"normal": [], "gamma": [], "beta": [], "poisson": [], "binomial": []}
    for _ in range(16):
        z = random.uniform(-37, 37)
        half = mp.erfc(mpf(z) / mp.sqrt(2)) / 2
        lower = mp.erfc(-mpf(z) / mp.sqrt(2)) / 2
        rows["normal"].append([[0.0, 1.0], z, lower, half, -(mpf(z) ** 2) / 2 - ln(2 * mp.pi) / 2])
    for _ in range(24):
        a = log_uniform(-5, 5)
        x = log_uniform(-9, 1.5) if a < 1 else max(a + random.uniform(-10, 12) * a**0.5, a * log_uniform(-1, 0))
        exact, at = mpf(a), mpf(x)
        rows["gamma"].append([[a, 1.0], x, *gamma_tail(exact, at), exact * ln(at) - at - lngamma(exact) - ln(at)])
    for _ in range(24):
        a, b = log_uniform(-5, 4), log_uniform(-5, 4)
        deviation = (a * b / (a + b + 1)) ** 0.5 / (a + b)
        x = min(max(a / (a + b) + random.uniform(-8, 8) * deviation, log_uniform(-9, -1)), 1 - log_uniform(-5, -1))
        p, q, at = mpf(a), mpf(b), mpf(x)
        logarithm = (p - 1) * ln(at) + (q - 1) * mp.log1p(-at) - lngamma(p) - lngamma(q) + lngamma(p + q)
        rows["beta"].append([[a, b], x, *beta_tail(p, q, at), logarithm])
    for _ in range(16):
        rate = log_uniform(-3, 5)
        k = max(0, int(rate + random.uniform(-8, 10) * rate**0.5))
        upper, lower = gamma_tail(mpf(k + 1), mpf(rate))
        rows["poisson"].append([[rate], float(k), lower, upper, poisson_log(mpf(rate), mpf(k))])
    for _ in range(16):
        n, p = int(log_uniform(0.5, 4.5)), random.uniform(0.01, 0.99)
        k = min(max(0, int(n * p + random.uniform(-8, 8) * (n * p * (1 - p)) ** 0.5)), n - 1)
        upper, lower = beta_tail(mpf(k + 1), mpf(n - k), mpf(p))
        rows["binomial"].append([[float(n), p], float(k), lower, upper, binomial_log(mpf(n), mpf(p), mpf(k))])
    return {
        name: [[p, x, kept(low), kept(high), kept(logarithm)] for p, x, low, high, logarithm in cases if min(low, high) > 1e-290]
        for name, cases in rows.items()
    }


# The ends of the range of numbers: pairs, tails and moments, with all digits that differences need.

TINY, MOST = 5e-324, 1.7976931348623157e308

ENDS = {
    "bernoulli": [[TINY], [1e-320], [1e-310], [1e-160], [0.5], [1 - 2**-53]],
    "binomial": [
        [n, p] for n in (1.0, 2.0**53 - 1) for p in (TINY, 1e-320, 1e-310, 0.5, 1 - 2**-53)
    ],
    "geometric": [[TINY], [1e-320], [1e-309], [1e-300], [1e-160], [0.5], [1 - 2**-53], [1.0]],
    "poisson": [[TINY], [1e-320], [1e-300], [1.0], [1e300], [0.5e308], [1e308], [1.2e308], [MOST]],
    "categorical": [
        [1e-320, 3e-320, 2e-320],
        [TINY, 1.0, 1.0],
        [0.15, 0.15, 1e-320],
        [1.0, 1.0, 1.0],
        [1.7e308, TINY, 0.5e307],
        [1e308, 1e-308, 1e300],
    ],
    "uniform": [
        [0.0, TINY],
        [-TINY, 3 * TINY],
        [-1e-300, 1e-300],
        [1.0, 1 + 2**-52],
        [-1.0, 1e300],
        [-0.8e308, 0.8e308],
        [-0.9e307, 1.7e308],
        [1e308, 1.7e308],
    ],
    "exponential": [[TINY], [1e-310], [1e-160], [1.0], [1e160], [MOST]],
    "gamma": [[a, b] for a in (1e-100, 1.0, 1e100) for b in (1e-100, 1e100)],
    "beta": [[1e-100, 1e-100], [1e-100, 1.0], [1.0, 1e-100], [1e-100, 1e100], [1.0, 1e100], [1e100, 1e100]],
    "dirichlet": [[1e-100, 1e-100, 1e-100], [1e-100, 1.0, 1e100], [1e100, 1e100, 1e100], [1e100, 1e-100, 1e-100], [1.0, 1.0, 1.0]],
    "laplace": [[m, s] for m in (0.0, -1e308, 1e308) for s in (TINY, 1e-154, 1.0, 1e154, 1e308)] + [[-MOST, MOST], [MOST, MOST]],
    "normal": [[m, s] for m in (0.0, -1e308, 1e308) for s in (TINY, 1e-154, 1.0, 1e154, 1e308)] + [[-MOST, MOST], [MOST, MOST]],
    "diagonalNormal": [
        [-1e308, 0.0, 1e308, 1e308, 1.0, 1e308],
        [1e308, 0.0, -1e308, 1e308, 2.0, 0.9e308],
        [0.0, 0.0, 0.0, TINY, 1e-310, MOST],
        [0.0, TINY, 0.0, 1e-320, 1e-310, MOST],
    ],
    "multivariateNormal": [
        [-1e308, 1e308, 0.0] + [1e308, 0.9e308, 0.0, 0.9e308, 1e308, 0.0, 0.0, 0.0, 1.0],
        [1e308, -1e308, 0.0] + [1e308, -0.9e308, 0.0, -0.9e308, 1e308, 0.0, 0.0, 0.0, 1e-308],
        [1e154, 1e154, 0.0] + [1.5e308, -0.5e308, 0.0, -0.5e308, 1e308, 0.0, 0.0, 0.0, 2.0],
        [0.0, 1.0, 0.0] + [1e-320, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1e308],
        [0.0, 1.0, 0.0] + [3e-320, 0.0, 0.0, 0.0, 1.0, 0.5, 0.0, 0.5, 1.0],
    ],
}


def nearest(value):
    """The nearest double, an infinite one by its name."""
    if value == 0 or mp.isnan(value) or mp.mag(abs(value)) < -1100:
        return 0.0
    result = mp.sign(value) * mp.inf if mp.isinf(value) or mp.mag(abs(value)) > 1100 else kept(value)
    return str(float(result)).replace("inf", "Infinity") if mp.isinf(mpf(float(result))) else float(result)


def end_pairs(name, _draw, _move, entropy, kl):
    rows = []
    for p in ENDS[name]:
        for q in ENDS[name]:
            if name == "binomial" and p[0] != q[0]:
                continue
            with mp.workdps(1200):
                exact = ([mpf(x) for x in p], [mpf(x) for x in q])
                h = entropy(*exact[0])
                isWithin = name != "uniform" or (q[0] <= p[0] and p[1] <= q[1])
                divergence = kl(*exact[0], *exact[1]) if isWithin else mp.inf
                rows.append([p, q, *[nearest(x) for x in (h, h + divergence, divergence)]])
    return rows


# Tails where they have a simple form, or are 0 or 1 by all that is known.


def end_normal(m, s, x):
    z = (x - m) / s
    part = mpf(0) if abs(z) > 60 else mp.erfc(abs(z) / mp.sqrt(2)) / 2
    return (part, 1 - part) if z < 0 else (1 - part, part)


def end_laplace(m, s, x):
    z = (x - m) / s
    part = mpf(0) if abs(z) > 2000 else mp.exp(-abs(z)) / 2
    return (part, 1 - part) if z < 0 else (1 - part, part)


def end_exponential(r, x):
    upper = mpf(1) if x <= 0 else mpf(0) if r * x > 2000 else mp.exp(-r * x)
    return 1 - upper, upper


def end_geometric(p, x):
    logarithm = mp.inf if p == 1 else -(mp.floor(x) + 1) * mp.log1p(-p)
    upper = mpf(0) if logarithm > 2000 else mp.exp(-logarithm)
    return 1 - upper, upper


def end_uniform(a, b, x):
    lower = min(max((x - a) / (b - a), mpf(0)), mpf(1))
    return lower, 1 - lower


def end_gamma(a, x):
    """P(a, x) and Q(a, x); nothing where neither is near."""
    if x <= 0:
        return mpf(0), mpf(1)
    if x > a + 50 * mp.sqrt(a) + 2000:
        return mpf(1), mpf(0)
    if a > 10**6 and x < a - 50 * mp.sqrt(a):
        return mpf(0), mpf(1)
    return gamma_series(a, x) if x < 1000 and a < 10**6 else None


def gamma_series(a, x):
    term = total = mpf(1)
    k = 0
    while term > total * mpf(10) ** -400:
        k += 1
        term *= x / (a + k)
        total += term
    lower = mp.exp(a * ln(x) - x - lngamma(a + 1)) * total
    return lower, 1 - lower


def end_beta(a, b, x):
    """I_x(a, b) and its complement, where the series is short."""
    if x <= 0 or x >= 1:
        return (mpf(0), mpf(1)) if x <= 0 else (mpf(1), mpf(0))
    term = total = mpf(1)
    for k in range(2000):
        term *= (a + b + k) / (a + 1 + k) * x
        total += term
        if term < total * mpf(10) ** -400:
            logarithm = a * ln(x) + b * mp.log1p(-x) - ln(a) - lngamma(a) - lngamma(b) + lngamma(a + b)
            lower = mpf(0) if logarithm < -2000 else mp.exp(logarithm) * total
            return lower, 1 - lower
    return None


def swapped(tails):
    return None if tails is None else (tails[1], tails[0])


def at_category(weights, x):
    total = mp.fsum(weights)
    lower = mp.fsum(w for i, w in enumerate(weights) if i <= x) / total
    return lower, mp.fsum(w for i, w in enumerate(weights) if i > x) / total


def binomial_tail(n, p, k):
    if k >= n:
        return mpf(1), mpf(0)
    if k < 50:
        upper = 1 - mp.fsum(mp.exp(binomial_log(n, p, mpf(j))) for j in range(int(k) + 1))
        return 1 - upper, upper
    if n - k < 50:
        upper = mp.fsum(mp.exp(binomial_log(n, p, mpf(j))) for j in range(int(k) + 1, int(n) + 1))
        return 1 - upper, upper
    return None


ANYWHERE = [-MOST, -0.8985e308, -1.0, 0.0, TINY, 1.0, 0.8985e308, MOST]
POSITIVE = [0.0, TINY, 1e-310, 1e-100, 1.0, 1e100, 1e308, MOST]
WHOLE = [0.0, 1.0, 2.0, 1e16, 1e300, 1e308, MOST]

# Of every family: where, its tails, and ln of its probability or density there.
END_TAILS = {
    "bernoulli": ([0.0, 1.0], lambda p, x: (1 - p, p) if x < 1 else (mpf(1), mpf(0)), lambda p, x: ln(p) if x == 1 else mp.log1p(-p)),
    "binomial": (
        [0.0, 1.0, 2.0**52, 2.0**53 - 2, 2.0**53 - 1],
        binomial_tail,
        lambda n, p, x: binomial_log(n, p, x) if x <= n else -mp.inf,
    ),
    "geometric": (WHOLE, end_geometric, lambda p, x: ln(p) if x == 0 else -mp.inf if p == 1 else ln(p) + x * mp.log1p(-p)),
    "poisson": (WHOLE, lambda r, x: swapped(end_gamma(x + 1, r)), lambda r, x: poisson_log(r, x)),
    "categorical": ([0.0, 1.0, 2.0], lambda *p: at_category(p[:-1], p[-1]), lambda *p: ln(p[int(p[-1])] / mp.fsum(p[:-1]))),
    "uniform": (ANYWHERE, end_uniform, lambda a, b, x: -ln(b - a) if a <= x <= b else -mp.inf),
    "exponential": (POSITIVE, end_exponential, lambda r, x: ln(r) - r * x),
    "gamma": (POSITIVE[1:], lambda a, r, x: end_gamma(a, r * x), lambda a, r, x: a * ln(r) + (a - 1) * ln(x) - r * x - lngamma(a)),
    "beta": (
        [TINY, 1e-310, 1e-300, 1e-100, 0.5, 1 - 2**-53],
        lambda a, b, x: end_beta(a, b, x) or swapped(end_beta(b, a, 1 - x)),
        lambda a, b, x: (a - 1) * ln(x) + (b - 1) * mp.log1p(-x) - lngamma(a) - lngamma(b) + lngamma(a + b),
    ),
    "laplace": (ANYWHERE, end_laplace, lambda m, b, x: -abs(x - m) / b - ln(2 * b)),
    "normal": (ANYWHERE, end_normal, lambda m, s, x: -(((x - m) / s) ** 2) / 2 - ln(2 * mp.pi * s * s) / 2),
}


def end_tails(name, places, tails, logarithm):
    rows = []
    for parameters in ENDS[name]:
        for x in places:
            with mp.workdps(1200):
                exact = [mpf(y) for y in (*parameters, x)]
                both = tails(*exact) or (None, None)
                rows.append([parameters, x, *[None if y is None else nearest(y) for y in both], nearest(logarithm(*exact))])
    return rows


def weighted_moments(*weights):
    p = categorical_of(weights)
    mean = mp.fsum(i * x for i, x in enumerate(p))
    return mean, mp.fsum((i - mean) ** 2 * x for i, x in enumerate(p))


MOMENTS = {
    "bernoulli": lambda p: (p, p * (1 - p)),
    "binomial": lambda n, p: (n * p, n * p * (1 - p)),
    "geometric": lambda p: ((1 - p) / p, (1 - p) / p**2),
    "poisson": lambda r: (r, r),
    "categorical": weighted_moments,
    "uniform": lambda a, b: ((a + b) / 2, (b - a) ** 2 / 12),
    "exponential": lambda r: (1 / r, 1 / r**2),
    "gamma": lambda a, r: (a / r, a / r**2),
    "beta": lambda a, b: (a / (a + b), a * b / ((a + b) ** 2 * (a + b + 1))),
    "laplace": lambda m, b: (m, 2 * b * b),
    "normal": lambda m, s: (m, s * s),
}


def end_moments(name, moments):
    with mp.workdps(1200):
        return [[p, *[nearest(x) for x in moments(*[mpf(y) for y in p])]] for p in ENDS[name]]


if __name__ == "__main__":
    prove_all()
    sections = {
        "pairs": {name: rows_of(name, *family) for name, family in FAMILIES.items()},
        "tails": tails(),
        "endPairs": {name: end_pairs(name, *family) for name, family in FAMILIES.items()},
        "endTails": {name: end_tails(name, *family) for name, family in END_TAILS.items()},
        "endMoments": {name: end_moments(name, family) for name, family in MOMENTS.items()},
        "across": {f"{p} {q}": rows_across(p, q, kl) for (p, q), kl in ACROSS.items()},
    }
    lines = []
    for title, group in sections.items():
        parts = [f'  "{name}": [\n' + ",\n".join("    " + json.dumps(row) for row in rows) + "\n  ]" for name, rows in group.items()]
        lines.append(f'"{title}": {{\n' + ",\n".join(parts) + "\n}")
    OUT.write_text("{\n" + ",\n".join(lines) + "\n}\n")
