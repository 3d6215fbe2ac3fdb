"""Makes test/fixtures/powerDivergences.json, for test/powerDivergences.test.ts, with mpmath at 45 digits.

The rows are those of makeRenyiReferences.py.

    python3 scripts/makePowerReferences.py
"""
import sys

from mpmath import exp, inf, mpf

sys.dont_write_bytecode = True
import makeRenyiReferences  # noqa: E402
from makeRenyiReferences import shown  # noqa: E402

TSALLIS = [0, 1e-9, 0.01, 0.3, 0.5, 0.7, 0.999999, 1, 1.000001, 1.5, 2, 3, 10, 50, inf]
ALPHA = [-9, -1, -1e-6, 0, 1e-9, 0.01, 0.3, 0.5, 0.7, 0.999999, 1, 1.000001, 2, 10]


def powers(p, q, alpha):
    """Σ p^α q^(1-α), in which 0^0 is 0."""
    if alpha > 1 and any(u is not None and v is None for u, v in zip(p, q)):
        return inf
    if alpha < 0 and any(u is None and v is not None for u, v in zip(p, q)):
        return inf
    both = [(u, v) for u, v in zip(p, q) if u is not None and v is not None]
    return sum((exp(alpha * u + (1 - alpha) * v) for u, v in both), mpf(0))


def kl(p, q):
    if any(u is not None and v is None for u, v in zip(p, q)):
        return inf
    return sum((exp(u) * (u - v) for u, v in zip(p, q) if u is not None), mpf(0))


def tsallis(p, q, alpha):
    if alpha == 1:
        return kl(p, q)
    if alpha == inf:
        return mpf(0) if p == q else inf
    alpha = mpf(alpha)
    return (powers(p, q, alpha) - 1) / (alpha - 1)


def alpha_divergence(p, q, alpha):
    if alpha == 0:
        return kl(q, p)
    return tsallis(p, q, alpha) / alpha if powers(p, q, mpf(alpha)) != inf else inf


def chi_squared(p, q):
    """Σ (p - q)²/q, as it is written."""
    of = lambda u: mpf(0) if u is None else exp(u)  # noqa: E731
    if any(u is not None and v is None for u, v in zip(p, q)):
        return inf
    return sum(((of(u) - of(v)) ** 2 / of(v) for u, v in zip(p, q) if v is not None), mpf(0))


def reference(p, q):
    """Of logarithms of probabilities."""
    return {
        "tsallisDivergence": [shown(tsallis(p, q, alpha)) for alpha in TSALLIS],
        "alphaDivergence": [shown(alpha_divergence(p, q, alpha)) for alpha in ALPHA],
        "pearsonChiSquared": shown(chi_squared(p, q)),
        "neymanChiSquared": shown(chi_squared(q, p)),
    }


if __name__ == "__main__":
    makeRenyiReferences.write("powerDivergences", reference, {"tsallis": TSALLIS, "alpha": ALPHA})
