# Writes test/fixtures/sparse.json: lists of a few tokens, and between what the divergences of all that agrees with them lie.
#
# The least by SciPy's convex solver (SLSQP) over every class by itself, with a certificate: the duality gap of Frank and Wolfe, which a
# linear program (HiGHS) gives, says by how much the solver may be above the minimum. The most by all corners of what is possible, in mpmath at
# 40 digits. No water-filling, no class that stands for others. Run from the root: python3 scripts/makeSparseReferences.py

import itertools
import json

import numpy as np
from mpmath import log, mp, mpf, nstr, sqrt
from scipy.optimize import linprog, minimize

mp.dps = 40


class Random:
    """As test/random.ts: uniform numbers in (0, 1)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return ((self.state >> 8) + 0.5) / 16777216


def kl(x, y, ln):
    if x == 0:
        return 0 * y
    return x * ln(x / y) if y > 0 else mpf("inf")


def js(x, y, ln):
    m = (x + y) / 2
    return (kl(x, m, ln) + kl(y, m, ln)) / 2 if m > 0 else m


DIVERGENCES = {
    "kl": lambda x, y, ln, root: kl(x, y, ln),
    "reverseKl": lambda x, y, ln, root: kl(y, x, ln),
    "js": lambda x, y, ln, root: js(x, y, ln),
    "totalVariation": lambda x, y, ln, root: abs(x - y) / 2,
    # its square
    "hellinger": lambda x, y, ln, root: (root(x) - root(y)) ** 2 / 2,
}


def distribution(random, count, spread):
    weights = [random.next() ** spread for _ in range(count)]
    total = sum(weights)
    return [w / total for w in weights]


def listed(p, k):
    """The k likeliest, as log-probabilities in f64."""
    order = sorted(range(len(p)), key=lambda i: -p[i])[:k]
    return {i: float(np.log(p[i])) for i in order}


class Side:
    """What is known of a distribution over `count` classes: the list, the rest, the cap, the classes that are free."""

    def __init__(self, entries, top, count):
        self.known = {i: mp.exp(mpf(v)) for i, v in entries.items()}
        self.rest = 1 - sum(self.known.values())
        self.cap = min(min(self.known.values()), self.rest) if top else self.rest
        self.free = [i for i in range(count) if i not in self.known]

    def corners(self):
        caps = int(self.rest / self.cap)
        left = self.rest - caps * self.cap
        if left < mpf(10) ** -30:
            left = mpf(0)
        for full in itertools.combinations(self.free, caps):
            rests = [i for i in self.free if i not in full] if left > 0 else [None]
            for last in rests:
                yield {**self.known, **{i: self.cap for i in full}, **({last: left} if last is not None else {})}


def most(p, q, count):
    """Of each divergence. Pairs of corners that differ by the names of classes alone are tried once."""
    result = {name: mpf(0) for name in DIVERGENCES}
    cache = {}
    corners_of_q = list(q.corners())
    for x in p.corners():
        for y in corners_of_q:
            pairs = sorted((x.get(i, mpf(0)), y.get(i, mpf(0))) for i in range(count))
            key = tuple((float(a), float(b)) for a, b in pairs)
            if key in cache:
                continue
            cache[key] = True
            for name, term in DIVERGENCES.items():
                if result[name] == mpf("inf"):
                    continue
                result[name] = max(result[name], sum((term(a, b, log, sqrt) for a, b in pairs), mpf(0)))
    return result


def least(p, q, count, name):
    """The least as SLSQP finds it, and how far that may be above."""
    xs, ys = p.free, q.free
    fixed_x = np.array([float(p.known.get(i, 0)) for i in range(count)])
    fixed_y = np.array([float(q.known.get(i, 0)) for i in range(count)])
    tiny = 1e-300

    def split(v):
        x, y = fixed_x.copy(), fixed_y.copy()
        x[xs], y[ys] = v[: len(xs)], v[len(xs) :]
        return np.maximum(x, tiny), np.maximum(y, tiny)

    def value(v):
        x, y = split(v)
        if name == "kl":
            return float(np.sum(x * np.log(x / y)))
        if name == "reverseKl":
            return float(np.sum(y * np.log(y / x)))
        if name == "js":
            return float(np.sum(x * np.log(2 * x / (x + y)) + y * np.log(2 * y / (x + y))) / 2)
        if name == "hellinger":
            return float(np.sum((np.sqrt(x) - np.sqrt(y)) ** 2) / 2)
        return float(np.sum(np.abs(x - y)) / 2)

    def gradient(v):
        x, y = split(v)
        if name == "kl":
            gx, gy = np.log(x / y) + 1, -x / y
        elif name == "reverseKl":
            gx, gy = -y / x, np.log(y / x) + 1
        elif name == "js":
            gx, gy = np.log(2 * x / (x + y)) / 2, np.log(2 * y / (x + y)) / 2
        else:
            gx, gy = (1 - np.sqrt(y / x)) / 2, (1 - np.sqrt(x / y)) / 2
        return np.concatenate([gx[xs], gy[ys]])

    bounds = [(0, float(p.cap))] * len(xs) + [(0, float(q.cap))] * len(ys)
    sums = np.array([[1.0] * len(xs) + [0.0] * len(ys), [0.0] * len(xs) + [1.0] * len(ys)])
    rests = np.array([float(p.rest), float(q.rest)])
    if name == "totalVariation":
        # a linear program: the least of ½ Σ z, z >= x - y, z >= y - x
        size = len(xs) + len(ys)
        rows, limits = [], []
        for i in range(count):
            for sign in (1, -1):
                row = np.zeros(size + count)
                if i in xs:
                    row[xs.index(i)] = sign
                if i in ys:
                    row[len(xs) + ys.index(i)] = -sign
                row[size + i] = -1
                rows.append(row)
                limits.append(sign * (fixed_y[i] - fixed_x[i]))
        cost = np.concatenate([np.zeros(size), np.full(count, 0.5)])
        equal = np.hstack([sums, np.zeros((2, count))])
        found = linprog(cost, np.array(rows), limits, equal, rests, bounds + [(0, None)] * count, method="highs")
        return float(found.fun), 0.0
    start = np.concatenate([np.full(len(xs), rests[0] / max(len(xs), 1)), np.full(len(ys), rests[1] / max(len(ys), 1))])
    best = None
    for _ in range(4):
        found = minimize(
            value,
            start,
            jac=gradient,
            bounds=[(max(lower, 1e-14), upper) for lower, upper in bounds],
            constraints=[{"type": "eq", "fun": lambda v: sums @ v - rests, "jac": lambda v: sums}],
            method="SLSQP",
            options={"ftol": 1e-16, "maxiter": 2000},
        )
        best = found.x
        start = best
    slope = gradient(best)
    corner = linprog(slope, A_eq=sums, b_eq=rests, bounds=bounds, method="highs")
    return value(best), max(0.0, float(slope @ best - corner.fun))


def case(seed):
    random = Random(seed)
    count = 4 + int(3 * random.next())
    p = distribution(random, count, 1 + 2 * random.next())
    near = random.next() < 0.4
    q = [a * (1 + 0.2 * (random.next() - 0.5)) for a in p] if near else distribution(random, count, 1 + 2 * random.next())
    q = [b / sum(q) for b in q]
    of_p, of_q = (listed(d, 1 + int((count - 1) * random.next())) for d in (p, q))
    top = random.next() < 0.7
    known = random.next() < 0.6
    if known:
        total = count
    else:
        # enough classes for everything to lie apart
        sides = [Side(entries, top, count) for entries in (of_p, of_q)]
        total = count + sum(int(side.rest / side.cap) + 1 for side in sides)
        if total > 11:
            return None
    first, second = Side(of_p, top, total), Side(of_q, top, total)
    if min(first.rest, second.rest) < 1e-6:
        return None
    greatest = most(first, second, total)
    result = {}
    for name in DIVERGENCES:
        lower, gap = least(first, second, total, name)
        if not gap < 2e-6:
            return None
        result[name] = {"lower": lower, "gap": gap, "upper": nstr(greatest[name], 20)}
    return {
        "p": [[i, v] for i, v in of_p.items()],
        "q": [[i, v] for i, v in of_q.items()],
        "topK": top,
        "classes": total if known else None,
        "bounds": result,
    }


cases = []
for seed in range(1, 400):
    made = case(seed)
    if made is not None:
        cases.append(made)
    if len(cases) == 60:
        break
print(len(cases), "cases,", sum(c["classes"] is None for c in cases), "without classes,", sum(c["topK"] for c in cases), "top")
with open("test/fixtures/sparse.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")
