"""Makes packages/metrics/test/golden/bootstrap.json: what scipy.stats.bootstrap says of the resamples that mer draws, by percentiles, BCa and BCa at the
expanded level, what SciPy says of the two distributions behind it, and p-values corrected by statsmodels.

Run from the repository root: python3 tools/bootstrap-golden.py
"""

import json
import warnings
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import scipy
import statsmodels
from scipy.stats import bootstrap, norm, t
from statsmodels.stats.multitest import multipletests

OUT = Path(__file__).parent.parent / "packages/metrics/test/golden/bootstrap.json"
VERSIONS = {"scipy": scipy.__version__, "numpy": np.__version__, "statsmodels": statsmodels.__version__}
MASK = 0xFFFFFFFF
rng = np.random.default_rng(20240229)
warnings.simplefilter("ignore")


def number(value):
    return None if not np.isfinite(value) else float(f"{value:.14g}")


def uniform(state):
    """mulberry32, as packages/options/src/random.ts has it."""
    while True:
        state = (state + 0x6D2B79F5) & MASK
        x = state
        x = ((x ^ (x >> 15)) * (x | 1)) & MASK
        x ^= (x + (((x ^ (x >> 7)) * (x | 61)) & MASK)) & MASK
        yield ((x ^ (x >> 14)) & MASK) / 2**32


def uf1(confusion):
    """Over classes; one that nobody has and nobody predicts counts 0."""
    hits, sums = np.diag(confusion), confusion.sum(0) + confusion.sum(1)
    return float(np.mean([2 * hit / all if all > 0 else 0 for hit, all in zip(hits, sums)]))


def case(classes, subjects, level, resamples, seed, right):
    tables = np.zeros((subjects, classes, classes), int)
    for table in tables:
        for _ in range(int(rng.integers(1, 12))):
            truth = int(rng.choice(classes, p=rng.dirichlet(np.ones(classes) * 2)))
            table[truth, truth if rng.random() < right else int(rng.integers(classes))] += 1
    draw = uniform(seed)
    drawn = [[int(next(draw) * subjects) for _ in range(subjects)] for _ in range(resamples)]
    scores = np.array([uf1(tables[units].sum(0)) for units in drawn])

    def interval(method, level):
        result = bootstrap(
            (np.arange(subjects),),
            lambda units: uf1(tables[units.astype(int)].sum(0)),
            vectorized=False,
            n_resamples=0,
            bootstrap_result=SimpleNamespace(bootstrap_distribution=scores),
            confidence_level=level,
            method=method,
        ).confidence_interval
        return [number(result.low), number(result.high)]

    wide = 2 * norm.cdf(np.sqrt(subjects / (subjects - 1)) * t.ppf((1 + level) / 2, subjects - 1)) - 1
    return {
        "classes": classes, "level": level, "resamples": resamples, "seed": seed,
        "tables": [table.ravel().tolist() for table in tables],
        "percentile": interval("percentile", level),
        "bca": interval("BCa", level),
        "bca-expanded": interval("BCa", wide),
    }


cases = [
    case(classes, subjects, level, 400, seed, right)
    for classes, subjects, level, seed, right in [
        (3, 16, 0.95, 0, 0.6), (3, 24, 0.95, 1, 0.8), (3, 28, 0.9, 2, 0.5), (5, 26, 0.95, 3, 0.7), (2, 5, 0.8, 4, 0.7), (3, 68, 0.95, 5, 0.9),
    ]
]
points = [-9.5, -7.5, -7, -3.3, -1, -1e-3, 0, 0.4, 1.959964, 2.7, 5, 8]
normal = [[z, number(norm.cdf(z))] for z in points]
student = [[x, freedom, number(t.cdf(x, freedom))] for freedom in (1, 2, 3, 4, 15, 26, 67) for x in (-12.7, -2.1, 0, 0.7, 3)]
quantiles = [[p, freedom, number(t.ppf(p, freedom))] for freedom in (1, 2, 3, 15, 23, 67) for p in (1e-4, 0.025, 0.5, 0.975, 0.9995)]
normal_quantiles = [[p, number(norm.ppf(p))] for p in (1e-10, 1e-3, 0.025, 0.3, 0.5, 0.8, 0.975, 0.99999)]
holm = []
for count in (1, 2, 5, 12):
    values = [float(f"{value:.6g}") for value in rng.random(count) ** 3]
    values[-1] = values[0]
    holm.append([values, [number(p) for p in multipletests(values, method="holm")[1]]])
lines = ",\n".join(json.dumps(each, separators=(",", ":")) for each in cases)
rest = {"normal": normal, "normalQuantiles": normal_quantiles, "student": student, "studentQuantiles": quantiles, "holm": holm}
tail = ",\n".join(f'"{name}":{json.dumps(value, separators=(",", ":"))}' for name, value in rest.items())
OUT.write_text(f'{{"madeBy":"tools/bootstrap-golden.py","versions":{json.dumps(VERSIONS)},\n{tail},"cases":[\n{lines}\n]}}\n')
print(len(cases))
