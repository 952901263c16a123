"""Every flow runs with the network closed, here and in the processes that it starts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.closed_network import closed


@pytest.fixture(autouse=True)
def _offline(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with closed(tmp_path_factory.mktemp("closed")):
        yield
