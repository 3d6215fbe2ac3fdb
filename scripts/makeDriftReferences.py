"""Makes test/fixtures/drift.json: two tables, and how far their columns are apart: counts by definition, divergences with mpmath at 50
digits, p-values with SciPy.

    python3 scripts/makeDriftReferences.py
"""
import json
import random

from mpmath import inf, log, mp, mpf, nstr
from scipy.stats import chi2_contingency, false_discovery_control

from makeHistogramReferences import quantile_edges

mp.dps = 50
COUNT = 5


def table(make, rows, shift):
    return [
        {
            "age": None if make.random() < 0.02 + shift / 10 else round(make.gauss(40 + 10 * shift, 12), 1),
            "visits": int(make.expovariate(1.5)),
            "spent": 0 if make.random() < 0.5 else round(make.paretovariate(1.2), 2),
            "plan": make.choices(["free", "pro", "team, large", ""], [5, 3 + 3 * shift, 1, 0.5])[0],
            "active": make.random() < 0.7,
            "country": make.choice(["de", "fr", "nl"] + (["pl"] if shift else ["it"])),
            "source": "web",
        }
        for _ in range(rows)
    ]


def classes_of(name, reference, current):
    """Name of each class, and how many rows of each table are in it."""
    pair = lambda test: [sum(test(row[name]) for row in rows) for rows in (reference, current)]
    present = [row[name] for row in reference if row[name] is not None]
    missing = ["missing", *pair(lambda x: x is None)]
    if isinstance(present[0], (bool, str)):
        text = lambda x: x if isinstance(x, str) else str(x).lower()
        names = dict.fromkeys(text(row[name]) for row in reference + current if row[name] is not None)
        found = [[key, *pair(lambda x: x is not None and text(x) == key)] for key in names]
    else:
        edges = quantile_edges(present, COUNT)
        found = [["below", *pair(lambda x: x is not None and x < edges[0])]]
        for i, (low, high) in enumerate(zip(edges, edges[1:])):
            isLast = i == len(edges) - 2
            isIn = lambda x: x is not None and (low <= x < high or (isLast and x == high))
            found.append([[low, high], *pair(isIn)])
        found.append(["above", *pair(lambda x: x is not None and x > edges[-1])])
    return [one for one in [*found, missing] if one[1] + one[2] > 0]


def measures_of(classes):
    e_sum, a_sum = sum(c[1] for c in classes), sum(c[2] for c in classes)
    term = lambda x, y: mpf(0) if x == 0 else inf if y == 0 else x * log(x / y)
    terms, psi = [], mpf(0)
    for _, e, a in classes:
        p, q = mpf(e) / e_sum, mpf(a) / a_sum
        m = (p + q) / 2
        terms.append((term(p, m) + term(q, m)) / 2)
        psi += term(p, q) + term(q, p)
    smooth = [((mpf(e) + 0.5) / (e_sum + mpf(len(classes)) / 2), (mpf(a) + 0.5) / (a_sum + mpf(len(classes)) / 2)) for _, e, a in classes]
    counts = [[c[1] for c in classes], [c[2] for c in classes]]
    p_value = 1.0 if len(classes) == 1 else chi2_contingency(counts, correction=False, lambda_="log-likelihood").pvalue
    text = lambda x: "Infinity" if x == inf else nstr(x, 20)
    return {
        "classes": [{"name": c[0], "reference": c[1], "current": c[2], "contribution": text(t)} for c, t in zip(classes, terms)],
        **{"js": text(sum(terms)), "psi": text(psi), "pValue": p_value},
        "psiWithHalf": text(sum((a - e) * log(a / e) for e, a in smooth)),
    }


def main():
    make = random.Random(7)
    cases = []
    for rows, others, shift in [(300, 200, 0), (300, 200, 0.5), (1000, 900, 1)]:
        reference, current = table(make, rows, 0), table(make, others, shift)
        columns = {name: measures_of(classes_of(name, reference, current)) for name in reference[0]}
        adjusted = false_discovery_control([column["pValue"] for column in columns.values()])
        for column, p in zip(columns.values(), adjusted):
            column["adjustedPValue"] = p
        values = lambda table: {name: [row[name] for row in table] for name in table[0]}
        cases.append({"reference": values(reference), "current": values(current), "count": COUNT, "columns": columns})
    with open("test/fixtures/drift.json", "w") as file:
        json.dump(cases, file, separators=(",", ":"))
        file.write("\n")


if __name__ == "__main__":
    main()
