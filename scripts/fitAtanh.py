"""Derives the coefficients of assembly/atanh.ts and src/fallback/atanh.ts (needs mpmath).

    2 atanh(s) = s (2 + z A(z)),  z = s²,  A(z) = 2/3 + 2z/5 + 2z²/7 + …

A is fitted on 0 <= z <= 1/9 (ratios from 1/2 to 2) by Remez exchange, minimising the absolute error of A; each
coefficient is then rounded to the lane type, and the error of the rounded polynomial is printed beside it.
"""
import struct
import sys
from mpmath import mp, mpf, atanh, sqrt, matrix, lu_solve, cos, pi, polyval

mp.dps = 60
HIGH = mpf(1) / 9


def a_exact(z):
    if z < mpf(10) ** -20:
        return mpf(2) / 3 + 2 * z / 5
    s = sqrt(z)
    return (2 * atanh(s) / s - 2) / z


def remez(degree):
    nodes = [HIGH * (1 - cos(pi * k / (degree + 1))) / 2 for k in range(degree + 2)]
    for _ in range(8):
        rows = matrix(degree + 2, degree + 2)
        right = matrix(degree + 2, 1)
        for i, z in enumerate(nodes):
            for k in range(degree + 1):
                rows[i, k] = z**k
            rows[i, degree + 1] = (-1) ** i
            right[i] = a_exact(z)
        solution = lu_solve(rows, right)
        coefficients = [solution[k] for k in range(degree + 1)]
        grid = [HIGH * (1 - cos(pi * i / 2000)) / 2 for i in range(2001)]
        errors = [polyval(coefficients[::-1], z) - a_exact(z) for z in grid]
        # one extremum between each pair of sign changes
        extrema, best = [], 0
        for i in range(1, len(grid)):
            if errors[i] * errors[best] < 0:
                extrema.append(grid[best])
                best = i
            elif abs(errors[i]) > abs(errors[best]):
                best = i
        extrema.append(grid[best])
        if len(extrema) != degree + 2:
            break
        nodes = extrema
    return coefficients


def rounded(x, code):
    if code == "f":
        return mpf(struct.unpack("f", struct.pack("f", float(x)))[0])
    return mpf(float(x))


for name, code, count in (("f32", "f", 4), ("f64", "d", int(sys.argv[1]) if len(sys.argv) > 1 else 10)):
    coefficients = [rounded(c, code) for c in remez(count - 1)]
    worst = max(abs(polyval(coefficients[::-1], HIGH * i / 3000) - a_exact(HIGH * i / 3000)) for i in range(3001))
    print(f"{name}: {count} coefficients, |error of A| <= {float(worst):.2e}")
    for c in coefficients:
        print(f"  {float(c)!r},")
