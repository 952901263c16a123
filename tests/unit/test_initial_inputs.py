"""A network that is given an input more starts as the function it was."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from frugal.contract import InputError
from frugal.initial import find_initial, warm_started
from frugal.models.char_net import CharNet
from frugal.models.saving import save_model
from frugal.tasks.characters import Characters

LABELS = "abc"


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_model(CharNet(3, widths=(4, 6), depths=(1, 1)), tmp_path)
    (tmp_path / "contract.json").write_text(json.dumps({"labels": list(LABELS)}))
    return tmp_path


def test_a_further_input_changes_nothing_at_first(trained: Path) -> None:
    image = torch.rand(5, 1, 28, 28)
    torch.manual_seed(0)
    before = CharNet(3, widths=(4, 6), depths=(1, 1)).eval()
    larger = CharNet(3, widths=(4, 6), depths=(1, 1), extra_inputs=1)
    features = larger.classifier.in_features
    started = warm_started(larger, Characters(labels=LABELS, rel_height=True), find_initial(str(trained))).eval()
    assert features > before.classifier.in_features
    assert torch.allclose(started(image, torch.rand(5)), before(image), atol=1e-6)


def test_a_wider_network_is_still_refused(trained: Path) -> None:
    wider = CharNet(3, widths=(4, 8), depths=(1, 1))
    with pytest.raises(InputError, match="the same sizes"):
        warm_started(wider, Characters(labels=LABELS), find_initial(str(trained)))
