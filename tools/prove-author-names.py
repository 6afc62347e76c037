"""Loads a state dict that `exportAuthorWeights` made into the class of its authors, strictly, and says what the class gives: see tools/prove-author-names.mjs

    python3 tools/prove-author-names.py AUTHORS WORK NETWORK

AUTHORS holds checkouts of public repositories; nothing of them is kept here. WORK holds NETWORK.safetensors and NETWORK.json (inputs: files of float32, channels
last, and their shapes). Prints one line of JSON: arrays, parameters, and the outputs in inference, those with channels as the class has them.
"""

import importlib
import importlib.util
import json
import sys
import types
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import torch
from torch.nn import functional as F

TYPES = {"F32": (np.float32, 4), "I64": (np.int64, 8)}


def read_safetensors(path):
    """The format in a few lines: length of the header, header in JSON, values."""
    raw = path.read_bytes()
    size = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + size])
    header.pop("__metadata__", None)
    arrays = {}
    for name, entry in header.items():
        kind, width = TYPES[entry["dtype"]]
        begin, end = entry["data_offsets"]
        array = np.frombuffer(raw, kind, (end - begin) // width, 8 + size + begin).reshape(entry["shape"])
        arrays[name] = torch.from_numpy(array.copy())
    return arrays


def nothing(attribute):
    if attribute.startswith("__"):
        raise AttributeError(attribute)
    return lambda *_, **__: None


def absent(*names):
    """Empty modules in the place of those that scripts import and their networks do not use."""
    for name in names:
        try:
            importlib.import_module(name)
        except ImportError:
            module = types.ModuleType(name)
            module.__getattr__ = nothing
            sys.modules[name] = module


def module_of(path):
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


def first(x):
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 1)))


def frames_first(x):
    """[batch, frames, height, width, channels] to [batch, frames, channels, height, width]."""
    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(x, -1, 2)))


def by_channel(x):
    return [first(x[..., c : c + 1]) for c in range(x.shape[-1])]


def put(folder):
    sys.path.insert(0, str(folder))


def ststnet(root):
    absent("cv2", "sklearn", "sklearn.metrics", "matplotlib", "matplotlib.pyplot", "torchsummary")
    model = module_of(root / "STSTNet/main.py").STSTNet()
    return model, lambda image: model(first(image))


def htnet(root):
    put(root / "HTNet")
    sizes = dict(image_size=28, patch_size=7, num_classes=3, dim=256, heads=3, num_hierarchies=3)
    model = module_of(root / "HTNet/Model.py").HTNet(**sizes, block_repeats=(2, 2, 10))
    return model, lambda image: model(first(image))


def mmnet(root):
    put(root / "MMNet")
    absent("cv2", "pandas", "opencv_flow", "resmodel", "gradcam", "confusion_matrix")
    # imported, and nowhere in the repository
    importlib.import_module("CA_block").resnet50 = None
    model = module_of(root / "MMNet/CASME2_5.py").MMNet()
    return model, lambda onset, apex: model(first(onset), *[None] * 3, first(apex), *[None] * 4, False)


def tsfmicro(root, path="classes.model.ts_micro", name="ts_micro"):
    put(root / "TSFmicro")
    module = types.ModuleType("PC_module")
    sys.modules["PC_module"] = module
    if path.startswith("fusion"):
        # their files name others by folders that the repository does not have
        module.VisionTransformer_POS = importlib.import_module("fusion.model.fusion_vit_before").VisionTransformer_POS
        sys.modules["model"] = types.ModuleType("model")
        sys.modules["model.RMT"] = importlib.import_module("fusion.model.RMT")
    model = getattr(importlib.import_module(path), name)(5)
    return model, lambda onset, apex: model(first(onset), first(apex))


def off_apexnet(root):
    absent("torchstat")
    put(root / "PRICAI2021-Off-TANet/models")
    model = importlib.import_module("off_apexnet").OffApexNet()
    return model, lambda image: model(first(image))


def rcn_a(root):
    put(root / "ParameterFreeRCNs-MicroExpressionRec")
    absent("LossFunctions")
    model = importlib.import_module("MeNets").RCN_A(num_input=3, featuremaps=64, num_classes=3, pool_size=7)
    return model, lambda image: model(first(image))


def skd_tstsan(root):
    put(root / "SKD-TSTSAN")
    # its forward pass makes zeros on a graphics card
    torch.Tensor.cuda = lambda self, *_: self
    model = importlib.import_module("all_model").SKD_TSTSAN(5, 2)
    return model, lambda *images: model(torch.cat([first(image) for image in images], 1))


def slstt(root):
    put(root / "SLSTT")
    model = importlib.import_module("model.slstt").SLSTT(384, 3, "LSTM")
    return model, lambda frames: model(frames_first(frames))


def causalnet(root, width=64):
    """A fourth as wide as published, which its file has as numbers: they are put in their place as it is read."""
    source = (root / "CausalNet/Models.py").read_text()
    names = {}
    exec(source.replace("256", str(width)).replace("1536 * 2", str(12 * width)), names)
    sizes = dict(image_size=28, patch_size=7, num_classes=3, dim=width, heads=3, num_hierarchies=3)
    model = names["CausalNet"](**sizes, block_repeats=(3, 3, 9), gamma=0.5)
    return model, lambda frames: model(frames_first(frames))


def mol(root):
    """What its flow network takes from a package is computed here by its definition."""

    def correlation(a, b, kernel_size, patch_size, stride, padding, dilation_patch):
        assert kernel_size == 1 and stride == 1 and padding == 0
        reach = patch_size // 2 * dilation_patch
        height, width = a.shape[2:]
        wide = F.pad(b, (reach,) * 4)
        moves = range(0, 2 * reach + 1, dilation_patch)
        return torch.stack(
            [torch.stack([(a * wide[:, :, y : y + height, x : x + width]).sum(1) for x in moves], 1) for y in moves], 1
        )

    sampler = types.ModuleType("spatial_correlation_sampler")
    sampler.spatial_correlation_sample = correlation
    sys.modules["spatial_correlation_sampler"] = sampler
    put(root / "MOL")
    model = importlib.import_module("MOL_model").MOL(SimpleNamespace(cls=5, neighbor_num=4))
    return model, lambda frames: model(torch.from_numpy(np.ascontiguousarray(frames.transpose(0, 4, 1, 2, 3))))


def fdp(root):
    absent("einops")
    put(root / "FDP")
    model = importlib.import_module("fdp").FDP()
    return model, lambda frames: model(frames_first(frames)[:, None])


def sfamnet(root):
    model = module_of(root / "SFAMNet/network.py").Net_3D_MEAN(out_channels=5)
    return model, lambda image: model(*by_channel(image))


def mtsn(root):
    absent("torchsummary")
    model = module_of(root / "MTSN-Spot-ME-MaE/network.py").MTSN()
    return model, lambda long, short: model(*by_channel(long), *by_channel(short))


def torchvision(name):
    def load(_):
        import torchvision.models

        model = getattr(torchvision.models, name)(num_classes=5)
        return model, lambda image: model(first(image))

    return load


FUSED = {"early": ("ts_fusion", "ts_fusion"), "spatial-to-temporal": ("fusion_before_model", "TS_micro_before"),
         "temporal-to-spatial": ("fusion_after_model", "TS_micro_after")}
NETWORKS = {
    "ststnet": ststnet,
    "htnet": htnet,
    "mmnet": mmnet,
    "tsfmicro": tsfmicro,
    **{f"tsfmicro-{k}": lambda root, v=v: tsfmicro(root, f"fusion.model.{v[0]}", v[1]) for k, v in FUSED.items()},
    "off-apexnet": off_apexnet,
    "rcn-a": rcn_a,
    "skd-tstsan": skd_tstsan,
    "slstt": slstt,
    "causalnet": causalnet,
    "mol": mol,
    "fdp": fdp,
    "sfamnet": sfamnet,
    "mtsn": mtsn,
    "resnet18": torchvision("resnet18"),
    "resnet50": torchvision("resnet50"),
    "vgg19": torchvision("vgg19"),
    "efficientnet-b0": torchvision("efficientnet_b0"),
    "densenet121": torchvision("densenet121"),
    "vit-b16": torchvision("vit_b_16"),
}


def main():
    torch.set_num_threads(1)
    root, work, name = Path(sys.argv[1]).resolve(), Path(sys.argv[2]), sys.argv[3]
    model, run = NETWORKS[name](root)
    arrays = read_safetensors(work / f"{name}.safetensors")
    # of names and shapes nothing may be missing or too many
    model.load_state_dict(arrays, strict=True)
    model.eval()
    said = json.loads((work / f"{name}.json").read_text())
    inputs = [np.fromfile(work / one["file"], np.float32).reshape(one["shape"]) for one in said["inputs"]]
    # the class's own entries, counters included, of which the file must have each
    missing = sorted(set(model.state_dict()) - set(arrays))
    with torch.no_grad():
        outputs = run(*inputs)
    # how far rounding alone takes the class itself
    torch.set_default_dtype(torch.float64)
    with torch.no_grad():
        precise = run(*[one.astype(np.float64) for one in inputs]) if model.double() else None
    flat = lambda given: [o for o in (given if isinstance(given, tuple) else (given,)) if o.dim() == 2]
    print(
        json.dumps(
            {
                "arrays": len(arrays),
                "missing": missing,
                "parameters": sum(p.numel() for p in model.parameters()),
                "torch": torch.__version__,
                "outputs": [
                    {"values": o.flatten().tolist(), "precise": q.flatten().tolist()}
                    for o, q in zip(flat(outputs), flat(precise))
                ],
            }
        )
    )


main()
