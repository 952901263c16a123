"""An opened ONNX model in onnxruntime: fixed threads, no spinning, named arrays in and out.

Knows no contract and no decoder; loads no custom operator library.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from frugal.contract import Arrays, InputError


class Session:
    """A Predictor: dict of named arrays -> dict of named arrays.

    Attributes:
        inputs, outputs: names, in the model's order.
    """

    def __init__(self, raw: onnxruntime.InferenceSession, model: Path) -> None:
        self._raw = raw
        self._model = model
        self.inputs = tuple(value.name for value in raw.get_inputs())
        self.outputs = tuple(value.name for value in raw.get_outputs())

    def __call__(self, inputs: Arrays) -> dict[str, np.ndarray]:
        return dict(zip(self.outputs, self._run(self._feed(inputs)), strict=True))

    def prepare(self, inputs: Arrays) -> Callable[[], Any]:
        """A call on fixed inputs that writes its outputs into fixed memory, with nothing around it that would be timed.

        Runs the model once to learn the shapes. Texts and sequences cannot be bound and are passed at every call.
        """
        feed = self._feed(inputs)
        answers = self._run(feed)
        if not all(_is_bindable(value) for value in (*feed.values(), *answers)):
            return functools.partial(self._raw.run, None, feed)
        binding = self._raw.io_binding()
        for name, array in feed.items():
            binding.bind_cpu_input(name, array)
        for name, answer in zip(self.outputs, answers, strict=True):
            memory = onnxruntime.OrtValue.ortvalue_from_shape_and_type(list(answer.shape), answer.dtype)
            binding.bind_ortvalue_output(name, memory)
        return functools.partial(self._raw.run_with_iobinding, binding)

    def _feed(self, inputs: Arrays) -> dict[str, np.ndarray]:
        missing = [name for name in self.inputs if name not in inputs]
        if missing:
            raise InputError(f"{self._model} is not given the input {missing[0]}", allowed=f"{list(self.inputs)}")
        return {name: np.ascontiguousarray(inputs[name]) if inputs[name].ndim else inputs[name] for name in self.inputs}

    def _run(self, feed: dict[str, np.ndarray]) -> list[Any]:
        try:
            return list(self._raw.run(None, feed))
        except Exception as error:  # onnxruntime's exceptions share no base class but this
            shapes = ", ".join(f"{name} {array.dtype} {list(array.shape)}" for name, array in feed.items())
            wanted = "--shape " + " --shape ".join(f"{name}=..." for name in feed)
            remedy = f"arrays in --data, or {wanted}, as the model takes them"
            raise InputError(f"{self._model} does not run on {shapes} ({_first_line(error)})", remedy=remedy) from error


def answer_singly(session: Session, inputs: Arrays) -> dict[str, np.ndarray]:
    """Outputs of a batch whose samples were run one at a time: no neighbour changes a result, whatever the graph."""
    count = len(next(iter(inputs.values())))
    answers = [session({name: array[i : i + 1] for name, array in inputs.items()}) for i in range(count)]
    return {name: np.concatenate([answer[name] for answer in answers]) for name in session.outputs}


def open_session(model: Path, *, threads: int = 1, provider: str = "cpu", optimised: bool = True) -> Session:
    """Open an ONNX file; raises InputError for an unknown provider or a model that onnxruntime refuses."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = threads
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    name = _provider(provider)
    try:
        raw = onnxruntime.InferenceSession(str(model), options, providers=[name])
    except Exception as error:  # onnxruntime's exceptions share no base class but this
        raise InputError(f"onnxruntime does not open {model} ({_first_line(error)})") from error
    return Session(raw, Path(model))


def _is_bindable(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.size > 0


def _provider(provider: str) -> str:
    available: list[str] = onnxruntime.get_available_providers()
    short = {name.removesuffix("ExecutionProvider").lower(): name for name in available}
    if provider.lower() not in short:
        raise InputError(f"provider {provider}", allowed=", ".join(sorted(short)))
    return short[provider.lower()]


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0][:300]
