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


@pytest.mark.parametrize("extra", [0, 1])
def test_a_wider_network_begins_as_the_same_function(extra: int, trained: Path) -> None:
    image = torch.rand(5, 1, 28, 28)
    torch.manual_seed(0)
    before = CharNet(3, widths=(4, 6), depths=(1, 1)).eval()
    wider = CharNet(3, widths=(7, 9), depths=(1, 1), extra_inputs=extra)
    task = Characters(labels=LABELS, rel_height=bool(extra))
    started = warm_started(wider, task, find_initial(str(trained))).eval()
    found = started(image, torch.rand(5)) if extra else started(image)
    assert torch.allclose(found, before(image), atol=1e-6)


def test_a_narrower_network_is_refused(trained: Path) -> None:
    narrower = CharNet(3, widths=(4, 5), depths=(1, 1))
    with pytest.raises(InputError, match="the same sizes, or larger ones"):
        warm_started(narrower, Characters(labels=LABELS), find_initial(str(trained)))
