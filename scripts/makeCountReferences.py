"""Makes test/fixtures/counts.json with mpmath, at 50 digits: measures of two rows of counts whose totals differ, most of them 0.

The rows are made again in test/counts.test.ts, from a seed, by +, -, *, / and rounding down alone.

    python3 scripts/makeCountReferences.py
"""
import json

from mpmath import log, mp, mpf, nstr, sqrt

from makeReferences import Random

mp.dps = 50


def counts_of(case):
    """p and q: a class is counted with probability `density`, heavy-tailed; q has all classes of p, and is larger by `factor`."""
    random = Random(case["seed"])
    p, q = [], []
    for i in range(case["n"]):
        u, v, w, z = random.next(), random.next(), random.next(), random.next()
        x = int(1 + 3 * u / (1.0625 - u)) if w < case["density"] else 0
        near = x * (1 + case["eps"] * (v - 0.5))
        y = near * case["factor"] if x > 0 else (int(1 + 4 * v) if z < case["density"] else 0)
        p.append(x)
        q.append(int(y + 0.5) if x > 0 or y > 0 else 0)
        if x > 0 and q[-1] == 0:
            q[-1] = 1
    return p, q


def exact(p, q):
    p_sum, q_sum = mpf(sum(p)), mpf(sum(q))
    kl = js = jeffreys = entropy = cross = distance = affinity = mpf(0)
    is_infinite = False
    for x, y in zip(p, q):
        a, b = x / p_sum, y / q_sum
        m = (a + b) / 2
        if x:
            kl += a * log(a / b)
            js += a * log(a / m)
            entropy -= a * log(a)
            cross -= a * log(b)
        if y:
            js += b * log(b / m)
            is_infinite = is_infinite or not x
            if x:
                jeffreys += (a - b) * log(a / b)
        distance += abs(a - b)
        affinity += sqrt(a * b)
    values = {
        "klDivergence": kl,
        "jsDivergence": js / 2,
        "entropy": entropy,
        "crossEntropy": cross,
        "totalVariationDistance": distance / 2,
        "hellingerDistance": sqrt(1 - affinity),
    }
    if not is_infinite:
        values["jeffreysDivergence"] = jeffreys
    return {name: nstr(value, 20) for name, value in values.items()}


def cases():
    seed = 1
    for n, densities in ((2, (1,)), (10, (1, 0.5)), (100, (1, 0.1)), (1000, (1, 0.03)), (5000, (0.03,)), (40000, (1, 0.05))):
        for density in densities:
            for factor in (0.004, 0.2, 0.9, 1, 1.7, 6, 300):
                for eps in (2, 0.1) if n > 100 or density == 1 else (2,):
                    seed += 1
                    yield {"n": n, "density": density, "factor": factor, "eps": eps, "seed": seed}


made = []
for case in cases():
    p, q = counts_of(case)
    if sum(p) == 0 or sum(q) == 0:
        continue
    case["sums"] = [sum(p), sum(q)]
    case["exact"] = exact(p, q)
    made.append(case)
with open("test/fixtures/counts.json", "w", encoding="utf8") as file:
    file.write("[\n" + ",\n".join(json.dumps(case) for case in made) + "\n]\n")
