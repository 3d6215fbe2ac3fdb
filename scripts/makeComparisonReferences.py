#!/usr/bin/env python3
"""Writes test/fixtures/compare/references.json: rows of two made-up models, and all that a comparison says of them, from mpmath
(40 digits), NumPy and SciPy.

With a directory that holds base.kld, q4_0.kld and printed.txt of llama.cpp's `llama-perplexity --kl-divergence`, also
test/fixtures/compare/llamacpp.json: the row results of these files and what the tool printed.
"""

import base64
import json
import math
import re
import struct
import sys
from pathlib import Path

import numpy as np
from mpmath import mp, mpf
from scipy import stats

mp.dps = 40
OUT = Path(__file__).parent.parent / "test" / "fixtures" / "compare"
ROWS, CLASSES, TOP_K = 40, 64, 8
PERCENTS = ["0.1", "1", "5", "10", "25", "50", "75", "90", "95", "99", "99.9"]


def log_softmax(row):
    exps = [mp.e ** mpf(float(z)) for z in row]
    total = mp.log(mp.fsum(exps))
    return [mpf(float(z)) - total for z in row]


def compare(a, b, token):
    """One row."""
    p, q = log_softmax(a), log_softmax(b)
    P, Q = [mp.exp(x) for x in p], [mp.exp(x) for x in q]
    kl = mp.fsum(x * (u - v) for x, u, v in zip(P, p, q))
    reverse = mp.fsum(y * (v - u) for y, u, v in zip(Q, p, q))
    middle = [mp.log((x + y) / 2) for x, y in zip(P, Q)]
    js = mp.fsum(x * (u - m) + y * (v - m) for x, y, u, v, m in zip(P, Q, p, q, middle)) / 2
    order = [np.argsort(-row.astype(np.float64), kind="stable") for row in (a, b)]
    overlap = len(set(order[0][:TOP_K]) & set(order[1][:TOP_K])) / TOP_K
    overlap5 = len(set(order[0][:5]) & set(order[1][:5])) / 5
    return {
        "kl": kl,
        "reverseKl": reverse,
        "js": js,
        "baseEntropy": -mp.fsum(x * u for x, u in zip(P, p)),
        "otherEntropy": -mp.fsum(y * v for y, v in zip(Q, q)),
        "crossEntropy": -mp.fsum(x * v for x, v in zip(P, q)),
        "reverseCrossEntropy": -mp.fsum(y * u for y, u in zip(Q, p)),
        "topOverlap": mpf(overlap),
        "top5Overlap": mpf(overlap5),
        "acceptance": mp.fsum(min(x, y) for x, y in zip(P, Q)),
        "baseTopLogProbability": p[order[0][0]],
        "otherTopLogProbability": q[order[1][0]],
        "baseTop": int(order[0][0]),
        "otherTop": int(order[1][0]),
        "baseLogProbability": p[token] if token >= 0 else None,
        "otherLogProbability": q[token] if token >= 0 else None,
        "deltaP": Q[token] - P[token] if token >= 0 else None,
    }


def mean_and_error(values):
    n = len(values)
    mean = mp.fsum(values) / n
    variance = mp.fsum((x - mean) ** 2 for x in values) / (n - 1)
    return mean, mp.sqrt(variance / n), mp.sqrt(variance)


def statistics(values):
    mean, error, deviation = mean_and_error(values)
    numbers = np.array([float(x) for x in values])
    quantiles = np.quantile(numbers, [float(p) / 100 for p in PERCENTS], method="linear")
    return {
        "count": len(values),
        "mean": float(mean),
        "standardError": float(error),
        "standardDeviation": float(deviation),
        "min": float(numbers.min()),
        "max": float(numbers.max()),
        "median": float(np.median(numbers)),
        "quantiles": {f"{p}%": float(x) for p, x in zip(PERCENTS, quantiles)},
    }


def estimate(value, error):
    return {"value": float(value), "standardError": float(error)}


def report(rows):
    names = ["kl", "reverseKl", "js", "baseEntropy", "otherEntropy", "crossEntropy", "reverseCrossEntropy", "topOverlap"]
    names += ["top5Overlap", "acceptance"]
    result = {name: statistics([row[name] for row in rows]) for name in names}
    known = [row for row in rows if row["deltaP"] is not None]
    for name in ["baseLogProbability", "otherLogProbability", "deltaP"]:
        result[name] = statistics([row[name] for row in known])
    square, square_error, _ = mean_and_error([row["deltaP"] ** 2 for row in known])
    result["deltaP"]["rms"] = estimate(mp.sqrt(square), square_error / (2 * mp.sqrt(square)))
    same = mpf(sum(row["baseTop"] == row["otherTop"] for row in rows)) / len(rows)
    result["sameTop"] = estimate(same, mp.sqrt(same * (1 - same) / (len(rows) - 1)))
    x = [-row["baseLogProbability"] for row in known]
    y = [-row["otherLogProbability"] for row in known]
    (xm, xe, _), (ym, ye, _) = mean_and_error(x), mean_and_error(y)
    # the error of a mean of differences is that of the difference of means
    ratio, ratio_error, _ = mean_and_error([v - u for u, v in zip(x, y)])
    base, other = mp.exp(xm), mp.exp(ym)
    _, difference_error, _ = mean_and_error([other * v - base * u for u, v in zip(x, y)])
    result["perplexity"] = {
        "base": estimate(base, base * xe),
        "other": estimate(other, other * ye),
        "logRatio": estimate(ratio, ratio_error),
        "ratio": estimate(mp.exp(ratio), mp.exp(ratio) * ratio_error),
        "difference": estimate(other - base, difference_error),
        "correlation": float(stats.pearsonr([float(u) for u in x], [float(v) for v in y]).statistic),
    }
    return result


def as_json(row):
    return {name: value if value is None or isinstance(value, int) else float(value) for name, value in row.items()}


def make_references():
    random = np.random.default_rng(20261124)
    base = (3 * random.standard_normal((ROWS, CLASSES))).astype(np.float16)
    other = (base.astype(np.float64) + 0.4 * random.standard_normal((ROWS, CLASSES))).astype(np.float16)
    tokens = []
    for r in range(ROWS):
        p = np.exp(base[r].astype(np.float64))
        tokens.append(int(random.choice(CLASSES, p=p / p.sum())) if r % 9 != 4 else -1)
    others = [other] + [(base.astype(np.float64) + x * random.standard_normal((ROWS, CLASSES))).astype(np.float16) for x in (0.02, 2)]
    text = lambda numbers: base64.b64encode(numbers.tobytes()).decode()
    candidates = []
    for other in others:
        rows = [compare(a, b, token) for a, b, token in zip(base, other, tokens)]
        candidates.append({"logits": text(other), "rows": [as_json(row) for row in rows], "report": report(rows)})
    return {"classes": CLASSES, "topK": TOP_K, "base": text(base), "tokens": tokens, "candidates": candidates}


def read_llamacpp(path):
    """Rows of log-probabilities, and the token after each."""
    data = path.read_bytes()
    assert data[:8] == b"_logits_"
    context, classes, chunks = struct.unpack_from("<Iii", data, 8)
    tokens = np.frombuffer(data, "<i4", context * chunks, 20).reshape(chunks, context)
    rows = context - 1 - context // 2
    width = 2 * ((classes + 1) // 2) + 4
    stored = np.frombuffer(data, "<u2", chunks * rows * width, 20 + 4 * context * chunks).reshape(chunks * rows, width)
    scale, least = (stored[:, 2 * i : 2 * i + 2].copy().view("<f4") for i in range(2))
    # in f32, as the tool has it
    logs = scale * stored[:, 4 : 4 + classes].astype(np.float32) + least
    return logs.astype(np.float64), tokens[:, context // 2 + 1 :].reshape(-1)


def make_llamacpp(directory):
    base, tokens = read_llamacpp(directory / "base.kld")
    other, _ = read_llamacpp(directory / "q4_0.kld")
    rows = []
    for a, b, token in zip(base, other, tokens):
        p, q = a - np.log(np.exp(a).sum()), b - np.log(np.exp(b).sum())
        rows.append([math.fsum(np.exp(p) * (p - q)), p[token], q[token], int(a.argmax()), int(b.argmax())])
    printed = (directory / "printed.txt").read_text()
    numbers = {}
    for line in printed.splitlines():
        match = re.match(r"^\s*([^:=]+?)\s*:\s+(-?[\d.]+)\s*%?(?:\s*±\s*([\d.]+))?", line)
        if match:
            name = re.sub(r"\s+", " ", match[1])
            numbers[name] = [float(match[2])] + ([float(match[3])] if match[3] else [])
    return {"columns": ["kl", "baseLogProbability", "otherLogProbability", "baseTop", "otherTop"], "rows": rows, "printed": numbers}


def write(name, value):
    OUT.mkdir(parents=True, exist_ok=True)
    (OUT / name).write_text(json.dumps(value, ensure_ascii=False, allow_nan=False) + "\n")


write("references.json", make_references())
if len(sys.argv) > 1:
    write("llamacpp.json", make_llamacpp(Path(sys.argv[1])))
