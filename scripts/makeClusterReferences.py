#!/usr/bin/env python3
"""Writes test/fixtures/compare/clusters.json: rows of three made-up candidates beside one base, and what is to be said of them by
clusters: means with clustered errors, paired differences with t-tests and tests by sign flips, KL by confidence, calibration errors.
From NumPy, SciPy and fractions; t-tests also from mpmath (40 digits)."""

import itertools
import json
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
from mpmath import mp, mpf
from scipy import stats

mp.dps = 40
OUT = Path(__file__).parent.parent / "test" / "fixtures" / "compare" / "clusters.json"
ROWS, FIRST, CLASSES = 230, 17, 6
random = np.random.default_rng(20261127)


def autocorrelated(scale):
    noise = random.standard_normal(ROWS)
    x = np.empty(ROWS)
    x[0] = noise[0]
    for i in range(1, ROWS):
        x[i] = 0.5 * x[i - 1] + math.sqrt(0.75) * noise[i]
    return scale * np.exp(0.7 * x)


def candidate(scale, base):
    kl = autocorrelated(scale)
    log_p = np.minimum(-1e-3, base["logP"] - kl + 0.1 * random.standard_normal(ROWS))
    top = np.where(random.random(ROWS) < 0.9, base["top"], random.integers(0, CLASSES, ROWS))
    return {"kl": kl, "logP": log_p, "top": top, "topLogP": np.minimum(0, base["topLogP"] + 0.2 * random.standard_normal(ROWS))}


def mean_by_clusters(values, clusters):
    """In fractions up to the root."""
    values = [Fraction(float(x)) for x in values]
    sums = {}
    for x, cluster in zip(values, clusters):
        total, count = sums.get(cluster, (Fraction(0), 0))
        sums[cluster] = (total + x, count + 1)
    mean = sum(values) / len(values)
    g = len(sums)
    spread = sum((total - count * mean) ** 2 for total, count in sums.values())
    variance = mpf((Fraction(g, g - 1) * spread / len(values) ** 2).numerator) / mpf(
        (Fraction(g, g - 1) * spread / len(values) ** 2).denominator
    )
    return float(mean), mp.sqrt(variance), [total for total, _ in sums.values()]


def estimate(value, error):
    return {"value": float(value), "standardError": float(error)}


def t_two_sided(t, freedom):
    x = mpf(freedom) / (freedom + t * t)
    return mp.betainc(mpf(freedom) / 2, mpf(1) / 2, 0, x, regularized=True)


def sign_flips(sums):
    observed = abs(sum(sums))
    hits = sum(abs(sum(s * x for s, x in zip(signs, sums))) >= observed for signs in itertools.product((1, -1), repeat=len(sums)))
    return hits / 2 ** len(sums)


def difference_of(values, others, clusters):
    exact = [Fraction(float(x)) - Fraction(float(y)) for x, y in zip(values, others)]
    sums = {}
    for x, cluster in zip(exact, clusters):
        total, count = sums.get(cluster, (Fraction(0), 0))
        sums[cluster] = (total + x, count + 1)
    mean = sum(exact) / len(exact)
    g = len(sums)
    variance = Fraction(g, g - 1) * sum((t - n * mean) ** 2 for t, n in sums.values()) / len(exact) ** 2
    value = mpf(mean.numerator) / mean.denominator
    error = mp.sqrt(mpf(variance.numerator) / variance.denominator)
    p = t_two_sided(value / error, g - 1)
    assert abs(float(p) - 2 * stats.t.sf(abs(float(value / error)), g - 1)) < 1e-10
    reach = mpf(stats.t.ppf(0.975, g - 1)) * error
    result = {
        "value": float(value),
        "standardError": float(error),
        "interval": [float(value - reach), float(value + reach)],
        "pValue": float(p),
        "rows": len(exact),
    }
    if g <= 13:
        result["permutationPValue"] = sign_flips([t for t, _ in sums.values()])
    return result


def calibration_error(top, top_log_p, tokens):
    known = tokens >= 0
    confidence = np.exp(top_log_p[known])
    correct = (top == tokens)[known]
    bins = np.minimum(14, np.floor(confidence * 15))
    return float(sum(abs(correct[bins == b].sum() - confidence[bins == b].sum()) for b in range(15)) / known.sum())


def by_confidence(kl, top_log_p):
    confidence = np.exp(top_log_p)
    edges = [0, 0.25, 0.5, 0.75, 0.95, 1]
    buckets = []
    for low, high in zip(edges, edges[1:]):
        chosen = kl[(confidence >= low) & ((confidence < high) | (high == 1))]
        n = len(chosen)
        buckets.append(
            {"from": low, "to": high, "count": n, "mean": float(chosen.mean()), "standardError": float(chosen.std(ddof=1) / math.sqrt(n))}
        )
    return buckets


tokens = random.integers(-1, CLASSES, ROWS)
base = {
    "logP": -autocorrelated(1.0),
    "top": random.integers(0, CLASSES, ROWS),
    "topLogP": np.log(random.beta(2, 1, ROWS)),
}
candidates = [candidate(scale, base) for scale in (0.02, 0.022, 0.3)]
# in no order, and of different sizes
groups = [f"prompt {int(9 * (i / ROWS) ** 1.5 + 2 * random.random())}" for i in range(ROWS)]
rows = np.arange(FIRST, FIRST + ROWS)
known = tokens >= 0
kinds = {"auto": rows // 32, "blocks of 40": rows // 40, "groups": np.array(groups)}


def report(kind, clusters):
    own = []
    for it in candidates:
        kl, error, _ = mean_by_clusters(it["kl"], clusters)
        x, x_error, _ = mean_by_clusters(-base["logP"][known], clusters[known])
        y, y_error, _ = mean_by_clusters(-it["logP"][known], clusters[known])
        ratio = difference_of(-it["logP"][known], -base["logP"][known], clusters[known])
        P, Q = math.exp(x), math.exp(y)
        scaled = [Fraction(Q) * Fraction(float(b)) - Fraction(P) * Fraction(float(a)) for a, b in zip(-base["logP"][known], -it["logP"][known])]
        sums = {}
        for value, cluster in zip(scaled, clusters[known]):
            total, count = sums.get(cluster, (Fraction(0), 0))
            sums[cluster] = (total + value, count + 1)
        mean, g = sum(scaled) / len(scaled), len(sums)
        variance = Fraction(g, g - 1) * sum((t - n * mean) ** 2 for t, n in sums.values()) / len(scaled) ** 2
        own.append(
            {
                "kl": estimate(kl, error),
                "baseLogPerplexity": estimate(x, x_error),
                "otherLogPerplexity": estimate(y, y_error),
                "logRatio": estimate(ratio["value"], ratio["standardError"]),
                "basePerplexity": estimate(P, P * x_error),
                "otherPerplexity": estimate(Q, Q * y_error),
                "ratio": estimate(math.exp(ratio["value"]), math.exp(ratio["value"]) * ratio["standardError"]),
                "difference": estimate(Q - P, mp.sqrt(mpf(variance.numerator) / variance.denominator)),
            }
        )
    pairs = []
    for i, j in [(0, 1), (1, 2), (2, 0)]:
        a, b = candidates[i], candidates[j]
        pairs.append(
            {
                "of": [i, j],
                "kl": difference_of(a["kl"], b["kl"], clusters),
                "logProbability": difference_of(a["logP"][known], b["logP"][known], clusters[known]),
            }
        )
    return {"clusters": len(set(clusters.tolist())), "clustered": own, "pairs": pairs}


def group_reports(it):
    """Errors of groups are by blocks of 32 rows."""
    names = list(dict.fromkeys(g for g, _ in sorted(zip(groups, rows // 32), key=lambda pair: (pair[1], pair[0]))))
    reports = []
    for name in names:
        chosen = np.array(groups) == name
        blocks = (rows // 32)[chosen]
        both = chosen & known
        many = len(set(blocks.tolist())) > 1
        if many:
            kl, error, _ = mean_by_clusters(it["kl"][chosen], blocks)
            ratio = difference_of(-it["logP"][both], -base["logP"][both], (rows // 32)[both])
        reports.append(
            {
                "group": name,
                "rows": int(chosen.sum()),
                "blocks": len(set(blocks.tolist())),
                "kl": estimate(kl, error) if many else {"value": float(it["kl"][chosen].mean())},
                **({"logRatio": {k: ratio[k] for k in ("value", "standardError")}} if many else {}),
            }
        )
    return reports


as_list = lambda array: [float(x) if isinstance(x, np.floating) else int(x) for x in array]
tails = [(0.1, 1), (1.0, 1), (12.7, 1), (2.0, 2), (0.5, 7), (2.3, 7), (1e-3, 30), (4.5, 30), (9.0, 255), (40.0, 1000), (1.96, 100000)]
OUT.write_text(
    json.dumps(
        {
            "first": FIRST,
            "tokens": as_list(tokens),
            "groups": groups,
            "base": {name: as_list(column) for name, column in base.items()},
            "candidates": [{name: as_list(column) for name, column in it.items()} for it in candidates],
            "kinds": {kind: report(kind, clusters) for kind, clusters in kinds.items()},
            "groupReports": [group_reports(it) for it in candidates],
            "byConfidence": [by_confidence(it["kl"], base["topLogP"]) for it in candidates],
            "calibrationError": [
                {
                    "base": calibration_error(base["top"], base["topLogP"], tokens),
                    "other": calibration_error(it["top"], it["topLogP"], tokens),
                }
                for it in candidates
            ],
            "studentTails": [[t, freedom, float(t_two_sided(mpf(t), freedom))] for t, freedom in tails],
            "studentQuantiles": [[p, freedom, float(stats.t.ppf(1 - p / 2, freedom))] for p in (0.5, 0.1, 0.05, 1e-3) for freedom in (1, 2, 7, 63, 1000)],
        },
        allow_nan=False,
    )
    + "\n"
)
