"""Makes test/fixtures/extremes.json, for test/extremes.test.ts, with mpmath at 320 bits: calls at the ends of range, where options meet, and
where rows are next to each other. Each has its arguments, the exact result and how far the result may be from it.

    python3 scripts/makeExtremeReferences.py
"""
import json
import random
import struct

from mpmath import exp, inf, log, mp, mpf, nstr, sqrt

# what cancels leaves 320 bits of these and more
mp.prec = 2400

MAX = 1.7976931348623157e308
LEAST_F32 = -3.4028234663852886e38
TINY = 5e-324

cases = []


def f32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def text(x):
    if isinstance(x, (list, tuple)):
        return [text(y) for y in x]
    if x in (inf, -inf):
        return "Infinity" if x > 0 else "-Infinity"
    # what is less than the smallest subnormal number is 0
    return nstr(x, 25, min_fixed=0, max_fixed=0)


def add(f, args, options, exact, error, type="f64"):
    plain = lambda x: ["-Infinity" if y == float("-inf") else y for y in x] if isinstance(x, (list, tuple)) else x
    args = [plain(arg) for arg in args]
    options = {key: plain(value) for key, value in options.items()}
    cases.append({"f": f, "type": type, "args": args, "options": options, "exact": text(exact), "error": error})


# the ways in which an error is measured: ulps of the result, relative, or of max(1, |value|)
ULPS = {"ulps": 2}
RELATIVE = {"relative": 4e-15}
FAR = {"relative": 1e-11}
FROM_1E12 = {"absolute": 4e-15, "scale": "1e-12"}
OF_LOGITS = {"absolute": 1e-13}
OF_LOGITS_F32 = {"absolute": 1e-6}


def normalized(p):
    total = sum(map(mpf, p))
    return [mpf(x) / total for x in p]


def log_softmax(z, temperature=1):
    x = [mpf(a) / mpf(temperature) if a != float("-inf") else -inf for a in z]
    top = max(x)
    total = log(sum(exp(a - top) for a in x if a != -inf))
    return [a - top - total if a != -inf else -inf for a in x]


def power(a):
    return mpf(0) if a == -inf else exp(a)


def times(p, x):
    return mpf(0) if p == 0 else p * x


def kl(lp, lq):
    return sum((power(a) * (a - b) for a, b in zip(lp, lq) if a != -inf), mpf(0))


def js(lp, lq, beta=mpf(1) / 2):
    total = mpf(0)
    for a, b in zip(lp, lq):
        p, q = power(a), power(b)
        m = beta * p + (1 - beta) * q
        if p > 0:
            total += beta * p * (a - log(m))
        if q > 0:
            total += (1 - beta) * q * (b - log(m))
    return total


def entropy(lp):
    return -sum((power(a) * a for a in lp if a != -inf), mpf(0))


def logs(p):
    return [log(x) if x > 0 else -inf for x in normalized(p)]


# --- logarithms of ratios ---

pairs = [
    (1.7e308, 1e308), (1e308, 1.7e308), (MAX, MAX / 1.5), (MAX, 1e-300), (MAX, TINY), (TINY, MAX), (1.7e308, 1.69999e308),
    (1e-310, 1.0001e-310), (3e-320, 2e-320), (TINY, 1e-323), (1e-308, 1e-309), (2.3e-308, 2.2e-308), (9e307, 1e-310), (4.5e307, 8.9e307),
    (1.3999379457165242, 0.70721310678869487), (2.0**101, 2.0**100 * 1.01), (1e31, 3e31), (3e-310, 3.0000001e-310),
]
state = random.Random(14)
for octaves in (0, 0, 0, 1, -1, 2, -2, 40, 1000):
    for _ in range(40):
        x = 2.0 ** (octaves / 2) * (0.5 + state.random())
        pairs.append((x, (0.5 + state.random()) / 2.0 ** (octaves / 2)))
# where the error is largest: a ratio just below 2, and just below e^(1/4), e^(1/2)
for ratio in (1.999, 0.501, 1.2839, 1.6486, 1.1331):
    for _ in range(40):
        y = 0.5 + state.random()
        pairs.append((y * ratio * (1 + 1e-4 * (state.random() - 0.5)), y))
add("logRatio", [[x for x, _ in pairs], [y for _, y in pairs]], {}, [log(mpf(x) / mpf(y)) for x, y in pairs], ULPS)
narrow = [(f32(x), f32(y)) for x, y in pairs if 1e-44 < x < 3e38 and 1e-44 < y < 3e38]
narrow += [(1e-45, 1e-44), (1.2e-38, 1.3e-38), (3e38, 1e38), (1e-40, 2e38), (1.2e-38, 1.2000001e-38)]
narrow = [(f32(x), f32(y)) for x, y in narrow]
add("logRatio", [[x for x, _ in narrow], [y for _, y in narrow]], {}, [log(mpf(x) / mpf(y)) for x, y in narrow], ULPS, "f32")

add("logLikelihoodRatio", [[1], [1.7e308], [1e308]], {}, log(mpf(1.7e308) / mpf(1e308)), RELATIVE)
add("logLikelihoodRatio", [[2, 1], [1e-310, 0.5], [1.0001e-310, 0.5]], {}, 2 * log(mpf(1e-310) / mpf(1.0001e-310)), RELATIVE)
big = [1e307, 1e307]
ratios = (log(mpf(1) / mpf(1e-300)), log(mpf(1e-300) / mpf(2)))
add("logLikelihoodRatio", [big, [1, 1e-300], [1e-300, 2]], {}, mpf(1e307) * sum(ratios), {"relative": 1e-12})
for p, q in (([1.7e308], [1e308]), ([1e308], [1.7e308]), ([MAX, 1], [MAX / 2, 3]), ([1e-300, 9e307], [1e-310, 1.1e308])):
    exact = sum(mpf(x) * log(mpf(x) / mpf(y)) - mpf(x) + mpf(y) for x, y in zip(p, q))
    add("iDivergence", [p, q], {}, exact, RELATIVE)

# --- sums so far apart that their ratio is too large for a number ---

for p, q in (
    ([1e-310, 0], [0.5, 1e-310]), ([1e-310, 1e-310], [0.5, 0.25]), ([3e-320, 1e-320], [1, 1]), ([0.5, 0.5], [5e-324, 1.5e-323]),
    ([1e300, 2e300], [1e-310, 1e-310]),
):
    normalize = {"normalize": True}
    lp, lq = logs(p), logs(q)
    add("jsDivergence", [p, q], normalize, js(lp, lq), FROM_1E12)
    if 0 not in p:
        add("klDivergence", [p, q], normalize, kl(lp, lq), FROM_1E12)
        add("jeffreysDivergence", [p, q], normalize, kl(lp, lq) + kl(lq, lp), FROM_1E12)
add("jsDistance", [[1, 0], [0, 1]], {"base": 0.5}, mpf(1), RELATIVE)
add("jsDistance", [[0.9, 0.1], [0.2, 0.8]], {"base": 0.5}, sqrt(js(logs([0.9, 0.1]), logs([0.2, 0.8])) / log(2)), RELATIVE)

# --- rows that are nearer to each other than their sums ---

near = [
    ([0.10055615084588626, 0.2981677016520029, 0.601276147502111], [0.1005562413467165, 0.29816796999960155, 0.6012766886460457], RELATIVE),
]
for change, gamma, n, error in ((1e-12, 1e-6, 5, RELATIVE), (1e-11, -9e-7, 17, RELATIVE), (1e-9, 3e-3, 9, FAR), (1e-8, -8e-3, 3, FAR), (1e-12, 1e-9, 33, RELATIVE)):
    raw = [0.1 + state.random() for _ in range(n)]
    p = [x / sum(raw) for x in raw]
    near.append((p, [x * (1 + gamma) * (1 + change * (state.random() - 0.5)) for x in p], error))
for p, q, error in near:
    P, Q = normalized(p), normalized(q)
    add("totalVariationDistance", [p, q], {}, sum(abs(x - y) for x, y in zip(P, Q)) / 2, error)
    add("renyiDivergence", [p, q, "Infinity"], {}, log(max(x / y for x, y in zip(P, Q))), error)
    for alpha in (1e9, 1e13):
        exact = log(sum(x * exp(mpf(alpha - 1) * log(x / y)) for x, y in zip(P, Q))) / mpf(alpha - 1)
        add("renyiDivergence", [p, q, alpha], {}, exact, error)

# --- temperatures at the ends of range ---

rows = [
    ([1.0, 2.0, 0.5], [2.0, 1.0, 0.25]), ([3.0, 3.0], [3.0, 3.0]), ([1e308, -1e308], [1e307, 1e308]), ([1e-310, 3e-310, 0.0], [0.0, 2e-310, 1e-310]),
    ([0.5, float("-inf"), 0.5], [0.5, float("-inf"), 0.25]), ([-1e9, 1.0], [0.5, -1e9]),
]
for temperature in (TINY, 1e-310, 5.5e-309, 1e-300, 0.1, 1e306, MAX):
    for z, w in rows:
        lp, lq = log_softmax(z, temperature), log_softmax(w, temperature)
        options = {"temperature": temperature}
        measured = {"input": "logits", **options}
        add("softmax", [z], options, [power(a) for a in lp], {"relative": 1e-12})
        add("entropy", [z], measured, entropy(lp), OF_LOGITS)
        add("jsDivergence", [z, w], measured, js(lp, lq), OF_LOGITS)
        add("jsDivergence", [w, z], measured, js(lp, lq), OF_LOGITS)
        add("totalVariationDistance", [z, w], measured, sum(abs(power(a) - power(b)) for a, b in zip(lp, lq)) / 2, OF_LOGITS)
        overlap = sum(power((a + b) / 2) if -inf not in (a, b) else mpf(0) for a, b in zip(lp, lq))
        add("hellingerDistance", [z, w], measured, sqrt(abs(1 - overlap)), {"absolute": 1e-12})
        value = kl(lp, lq)
        add("klDivergence", [z, w], measured, value, OF_LOGITS)
        if abs(value) < mpf(10) ** 300:
            add("distillationLoss", [w, z], {"rowLength": len(z), **options}, mpf(temperature) ** 2 * value, {"absolute": 1e-13, "scale": text(mpf(temperature) ** 2)})
        add("logLikelihoodRatio", [[1] + [0] * (len(z) - 1), z, w], measured, lp[0] - lq[0], OF_LOGITS)
        add("tokenLogProbabilities", [z, [1]], {"rowLength": len(z), **options}, [lp[1]], OF_LOGITS)
        gradient = [(power(a) - (1 if i == 0 else 0)) / mpf(temperature) for i, a in enumerate(lp)]
        add("crossEntropyLoss", [z, [0]], {"rowLength": len(z), "gradient": True, **options}, [-lp[0], *gradient], {"absolute": 1e-13, "scale": text(max(mpf(1), 1 / mpf(temperature)))})
z = [0.0, f32(LEAST_F32), 1.0]
w = [1.0, 0.0, f32(LEAST_F32)]
for temperature in (1e-5, 1e-10, 1.0):
    lp, lq = log_softmax(z, temperature), log_softmax(w, temperature)
    measured = {"input": "logits", "temperature": temperature}
    for f, value in (("klDivergence", kl(lp, lq)), ("jsDivergence", js(lp, lq)), ("entropy", entropy(lp)), ("crossEntropy", entropy(lp) + kl(lp, lq))):
        add(f, [z] if f == "entropy" else [z, w], measured, value, {"relative": 1e-6}, "f32")
    options = {"rowLength": 3, "temperature": temperature, "labelSmoothing": 0.1}
    for target in (0, 1, 2):
        smooth = [mpf(0.1) / 3 + (mpf(1) - mpf(0.1) if i == target else 0) for i in range(3)]
        add("crossEntropyLoss", [z, [target]], options, -sum(times(t, a) for t, a in zip(smooth, lp)), {"relative": 1e-6}, "f32")
    soft = [0.25, 0.25, 0.5]
    options = {"rowLength": 3, "temperature": temperature}
    add("crossEntropyLoss", [z, soft], options, -sum(mpf(t) * a for t, a in zip(soft, lp)), {"relative": 1e-6}, "f32")

# --- a row of one class ---

for z, type in (([0.0] + [float("-inf")] * 9, "f32"), ([0.0] + [float("-inf")] * 9, "f64"), ([-1e9, 7.0, -1e9], "f32"), ([LEAST_F32, 3.0], "f32"),
                ([0.0, -300.0], "f64"), ([0.0, -80.0, -90.0], "f32"), ([0.0, -50.0, -60.0], "f64")):
    add("entropy", [z], {"input": "logits"}, entropy(log_softmax(z)), {"relative": 1e-12}, type)

# --- an offset between rows ---

for offset in (300.0, 1e4, -1e4, 1e8):
    for n in (2, 5):
        z = [6 * state.random() for _ in range(n)]
        w = [6 * state.random() + offset for _ in range(n)]
        lp, lq = log_softmax(z), log_softmax(w)
        measured = {"input": "logits"}
        add("klDivergence", [z, w], measured, kl(lp, lq), OF_LOGITS)
        add("klDivergence", [w, z], measured, kl(lq, lp), OF_LOGITS)
        add("jeffreysDivergence", [z, w], measured, kl(lp, lq) + kl(lq, lp), OF_LOGITS)
        add("jsDivergence", [z, w], measured, js(lp, lq), OF_LOGITS)
        add("logRatio", [z, w], measured, [a - b for a, b in zip(lp, lq)], OF_LOGITS)
        for direction, value in (("forward", kl(lq, lp)), ("reverse", kl(lp, lq)), ("js", js(lp, lq))):
            add("distillationLoss", [z, w], {"rowLength": n, "direction": direction}, value, OF_LOGITS)
        add("logLikelihoodRatioOfTokens", [z, w, [1]], {"rowLength": n}, lp[1] - lq[1], {"absolute": 2e-13})
z, w = [2.649285298234547, 5.432579418283418], [-9082.313607677872, -9083.155059991059]
add("klDivergence", [z, w], {"input": "logits"}, kl(log_softmax(z), log_softmax(w)), OF_LOGITS)

# --- masks ---

for mask in (-1e9, LEAST_F32, -1e30):
    for shift in (0.0, 1e4):
        z = [3.25, mask, 1.5, mask, 0.25]
        w = [1.0 + shift, mask, mask, 2.5 + shift, 7.0 + shift]
        for type, error in (("f64", OF_LOGITS), ("f32", OF_LOGITS_F32)):
            z, w = ([f32(x) for x in z], [f32(x) for x in w]) if type == "f32" else (z, w)
            lp, lq = log_softmax(z), log_softmax(w)
            counts = [1, 2, 0, 0, 3]
            add("logRatio", [z, w], {"input": "logits"}, [a - b for a, b in zip(lp, lq)], error, type)
            add("logLikelihoodRatio", [counts, z, w], {"input": "logits"}, sum(c * (a - b) for c, a, b in zip(counts, lp, lq)),
                {"absolute": 6 * error["absolute"]}, type)

add("logLikelihoodRatio", [[1], [8.557446569204326e292], [-MAX]], {"input": "logProbabilities"}, inf, OF_LOGITS)

# --- a mixture of next to one distribution ---

z, w = [1.0, -2.0, float("-inf"), 0.5], [0.0, float("-inf"), 1.0, 0.25]
for k in (7, 20, 40, 54, 60, 200, 300):
    beta = mpf(2) ** -k
    value = js(log_softmax(z), log_softmax(w), beta)
    for type, error in (("f64", 1e-13), ("f32", 1e-5)):
        add("distillationLoss", [w, z], {"rowLength": 4, "direction": "js", "beta": 2.0**-k}, value, {"relative": error}, type)
    near = [0.0, -1.0, 0.5], [1e-3, -1.0, 0.5]
    add("distillationLoss", [near[1], near[0]], {"rowLength": 3, "direction": "js", "beta": 2.0**-k}, js(log_softmax(near[0]), log_softmax(near[1]), beta), {"relative": 1e-11})
    if k < 54:
        value = js(log_softmax(z), log_softmax(w), 1 - beta)
        add("distillationLoss", [w, z], {"rowLength": 4, "direction": "js", "beta": 1 - 2.0**-k}, value, {"relative": 1e-11})

# --- weights ---

def weighted_loss(z, target, weights):
    """Σ w t (-ln p) and its gradient; targets are probabilities."""
    lp = log_softmax(z)
    u = [mpf(t) * mpf(c) for t, c in zip(target, weights)]
    loss = inf if any(x > 0 and a == -inf for x, a in zip(u, lp)) else -sum(times(x, a) for x, a in zip(u, lp))
    return loss, [power(a) * sum(u) - x for x, a in zip(u, lp)]


z = [0.0, 1.0]
for weights in ([1e-320, 3e-320], [1.7e308, 1.0], [1.7e308, 1.7e308], [1e-300, 5e-300], [1e30, 1e-30], [1e39, 1.0]):
    for type in ("f64", "f32"):
        for target in (0, 1):
            one_hot = [1 if i == target else 0 for i in range(2)]
            loss, gradient = weighted_loss(z, one_hot, weights)
            scale = mpf(weights[target])
            options = {"rowLength": 2, "classWeights": weights, "gradient": True}
            error = {"relative": 1e-13 if type == "f64" else 1e-6}
            add("crossEntropyLoss", [z, [target]], options, [loss / scale, *[x / scale for x in gradient]], error, type)
        both = [weighted_loss(z, [1, 0], weights), weighted_loss(z, [0, 1], weights)]
        total = mpf(weights[0]) + mpf(weights[1])
        exact = [(both[0][0] + both[1][0]) / total, *[x / total for _, gradient in both for x in gradient]]
        add("crossEntropyLoss", [z + z, [0, 1]], {"rowLength": 2, "classWeights": weights, "gradient": True}, exact, error, type)
        smooth = [mpf(0.9) * 0 + mpf(0.1) / 2, (1 - mpf(0.1)) + mpf(0.1) / 2]
        loss, _ = weighted_loss(z, smooth, weights)
        scale = mpf(weights[1])
        value = loss / scale
        if value < mpf(MAX):
            add("crossEntropyLoss", [z, [1]], {"rowLength": 2, "classWeights": weights, "labelSmoothing": 0.1}, value, error, type)
        soft = [0.25, 0.75]
        loss, gradient = weighted_loss(z, soft, weights)
        if loss < mpf(MAX) and loss > mpf(10) ** -290:
            options = {"rowLength": 2, "classWeights": weights}
            add("crossEntropyLoss", [z, soft], options, loss, error, type)
loss, gradient = weighted_loss([float("-inf"), 0.0], [0.25, 0.75], [2, 4])
add("crossEntropyLoss", [[float("-inf"), 0.0], [0.25, 0.75]], {"rowLength": 2, "classWeights": [2, 4], "gradient": True}, [inf, *gradient], OF_LOGITS)
# with zLoss: Σ (w·loss + λ·lse²)/Σw
z = [0.5, 1.5, -1.0, 2.0]
lse = [log(exp(mpf(z[0])) + exp(mpf(z[1]))), log(exp(mpf(z[2])) + exp(mpf(z[3])))]
losses = [3 * (lse[0] - mpf(z[0])), mpf(0.5) * (lse[1] - mpf(z[3]))]
exact = (losses[0] + losses[1] + mpf(0.01) * (lse[0] ** 2 + lse[1] ** 2)) / mpf(3.5)
gradient = []
for r, label in ((0, 0), (1, 1)):
    c = mpf([3, 0.5][label])
    for i in range(2):
        p = exp(mpf(z[2 * r + i]) - lse[r])
        gradient.append((c * (p - (1 if i == label else 0)) + 2 * mpf(0.01) * lse[r] * p) / mpf(3.5))
options = {"rowLength": 2, "classWeights": [3, 0.5], "zLoss": 0.01, "gradient": True}
add("crossEntropyLoss", [z, [0, 1]], options, [exact, *gradient], OF_LOGITS)
# a mean of losses whose sum is too large
add("crossEntropyLoss", [[0, -1e308, 0, -1e308], [1, 1]], {"rowLength": 2}, mpf(1e308), RELATIVE)

# --- Gaussians ---

def gaussian(m, l, n, w):
    d = mpf(m) - mpf(n)
    v = mpf(l) - mpf(w)
    return [(exp(v) - 1 - v + d**2 * exp(-mpf(w))) / 2, d * exp(-mpf(w)), (exp(v) - 1) / 2]


for m, l, n, w in ((0, 710, 0, 0), (0, -1500, 0, -1500), (1e-200, -1500, 0, -1500), (1e300, 1400, 0, 1400), (1.0, 709.5, 1.0, 0), (3, 1500, 3, 800), (0, -2000, 1, 3)):
    exact = gaussian(m, l, n, w)
    if exact[0] < mpf(MAX):
        add("gaussianKl", [[m], [l]], {"priorMean": [n], "priorLogVariance": [w], "gradient": True}, exact, {"relative": 1e-13})
exact = gaussian(0, 710, 0, 0)[0]
add("gaussianKl", [[0, 0], [710, 710]], {"rowLength": 1, "priorMean": [0]}, exact, {"relative": 1e-13})

with open("test/fixtures/extremes.json", "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases) + "\n]\n")
print(f"{len(cases)} cases")
