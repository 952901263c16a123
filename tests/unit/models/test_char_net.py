from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from frugal.models.char_net import CharNet
from frugal.models.linear import LinearNet

VARIANTS: list[dict[str, Any]] = [
    {},
    {"widths": (8, 12), "depths": (1, 2), "pooling": "average"},
    {"widths": (8, 12, 16), "depths": (1, 2, 2), "separable": True},
    {"widths": (8, 12, 16), "depths": (2, 2, 3), "residual": True},
    {"widths": (8, 12, 16), "depths": (1, 2, 3), "separable": True, "residual": True, "extra_inputs": 1},
]


def inputs(model: CharNet, count: int) -> tuple[torch.Tensor, ...]:
    torch.manual_seed(0)
    image = torch.rand(count, 1, 28, 28)
    return (image, torch.rand(count) * 2) if model.hparams["extra_inputs"] else (image,)


@pytest.mark.parametrize("arguments", VARIANTS)
@pytest.mark.parametrize(("classes", "count"), [(10, 2), (62, 5)])
def test_scores_have_one_row_per_sample_and_one_column_per_class(
    arguments: dict[str, Any], classes: int, count: int
) -> None:
    model = CharNet(classes, **arguments)
    assert model(*inputs(model, count)).shape == (count, classes)


@pytest.mark.parametrize("arguments", VARIANTS)
def test_a_sample_alone_equals_itself_in_a_batch(arguments: dict[str, Any]) -> None:
    model = CharNet(10, **arguments).eval()
    batch = inputs(model, 4)
    alone = model(*(tensor[2:3] for tensor in batch))
    assert torch.allclose(model(*batch)[2:3], alone, atol=1e-5)


@pytest.mark.parametrize("arguments", VARIANTS)
def test_hparams_and_weights_rebuild_the_network(arguments: dict[str, Any]) -> None:
    model = CharNet(10, **arguments).eval()
    copy = CharNet(**json.loads(json.dumps(model.hparams))).eval()
    copy.load_state_dict(model.state_dict())
    batch = inputs(model, 3)
    assert torch.equal(model(*batch), copy(*batch))


def test_from_two_thousand_to_half_a_million_parameters() -> None:
    small = CharNet(10, widths=(4, 8, 12), depths=(1, 1, 1))
    large = CharNet(62, widths=(32, 64, 128), depths=(2, 2, 3))
    sizes = [sum(parameter.numel() for parameter in model.parameters()) for model in (small, large)]
    assert sizes[0] < 2500 and 400_000 < sizes[1] < 500_000


def test_height_changes_the_scores_and_is_clipped() -> None:
    model = CharNet(10, extra_inputs=1).eval()
    image = torch.rand(1, 1, 28, 28).expand(3, -1, -1, -1)
    scores = model(image, torch.tensor([0.5, 3.0, 90.0]))
    assert not torch.allclose(scores[0], scores[1]) and torch.allclose(scores[1], scores[2], atol=1e-6)
    with pytest.raises(ValueError, match="rel_height"):
        model(image)


def test_every_weight_is_learnt() -> None:
    for arguments in VARIANTS:
        model = CharNet(10, **arguments)
        torch.nn.functional.cross_entropy(model(*inputs(model, 8)), torch.arange(8)).backward()
        assert all(parameter.grad is not None for parameter in model.parameters())


@pytest.mark.parametrize(
    "wrong",
    [
        {"widths": (8, 16), "depths": (1,)},
        {"widths": (8,), "depths": (0,)},
        {"widths": (), "depths": ()},
        {"pooling": "max"},
        {"extra_inputs": 2},
    ],
)
def test_impossible_arguments_are_refused_with_a_remedy(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="use "):
        CharNet(10, **wrong)


def test_channels_can_be_pruned_over_the_dependency_graph() -> None:
    torch_pruning = pytest.importorskip("torch_pruning")
    for arguments in VARIANTS:
        model = CharNet(10, **arguments).eval()
        before, batch = sum(parameter.numel() for parameter in model.parameters()), inputs(model, 2)
        pruner = torch_pruning.pruner.MagnitudePruner(
            model,
            batch,
            importance=torch_pruning.importance.GroupMagnitudeImportance(p=2),
            pruning_ratio=0.5,
            ignored_layers=[model.classifier],
        )
        pruner.step()
        after = sum(parameter.numel() for parameter in model.parameters())
        assert after < 0.6 * before and model(*batch).shape == (2, 10)


def test_linear_net_is_one_matrix() -> None:
    model = LinearNet(10)
    image = torch.rand(3, 1, 28, 28)
    expected = image.reshape(3, -1) @ model.classifier.weight.T + model.classifier.bias
    assert torch.allclose(model(image), expected, atol=1e-6)
    assert model.hparams == {"num_outputs": 10, "image_size": 28}
