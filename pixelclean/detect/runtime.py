"""onnxruntime, silenced before it is imported; where it is absent, that is said when a network is wanted."""

import os
from typing import Any

from pixelclean.errors import ConfigurationError

# onnxruntime writes an identifier and a queue of usage events into the home folder as soon as it is imported, unless
# the environment forbids it before; asking it afterwards is too late.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # noqa: TID251 - not read, but told to a library
try:
    import onnxruntime
except ImportError:  # not installed, or a library that it needs is not: what looks at no pixels does without
    onnxruntime = None

Session = Any
"""onnxruntime.InferenceSession"""


def session(content: bytes, name: str) -> Session:
    """A network ready to run on one thread, since files run in parallel; ConfigurationError where it cannot."""
    if onnxruntime is None:
        raise ConfigurationError("onnxruntime cannot be imported; no image can be looked at: pip install onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise ConfigurationError(f"{name}: onnxruntime {onnxruntime.__version__} cannot run it") from error
