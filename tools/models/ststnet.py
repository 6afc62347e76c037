"""Reference values for packages/models/src/ststnet.ts: python3 tools/models/ststnet.py"""

import json
from pathlib import Path

import torch
from fill import channels_first, described, fill, given, rounded
from torch import nn
from torch.nn import functional as F

GOLDEN = Path(__file__).resolve().parents[2] / "packages/models/test/golden"


class StstNet(nn.Module):
    """The published layer table: three conv-ReLU-norm-pool streams, joined, pooled, one linear layer."""

    def __init__(self, classes=3, dropout=0.5):
        super().__init__()
        for n, maps in enumerate((3, 5, 8), start=1):
            setattr(self, f"conv{n}", nn.Conv2d(3, maps, 3, padding=2))
            setattr(self, f"bn{n}", nn.BatchNorm2d(maps))
        self.fc = nn.Linear(400, classes)
        self.dropout = dropout

    def forward(self, x):
        streams = []
        for n in (1, 2, 3):
            y = getattr(self, f"bn{n}")(torch.relu(getattr(self, f"conv{n}")(x)))
            streams.append(F.dropout(F.max_pool2d(y, 3, 3, 1), self.dropout, self.training))
        y = F.avg_pool2d(torch.cat(streams, 1), 2)
        return self.fc(y.flatten(1))


def main():
    x = channels_first(given("image", (6, 28, 28, 3)))
    labels = torch.tensor([0, 1, 2, 0, 1, 2])
    model = fill(StstNet()).eval()
    golden = {"state": described(model), "logits": rounded(model(x))}

    model = fill(StstNet(dropout=0.0)).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    loss = F.cross_entropy(model(x), labels)
    loss.backward()
    optimizer.step()
    golden["adam"] = {
        "learningRate": 1e-3,
        "labels": labels.tolist(),
        "loss": rounded(loss.reshape(1), 9)[0],
        "state": {name: rounded(model.state_dict()[name].reshape(-1)) for name in described(model)},
    }
    (GOLDEN / "ststnet.json").write_text(json.dumps(golden) + "\n")


if __name__ == "__main__":
    main()
