"""CycloneDX: valid by the official library, energies in kilowatt-hours, CO2e only where the country is known."""

import json
from dataclasses import replace

import pytest

from frugal.report.exports import cyclonedx


def consumptions(text):
    [component] = json.loads(text)["components"]
    card = component["modelCard"].get("considerations", {})
    found = card.get("environmentalConsiderations", {}).get("energyConsumptions", [])
    return {entry["activity"]: entry for entry in found}


@pytest.mark.parametrize(("of", "account"), [("report", "french"), ("report", "nowhere"), ("bare", "nothing")])
def test_the_official_library_finds_it_valid(of, account, request):
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    text = cyclonedx.render(request.getfixturevalue(of), request.getfixturevalue(account))
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    broken = text.replace('"energySource": "unknown"', '"energySource": "sunshine"')
    assert (validator.validate_str(broken) is None) == (broken == text)


def test_inference_and_training_with_range_and_co2(report, french):
    found = consumptions(cyclonedx.render(report, french))
    assert found["inference"]["activityEnergyCost"] == {"value": pytest.approx(1e-9), "unit": "kWh"}
    assert found["training"]["activityEnergyCost"]["value"] == pytest.approx(2e-3)
    assert found["training"]["co2CostEquivalent"] == {"value": pytest.approx(2e-3 * 41.44e-6), "unit": "tCO2eq"}
    assert found["inference"]["energyProviders"][0]["organization"]["name"] == "grid of France"
    properties = {entry["name"]: entry["value"] for entry in found["inference"]["properties"]}
    assert properties["frugal:unit"] == "one character"
    assert properties["frugal:energy"] == "1e-09 kWh (5e-10 to 2e-09), method C"


def test_no_country_no_co2(report, nowhere):
    for entry in consumptions(cyclonedx.render(report, nowhere)).values():
        assert "co2CostEquivalent" not in entry
        assert entry["energyProviders"][0]["organization"]["name"] == "electricity grid, country unknown"


def test_unknown_energy_is_left_out(bare, nothing, report, french):
    assert consumptions(cyclonedx.render(bare, nothing)) == {}
    assert set(consumptions(cyclonedx.render(replace(report, training={}), french))) == {"inference"}


def test_the_model_is_named_by_its_hash_and_error(report, french):
    data = json.loads(cyclonedx.render(report, french))
    [component] = data["components"]
    assert component["hashes"] == [{"alg": "SHA-256", "content": "ab" * 32}]
    [metric] = component["modelCard"]["quantitativeAnalysis"]["performanceMetrics"]
    assert metric == {"type": "error_rate", "value": "0.02",
                      "confidenceInterval": {"lowerBound": "0.01", "upperBound": "0.03"}}  # fmt: skip
    assert data["serialNumber"].startswith("urn:uuid:") and data["specVersion"] == "1.6"


def test_a_licence_that_nobody_stated_is_left_out(report, french):
    [model] = json.loads(cyclonedx.render(report, french))["components"]
    assert model["licenses"] == [{"license": {"name": "Apache-2.0"}}]
    unstated = replace(report, about={**report.about, "licence": {"weights": "not stated"}})
    [model] = json.loads(cyclonedx.render(unstated, french))["components"]
    assert "licenses" not in model
