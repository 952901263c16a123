"""What a stage or pass declares about itself is checked where it is declared."""

from __future__ import annotations

import pytest

from frugal.contract import InputError
from frugal.strengths import Strengths


def test_without_settings_the_defaults_alone_are_tried() -> None:
    assert Strengths(role="prepare").settings == ({},)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"role": "shrinks"}, "shrink, recover, settle, prepare, quantise"),
        ({"role": "shrink", "settings": ()}, "one or more"),
    ],
)
def test_a_foreign_role_or_no_setting_is_one_line(arguments: dict, said: str) -> None:
    with pytest.raises(InputError, match=said):
        Strengths(**arguments)
