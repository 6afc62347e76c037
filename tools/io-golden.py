"""Makes the golden files of @mer/io: packages/io/test/golden/.

Needs Python 3 with torch 1.13, numpy, Pillow, OpenCV and safetensors 0.8: python3 tools/io-golden.py

Values are deterministic (no random numbers but seeded ones). expected.json says what each file holds, as the other library reads it back.
"""

import collections
import json
import pathlib
import pickle
import struct
import zipfile

import cv2
import numpy as np
import torch
from PIL import Image, ImageOps
from safetensors.numpy import save_file as save_safetensors_numpy
from safetensors.torch import save_file as save_safetensors_torch

out = pathlib.Path(__file__).parent.parent / "packages" / "io" / "test" / "golden"
out.mkdir(parents=True, exist_ok=True)
expected = {}


def values(array):
    array = np.asarray(array)
    flat = array.reshape(-1).astype(np.float64)
    return [("nan" if np.isnan(v) else "inf" if v == np.inf else "-inf" if v == -np.inf else v) for v in flat.tolist()]


def describe_tensor(tensor):
    tensor = tensor.detach()
    return {
        "dtype": str(tensor.dtype).replace("torch.", ""),
        "shape": list(tensor.shape),
        "data": values(tensor.to(torch.float64).contiguous().numpy()),
    }


def flatten(value, path=""):
    if isinstance(value, torch.Tensor):
        yield path or "tensor", value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from flatten(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, (list, tuple)):
        for key, item in enumerate(value):
            yield from flatten(item, f"{path}.{key}" if path else str(key))


def save(name, value, **options):
    for suffix, zipped in (("zip", True), ("legacy", False)):
        file = f"{name}-{suffix}.pth"
        torch.save(value, out / file, _use_new_zipfile_serialization=zipped, **options)
        read = torch.load(out / file)
        expected[file] = {key: describe_tensor(tensor) for key, tensor in flatten(read)}


# Every element type, with the values at its limits.
dtypes = {
    "float64": torch.tensor([0.1, -1e300, float("inf"), float("nan"), -0.0], dtype=torch.float64),
    "float32": torch.tensor([0.1, 3.4028234663852886e38, 1e-45, -float("inf"), float("nan")], dtype=torch.float32),
    "float16": torch.tensor([0.1, 65504.0, 6e-8, 6.1e-5, 5.9e-5, -float("inf"), float("nan")], dtype=torch.float16),
    "bfloat16": torch.tensor([0.1, 3.3895e38, 1e-40, -2.5, float("inf")], dtype=torch.bfloat16),
    "int64": torch.tensor([2**53 - 1, -(2**53 - 1), 0, -1, 4294967296], dtype=torch.int64),
    "int32": torch.tensor([2**31 - 1, -(2**31), 7], dtype=torch.int32),
    "int16": torch.tensor([2**15 - 1, -(2**15), 7], dtype=torch.int16),
    "int8": torch.tensor([127, -128, 7], dtype=torch.int8),
    "uint8": torch.tensor([255, 0, 7], dtype=torch.uint8),
    "bool": torch.tensor([True, False, True], dtype=torch.bool),
}
save("dtypes", dtypes)

# Views: transposed, offset, strided, expanded, shared, scalar, empty.
base = torch.arange(24, dtype=torch.float32)
cube = base.reshape(2, 3, 4)
save(
    "views",
    collections.OrderedDict(
        whole=base,
        transposed=cube.permute(2, 0, 1),
        offset=base[5:9],
        strided=base[1::5],
        column=cube[:, :, 2],
        channels_last=cube.reshape(1, 2, 3, 4).to(memory_format=torch.channels_last),
        expanded=torch.tensor([[1.0], [2.0]]).expand(2, 3),
        scalar=torch.tensor(3.5),
        empty=torch.zeros(0, 4),
        again=base,
    ),
)

# A real state dict (with _metadata), wrapped as trainers do, with an optimiser and scalars of several kinds.
torch.manual_seed(0)
network = torch.nn.Sequential(torch.nn.Conv2d(1, 2, 3), torch.nn.BatchNorm2d(2))
optimizer = torch.optim.Adam(network.parameters())
network(torch.ones(2, 1, 4, 4)).sum().backward()
optimizer.step()
save(
    "wrapped",
    {
        "epoch": 7,
        "best": 0.25,
        "score": np.float64(0.5),
        "count": np.int64(3),
        "name": "arch é 漢",
        "flags": (True, False, None),
        "classes": {"negative", "positive"},
        "big": 2**70,
        "negative": -(2**40),
        "device": torch.device("cpu"),
        "size": torch.Size([1, 2]),
        "dtype": torch.float32,
        "bytes": b"\x00\xff",
        "state_dict": collections.OrderedDict(("module." + key, value) for key, value in network.state_dict().items()),
        "optimizer": optimizer.state_dict(),
        "parameters": [torch.nn.Parameter(torch.ones(2)), network[0].bias],
        "__proto__": {"polluted": torch.ones(1)},
    },
)
save("single", torch.arange(3, dtype=torch.int16))
save("protocol4", {"weight": torch.arange(4, dtype=torch.float32).reshape(2, 2), "epoch": 70000}, pickle_protocol=4)
save("protocol5", {"weight": torch.arange(4, dtype=torch.float32).reshape(2, 2), "raw": bytearray(b"ab")}, pickle_protocol=5)


# Hostile and unreadable files.
class System:
    def __reduce__(self):
        import os

        return os.system, ("touch mer-was-here",)


for suffix, zipped in (("zip", True), ("legacy", False)):
    torch.save({"weight": torch.ones(1), "evil": System()}, out / f"hostile-system-{suffix}.pth", _use_new_zipfile_serialization=zipped)
    torch.save(torch.nn.Linear(1, 1), out / f"module-{suffix}.pth", _use_new_zipfile_serialization=zipped)
(out / "hostile-system-pickle.pth").write_bytes(pickle.dumps(System(), 2))
big_endian = pathlib.Path(out / "single-legacy.pth").read_bytes().replace(b"little_endianq\x02\x88", b"little_endianq\x02\x89")
assert big_endian != pathlib.Path(out / "single-legacy.pth").read_bytes()
(out / "big-endian-legacy.pth").write_bytes(big_endian)
with zipfile.ZipFile(out / "single-zip.pth") as source:
    with zipfile.ZipFile(out / "compressed-zip.pth", "w", zipfile.ZIP_DEFLATED) as target:
        for info in source.infolist():
            target.writestr(info.filename, source.read(info))
    with zipfile.ZipFile(out / "big-endian-zip.pth", "w", zipfile.ZIP_STORED) as target:
        for info in source.infolist():
            target.writestr(info.filename, source.read(info))
        target.writestr("single-zip/byteorder", "big")
    with zipfile.ZipFile(out / "byteorder-zip.pth", "w", zipfile.ZIP_STORED) as target:
        for info in source.infolist():
            target.writestr(info.filename, source.read(info))
        target.writestr("single-zip/byteorder", "little")
torch.jit.script(torch.nn.ReLU()).save(str(out / "torchscript.pt"))

# Pickle opcodes of protocols 0 to 5: plain values, as JSON.
plain = {
    "none": None,
    "true": True,
    "false": False,
    "small": 5,
    "word": 3000,
    "int": -70000,
    "long": -(2**40),
    "float": -0.125,
    "infinity": float("inf"),
    "text": "é 漢\n\\u",
    "list": [1, [2, []], "x"],
    "tuple": [(), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)],
    "dict": {"a": {"b": 1}, "c": {}},
}
for protocol in range(6):
    (out / f"plain-{protocol}.pkl").write_bytes(pickle.dumps(plain, protocol))

# safetensors by the reference implementation.
save_safetensors_torch({key: tensor for key, tensor in dtypes.items()}, out / "dtypes.safetensors", metadata={"epoch": "7", "note": "é"})
expected["dtypes.safetensors"] = {key: describe_tensor(tensor) for key, tensor in dtypes.items()}
unsigned = {
    "u16": np.array([65535, 1], np.uint16),
    "u32": np.array([[4294967295], [1]], np.uint32),
    "u64": np.array([2**53 - 1, 1], np.uint64),
    "scalar": np.array(2.5, np.float32),
    "empty": np.zeros((0, 3), np.float64),
}
save_safetensors_numpy(unsigned, out / "unsigned.safetensors")
expected["unsigned.safetensors"] = {
    key: {"dtype": str(array.dtype), "shape": list(array.shape), "data": values(array)} for key, array in unsigned.items()
}

# npy: versions, orders, types.
grid = np.arange(6).reshape(2, 3)
arrays = {
    "f2": np.array([0.1, 65504, 6e-8], "<f2"),
    "f4-big": np.array([0.1, -2.5], ">f4"),
    "f8": np.array([0.1, -1e300]),
    "f8-fortran": np.asfortranarray(np.arange(24, dtype="<f8").reshape(2, 3, 4)),
    "i1": np.array([-128, 127], "i1"),
    "u1": np.array([0, 255], "u1"),
    "i2-big": np.array([-2, 300], ">i2"),
    "u2": np.array([65535], "<u2"),
    "i4": grid.astype("<i4"),
    "u4": np.array([4294967295], "<u4"),
    "i8-big": np.array([2**53 - 1, -5], ">i8"),
    "u8": np.array([2**53 - 1], "<u8"),
    "bool": np.array([[True], [False]]),
    "scalar": np.array(2.5),
    "empty": np.zeros((3, 0, 2), "f4"),
    "vector": np.arange(3, dtype="f4"),
}
for key, array in arrays.items():
    np.save(out / f"{key}.npy", array)
    expected[f"{key}.npy"] = {"dtype": array.dtype.newbyteorder("=").name, "shape": list(array.shape), "data": values(array)}
for version in ((2, 0), (3, 0)):
    with open(out / f"version{version[0]}.npy", "wb") as file:
        np.lib.format.write_array(file, grid.astype("<f4"), version=version)
    expected[f"version{version[0]}.npy"] = {"dtype": "float32", "shape": [2, 3], "data": values(grid)}
np.save(out / "refused-structured.npy", np.zeros(2, dtype=[("x", "f4"), ("y", "i4")]))
np.save(out / "refused-object.npy", np.array([{}, None], dtype=object), allow_pickle=True)
np.save(out / "refused-text.npy", np.array(["ab"]))
np.save(out / "refused-complex.npy", np.array([1j]))
np.save(out / "refused-i8.npy", np.array([2**60]))

# Images, by Pillow; expected as Pillow gives the pixels (OpenCV for 16 bits).
def expect_image(name, array):
    array = np.asarray(array)
    array = array[:, :, None] if array.ndim == 2 else array
    expected[name] = {"dtype": str(array.dtype), "shape": list(array.shape), "data": array.reshape(-1).tolist()}


height, width = 5, 7
red = (np.arange(height * width).reshape(height, width) * 37 % 256).astype(np.uint8)
rgb = np.stack([red, (red * 3 + 11).astype(np.uint8), (red * 5 + 90).astype(np.uint8)], axis=2)
rgba = np.concatenate([rgb, (red * 7 + 5).astype(np.uint8)[:, :, None]], axis=2)
for name, image in {
    "grey": Image.fromarray(red),
    "rgb": Image.fromarray(rgb),
    "palette": Image.fromarray(rgb).quantize(11),
    "bilevel": Image.fromarray(red).convert("1"),
}.items():
    for ending in ("png", "bmp"):
        image.save(out / f"{name}.{ending}")
        read = Image.open(out / f"{name}.{ending}")
        expect_image(f"{name}.{ending}", read.convert("L" if name in ("grey", "bilevel") else "RGB"))
Image.fromarray(rgba).save(out / "rgba.png")
expect_image("rgba.png", rgba)
Image.fromarray(np.stack([red, rgba[:, :, 3]], axis=2)).save(out / "grey-alpha.png")
expect_image("grey-alpha.png", np.stack([red, red, red, rgba[:, :, 3]], axis=2))
wide = (np.arange(height * width * 3).reshape(height, width, 3) * 1871 % 65536).astype(np.uint16)
cv2.imwrite(str(out / "rgb16.png"), wide[:, :, ::-1])
expect_image("rgb16.png", wide)
cv2.imwrite(str(out / "grey16.png"), wide[:, :, 0])
expect_image("grey16.png", wide[:, :, 0])

# BMP with 32 bits (the fourth byte means nothing), with rows from above, with 16 bits (5-6-5 masks) and with 4 bits.
def bmp(bits, compression, rows, masks=b"", palette=b"", upside=1):
    at = 54 + len(masks) + len(palette)
    body = b"".join(row + b"\0" * (-len(row) % 4) for row in rows)
    info = struct.pack("<IiiHHIIiiII", 40, width, upside * height, 1, bits, compression, len(body), 0, 0, len(palette) // 4, 0)
    return struct.pack("<2sIHHI", b"BM", at + len(body), 0, 0, at) + info + masks + palette + body


bgrx = np.concatenate([rgb[:, :, ::-1], np.zeros((height, width, 1), np.uint8)], axis=2)
(out / "rgb32.bmp").write_bytes(bmp(32, 0, [row.tobytes() for row in bgrx[::-1]]))
(out / "rgb24-top-down.bmp").write_bytes(bmp(24, 0, [row.tobytes() for row in rgb[:, :, ::-1]], upside=-1))
r5, g6, b5 = rgb[:, :, 0] >> 3, rgb[:, :, 1] >> 2, rgb[:, :, 2] >> 3
packed = (r5.astype(np.uint16) << 11) | (g6.astype(np.uint16) << 5) | b5
(out / "rgb565.bmp").write_bytes(bmp(16, 3, [row.astype("<u2").tobytes() for row in packed[::-1]], masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)))
four = (red >> 4).astype(np.uint8)
nibbles = [bytes((row[i] << 4) | (row[i + 1] if i + 1 < width else 0) for i in range(0, width, 2)) for row in four[::-1]]
(out / "palette4.bmp").write_bytes(bmp(4, 0, nibbles, palette=b"".join(bytes([i * 17, i, 255 - i, 0]) for i in range(16))))
for name in ("rgb32.bmp", "rgb24-top-down.bmp", "palette4.bmp"):
    expect_image(name, Image.open(out / name).convert("RGB"))
# Pillow rounds down where levels are widened; the nearest level is expected, which is at most one above.
nearest = np.stack([np.rint(r5 * 255.0 / 31), np.rint(g6 * 255.0 / 63), np.rint(b5 * 255.0 / 31)], axis=2).astype(np.uint8)
above = nearest.astype(int) - np.asarray(Image.open(out / "rgb565.bmp").convert("RGB"))
assert above.min() >= 0 and above.max() <= 1
expect_image("rgb565.bmp", nearest)

# JPEG: smooth, so that decoders agree to a level or two; and the same with an EXIF orientation.
ramp = np.stack(np.meshgrid(np.arange(24) * 10, np.arange(16) * 12), axis=2)
smooth = np.concatenate([ramp, np.full((16, 24, 1), 100)], axis=2).astype(np.uint8)
Image.fromarray(smooth).save(out / "smooth.jpg", quality=95, subsampling=0)
expect_image("smooth.jpg", Image.open(out / "smooth.jpg"))
exif = Image.Exif()
exif[0x0112] = 6
Image.fromarray(smooth).save(out / "orientation6.jpg", quality=95, subsampling=0, exif=exif)
expect_image("orientation6.jpg", ImageOps.exif_transpose(Image.open(out / "orientation6.jpg")))

(out / "expected.json").write_text("{\n" + ",\n".join(f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in expected.items()) + "\n}\n")
print(len(expected), "files,", sum(path.stat().st_size for path in out.iterdir()), "bytes")
