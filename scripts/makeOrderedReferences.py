"""Makes test/fixtures/orderedBins.json, for test/orderedBins.test.ts, with mpmath at 45 digits, and compares it with SciPy.

The rows are those of makeRenyiReferences.py.

    python3 scripts/makeOrderedReferences.py
"""
import sys

from mpmath import exp, mpf, sqrt
from scipy.stats import energy_distance, wasserstein_distance

sys.dont_write_bytecode = True
import makeRenyiReferences  # noqa: E402
from makeRenyiReferences import shown  # noqa: E402


def reference(p, q):
    """Of logarithms of probabilities."""
    of = lambda row: [mpf(0) if u is None else exp(u) for u in row]  # noqa: E731
    p, q = of(p), of(q)
    differences = []
    total = mpf(0)
    for x, y in zip(p[:-1], q[:-1]):
        total += x - y
        differences.append(total)
    wasserstein = sum((abs(d) for d in differences), mpf(0))
    cramer = sqrt(sum((d * d for d in differences), mpf(0)))
    bins, weights = range(len(p)), [[float(x) for x in row] for row in (p, q)]
    assert abs(wasserstein_distance(bins, bins, *weights) - wasserstein) < 1e-12 * (1 + wasserstein)
    assert abs(energy_distance(bins, bins, *weights) - cramer * sqrt(2)) < 1e-12 * (1 + cramer)
    return {
        "wassersteinDistance": shown(wasserstein),
        "cramerDistance": shown(cramer),
        "kolmogorovSmirnovDistance": shown(max((abs(d) for d in differences), default=mpf(0))),
    }


if __name__ == "__main__":
    makeRenyiReferences.write("orderedBins", reference, {})
