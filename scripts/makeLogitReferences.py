"""Makes test/fixtures/logitReferences.json, for test/accuracyOfLogits.test.ts, with mpmath at 60 digits.

As in makeReferences.py, a row is not stored but made again from its seed by test/cases.ts, by +, -, *, / and rounding only.

    python3 scripts/makeLogitReferences.py
"""
import json
import sys

from mpmath import exp, inf, log, mp, mpf, nstr

sys.dont_write_bytecode = True
from makeReferences import Random, to_f32  # noqa: E402

mp.dps = 60

LN2 = 0.6931471805599453
# of a pair of any kinds; and of logits alone
PAIR_MEASURES = ["crossEntropy", "klDivergence", "jsDivergence"]
MEASURES = PAIR_MEASURES + [
    "jeffreysDivergence",
    "mixtureDivergence",
    "entropy",
    "logSumExp",
    "logLikelihoodRatio",
    "logLikelihoodScale",
    "softmax",
    "logSoftmax",
    "logRatio",
]
BETA = mpf(0.1)


def number(shape, kind, t, i, n):
    """A number of a row, from t in (-1, 1). The twin of `numberOf` in test/cases.ts."""
    if shape == "ordinary":
        return 1.2 * t / (1.1 - abs(t))  # from -12 to 12, heavy-tailed
    if shape == "flat":
        return t / 100
    if shape == "peaked":
        return 200 * t
    if shape == "outlier":
        return 20.0 if i == n // 3 else t / 100
    if shape == "wide":
        return 20000 * t
    # the one shape that is made alike of logits and of probabilities
    assert shape == "halves"
    k = int((t + 1) * 6)
    return 1.0 / 2**k if kind == "probabilities" else -k * LN2


def rows(case):
    """p, q and counts, as they are passed. The twin of `makeLogitRows` in test/cases.ts."""
    n, p_shape, q_shape = case["n"], case["p"], case["q"]
    p_kind, q_kind = case.get("input", ("logits", "logits"))
    eps, mask = case.get("eps", 0), case.get("mask")
    random = Random(case["seed"])
    p, q, counts = [], [], []
    largest = 0
    for i in range(n):
        t = 2 * random.next() - 1
        s = 2 * random.next() - 1
        w = random.next()
        count = int(random.next() * 5)
        x = number(p_shape, p_kind, t, i, n)
        if q_shape == "near":
            y = number(p_shape, q_kind, t, i, n)
            y = y * (1 + 2 * eps * s) if q_kind == "probabilities" else y + 2 * eps * s
        else:
            y = number(q_shape, q_kind, s, i, n)
        p_masked = (mask in ("p", "both") and w < 0.3) or (mask == "either" and w < 0.2)
        q_masked = (mask in ("q", "both") and w < 0.3) or (mask == "either" and w > 0.8)
        if p_masked:
            x = 0.0 if p_kind == "probabilities" else -inf
        if q_masked:
            y = 0.0 if q_kind == "probabilities" else -inf
        p.append(x)
        q.append(y)
        counts.append(0 if p_masked or q_masked else count)
        if x > p[largest]:
            largest = i
    # the largest class of p is another's in q, or further from its second
    q[largest] += case.get("largest", 0)
    q[0] += case.get("first", 0)
    level, offset = case.get("level", 0), case.get("offset", 0)
    if p_kind == "probabilities":
        p = scaled_to_one(p)
    else:
        p = [x + level for x in p]
    if q_kind == "probabilities":
        q = scaled_to_one(q)
    else:
        q = [y + (level + offset) for y in q]
    rounding = to_f32 if case["type"] == "f32" else float
    return [rounding(x) for x in p], [rounding(y) for y in q], counts


def scaled_to_one(row):
    total = 0.0
    for x in row:
        total += x
    return [x / total for x in row]


class Distribution:
    """Exact probabilities and their logarithms, of a row that is `repeat` times these numbers; None is -Infinity."""

    def __init__(self, row, kind, temperature, repeat):
        if kind == "probabilities":
            total = sum(mpf(x) for x in row) * repeat
            self.p = [mpf(x) / total for x in row]
            self.ln = [log(p) if p else None for p in self.p]
            return
        x = [None if z == -inf else mpf(z) / (temperature if kind == "logits" else 1) for z in row]
        self.largest = max(z for z in x if z is not None)
        self.log_sum_exp = self.largest + log(sum(exp(z - self.largest) for z in x if z is not None) * repeat)
        self.ln = [None if z is None else z - self.log_sum_exp for z in x]
        self.p = [mpf(0) if z is None else exp(z) for z in self.ln]


def reference(case):
    p, q, counts = rows(case)
    repeat = case.get("repeat", 1)
    temperature = mpf(case.get("temperature", 1))
    p_kind, q_kind = case.get("input", ("logits", "logits"))
    a = Distribution(p, p_kind, temperature, repeat)
    b = Distribution(q, q_kind, temperature, repeat)
    h = ce = kl = reverse = js = mixture = llr = llr_scale = mpf(0)
    is_infinite = is_reverse_infinite = False
    for u, v, log_u, log_v, c in zip(a.p, b.p, a.ln, b.ln, counts):
        log_m = log((u + v) / 2) if u or v else None
        log_w = log(BETA * u + (1 - BETA) * v) if u or v else None
        if u:
            h -= u * log_u
            js += u * (log_u - log_m) / 2
            mixture += BETA * u * (log_u - log_w)
            is_infinite |= not v
        if v:
            js += v * (log_v - log_m) / 2
            mixture += (1 - BETA) * v * (log_v - log_w)
            is_reverse_infinite |= not u
        if u and v:
            ratio = log_u - log_v
            ce -= u * log_v
            kl += u * ratio
            reverse -= v * ratio
            llr += c * ratio
            llr_scale += abs(c * ratio)
    values = {
        "crossEntropy": inf if is_infinite else ce * repeat,
        "klDivergence": inf if is_infinite else kl * repeat,
        "jsDivergence": js * repeat,
    }
    if "input" not in case:
        at = case["at"]
        values |= {
            "jeffreysDivergence": inf if is_infinite or is_reverse_infinite else (kl + reverse) * repeat,
            "mixtureDivergence": mixture * repeat,
            "entropy": h * repeat,
            "logSumExp": a.log_sum_exp,
            "logLikelihoodRatio": llr * repeat,
            "logLikelihoodScale": llr_scale * repeat,
            "softmax": a.p[at],
            "logSoftmax": a.ln[at],
            "logRatio": a.ln[at] - b.ln[at],
        }
    names = PAIR_MEASURES if "input" in case else MEASURES
    return ["Infinity" if values[name] == inf else nstr(values[name], 25) for name in names]


cases = []
TEMPERATURES = (1, 0.5, 2, 7.3)


def add(p, q, n, **more):
    for kind in ("f32", "f64"):
        case = {"type": kind, "p": p, "q": q, "n": n, **more, "seed": 1789 + 97 * len(cases)}
        if "input" not in case:
            case["at"] = class_of(case)
        cases.append(case)


def class_of(case):
    """The class whose elementwise results are told: by turns the middle one, the last, the most and the least probable one."""
    p, q, _ = rows(case)
    possible = [i for i in range(case["n"]) if p[i] > -inf and q[i] > -inf]
    # small probabilities have the largest relative errors, where logits are spread widely
    turn = 3 if case["p"] in ("peaked", "wide") else len(cases) // 2 % 4
    if turn < 2:
        return possible[len(possible) // 2 if turn == 0 else -1]
    # the least one whose softmax is still a normal number
    most = max(p)
    depth = (75 if case["type"] == "f32" else 690) * case.get("temperature", 1)
    if turn == 2:
        return max(possible, key=lambda i: p[i])
    return min((i for i in possible if p[i] >= most - depth), key=lambda i: p[i], default=possible[0])


def with_temperature(temperature):
    return {} if temperature == 1 else {"temperature": temperature}


def add_all():
    for k, n in enumerate((1, 2, 3, 15, 16, 17, 100, 255, 256, 257, 511, 512, 513, 1000, 1024, 3000)):
        add("ordinary", "ordinary", n, **with_temperature(TEMPERATURES[k % 4]))
        if n > 1:
            add("ordinary", "near", n, eps=(1e-1, 1e-3)[k % 2], **with_temperature(TEMPERATURES[k // 2 % 4]))
    for eps in (1e-1, 1e-2, 1e-3, 1e-4, 3e-5, 1e-5):
        add("ordinary", "near", 1000, eps=eps)
        add("flat", "near", 3000, eps=eps)
    for temperature in TEMPERATURES[1:]:
        add("ordinary", "near", 1000, eps=1e-3, temperature=temperature)
        add("peaked", "near", 1000, eps=1e-3, temperature=temperature)
    # equal, or nearly so, but for a constant
    for offset in (0.5, 7, 1000):
        add("ordinary", "near", 513, offset=offset)
        add("ordinary", "near", 1000, eps=1e-2, offset=offset, **with_temperature(7.3 if offset == 7 else 1))
        add("flat", "near", 1000, eps=1e-3, offset=offset)
        add("ordinary", "near", 3000, eps=1e-4, offset=-offset)
    # the offset of the maxima is far from that of the rows
    for largest in (5, -5):
        add("ordinary", "near", 1000, eps=1e-3, largest=largest)
        add("flat", "near", 3000, eps=1e-3, largest=largest)
        add("flat", "near", 1024, largest=largest, temperature=2)
        add("outlier", "near", 1000, eps=1e-2, largest=4 * largest)
    add("ordinary", "near", 1000, eps=1e-3, first=16)
    add("flat", "near", 32768, eps=1e-3, first=3)
    # sums of exponentials that differ by orders of magnitude
    for n in (100, 1024):
        add("flat", "peaked", n)
        add("peaked", "flat", n)
        add("flat", "outlier", n)
        add("outlier", "flat", n)
    add("peaked", "peaked", 1000)
    add("outlier", "ordinary", 1000, temperature=0.5)
    add("ordinary", "outlier", 1000, temperature=7.3)
    add("flat", "flat", 1000)
    for shape in ("outlier", "peaked"):
        for eps in (1e-1, 1e-2, 1e-3):
            add(shape, "near", 1024, eps=eps)
    add("wide", "wide", 1000)
    add("wide", "wide", 1000, temperature=7.3)
    add("wide", "near", 3000, eps=1e-1)
    add("wide", "near", 3000, eps=3, temperature=7.3)
    for level in (1000, -1000):
        add("ordinary", "ordinary", 1000, level=level)
        add("ordinary", "near", 1000, level=level, eps=1e-2)
        add("ordinary", "near", 257, level=level, eps=1e-3, temperature=2)
    # impossible classes
    for mask in ("both", "p", "q", "either"):
        add("ordinary", "ordinary", 257, mask=mask)
        add("ordinary", "near", 1000, mask=mask, eps=1e-3, **with_temperature(0.5 if mask == "p" else 1))
    add("flat", "near", 3000, mask="both", eps=1e-3, offset=7)
    # long rows: 32,768 numbers, and a thousand again and again
    add("ordinary", "ordinary", 32768)
    add("ordinary", "near", 32768, eps=1e-3)
    for repeat in (131, 10000):
        add("ordinary", "ordinary", 1000, repeat=repeat)
        add("ordinary", "near", 1000, eps=1e-3, repeat=repeat)
    add("flat", "near", 1000, eps=1e-4, repeat=131)
    # pairs of two kinds
    for input in (["probabilities", "logits"], ["logits", "probabilities"], ["logProbabilities", "logits"]):
        for eps in (1e-1, 1e-3, 1e-4):
            add("halves", "near", 1000, eps=eps, input=input)
        add("halves", "halves", 3000, input=input)
        add("halves", "near", 257, eps=1e-3, mask="both", input=input)
        for mask in ("p", "q"):
            add("halves", "near", 100, eps=1e-1, mask=mask, input=input)
        if input[0] == "logits":
            add("ordinary", "halves", 513, input=input, temperature=2)
            add("peaked", "halves", 1024, input=input, temperature=7.3)
        else:
            add("halves", "ordinary", 513, input=input, temperature=2)
            add("halves", "near", 1000, input=input, eps=1e-2, offset=1000)
            add("halves", "peaked", 1024, input=input, temperature=0.5)
    add("ordinary", "near", 1000, eps=1e-3, input=["logProbabilities", "logits"])


def main():
    add_all()
    for case in cases:
        case["exact"] = reference(case)
    lines = ",\n".join("    " + json.dumps(case, separators=(",", ":")) for case in cases)
    with open("test/fixtures/logitReferences.json", "w", encoding="utf-8") as file:
        file.write('{\n  "measures": ' + json.dumps(MEASURES) + ',\n  "cases": [\n' + lines + "\n  ]\n}\n")
    print(len(cases), "cases of logits")


if __name__ == "__main__":
    main()
