"""Worked examples of matching intervals: how our rule and those of published code count them. Plain Python with exact fractions, each rule written as its
authors' code does it; packages/metrics/src/spotting is written another way.

    python3 tools/spotting-golden.py > packages/metrics/test/golden/spotting.json
"""

import json
import random
from fractions import Fraction


def iou(a, b):
    shared = min(a[1], b[1]) - max(a[0], b[0]) + 1
    return Fraction(shared, (a[1] - a[0] + 1) + (b[1] - b[0] + 1) - shared) if shared > 0 else Fraction(0)


def iou_of_ends(a, b):
    if a[1] < b[0] or b[1] < a[0]:
        return Fraction(0)
    hull = max(a[1], b[1]) - min(a[0], b[0])
    return Fraction(min(a[1], b[1]) - max(a[0], b[0]), hull) if hull else Fraction(0)


HALF = Fraction(1, 2)


def best_pairs(truth, predicted):
    """Every one-to-one choice of pairs, tried: the most pairs, then the greatest sum of overlaps."""
    best = (0, Fraction(0))

    def go(t, free, count, total):
        nonlocal best
        best = max(best, (count, total))
        if t == len(truth):
            return
        go(t + 1, free, count, total)
        for p in free:
            value = iou(truth[t], predicted[p])
            if value >= HALF:
                go(t + 1, free - {p}, count + 1, total + value)

    go(0, frozenset(range(len(predicted))), 0, Fraction(0))
    return best


def one_to_one(t, p):
    tp = best_pairs(t, p)[0]
    return tp, len(p) - tp, len(t) - tp


def best_truth_once(t, p):
    p = p or [[0, 0]]
    used = set()
    for q in p:
        if t:
            i = max(range(len(t)), key=lambda i: (iou(t[i], q), i))
            if iou(t[i], q) >= HALF:
                used.add(i)
    return len(used), len(p) - len(used), len(t) - len(used)


def many_to_many(t, p):
    hits = [sum(iou(x, q) >= HALF for x in t) for q in p]
    return sum(hits), sum(h == 0 for h in hits), len(t) - sum(hits)


def found_truths(t, p):
    found = lambda a, b: a[0] != a[1] and b[0] != b[1] and iou(a, b) >= HALF
    tp = sum(any(found(x, q) for q in p) for x in t)
    return tp, len(p) - tp, len(t) - tp


def all_free_truths(t, p):
    if not t:
        return 0, 0, 0
    used, fp = set(), 0
    for q in p:
        hit = [i for i in range(len(t)) if i not in used and iou(t[i], q) >= HALF]
        used.update(hit)
        fp += not hit
    return len(used), fp, len(t) - len(used)


def exclusive_first(t, p):
    tp = 0
    for x in t:
        for q in p:
            value = iou_of_ends(x, q)
            tp += value >= HALF
            if value >= Fraction(1, 5):
                break
    return tp, len(p) - tp, len(t) - tp


RULES = {
    "one-to-one": one_to_one,
    "best-truth-once": best_truth_once,
    "many-to-many": many_to_many,
    "found-truths": found_truths,
    "all-free-truths": all_free_truths,
    "exclusive-first": exclusive_first,
}
NAMED = [
    ("perfect", [[10, 25], [100, 112]], [[10, 25], [100, 112]]),
    ("exactly a half", [[11, 20]], [[11, 30]]),
    ("just below a half", [[11, 20]], [[11, 31]]),
    ("two halves on one truth", [[1, 20]], [[1, 10], [11, 20]]),
    ("one prediction over two truths", [[1, 10], [11, 20]], [[1, 20]]),
    ("three duplicates", [[100, 130]], [[98, 128], [102, 133], [105, 125]]),
    ("overlapping truths", [[1, 20], [9, 28]], [[4, 23], [1, 19]]),
    ("overlapping truths, rows swapped", [[1, 20], [9, 28]], [[1, 19], [4, 23]]),
    ("a tie", [[1, 20], [9, 28]], [[5, 24]]),
    ("no prediction", [[30, 40], [90, 99]], []),
    ("no truth", [], [[5, 15], [60, 80]]),
    ("one frame", [[50, 50]], [[50, 50]]),
    ("begins before the video", [[1, 24]], [[-22, 24]]),
    ("one frame base", [[11, 20]], [[14, 23]]),
    ("another frame base", [[11, 20]], [[15, 24]]),
    ("a weak prediction first", [[100, 119]], [[96, 107], [101, 119]]),
]
random.seed(1)


def drawn(most):
    start = lambda: random.randint(0, 40)
    return [[a, a + random.randint(0, 20)] for a in (start() for _ in range(random.randint(0, most)))]


cases = NAMED + [(f"drawn {i}", drawn(6), drawn(6)) for i in range(150)]
rows = []
for name, truth, predicted in cases:
    row = {"name": name, "truth": truth, "predicted": predicted}
    row["sum"] = float(best_pairs(truth, predicted)[1])
    row["counts"] = {rule: count(truth, predicted) for rule, count in RULES.items()}
    rows.append(row)
print("[\n" + ",\n".join(json.dumps(row, separators=(",", ":")) for row in rows) + "\n]")
