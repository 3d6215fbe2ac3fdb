#!/usr/bin/env python3
"""Prints the constants of src/families: the entropy's series of binomial and Poisson distributions, Stirling's coefficients, and
the nodes and weights of 16-point Gauss-Legendre quadrature.

The entropy of a binomial distribution of v = n·p·(1-p) is, as v grows, ½ ln(2πe·v) + Σ_k E_k(w)/v^k, w = p(1-p); w = 0 gives that of a
Poisson distribution. It is derived from

    H = E[excess(X, np) + excess(n-X, nq) + ½ ln(2πX(n-X)/n) + S(X) + S(n-X) - S(n)],    excess(x, y) = x ln(x/y) - x + y,

S being Stirling's remainder, each part expanded about the mean and the central moments taken from the cumulants.
"""

from mpmath import mp, mpf
from sympy import Poly, Rational, bernoulli, binomial, diff, div, symbols, together

ORDER = 4
p, e, w = symbols("p e w")  # e = 1/n
q = 1 - p
STIRLING = [Rational(bernoulli(2 * k), 2 * k * (2 * k - 1)) for k in range(1, 8)]


def central_moments(count):
    """E (X - np)^j as polynomials in 1/n, each times n^(j/2) rounded down, as (polynomial in p of n^i, i)."""
    cumulants = [0, p]
    for _ in range(2, count + 1):
        cumulants.append((p * q * diff(cumulants[-1], p)).expand())
    cumulants[1] = 0  # about the mean
    n = 1 / e
    moments = [1]
    for j in range(1, count + 1):
        moments.append(sum(binomial(j - 1, i - 1) * n * cumulants[i] * moments[j - i] for i in range(1, j + 1)))
        moments[-1] = moments[-1].expand() if j > 1 else 0
    return moments


def truncated(expression):
    """Without powers of e above ORDER."""
    expression = expression.expand()
    return sum(expression.coeff(e, k) * e**k for k in range(-2, ORDER + 1))


def of_side(share, sign, moments):
    """E of all parts that are of X = n·share + sign·Y, but for ½ ln(2π·n·share)."""
    total = 0
    for j in range(2, len(moments)):
        power = (-1) ** j * sign**j * moments[j] * (e / share) ** j
        total += truncated(power / (j * (j - 1)) * share / e - power / (2 * j))
    for k, c in enumerate(STIRLING[:3], 1):
        m = 2 * k - 1
        for j in range(len(moments)):
            total += truncated(c * (e / share) ** m * binomial(-m, j) * sign**j * moments[j] * (e / share) ** j)
    return total


def entropy_series():
    moments = central_moments(2 * ORDER + 2)
    total = of_side(p, 1, moments) + of_side(q, -1, moments) - sum(c * e ** (2 * k - 1) for k, c in enumerate(STIRLING[:3], 1))
    series = []
    for k in range(1, ORDER + 1):
        # a polynomial in p once it is multiplied by (pq)^k; and, being symmetric, one in w
        rest = Poly(together(total.expand().coeff(e, k) * (p * q) ** k).simplify(), p)
        coefficients = []
        while not rest.is_zero:
            rest, constant = div(rest - rest.eval(0), Poly((p * q).expand(), p))[0], rest.eval(0)
            coefficients.append(constant)
        series.append(coefficients)
    return series


def gauss_legendre(count):
    mp.dps = 40
    nodes = sorted(mp.polyroots([c for c in mp.taylor(lambda x: mp.legendre(count, x), 0, count)[::-1]], maxsteps=500, extraprec=400))
    nodes = [x.real for x in nodes if x.real > 0]
    slopes = [count * (x * mp.legendre(count, x) - mp.legendre(count - 1, x)) / (x * x - 1) for x in nodes]
    return [(x, 2 / ((1 - x * x) * d * d)) for x, d in zip(nodes, slopes)]


if __name__ == "__main__":
    print("entropy:", *entropy_series(), sep="\n  ")
    print("Stirling:", *STIRLING)
    print("nodes and weights:", *(f"{mp.nstr(x, 20)}  {mp.nstr(weight, 20)}" for x, weight in gauss_legendre(16)), sep="\n  ")
