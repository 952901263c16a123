"""An exported LSTM is torch's, layer by layer and in both directions, at lengths that tracing never saw."""

from __future__ import annotations

import warnings

import numpy as np
import onnxruntime
import pytest
import torch
from torch import Tensor, nn

from frugal.recurrent_export import translations, with_traceable_lstm


class Sequence(nn.Module):
    def __init__(self, lstm: nn.LSTM) -> None:
        super().__init__()
        self.lstm = lstm

    def forward(self, sequence: Tensor) -> Tensor:
        outputs: Tensor = self.lstm(sequence)[0]
        return outputs


@pytest.mark.parametrize(("layers", "bidirectional"), [(1, False), (2, False), (1, True), (2, True)])
def test_onnxruntime_answers_as_torch(layers: int, bidirectional: bool) -> None:
    torch.manual_seed(layers)
    lstm = nn.LSTM(3, 5, layers, batch_first=True, bidirectional=bidirectional)
    model = Sequence(lstm).eval()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter's own deprecations
        program = torch.onnx.export(
            with_traceable_lstm(model),
            (torch.rand(2, 7, 3),),
            dynamo=True,
            custom_translation_table=translations(),
            opset_version=18,
            dynamic_shapes=({0: torch.export.Dim.DYNAMIC, 1: torch.export.Dim.DYNAMIC},),
            verbose=False,
        )
    assert program is not None
    graph = program.model_proto.graph
    assert [node.op_type for node in graph.node].count("LSTM") == layers
    session = onnxruntime.InferenceSession(program.model_proto.SerializeToString())
    for shape in ((2, 7, 3), (1, 1, 3), (3, 19, 3)):
        sequence = torch.randn(*shape)
        (answer,) = session.run(None, {graph.input[0].name: sequence.numpy()})
        with torch.no_grad():
            np.testing.assert_allclose(answer, model(sequence).numpy(), atol=1e-5)
    assert model.lstm is lstm  # the original still runs


def test_a_projection_is_refused() -> None:
    with pytest.raises(ValueError, match="projection"):
        with_traceable_lstm(Sequence(nn.LSTM(3, 5, proj_size=2)))
