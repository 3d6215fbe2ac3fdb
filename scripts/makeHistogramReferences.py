"""Makes test/fixtures/histograms.json: edges by their definition, in exact fractions; counts by NumPy.

    python3 scripts/makeHistogramReferences.py
"""
import json
import random
from fractions import Fraction

import numpy


def quantile_edges(values, count):
    """Bins begin at the numbers that i/count of the numbers come before; one that begins two of them is alone in its own."""
    ordered = sorted(values)
    first = [ordered[int(Fraction(i * len(ordered), count))] for i in range(count)]
    starts = set(first)
    for x in first:
        larger = [y for y in ordered if y > x]
        if first.count(x) > 1 and larger:
            starts.add(min(larger))
    return sorted(starts) + [ordered[-1]]


def width_edges(values, count):
    low, high = min(values), max(values)
    if low == high:
        return [low, high]
    edges = [low + i * ((high - low) / count) for i in range(count)] + [high]
    return sorted(set(edges))


def case(name, values, bins, count, other):
    edges = (quantile_edges if bins == "quantile" else width_edges)(values, count)
    outside = lambda sample: {"below": sum(x < edges[0] for x in sample), "above": sum(x > edges[-1] for x in sample)}
    inside = lambda sample: [x for x in sample if edges[0] <= x <= edges[-1]]
    counts = lambda sample: numpy.histogram(numpy.array(inside(sample), dtype=float), edges)[0].tolist()
    return {
        **{"name": name, "values": values, "bins": bins, "count": count, "edges": edges, "counts": counts(values)},
        "other": {"values": other, "counts": counts(other), **outside(other)},
    }


def main():
    make = random.Random(19)
    samples = {
        "uniform": [make.random() for _ in range(97)],
        "normal": [make.gauss(0, 1) for _ in range(100)],
        "heavy tail": [make.paretovariate(0.5) for _ in range(60)],
        "small integers": [make.randrange(5) for _ in range(50)],
        "flags": [float(make.random() < 0.3) for _ in range(40)],
        "half zeros": [0.0] * 30 + [make.expovariate(1) for _ in range(30)],
        "most is the largest": [make.random() for _ in range(20)] + [1.0] * 40,
        "two clumps": [2.0] * 20 + [make.uniform(2, 3) for _ in range(10)] + [3.0] * 20,
        "one number": [7.0],
        "constant": [-1.5] * 12,
        "around 0": [make.uniform(-1e-300, 1e-300) for _ in range(30)],
        "large": [1e15 + i for i in range(20)],
        "neighbours": [1.0, 1.0000000000000002, 1.0000000000000004],
    }
    cases = []
    for name, values in samples.items():
        for bins in ["quantile", "width"]:
            for count in [1, 2, 3, 10, 64]:
                edges = values[:5]
                other = edges + [x + make.gauss(0, 1) for x in values[:10]] + [max(values), min(values), -1e9, 1e17]
                cases.append(case(name, values, bins, count, other))
    with open("test/fixtures/histograms.json", "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
