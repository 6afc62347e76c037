"""What PyTorch computes with on this processor; importing it holds PyTorch to one thread."""

import ctypes
import os
import re
import resource
import subprocess
import sys

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

import torch

torch.set_num_threads(1)

PROBE = "import torch; torch.rand(4, 4).to_mkldnn()"


def blas():
    """The library of matrix products that is loaded; the reference library, ten times slower, where none is known."""
    torch.rand(8, 8) @ torch.rand(8, 8)
    try:
        with open("/proc/self/maps") as maps:
            files = {line.split()[-1] for line in maps if ".so" in line}
    except OSError:
        return "BLAS unknown"
    for file in sorted(files):
        if "openblas" in file:
            library = ctypes.CDLL(file)
            library.openblas_get_corename.restype = ctypes.c_char_p
            return f"OpenBLAS {library.openblas_get_corename().decode()}"
        if "libmkl" in file:
            return "MKL"
    config = re.search(r"BLAS_INFO=(\w+)", torch.__config__.show())
    return "MKL" if config and config[1] == "mkl" else "reference BLAS"


def onednn():
    """The instructions that oneDNN uses, by its own account."""
    environment = {**os.environ, "ONEDNN_VERBOSE": "1", "DNNL_VERBOSE": "1"}
    output = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, env=environment).stdout
    found = re.search(r"isa:([^\n]*)", output)
    return re.sub(r"^Intel | with .*$", "", found[1]) if found else "none"


def described():
    capability = re.search(r"CPU capability usage: (\w+)", torch.__config__.show())
    isa = f"ATen {capability[1] if capability else 'unknown'}, oneDNN {onednn()}, {blas()}"
    return {"version": torch.__version__, "isa": isa}


def peak_memory():
    """The most that the process has had in memory, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
