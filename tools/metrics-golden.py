"""Makes packages/metrics/test/golden/*.json: what scikit-learn and SciPy say about random predictions.

Run from the repository root: python3 tools/metrics-golden.py
"""

import json
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import sklearn
import scipy
from scipy.stats import binomtest
from sklearn import metrics as sk

OUT = Path(__file__).parent.parent / "packages/metrics/test/golden"
VERSIONS = {"scikit-learn": sklearn.__version__, "scipy": scipy.__version__, "numpy": np.__version__}
rng = np.random.default_rng(20190514)
warnings.simplefilter("ignore")


def number(value):
    return None if np.isnan(value) else float(f"{value:.14g}")


def macros(truth, predicted, **options):
    return [
        number(score(truth, predicted, average="macro", **options))
        for score in (sk.f1_score, sk.recall_score, sk.precision_score)
    ]


def score_case(kind, classes):
    n = int(rng.integers(1, 45))
    shares = rng.dirichlet(np.full(classes, 0.3 if kind == "imbalanced" else 5.0))
    truth = rng.choice(classes, n, p=shares)
    right = rng.random(n) < rng.uniform(0.2, 0.95)
    predicted = np.where(right, truth, rng.integers(0, classes, n))
    if kind == "absent from truth":
        truth = np.where(truth == classes - 1, 0, truth)
    if kind == "absent from predictions":
        predicted = np.where(predicted == 0, classes - 1, predicted)
    if kind == "absent from both":
        truth, predicted = (np.where(x == classes - 1, 0, x) for x in (truth, predicted))
    if kind == "one class true":
        truth = np.full(n, rng.integers(0, classes))
    if kind == "one class predicted":
        predicted = np.full(n, rng.integers(0, classes))
    if kind == "one class throughout":
        truth = predicted = np.full(n, rng.integers(0, classes))
    if kind == "perfect":
        predicted = truth
    labels = list(range(classes))
    per_class = sk.precision_recall_fscore_support(truth, predicted, labels=labels, zero_division=0)
    return {
        "kind": kind,
        "classes": classes,
        "truth": "".join(map(str, truth)),
        "predicted": "".join(map(str, predicted)),
        "confusion": sk.confusion_matrix(truth, predicted, labels=labels).tolist(),
        "accuracy": number(sk.accuracy_score(truth, predicted)),
        "weightedF1": number(sk.f1_score(truth, predicted, labels=labels, average="weighted", zero_division=0)),
        "balancedAccuracy": number(sk.balanced_accuracy_score(truth, predicted)),
        "cohensKappa": number(sk.cohen_kappa_score(truth, predicted, labels=labels)),
        "matthewsCorrelation": number(sk.matthews_corrcoef(truth, predicted)),
        "precision": [number(v) for v in per_class[0]],
        "recall": [number(v) for v in per_class[1]],
        "f1": [number(v) for v in per_class[2]],
        # UF1, UAR, macro precision
        "absent0": macros(truth, predicted, labels=labels, zero_division=0),
        "absent1": macros(truth, predicted, labels=labels, zero_division=1),
        # 'skip': only the classes for which the ratio is defined
        "absentSkip": [
            macros(truth, predicted, labels=sorted(set(truth) | set(predicted)), zero_division=0)[0],
            macros(truth, predicted, labels=sorted(set(truth)), zero_division=0)[1],
            macros(truth, predicted, labels=sorted(set(predicted)), zero_division=0)[2],
        ],
    }


KINDS = [
    "balanced", "imbalanced", "absent from truth", "absent from predictions", "absent from both",
    "one class true", "one class predicted", "one class throughout", "perfect",
]
scores = [score_case(kind, classes) for kind in KINDS for classes in range(2, 9) for _ in range(4)]


def multi_label_case(kind, labels):
    n = int(draw.integers(1, 25))
    truth = (draw.random((n, labels)) < draw.uniform(0.02, 0.6, labels)).astype(int)
    flips = draw.random((n, labels)) < draw.uniform(0, 0.5)
    predicted = np.where(flips, 1 - truth, truth)
    if kind == "a label absent from truth":
        truth[:, 0] = 0
    if kind == "a label absent from predictions":
        predicted[:, 0] = 0
    if kind == "a label absent from both":
        truth[:, 0] = predicted[:, 0] = 0
    if kind == "samples without labels":
        truth[::2] = 0
        predicted[::3] = 0
    if kind == "nothing predicted":
        predicted[:] = 0
    if kind == "nothing at all":
        truth[:] = predicted[:] = 0
    if kind == "everything predicted":
        predicted[:] = 1
    if kind == "perfect":
        predicted = truth

    def averages(average, zero_division):
        options = {"average": average, "zero_division": zero_division}
        return [
            number(score(truth, predicted, **options)) for score in (sk.f1_score, sk.recall_score, sk.precision_score)
        ]

    divisions = {"absent0": 0.0, "absent1": 1.0, "absentSkip": np.nan}
    rows = lambda matrix: [",".join(map(str, np.flatnonzero(row))) for row in matrix]
    per_label = sk.precision_recall_fscore_support(truth, predicted, average=None, zero_division=0)
    return {
        "kind": kind,
        "labels": labels,
        "truth": rows(truth),
        "predicted": rows(predicted),
        "precision": [number(v) for v in per_label[0]],
        "recall": [number(v) for v in per_label[1]],
        "f1": [number(v) for v in per_label[2]],
        "support": [int(v) for v in per_label[3]],
        "subsetAccuracy": number(sk.accuracy_score(truth, predicted)),
        "hammingLoss": number(sk.hamming_loss(truth, predicted)),
        # F1, recall, precision
        "macro": {name: averages("macro", value) for name, value in divisions.items()},
        "micro": averages("micro", 0.0),
        "samplesF1": {name: averages("samples", value)[0] for name, value in divisions.items()},
    }


MULTI_LABEL_KINDS = [
    "usual", "a label absent from truth", "a label absent from predictions", "a label absent from both",
    "samples without labels", "nothing predicted", "nothing at all", "everything predicted", "perfect",
]
# numbers of their own, so that the cases above and below stay what they were
draw = np.random.default_rng(20221121)
multi_label = [multi_label_case(kind, labels) for kind in MULTI_LABEL_KINDS for labels in (2, 3, 5, 12) for _ in range(2)]


def permutation_case():
    classes, subjects = int(rng.integers(2, 5)), int(rng.integers(1, 8))
    subject = np.sort(np.concatenate([np.arange(subjects), rng.integers(0, subjects, 12)]))
    truth = rng.integers(0, classes, len(subject))
    first, second = (np.where(rng.random(len(subject)) < p, truth, rng.integers(0, classes, len(subject))) for p in (0.7, 0.4))
    labels = list(range(classes))

    def difference(swap):
        swapped = np.array(swap)[subject]
        a, b = np.where(swapped, second, first), np.where(swapped, first, second)
        return sum(
            sign * sk.f1_score(truth, x, labels=labels, average="macro", zero_division=0) for sign, x in ((1, a), (-1, b))
        )

    observed = difference([False] * subjects)
    every = [difference(swap) for swap in product([False, True], repeat=subjects)]
    return {
        "classes": classes,
        "subject": "".join(map(str, subject)),
        "truth": "".join(map(str, truth)),
        "first": "".join(map(str, first)),
        "second": "".join(map(str, second)),
        "difference": number(observed),
        "pValue": number(np.mean(np.abs(every) >= abs(observed) - 1e-9)),
    }


permutations = [permutation_case() for _ in range(30)]
pairs = [(b, c) for b in range(8) for c in range(b + 1)] + [(int(b), int(c)) for b, c in rng.integers(0, 300, (20, 2))]
pairs += [(0, 1000), (2500, 2600), (900, 1300), (5000, 5000)]
mcnemar = [[b, c, number(binomtest(b, b + c, 0.5).pvalue) if b + c else 1] for b, c in pairs]


def write(name, cases):
    lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
    versions = json.dumps(VERSIONS)
    (OUT / name).write_text(f'{{"madeBy":"tools/metrics-golden.py","versions":{versions},"cases":[\n{lines}\n]}}\n')


OUT.mkdir(parents=True, exist_ok=True)
write("scores.json", scores)
write("multi-label.json", multi_label)
write("permutation.json", permutations)
write("mcnemar.json", mcnemar)
print(len(scores), len(multi_label), len(permutations), len(mcnemar))
