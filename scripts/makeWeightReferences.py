"""Makes test/fixtures/weights.json, for test/weights.test.ts: log-sum-exp with weights, with mpmath at 60 digits.

    python3 scripts/makeWeightReferences.py
"""
import json
import random
from pathlib import Path

from mpmath import exp, inf, log, mp, mpf, nstr

mp.dps = 60


def reference(z, weights, temperature):
    return log(sum(mpf(w) * exp(mpf(x) / mpf(temperature)) for x, w in zip(z, weights) if w > 0 and x > -inf))


def case(name, z, weights, temperature=1.0):
    return {
        "name": name,
        "z": ["-Infinity" if x == -inf else x for x in z],
        "weights": weights,
        "temperature": temperature,
        "value": nstr(reference(z, weights, temperature), 25),
    }


def cases():
    source = random.Random(20)
    normal = lambda n, scale: [source.gauss(0, scale) for _ in range(n)]
    yield case("ones", normal(50, 3), [1.0] * 50)
    yield case("counts", normal(1000, 5), [float(source.randrange(4)) for _ in range(1000)])
    yield case("temperature", normal(200, 30), [source.random() for _ in range(200)], 7.25)
    yield case("large logits", [x + 5000 for x in normal(100, 4)], [source.random() for _ in range(100)])
    yield case("weights of any size", normal(300, 300), [10.0 ** source.uniform(-300, 300) for _ in range(300)])
    yield case("weights against logits", [-x for x in range(-300, 300)], [10.0 ** (x / 2.3) for x in range(-300, 300)])
    yield case("subnormal weights", normal(20, 2), [source.randrange(1, 99) * 5e-324 for _ in range(20)])
    yield case("the largest weights", normal(20, 2), [1.7e308 for _ in range(20)])
    yield case("impossible classes", [-inf, 1.0, -inf, 2.0], [5.0, 1.0, 0.0, 0.25])
    yield case("one class", [3.0, 800.0], [1e-9, 0.0])
    yield case("a low temperature", [1e-310, 2e-310, 0.0], [1.0, 3.0, 2.0], 1e-310)
    yield case("a high temperature", [1e307, -1.5e308, 3e307], [1.0, 3.0, 2.0], 1e308)


path = Path(__file__).parent.parent / "test" / "fixtures" / "weights.json"
path.write_text(json.dumps(list(cases()), separators=(",", ":")) + "\n")
