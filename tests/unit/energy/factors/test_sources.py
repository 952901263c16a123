"""Every source has a licence, a credit and a vintage, and is used by a table."""

import pytest

from frugal.contract import InputError
from frugal.energy.factors.electricity import electricity
from frugal.energy.factors.manufacture import manufacture
from frugal.energy.factors.sources import source, sources
from frugal.energy.measured import shipped_rows


def test_a_source_is_complete():
    for found in sources().values():
        assert found.title and found.url.startswith("https://") and found.licence and found.credit
        assert found.vintage.isdecimal()


def test_measurements_are_not_called_scores():
    for name in ("mlperf_tiny_1_2", "mlperf_tiny_1_3"):
        assert source(name).title.startswith("Data derived from MLPerf Tiny")
        assert "no MLPerf scores" in source(name).credit


def test_no_source_is_idle_but_the_mix_that_weighs_means():
    used = {factor.source for factor in (*electricity(), *manufacture())} | {row.source for row in shipped_rows()}
    assert set(sources()) - used == {"owid_mix_2023"}


def test_an_unknown_source():
    with pytest.raises(InputError, match="source hearsay"):
        source("hearsay")
