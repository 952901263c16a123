"""Grids: which are known, what their factors are, and what is said of the EU and the world."""

import pytest

from frugal.contract import InputError
from frugal.energy.factors.electricity import DEFAULT_GRIDS, EU27, countries, factor, grid, grid_name


@pytest.mark.parametrize(
    ("name", "key"),
    [("FR", "FRA"), ("fra", "FRA"), ("Germany", "DEU"), ("eu", "EU27"), ("EU27", "EU27"), ("World", "WORLD"),
     (" us ", "USA"), ("NA", "NAM")],
)  # fmt: skip
def test_names_of_grids(name, key):
    assert grid(name) == key


def test_an_unknown_country_is_never_another_one():
    for name in ("Quebec", "", "XX", "FRANCE2"):
        with pytest.raises(InputError, match="an ISO code such as FR, DE or USA, EU or WORLD"):
            grid(name)


def test_the_three_default_grids():
    """The figures that the means of the tables give, by hand: 41, 214 and 455 g, and 3.7, 4.0 and 3.9 L."""
    assert [grid_name(key) for key in DEFAULT_GRIDS] == ["France", "European Union", "world"]
    assert [round(factor(key, "ghg").value, 1) for key in DEFAULT_GRIDS] == [41.4, 213.6, 454.9]
    assert [round(factor(key, "ghg").high, 1) for key in DEFAULT_GRIDS] == [56.0, 243.8, 480.6]
    assert [round(factor(key, "water").value, 2) for key in DEFAULT_GRIDS] == [3.67, 4.01, 3.91]
    assert "26 members" in factor("EU27", "water").scope


def test_the_mean_is_weighted_by_generation():
    total = sum(countries()[key].generation_2023_twh for key in EU27)
    by_hand = sum(countries()[key].ghg_g_per_kwh * countries()[key].generation_2023_twh for key in EU27) / total
    assert factor("EU27", "ghg").value == pytest.approx(by_hand)
    assert total == pytest.approx(2694, abs=1)


def test_imputed_water_is_marked():
    assert factor("HRV", "water").imputed and factor("HRV", "water").value == 3.908
    assert not factor("FRA", "water").imputed
    assert sum(country.water_imputed for country in countries().values()) == 164


def test_what_is_not_known_has_its_reason():
    assert "contradict each other" in factor("WORLD", "adpe").reason
    assert factor("DEU", "adpe").reason.startswith("no open figure for this country")
    assert factor("FRA", "adpe").value == 4.858e-8
    assert factor("EU27", "primary_energy").value == pytest.approx(1.9 * 3.6)
