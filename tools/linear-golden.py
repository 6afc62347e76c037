"""Reference values for linear classifiers: python3 tools/linear-golden.py > packages/training/test/golden/linear.json

Logistic regression and a linear support vector machine (squared hinge, one against the rest), both with C = 1 and a regularized bias as LIBLINEAR has it,
solved in float64 by L-BFGS until the gradient is below 1e-6. Stored are the data, rounded before, and the decision values.
"""

import json
import sys

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(3)

SAMPLES, FEATURES, CLASSES, C = 24, 12, 3, 1.0

labels = torch.arange(SAMPLES) % CLASSES
means = torch.randn(CLASSES, FEATURES) * 0.7
x = torch.round((means[labels] + torch.randn(SAMPLES, FEATURES)) * 100) / 100
truth = torch.nn.functional.one_hot(labels, CLASSES).double()


def solved(loss_of):
    w = torch.zeros(FEATURES + 1, CLASSES, requires_grad=True)
    rows = torch.cat([x, torch.ones(SAMPLES, 1)], 1)
    objective = lambda: 0.5 * (w**2).sum() + C * loss_of(rows @ w)
    optimizer = torch.optim.LBFGS([w], max_iter=2000, tolerance_grad=1e-10, tolerance_change=1e-14, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        value = objective()
        value.backward()
        return value

    optimizer.step(closure)
    closure()
    assert w.grad.abs().max() < 1e-6, w.grad.abs().max()
    return [[float(f"{value:.8g}") for value in row] for row in (rows @ w).tolist()]


json.dump(
    {
        "labels": labels.tolist(),
        "values": x.tolist(),
        "cross-entropy": solved(lambda z: torch.nn.functional.cross_entropy(z, labels, reduction="sum")),
        "squared-hinge": solved(lambda z: (torch.relu(1 - (2 * truth - 1) * z) ** 2).sum()),
    },
    sys.stdout,
)
print()
