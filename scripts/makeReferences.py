"""Makes the fixtures of test/accuracy.test.ts with mpmath, at 60 digits.

test/fixtures/references.json has exact values of every measure over rows that test/cases.ts makes again, bit for bit, from a
seed: only +, -, *, / and rounding are used to make a row, so both languages agree on every bit.
test/fixtures/logRatios.json has ln(p/q) of pairs near 1, at the edges of octaves, and over the whole range of each type.

    python3 scripts/makeReferences.py
"""
import json
import struct

from mpmath import log, mp, mpf, nstr

mp.dps = 60


def to_f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


class Random:
    """Uniform numbers in (0, 1): the high 24 bits of a linear congruential generator (Numerical Recipes)."""

    def __init__(self, seed):
        self.state = seed

    def next(self):
        self.state = (self.state * 1664525 + 1013904223) % 2**32
        return (self.state // 256 + 0.5) / 16777216


def weights(case):
    """Unnormalised p and q, and counts. The twin of `weights` in test/cases.ts."""
    shape, n, eps = case["shape"], case["n"], case["eps"]
    random = Random(case["seed"])
    p, q, counts = [], [], []
    for i in range(n):
        u, v, w = random.next(), random.next(), random.next()
        x = u * u / (1.0625 - u)  # heavy-tailed
        y = x
        if shape == "independent":
            y = v * v / (1.0625 - v)
        elif shape == "near":
            y = x * (1 + eps * (v - 0.5))
        elif shape == "steps":
            # few values, so that rounding errors repeat instead of averaging out
            x = 1.0
            y = eps if i % 2 == 0 else 1.0
        elif shape == "zeros":
            y = v * v / (1.0625 - v)
            if w < 0.3:
                x = 0.0
                if v < 0.5:
                    y = 0.0
        elif shape == "wide":
            # thirty orders of magnitude
            for _ in range(int(v * 15)):
                x = x / 100
            y = x * (w + 0.5)
        p.append(x)
        q.append(y)
        counts.append(int(w * 5))
    return p, q, counts


def rows(case):
    """p, q and counts as they are passed: scaled by double arithmetic, then rounded to the type."""
    p, q, counts = weights(case)
    p_sum = 0.0
    q_sum = 0.0
    for x in p:
        p_sum += x
    for x in q:
        q_sum += x
    q_sum = q_sum / (1 + case["mismatch"])
    scale = case.get("scale", 1.0)
    rounding = to_f32 if case["type"] == "f32" else float
    return [rounding(x / p_sum * scale) for x in p], [rounding(x / q_sum * scale) for x in q], counts


def reference(case):
    p, q, counts = rows(case)
    repeat = case.get("repeat", 1)  # a row of the same numbers again and again has the sums of one, times `repeat`
    p = [mpf(x) for x in p]
    q = [mpf(x) for x in q]
    p_sum = sum(p)
    q_sum = sum(q)
    zero = mpf(0)
    h = ce = kl = reverse = js = i_divergence = llr = llr_scale = zero
    infinite = any(y == 0 < x for x, y in zip(p, q))
    reverse_infinite = any(x == 0 < y for x, y in zip(p, q))
    for x, y, c in zip(p, q, counts):
        u, v = x / p_sum / repeat, y / q_sum / repeat
        m = (u + v) / 2
        log_u = log(u) if u else None
        log_v = log(v) if v else None
        if u:
            h -= u * log_u
            js += u * (log_u - log(m))
        if v:
            js += v * (log_v - log(m))
        if u and v:
            ce -= u * log_v
            kl += u * (log_u - log_v)
            reverse += v * (log_v - log_u)
            ratio = log(x / y)
            i_divergence += x * ratio
            llr += c * ratio
            llr_scale += abs(c * ratio)
    result = {"entropy": h, "jsDivergence": js / 2}
    if 0 not in p and 0 not in q:
        result["logLikelihoodRatio"] = llr
        result["logLikelihoodScale"] = llr_scale
    if not infinite:
        result["crossEntropy"] = ce
        result["klDivergence"] = kl
        result["iDivergence"] = i_divergence - p_sum + q_sum
    if not infinite and not reverse_infinite:
        result["jeffreysDivergence"] = kl + reverse
    for name in result:
        result[name] *= repeat
    return {name: nstr(value, 25) for name, value in result.items()}


cases = []


def add(shape, n, eps=0.0, mismatch=0.0, **more):
    for kind in ("f32", "f64"):
        case = {"shape": shape, "type": kind, "n": n, "eps": eps, "mismatch": mismatch, "seed": 4711 + 97 * len(cases)}
        case.update(more)
        cases.append(case)


def main():
    for n in (1, 2, 3, 5, 8, 15, 16, 17, 31, 64, 100, 255, 256, 257, 511, 512, 513, 1000):
        add("independent", n)
    for n in (2, 3, 7, 33, 100):
        for eps in (0.5, 1e-2, 1e-4):
            add("near", n, eps)
    for n in (1024, 1025, 3000):
        add("independent", n)
        add("wide", n)
        for eps in (1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 5e-6):
            add("near", n, eps)
    # ratios at which the parts of a term cancel most, and at the edges of an octave
    for ratio in (1.34, 1.41, 1.5, 1.99, 2.0, 2.01, 2.1, 2.5, 3.0, 3.99, 4.01, 0.66, 0.51, 0.5, 0.49, 0.26, 0.25, 0.24):
        add("steps", 1024, ratio)
        add("steps", 1500, ratio)
    add("zeros", 1024)
    add("zeros", 1337)
    add("zeros", 5000)
    # sums that agree to 1e-6, and sums that do not
    for eps in (1e-2, 1e-4, 1e-5, 5e-6):
        add("near", 2048, eps, mismatch=1e-6)
        add("near", 2048, eps, mismatch=-1e-6)
    for eps in (1e-1, 1e-2, 1e-3, 1.6e-4):
        for mismatch in (1e-5, 1e-3, -5e-3):
            add("near", 2048, eps, mismatch=mismatch)
    # counts and weights, with `normalize`
    for scale in (1e6, 1e30, 1e-30, 3.0):
        add("independent", 1500, scale=scale)
        add("near", 1500, 1e-3, mismatch=0.5, scale=scale)
    # long rows: 1,000 numbers again and again
    for repeat in (131, 10000):
        add("independent", 1000, repeat=repeat)
        add("near", 1000, 1e-5, repeat=repeat)
        add("near", 1000, 5e-6, mismatch=1e-6, repeat=repeat)
    add("near", 32768, 1e-3)
    add("independent", 32768)

    for case in cases:
        case["exact"] = reference(case)

    lines = ",\n".join("  " + json.dumps(case) for case in cases)
    with open("test/fixtures/references.json", "w", encoding="utf-8") as file:
        file.write("[\n" + lines + "\n]\n")
    print(len(cases), "cases")

    random = Random(20261124)
    pairs = []
    for kind, rounding, least in (("f32", to_f32, -126), ("f64", float, -1022)):
        for i in range(2000):
            q = rounding((1 + random.next()) * 2.0 ** int((random.next() - 0.5) * 20))
            if i % 4 == 0:
                p = rounding(q * (1 + (random.next() - 0.5) * 2.0 ** -int(random.next() * 22)))
            elif i % 4 == 1:
                p = rounding(q * (1 + random.next() * 3))
            elif i % 4 == 2:
                p = rounding(q * 2.0 ** int((random.next() - 0.5) * 12) * (1 + (random.next() - 0.5) * 1e-5))
            else:
                p = rounding((1 + random.next()) * 2.0 ** int(least * (1 - 1.9 * random.next())) * 0.5)
            p = max(p, rounding(2.0**least))
            pairs.append({"type": kind, "p": p, "q": q, "ln": nstr(log(mpf(p) / mpf(q)), 25)})
    with open("test/fixtures/logRatios.json", "w", encoding="utf-8") as file:
        file.write("[\n" + ",\n".join("  " + json.dumps(pair) for pair in pairs) + "\n]\n")
    print(len(pairs), "log-ratios")


if __name__ == "__main__":
    main()
