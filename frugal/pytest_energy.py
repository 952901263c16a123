"""A pytest plugin: the fixture `energy_meter`, and a list of what the tests used at the end of the session.

    def test_reading_is_cheap(energy_meter):
        with energy_meter() as energy:
            read(page)
        assert energy.energy.cpu_s < 0.5

Every reading also goes into the JUnit file as properties of its test. Assert on CPU seconds or on ratios: joules of
method C are CPU seconds times a factor. Imports nothing but pytest until a test asks for the fixture.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from frugal.contract import Meter
    from frugal.energy.metering import Measurement

_READINGS = pytest.StashKey[list[tuple[str, str]]]()


@pytest.fixture
def energy_meter(request: pytest.FixtureRequest) -> Iterator[Callable[..., Measurement]]:
    """`frugal.energy.measure`, whose readings are listed when the session is over."""
    from frugal.energy.metering import measure

    made: list[Measurement] = []

    def make(meter: Meter | None = None, **settings: Any) -> Measurement:
        made.append(measure(meter, **settings))
        return made[-1]

    yield make
    lines = request.config.stash.setdefault(_READINGS, [])
    for reading in (reading for measurement in made for reading in measurement.readings):
        lines.append((request.node.nodeid, str(reading)))
        gross = reading.gross_j
        told = {"energy_j": gross.value, "energy_method": gross.method, "cpu_s": reading.energy.cpu_s}
        request.node.user_properties += [(name, value) for name, value in told.items() if value not in (None, "")]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line per reading."""
    lines = config.stash.get(_READINGS, [])
    if lines:
        terminalreporter.section("energy")
        for test, line in lines:
            terminalreporter.write_line(f"{test}: {line}")
