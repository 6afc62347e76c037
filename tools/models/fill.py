"""Weights and inputs that Python and TypeScript draw alike, so that reference files hold results only.

Counterpart of packages/models/test/fill.ts and packages/models/src/random.ts.
"""

import numpy as np

MASK = 0xFFFFFFFF


def hash_string(text):
    """FNV-1a over the characters, then murmur3's final mix."""
    value = 0x811C9DC5
    for character in text:
        value = ((value ^ ord(character)) * 0x01000193) & MASK
    value = ((value ^ (value >> 16)) * 0x85EBCA6B) & MASK
    value = ((value ^ (value >> 13)) * 0xC2B2AE35) & MASK
    return value ^ (value >> 16)


def stream_state(seed, name):
    return hash_string(f"{seed}:{name}")


def uniform(count, state, low=0.0, high=1.0):
    """mulberry32 as a counter: draw i hashes state + i * 0x6d2b79f5."""
    with np.errstate(over="ignore"):
        a = np.uint32(state) + np.arange(1, count + 1, dtype=np.uint32) * np.uint32(0x6D2B79F5)
        m = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
        m = m ^ (m + (m ^ (m >> np.uint32(7))) * (m | np.uint32(61)))
        m = (m ^ (m >> np.uint32(14))) >> np.uint32(8)
    scale = (high - low) / 0x1000000
    return (low + scale * m.astype(np.float64)).astype(np.float32)


def values(name, shape, seed=1, gain=2.0):
    """The values of one parameter, by its name in the state dict."""
    size = int(np.prod(shape)) if len(shape) else 1
    state = stream_state(seed, name)
    if name.endswith("running_var"):
        low, high = 0.5, 1.5
    elif name.endswith("running_mean"):
        low, high = -0.2, 0.2
    elif len(shape) <= 1 and name.endswith("weight"):
        low, high = 0.5, 1.5
    elif len(shape) <= 1:
        low, high = -0.1, 0.1
    else:
        bound = np.sqrt(gain * 3 / (size / shape[0]))
        low, high = -bound, bound
    return uniform(size, state, low, high).reshape(shape)


def fill(module, seed=1, gain=2.0):
    """Fills the parameters and running statistics of a PyTorch module by name; returns the module."""
    import torch

    with torch.no_grad():
        for name, tensor in module.state_dict().items():
            if not name.endswith("num_batches_tracked"):
                tensor.copy_(torch.from_numpy(values(name, tuple(tensor.shape), seed, gain)))
    return module


def given(name, shape, seed=1):
    """A network input in -1..1 with channels last, as a float32 array."""
    return uniform(int(np.prod(shape)), stream_state(seed, name), -1.0, 1.0).reshape(shape)


def channels_first(array):
    """[batch, ..., channels] as a PyTorch tensor [batch, channels, ...]."""
    import torch

    return torch.from_numpy(np.ascontiguousarray(np.moveaxis(array, -1, 1)))


def described(module):
    """Names and shapes of a module's state, without the counters that loading ignores."""
    return {
        name: list(tensor.shape)
        for name, tensor in module.state_dict().items()
        if not name.endswith("num_batches_tracked")
    }


def rounded(tensor, digits=7):
    """Nested lists with the given significant digits."""
    array = tensor.detach().numpy() if hasattr(tensor, "detach") else np.asarray(tensor)
    return np.vectorize(lambda v: float(f"{v:.{digits}g}"))(array.astype(np.float64)).tolist()
