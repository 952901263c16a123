"""An exported LSTM or GRU is torch's, layer by layer and in both directions, at lengths that tracing never saw."""

from __future__ import annotations

import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from frugal.recurrent_export import translations, with_traceable_recurrence


class Sequence(nn.Module):
    def __init__(self, recurrent: nn.LSTM | nn.GRU) -> None:
        super().__init__()
        self.recurrent = recurrent

    def forward(self, sequence: Tensor) -> Tensor:
        outputs: Tensor = self.recurrent(sequence)[0]
        return outputs


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, False), (1, True), (2, True)])
def test_onnxruntime_answers_as_torch(kind: type[nn.LSTM | nn.GRU], layers: int, bidirectional: bool) -> None:
    torch.manual_seed(layers)
    recurrent = kind(3, 5, layers, batch_first=True, bidirectional=bidirectional)
    model = Sequence(recurrent).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            with_traceable_recurrence(model),
            (torch.rand(2, 7, 3),),
            dynamo=True,
            custom_translation_table=translations(),
            opset_version=18,
            dynamic_shapes=({0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC},),
            verbose=False,
        )
    assert program is not None
    graph = program.model_proto.graph
    assert [node.op_type for node in graph.node].count(recurrent.mode) == layers
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    for shape in ((2, 7, 3), (1, 1, 3), (3, 19, 3)):
        sequence = torch.randn(*shape)
        (answer,) = session.run(None, {graph.input[0].name: sequence.numpy()})
        with torch.no_grad():
            np.testing.assert_allclose(answer, model(sequence).numpy(), atol=1e-5)
    assert model.recurrent is recurrent  # the original still runs


@pytest.mark.parametrize("layer", [nn.LSTM(3, 5, proj_size=2), nn.GRU(3, 5, bias=False)])
def test_what_the_operator_has_not_is_refused(layer: nn.LSTM | nn.GRU) -> None:
    with pytest.raises(ValueError, match=f"{layer.mode} with a projection or without bias"):
        with_traceable_recurrence(Sequence(layer))
