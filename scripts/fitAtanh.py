"""Derives the coefficients of assembly/logarithm.ts and src/fallback/logarithm.ts (needs mpmath).

    2 atanh(s) = s (2 + z A(z)),  z = s²,  A(z) = 2/3 + 2z/5 + 2z²/7 + …

A is fitted by Remez exchange, minimising its absolute error, on 0 <= z <= 1/9 (ratios from 1/2 to 2) and on 0 <= z <= 1/25
(mantissas from 2/3 to 4/3, with a little to spare); each coefficient is then rounded to the lane type, and the error of the
rounded polynomial is printed beside it.
"""
import struct
from mpmath import mp, mpf, atanh, sqrt, matrix, lu_solve, cos, pi, polyval

mp.dps = 60
def a_exact(z):
    if z < mpf(10) ** -20:
        return mpf(2) / 3 + 2 * z / 5
    s = sqrt(z)
    return (2 * atanh(s) / s - 2) / z


def remez(degree, high):
    nodes = [high * (1 - cos(pi * k / (degree + 1))) / 2 for k in range(degree + 2)]
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
        grid = [high * (1 - cos(pi * i / 2000)) / 2 for i in range(2001)]
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


for high, counts in ((mpf(1) / 9, (4, 9)), (mpf("0.0401"), (3, 7))):
    for name, code, count in (("f32", "f", counts[0]), ("f64", "d", counts[1])):
        coefficients = [rounded(c, code) for c in remez(count - 1, high)]
        grid = [high * i / 3000 for i in range(3001)]
        worst = max(abs(polyval(coefficients[::-1], z) - a_exact(z)) for z in grid)
        print(f"z <= {float(high):.4f}, {name}: {count} coefficients, |error of A| <= {float(worst):.2e}")
        for c in coefficients:
            print(f"  {float(c)!r},")
