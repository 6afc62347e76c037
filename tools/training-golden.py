"""Reference values for packages/training: losses, optimisers and schedules of PyTorch, in float64.

Run: python3 tools/training-golden.py > packages/training/test/golden/training.json
"""

import json
import math

import torch

torch.set_default_dtype(torch.float64)
torch.manual_seed(7)


def numbers(tensor):
    return [round(value, 12) for value in tensor.detach().flatten().tolist()]


def losses():
    cases = []
    for smoothing in (0, 0.1):
        for weights in (None, [0.5, 2, 1, 0.25]):
            for gamma in (0, 1, 2, 3.5):
                logits = torch.randn(6, 4) * 2
                logits.requires_grad_()
                labels = torch.randint(0, 4, (6,))
                w = torch.tensor(weights) if weights else torch.ones(4)
                if gamma == 0:
                    loss = torch.nn.CrossEntropyLoss(weight=w, label_smoothing=smoothing)(logits, labels)
                else:
                    target = torch.nn.functional.one_hot(labels, 4) * (1 - smoothing) + smoothing / 4
                    log_p = torch.log_softmax(logits, 1)
                    loss = -(w * target * (1 - log_p.exp()) ** gamma * log_p).sum() / w[labels].sum()
                loss.backward()
                cases.append({
                    "smoothing": smoothing, "weights": weights, "gamma": gamma, "logits": numbers(logits),
                    "labels": labels.tolist(), "loss": loss.item(), "gradient": numbers(logits.grad),
                })
    return cases


def binary_losses():
    cases = []
    for smoothing in (0, 0.1):
        for weights in (None, [0.5, 2, 1, 4]):
            for gamma in (0, 1, 2, 3.5):
                logits = torch.randn(6, 4) * 3
                # a logit of 0, and some whose probability is 0 or 1 in float32
                logits[0, 0], logits[1, 1], logits[2, 2] = 0, 40, -40
                logits.requires_grad_()
                labels = torch.randint(0, 2, (6, 4)).double()
                target = labels * (1 - smoothing) + smoothing / 2
                w = torch.tensor(weights) if weights else torch.ones(4)
                if gamma == 0:
                    loss = torch.nn.BCEWithLogitsLoss(pos_weight=w)(logits, target)
                else:
                    # log(1 - p) is log(sigmoid(-x))
                    log_p, log_q = torch.nn.functional.logsigmoid(logits), torch.nn.functional.logsigmoid(-logits)
                    having = w * target * torch.sigmoid(-logits) ** gamma * log_p
                    loss = -(having + (1 - target) * torch.sigmoid(logits) ** gamma * log_q).mean()
                loss.backward()
                cases.append({
                    "smoothing": smoothing, "weights": weights, "gamma": gamma, "logits": numbers(logits),
                    "labels": labels.int().tolist(), "loss": loss.item(), "gradient": numbers(logits.grad),
                })
    return cases


def self_distillation():
    """Three classifiers with their features, as SKD-TSTSAN's training script puts them together."""
    F = torch.nn.functional
    generator = torch.Generator().manual_seed(3)
    draw = lambda *shape: torch.randn(*shape, generator=generator, dtype=torch.float64).requires_grad_()
    outputs = [draw(5, 3) for _ in range(3)] + [draw(5, 4) for _ in range(3)]
    labels, weights = torch.tensor([0, 2, 1, 2, 0]), torch.tensor([0.5, 2, 1])
    logits, first, second, feature, first_feature, second_feature = outputs

    def focal(x):
        log = F.log_softmax(x, 1)
        return F.nll_loss((1 - log.exp()) ** 2 * log, labels, weights)

    teacher, target = torch.softmax(logits / 3, 1).detach(), feature.detach()
    loss = focal(logits)
    for x, seen in ((first, first_feature), (second, second_feature)):
        lacking = F.kl_div(F.log_softmax(x / 3, 1), teacher, reduction="batchmean")
        apart = ((seen - target) ** 2 * ((seen > 0) | (target > 0))).sum()
        loss = loss + 0.9 * focal(x) + 0.1 * 9 * lacking + 0.01 * apart
    gradients = torch.autograd.grad(loss, outputs, allow_unused=True)
    rows = lambda t: [numbers(row) for row in t]
    return {
        "outputs": [rows(x) for x in outputs], "labels": labels.tolist(), "weights": weights.tolist(), "loss": loss.item(),
        "gradients": [rows(torch.zeros_like(x) if g is None else g) for x, g in zip(outputs, gradients)],
    }


def mol():
    """Classes, flow and landmarks, as MOL's training script puts them together; the inputs are waves, which the test makes alike."""
    wave = lambda f, *shape: f(torch.arange(math.prod(shape), dtype=torch.float64)).reshape(shape)
    batch, frames, side = 2, 3, 2
    logits = wave(torch.sin, batch, 4).requires_grad_()
    drawn = wave(torch.cos, batch, frames, side, side, 2).requires_grad_()
    found = wave(lambda i: 5 * torch.cos(i), batch, frames, 136).requires_grad_()
    flow = wave(lambda i: torch.sin(2 * i), batch, frames, side, side, 2)
    points = wave(lambda i: 20 * torch.sin(0.3 * i), batch, frames, 136)
    loss = torch.nn.functional.cross_entropy(logits, torch.tensor([2, 0])) + 10 * ((drawn - flow) ** 2).mean() / frames
    marks = 0
    for b in range(batch):
        for t in range(frames):
            at = points[b, t].reshape(68, 2)
            apart = torch.linalg.norm(at[36:42].mean(0) - at[42:48].mean(0))
            marks = marks + (found[b, t] - points[b, t]).abs().sum() / apart
    loss = loss + 0.1 * marks / (batch * 68)
    gradients = torch.autograd.grad(loss, [logits, drawn, found])
    return {"loss": loss.item(), "gradients": [numbers(g) for g in gradients]}


def optimizers():
    settings = [
        {"name": "adam", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0},
        {"name": "adam", "learningRate": 0.01, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-4, "weightDecay": 0.05},
        {"name": "adamw", "learningRate": 0.01, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weightDecay": 0.6},
        {"name": "sgd", "learningRate": 0.1, "momentum": 0, "nesterov": False, "weightDecay": 0.01},
        {"name": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": False, "weightDecay": 0.01},
        {"name": "sgd", "learningRate": 0.1, "momentum": 0.9, "nesterov": True, "weightDecay": 0},
    ]
    cases = []
    for setting in settings:
        for clip in (None, 1.5):
            start = [torch.randn(3), torch.randn(2, 2)]
            parameters = [torch.nn.Parameter(value.clone()) for value in start]
            s = setting
            if s["name"] == "sgd":
                optimizer = torch.optim.SGD(parameters, s["learningRate"], momentum=s["momentum"], nesterov=s["nesterov"], weight_decay=s["weightDecay"])
            else:
                kind = torch.optim.AdamW if s["name"] == "adamw" else torch.optim.Adam
                optimizer = kind(parameters, s["learningRate"], betas=(s["beta1"], s["beta2"]), eps=s["epsilon"], weight_decay=s["weightDecay"])
            steps = []
            for step in range(8):
                # the rate changes on the way, as a schedule makes it
                rate = s["learningRate"] * 0.9**step
                for group in optimizer.param_groups:
                    group["lr"] = rate
                gradients = [torch.randn_like(p) for p in parameters]
                for p, g in zip(parameters, gradients):
                    p.grad = g.clone()
                if clip:
                    torch.nn.utils.clip_grad_norm_(parameters, clip)
                optimizer.step()
                steps.append({"rate": rate, "gradients": [numbers(g) for g in gradients], "weights": [numbers(p) for p in parameters]})
            cases.append({"settings": setting, "clipNorm": clip, "start": [numbers(p) for p in start], "steps": steps})
    return cases


def schedules():
    def rates(make, epochs):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], 1.0)
        schedule = make(optimizer)
        found = []
        for _ in range(epochs):
            found.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            schedule.step()
        return found

    lr = torch.optim.lr_scheduler
    return [
        {"settings": {"name": "step", "every": 10, "factor": 0.5, "warmup": 0}, "rates": rates(lambda o: lr.StepLR(o, 10, 0.5), 35)},
        {"settings": {"name": "exponential", "factor": 0.987, "warmup": 0}, "rates": rates(lambda o: lr.ExponentialLR(o, 0.987), 35)},
        {"settings": {"name": "cosine", "minimum": 0.01, "warmup": 0}, "rates": rates(lambda o: lr.CosineAnnealingLR(o, 35, 0.01), 35)},
    ]


print(json.dumps({"torch": torch.__version__, "losses": losses(), "optimizers": optimizers(), "schedules": schedules(), "binaryLosses": binary_losses(), "selfDistillation": self_distillation(), "mol": mol()}, separators=(",", ":")))
