"""The front matter of a model card: YAML that huggingface_hub reads, emissions of training or the reason why not."""

from dataclasses import replace

import pytest
import yaml

from frugal.report.exports import hf_card


def front(text):
    _, matter, _ = text.split("---\n", 2)
    return yaml.safe_load(matter)


def test_emissions_are_grams_of_training(report, french):
    found = front(hf_card.render(report, french))["co2_eq_emissions"]
    assert found["emissions"] == pytest.approx(2e-3 * 41.44)
    assert found["geographical_location"] == "France"
    assert "0.002 kWh (0.001 to 0.004), method C" in found["source"] and "Ember" in found["source"]


def test_without_country_or_training_it_is_left_out_and_says_why(report, nowhere, french):
    text = hf_card.render(report, nowhere)
    assert "co2_eq_emissions" not in front(text)
    assert "# co2_eq_emissions is left out: the country is unknown, and no other is put in its place\n" in text
    text = hf_card.render(replace(report, training={}), french)
    assert "# co2_eq_emissions is left out: the report holds no training\n" in text


def test_what_is_unknown_is_left_out(bare, nothing):
    text = hf_card.render(bare, nothing)
    assert set(front(text)) == {"library_name", "tags"}
    assert "Energy of one inference: unknown: no meter" in text


@pytest.mark.parametrize(("of", "account"), [("report", "french"), ("bare", "nothing")])
def test_the_hub_reads_it(of, account, request):
    cards = pytest.importorskip("huggingface_hub", reason="the extra hf is not installed")
    given = request.getfixturevalue(of)
    card = cards.ModelCard(hf_card.render(given, request.getfixturevalue(account)))
    assert card.data.library_name == "onnx"
    if given.rows[0].error is not None:
        assert card.data.license == "apache-2.0"
        [result] = card.data.eval_results
        assert (result.metric_type, result.metric_value) == ("error_rate", 0.02)


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("CC-BY-SA-4.0", {"license": "cc-by-sa-4.0"}),
        ("our own terms", {"license": "other", "license_name": "our-own-terms"}),
        ("not stated", {}),
    ],
)
def test_a_licence_is_named_as_the_hub_does_and_one_that_nobody_stated_is_left_out(report, nothing, weights, said):
    text = hf_card.render(replace(report, about={**report.about, "licence": {"weights": weights}}), nothing)
    assert {key: value for key, value in front(text).items() if key.startswith("license")} == said
    assert ("# license is left out" in text) == (not said)


def test_what_a_report_says_is_no_markup_and_keeps_its_capitals(report, nothing):
    row = replace(report.rows[-1], step="QAT")
    text = hf_card.render(replace(report, name="<script>x</script>\n# y", unit="<b>", rows=(row,)), nothing)
    _, _, body = text.split("---\n", 2)
    assert "<script>" not in body and "<b>" not in body and "\n# y" not in body
    assert "Handwritten character recognition; step QAT." in body
