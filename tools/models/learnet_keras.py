"""A LEARNet as its authors' Keras code makes it, narrow, in the files that Keras writes: KERAS_BACKEND=jax python3 tools/models/learnet_keras.py

Needs keras 3, jax and h5py. As in that code the convolutions are named and Keras names all else. Writes learnet-half.h5.gz, learnet.keras.gz and
learnet-keras.json (logits of a wave) into packages/experiments/test/golden.
"""

import gzip
import json
import pathlib

import h5py
import keras
import numpy as np
from fill import rounded, values
from keras import layers

out = pathlib.Path(__file__).resolve().parents[2] / "packages/experiments/test/golden"
WIDTH, HIDDEN, CLASSES, SIZE = 2, 4, 3, 32


def learnet():
    conv = lambda name, maps, kernel: layers.Conv2D(maps, kernel, strides=2, padding="same", activation="relu", name=name)
    image = keras.Input((SIZE, SIZE, 3), name="image")
    first = conv("Conv_S", WIDTH, 3)(image)

    def plain(n):
        a = conv(f"Conv_{n}_1", WIDTH, 1)(first)
        b = conv(f"Conv_{n}_2", 2 * WIDTH, 3)(a)
        return a, b, conv(f"Conv_{n}_3", 4 * WIDTH, 5)(b)

    def accretive(n, beside):
        a = layers.add([beside[0], conv(f"Conv_{n}_1", WIDTH, 1)(first)])
        b = conv(f"Conv_{n}_2", 2 * WIDTH, 3)(layers.BatchNormalization()(a))
        return conv(f"Conv_x_{n}", 4 * WIDTH, 5)(layers.BatchNormalization()(layers.add([beside[1], b])))

    one = plain(1)
    two = accretive(2, one)
    three = plain(3)
    four = accretive(4, three)
    x = layers.BatchNormalization()(layers.concatenate([one[2], two, three[2], four]))
    x = layers.Flatten()(conv("Conv_5_1", 16 * WIDTH, 3)(x))
    x = layers.Dropout(0.5)(layers.Dense(HIDDEN, activation="relu")(x))
    return keras.Model(image, layers.Dense(CLASSES)(x))


# some names are used up, as where a network was made before
layers.BatchNormalization(), layers.Dense(1), layers.Dense(1)
model = learnet()
for layer in model.layers:
    kinds = {"gamma": "weight", "moving_variance": "running_var", "moving_mean": "running_mean"}
    layer.set_weights(
        [np.float16(values(f"{layer.name}.{kinds.get(w.name, w.name)}", tuple(w.shape))).astype("float32") for w in layer.weights]
    )
model.save(out / "learnet.keras")
with h5py.File(out / "learnet-half.h5", "w") as file:
    # as Keras 2 wrote weights: names in attributes, values in chunks, of half precision
    file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
    for layer in model.layers:
        group = file.create_group(layer.name)
        group.attrs["weight_names"] = [f"{layer.name}/{w.name}:0".encode() for w in layer.weights]
        for w in layer.weights:
            array = np.asarray(w.value).astype("f2")
            group.create_dataset(f"{layer.name}/{w.name}:0", data=array, chunks=array.shape, compression="gzip", shuffle=True)
wave = np.sin(0.37 * np.arange(2 * SIZE * SIZE * 3)).astype("float32").reshape(2, SIZE, SIZE, 3)
logits = model(wave, training=False)
names = [f"{layer.name}/{w.name}" for layer in model.layers for w in layer.weights]
(out / "learnet-keras.json").write_text(json.dumps({"names": names, "logits": rounded(np.asarray(logits))}) + "\n")
# empty places of HDF5 take nine tenths of them
for name in ("learnet.keras", "learnet-half.h5"):
    (out / f"{name}.gz").write_bytes(gzip.compress((out / name).read_bytes(), mtime=0))
    (out / name).unlink()
print(sorted({n.split("/")[0] for n in names if not n.startswith("Conv")}))
