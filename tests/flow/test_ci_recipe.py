"""recipes/ci: the workflow to paste says what the command line understands."""

import shlex
from pathlib import Path

import pytest
import yaml

from frugal.cli.main import run

CI = Path(__file__).resolve().parents[2] / "recipes" / "ci"
WORKFLOW = yaml.safe_load((CI / "github.yml").read_text())


def commands():
    """The frugal commands of the workflow, its variables filled in."""
    for step in WORKFLOW["jobs"]["budget"]["steps"]:
        if step.get("run", "").startswith("frugal "):
            text = step["run"]
            for name, value in WORKFLOW["env"].items():
                text = text.replace(f"${name}", value)
            yield shlex.split(text)[1:]


def test_the_workflow_installs_the_base_package_only():
    installs = [step["run"] for step in WORKFLOW["jobs"]["budget"]["steps"] if "pip install" in step.get("run", "")]
    assert len(installs) == 1
    assert "[" not in installs[0]


def test_its_commands_measure_draw_and_check(tmp_path, monkeypatch, make_classifier):
    monkeypatch.chdir(tmp_path)
    make_classifier(tmp_path / "model")
    (tmp_path / "budget.yaml").write_text("size_bytes: 300k\nparameters_ratio: 1\n")
    bench, draw, check = commands()
    assert [bench[0], draw[0], check[0]] == ["bench", "report", "check"]
    bench[bench.index("--cap") + 1] = "1s"
    assert run(bench) == 0
    assert run(["check", "report.json", "--baseline", "baseline.json", "--init"]) == 0
    assert run(draw) == 0
    assert run(check) == 0
    assert {"report.html", "summary.md", "junit.xml"} <= {path.name for path in tmp_path.iterdir()}
    (tmp_path / "budget.yaml").write_text("size_bytes: 1k\n")
    assert run(check) == 1


@pytest.mark.parametrize("name", ["size_bytes", "macs", "parameters_ratio", "peak_memory_bytes", "cpu_ms_ratio"])
def test_the_story_shows_budget_keys_that_exist(name):
    from frugal.gate import parse_budget

    text = (CI / "README.md").read_text()
    block = text.partition("```yaml")[2].partition("```")[0]
    budget = yaml.safe_load(block)
    assert name in budget
    assert dict(parse_budget(" ".join(f"{key}<={value}" for key, value in budget.items())).asked())[name] > 0
