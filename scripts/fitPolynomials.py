"""Derives the coefficients of the polynomials in assembly/ and src/backends/js/ (needs mpmath).

    logarithm     2 atanh(s) = s (2 + z A(z)),  z = s²,  A(z) = 2/3 + 2z/5 + 2z²/7 + …
                  on 0 <= z <= 1/9 (ratios from 1/2 to 2), and on 0 <= z <= 1/25 (mantissas from 2/3 to 4/3)
    exponential   e^r = 1 + r R(r),      R(r) = 1 + r/2 + r²/6 + …       on |r| <= ln(2)/2, relative to e^r; f32
                  e^r = 1 + r + r² Q(r),  Q(r) = 1/2 + r/6 + r²/24 + …   on |r| <= ln(2)/2
                  e^r = 1 + r + r² S(r),  the same on |r| <= ln(2)/128; f64
                  e^v = 1 + v + v² G(v),  the same on |v| <= 2
    mixture       p ln(p/m) + q ln(q/m) = √(pq) w (1/4 + w² H(w)), w = v², q = p e^v, m = (p + q)/2,
                  H(w) = 1/4608 - …  on 0 <= w <= 4

Each is fitted by Remez exchange, minimising its absolute error; the coefficients are then rounded to the lane type, and the
error of the rounded polynomial is printed beside it.
"""
import struct
from mpmath import atanh, cos, cosh, exp, expm1, log, lu_solve, matrix, mp, mpf, pi, polyval, sinh, sqrt

mp.dps = 60
SMALL = mpf(10) ** -15


def atanh_series(z):
    if z < SMALL:
        return mpf(2) / 3 + 2 * z / 5
    s = sqrt(z)
    return (2 * atanh(s) / s - 2) / z


def exp_series(r):
    return mpf(1) / 2 + r / 6 if abs(r) < SMALL else (expm1(r) - r) / r**2


def exp_ratio(r):
    return 1 + r / 2 if abs(r) < SMALL else expm1(r) / r


def mixture_series(w):
    # w/4 + w³ H(w) = v sinh(v/2) - 2 cosh(v/2) ln cosh(v/2)
    if w < mpf(10) ** -8:
        return mpf(1) / 4608 - w / 92160
    half = sqrt(w) / 2
    return (2 * half * sinh(half) - 2 * cosh(half) * log(cosh(half)) - w / 4) / w**3


def remez(function, degree, low, high, weight=lambda x: 1):
    middle, half = (high + low) / 2, (high - low) / 2
    nodes = [middle - half * cos(pi * k / (degree + 1)) for k in range(degree + 2)]
    grid = [middle - half * cos(pi * i / 2000) for i in range(2001)]
    exact = [function(x) for x in grid]
    for _ in range(8):
        rows = matrix(degree + 2, degree + 2)
        right = matrix(degree + 2, 1)
        for i, x in enumerate(nodes):
            for k in range(degree + 1):
                rows[i, k] = x**k
            rows[i, degree + 1] = (-1) ** i / weight(x)
            right[i] = function(x)
        solution = lu_solve(rows, right)
        coefficients = [solution[k] for k in range(degree + 1)]
        errors = [(polyval(coefficients[::-1], x) - y) * weight(x) for x, y in zip(grid, exact)]
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


def show(name, function, low, high, counts, weight=lambda x: 1):
    for kind, code, count in zip(("f32", "f64"), "fd", counts):
        if count == 0:
            continue
        coefficients = [rounded(c, code) for c in remez(function, count - 1, low, high, weight)]
        grid = [low + (high - low) * i / 3000 for i in range(3001)]
        worst = max(abs(polyval(coefficients[::-1], x) - function(x)) * weight(x) for x in grid)
        print(f"{name} from {float(low):.4f} to {float(high):.4f}, {kind}: {count} coefficients, |error| <= {float(worst):.2e}")
        for c in coefficients:
            print(f"  {float(c)!r},")


show("A", atanh_series, mpf(0), mpf(1) / 9, (4, 9))
show("A", atanh_series, mpf(0), mpf("0.0401"), (3, 7))
HALF = log(2) / 2 + mpf("1e-4")
# r itself is the weight; near 0, where it has no say, 1e-3 stands for it, so that the exchange has a square system
show("R, as e^r", exp_ratio, -HALF, HALF, (5,), lambda r: max(abs(r), mpf("1e-3")) / exp(r))
show("Q", exp_series, -HALF, HALF, (5, 10))
show("S", exp_series, -HALF / 64, HALF / 64, (0, 4))
show("G", exp_series, mpf(-2), mpf(2), (9, 17))
show("H", mixture_series, mpf(0), mpf(4), (4, 12))

print(f"2^(1/64) · 2^66: {int(mpf(2) ** (mpf(1) / 64) * 2**66 + mpf(0.5))}; 2^(j/64), as assembly/exponential.ts has it:")
for j in range(64):
    bits = struct.unpack("<Q", struct.pack("<d", float(mpf(2) ** (mpf(j) / 64))))[0]
    print(f"  0x{bits - (j << 46):016x},")
