"""Small Keras files for packages/io, with what they hold: KERAS_BACKEND=jax python3 tools/io-keras-golden.py

Needs keras 3, jax and h5py. Writes keras-*.h5, keras.keras and keras-expected.json into packages/io/test/golden.
"""

import json
import pathlib

import h5py
import keras
import numpy as np

out = pathlib.Path(__file__).parent.parent / "packages" / "io" / "test" / "golden"
rng = np.random.default_rng(5)
image = keras.Input((6, 6, 1), name="image")
x = keras.layers.Conv2D(3, 3, activation="relu", name="conv2d_7")(image)
x = keras.layers.BatchNormalization(name="batch_normalization_3")(x)
x = keras.layers.Conv2D(2, 3, use_bias=False, name="conv2d_8")(x)
x = keras.layers.Flatten(name="flatten")(x)
model = keras.Model(image, keras.layers.Dense(2, name="dense_4")(x))
model.set_weights([np.round(rng.uniform(0.1, 1, w.shape), 3).astype("float32") for w in model.get_weights()])
expected = {
    f"{layer.name}/{weight.name}": {"shape": list(weight.shape), "data": np.asarray(weight.value).ravel().tolist()}
    for layer in model.layers
    for weight in layer.weights
}
model.save(out / "keras.keras")
model.save_weights(out / "keras-3.weights.h5")
model.save(out / "keras-2.h5")
# as Keras 2 wrote weights: names in attributes, values in chunks, some of half precision
with h5py.File(out / "keras-2-chunks.h5", "w") as file:
    file.attrs["layer_names"] = [layer.name.encode() for layer in model.layers]
    file.attrs["backend"] = b"tensorflow"
    for layer in model.layers:
        group = file.create_group(layer.name)
        names = [f"{layer.name}/{weight.name}:0" for weight in layer.weights]
        group.attrs["weight_names"] = [name.encode() for name in names]
        for name, weight in zip(names, layer.weights):
            values = np.asarray(weight.value)
            half = layer.name == "dense_4"
            group.create_dataset(name, data=values.astype("f2" if half else "f4"), chunks=values.shape, compression="gzip", shuffle=True)
with h5py.File(out / "keras-packed.h5", "w") as file:
    file.attrs["layer_names"] = [b"dense"]
    group = file.create_group("dense")
    group.attrs["weight_names"] = [b"dense/kernel:0"]
    group.create_dataset("dense/kernel:0", shape=(500, 500), dtype="f4", chunks=(500, 500), compression="gzip", data=np.zeros((500, 500), "f4"))
(out / "keras-expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
for name in ("keras.keras", "keras-3.weights.h5", "keras-2.h5", "keras-2-chunks.h5"):
    print(name, (out / name).stat().st_size)
