"""The account of a small firm, by hand; what is unknown stays unknown, and an answer beats an assumption."""

import pytest

from frugal.audit.account import account
from frugal.audit.answers import parse
from frugal.audit.tables import figures, sources, tables

LAPTOP = {"kind": "laptop", "count": 2, "age_years": 3, "keep_years": 5, "hours_a_day": 6}


def accounted(**answers):
    return account(parse({"schema": 1, "country": "FR", **answers}))


def ends(quantity):
    return quantity.value, quantity.low, quantity.high


def test_a_device_by_its_product_sheets():
    """2 laptops, 6 h on 235 days; the sheets say 18.78 kWh for 9.6 h on 365 days, half to double."""
    found = accounted(devices=[LAPTOP])
    kwh = 2 * 18.78 * 6 * 235 / (9.6 * 365)
    assert ends(found.parts["kwh"]["here"].quantity) == pytest.approx((kwh, kwh / 2, kwh * 2))
    assert found.totals["kwh"].method == "magnitude"
    making = found.parts["ghg"]["making"].quantity
    assert ends(making) == pytest.approx((2 * 241.4 / 5, 2 * 156.4 / 5, 2 * 339.3 / 5))
    used = found.parts["ghg"]["here"].quantity
    assert ends(used) == pytest.approx((kwh * 0.04144, kwh / 2 * 0.04144, kwh * 2 * 0.056039), rel=1e-4)


def test_what_has_no_open_factor_is_not_assessed():
    found = accounted(devices=[LAPTOP])
    making = found.parts["adpe"]["making"]
    assert making.quantity.value is None and making.missing[0] == "device:0"
    assert found.totals["adpe"].value == found.parts["adpe"]["here"].quantity.value
    assert found.totals["euros"].value is None and found.totals["euros"].reason == "no_price"
    elsewhere = found.parts["kwh"]["elsewhere"]
    assert elsewhere.quantity.value is None
    assert elsewhere.missing == ("mail", "video", "chatbot", "images", "storage", "website")


def test_a_device_without_sheet_needs_watts_or_a_meter():
    found = accounted(devices=[{"kind": "box"}])
    assert found.parts["kwh"]["here"].missing == ("device:0",)
    metered = accounted(devices=[{"kind": "box", "watts": 10, "hours_a_day": 24}], days_a_week=7, weeks_a_year=52)
    assert metered.totals["kwh"].value == pytest.approx(10 * 24 * 364 / 1000)
    assert metered.totals["kwh"].method == "calculated"


def test_a_plug_meter_beats_the_sheet_and_is_measured():
    found = accounted(devices=[LAPTOP | {"kwh_a_year": 40}])
    assert ends(found.totals["kwh"]) == (80, 80, 80)
    assert found.totals["kwh"].method == "measured"


def test_a_meter_of_all_devices_beats_every_device():
    found = accounted(devices=[LAPTOP, {"kind": "box"}], electricity={"devices_kwh": 300})
    here = found.parts["kwh"]["here"]
    assert ends(here.quantity) == (300, 300, 300) and here.missing == ()
    assert found.lines[0].kwh.reason == "in_meter"


def test_the_price_is_that_of_the_bill():
    found = accounted(devices=[LAPTOP | {"kwh_a_year": 40}], electricity={"bill_kwh": 5000, "bill_euros": 1250})
    assert found.totals["euros"].value == pytest.approx(80 * 0.25)
    assert found.totals["euros"].method == "measured"


def test_the_devices_never_take_more_than_the_bill():
    capped = accounted(devices=[LAPTOP], electricity={"bill_kwh": 20, "bill_euros": 5})
    assert capped.totals["kwh"].high == 20 and capped.notes == ("capped_by_bill",)
    over = accounted(devices=[LAPTOP], electricity={"bill_kwh": 5, "bill_euros": 5})
    assert ends(over.totals["kwh"]) == (5, 5, 5) and over.notes == ("over_bill",)


def test_an_assumption_has_a_range_of_half_to_double_and_gives_way():
    """Office: 150 answers a week on 47 weeks."""
    assumed = accounted(trade="office").parts["kwh"]["elsewhere"].quantity
    lines = {line.id: line for line in accounted(trade="office").lines}
    assert ends(lines["chatbot"].amount) == pytest.approx((7050, 3525, 14100))
    own = {line.id: line for line in accounted(trade="office", uses={"chatbot_answers_a_week": 3}).lines}
    assert ends(own["chatbot"].amount) == pytest.approx((141, 141, 141))
    assert own["images"].amount == lines["images"].amount
    assert assumed.method == "magnitude"


def test_what_is_not_used_costs_nothing_and_is_assessed():
    found = accounted(uses={"images_a_week": 0})
    line = next(line for line in found.lines if line.id == "images")
    assert ends(line.kwh) == (0, 0, 0) and line.making["water"].value == 0
    assert "images" not in found.parts["kwh"]["elsewhere"].missing


def test_a_country_that_is_unknown_gives_the_range_of_three_grids():
    found = account(parse({"schema": 1, "devices": [LAPTOP | {"kwh_a_year": 50}]}))
    used = found.parts["ghg"]["here"].quantity
    assert used.low == pytest.approx(100 * 0.04144) and used.high > 100 * 0.45
    assert "country_unknown" in found.notes
    assert found.parts["adpe"]["here"].quantity.value is None


def test_a_saving_is_named_only_where_its_range_excludes_zero():
    found = accounted(trade="office", electricity={"bill_kwh": 6000, "bill_euros": 1500})
    for saving in found.savings:
        assert saving.named == (saving.quantities[saving.key].low > 0)
    by_id = {saving.id: saving for saving in found.savings if saving.line in ("device:0", "chatbot", "video")}
    assert by_id["keep_longer"].named and by_id["sound_only"].named and by_id["small_model"].named
    assert not by_id["replace_early"].named


def test_keeping_a_device_longer_by_hand():
    found = accounted(devices=[LAPTOP])
    saving = next(saving for saving in found.savings if saving.id == "keep_longer")
    assert ends(saving.quantities["ghg"]) == pytest.approx(
        tuple(2 * kg * (1 / 5 - 1 / 7) for kg in (241.4, 156.4, 339.3))
    )


def test_a_saving_whose_range_holds_zero_is_not_named():
    """A form of 50 kB against an answer: with a network at its most and a chatbot at its least."""
    known = tables()
    answer, transfer = known.services["chatbot_answer"]["kwh"], known.services["transfer"]["kwh"]
    heavy = 2 * answer.low / transfer.high * 1000
    assert heavy > 0.05, "the form of 50 kB is named"
    old = accounted(devices=[LAPTOP | {"hours_a_day": 24, "kwh_a_year": 5000}], days_a_week=7, weeks_a_year=52)
    replaced = next(saving for saving in old.savings if saving.id == "replace_early")
    assert replaced.quantities["ghg"].low > 0 and replaced.named
    middling = accounted(devices=[LAPTOP | {"kwh_a_year": 2300}])
    unclear = next(saving for saving in middling.savings if saving.id == "replace_early")
    low, high = unclear.quantities["ghg"].low, unclear.quantities["ghg"].high
    assert low < 0 < high and not unclear.named


def test_every_figure_has_unit_source_vintage_scope_and_every_source_a_licence():
    assert len(figures()) > 30
    assert all(source.licence and source.credit and source.vintage for source in sources().values())
    for service, known in tables().services.items():
        for criterion, quantity in known.items():
            assert 0 < quantity.low <= quantity.value <= quantity.high, (service, criterion)


def test_every_trade_is_made_of_answers():
    for name, trade in tables().trades.items():
        assert parse({"schema": 1, "trade": name, **trade}).trade == name
