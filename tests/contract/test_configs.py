"""Every YAML of configs/ says something true: its target exists and each of its keys is a parameter of the target.

Reads with plain pyyaml and knows no Hydra; that a recipe composes and runs one batch is asked in tests/flow/.
"""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CONFIGS = ROOT / "configs"
RECIPES = ROOT / "recipes"
HYDRA_KEYS = {"_target_", "_partial_", "_args_", "_convert_", "_recursive_"}
COMPOSITION_KEYS = {"defaults", "hydra"}
WITHOUT_STORY = re.compile(r"debug_")
"""Recipes that test the machinery publish no result, so they need no recipes/<name>/."""

FILES = sorted(CONFIGS.rglob("*.yaml"))
ids = {"ids": lambda path: str(path.relative_to(CONFIGS))}


class _OnceOnly(yaml.SafeLoader):
    """pyyaml takes the last of two equal keys silently; Hydra refuses them."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key) for key, _ in node.value]
        assert len(set(keys)) == len(keys), f"a key stands twice among {keys}"
        return super().construct_mapping(node, deep)


def read(path: Path) -> dict[str, Any]:
    content = yaml.load(path.read_text(), Loader=_OnceOnly)
    assert content is None or isinstance(content, dict), f"a config is a map, got {type(content).__name__}"
    return content or {}


def is_global(path: Path) -> bool:
    """run.yaml, and files that say `@package _global_`, speak about the whole tree and are no single object."""
    return path.parent == CONFIGS or re.search(r"^#\s*@package\s+_global_\s*$", path.read_text(), re.M) is not None


OBJECTS = [path for path in FILES if not is_global(path)]
GLOBALS = [path for path in FILES if is_global(path)]


def resolve(target: str) -> Any:
    """The object that a dotted path names, also a class method (`package.module.Class.method`)."""
    parts = target.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        try:
            found: Any = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError as error:
            if error.name is not None and ".".join(parts[:cut]).startswith(error.name):
                continue
            raise
        for name in parts[cut:]:
            found = getattr(found, name)
        return found
    raise AssertionError(f"no module in {target}")


def targets(value: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every map with a `_target_`, at any depth, and where it stands."""
    if isinstance(value, dict):
        if "_target_" in value:
            yield at or "the file", value
        for key, inner in value.items():
            yield from targets(inner, f"{at}.{key}".strip("."))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from targets(inner, f"{at}[{number}]")


def check_call(at: str, node: dict[str, Any]) -> None:
    """Each key is a parameter; without `_partial_`, every parameter that has no default is given."""
    callable_ = resolve(node["_target_"])
    assert callable(callable_), f"{at}: {node['_target_']} cannot be called"
    parameters = inspect.signature(callable_).parameters
    given = set(node) - HYDRA_KEYS - COMPOSITION_KEYS
    if not any(one.kind is one.VAR_KEYWORD for one in parameters.values()):
        assert given <= set(parameters), (
            f"{at}: unknown {sorted(given - set(parameters))}; allowed {sorted(parameters)}"
        )
    required = {
        name for name, one in parameters.items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD
    }
    complete = not node.get("_partial_") and "_args_" not in node and "defaults" not in node
    assert not complete or required <= given, f"{at}: not given {sorted(required - given)}"


def defaults(path: Path) -> list[tuple[str, str]]:
    """The group and option of each entry of the defaults list; `_self_` and optional entries are left out."""
    entries = []
    for entry in read(path).get("defaults", []):
        if entry == "_self_":
            continue
        if isinstance(entry, str):
            entries.append(("", entry))
            continue
        ((key, option),) = entry.items()
        if not key.startswith("optional "):
            entries.append((key, option))
    return entries


def config_file(path: Path, key: str, option: str) -> Path:
    """`override /stage@stages.prune: prune_structured` in any file -> configs/stage/prune_structured.yaml."""
    group = key.removeprefix("override ").partition("@")[0].strip()
    start = CONFIGS if (group or option).startswith("/") else path.parent
    return start / group.lstrip("/") / f"{option.lstrip('/')}.yaml"


@pytest.mark.parametrize("path", OBJECTS, **ids)
def test_a_group_file_is_one_object_or_nothing(path: Path) -> None:
    """Nothing: the option `none` of a group that may be left out."""
    content = read(path)
    assert not content or {"_target_", "defaults"} & set(content), "no _target_"


@pytest.mark.parametrize("path", FILES, **ids)
def test_targets_exist_and_keys_are_parameters(path: Path) -> None:
    for at, node in targets(read(path)):
        check_call(at, node)


@pytest.mark.parametrize("path", FILES, **ids)
def test_targets_come_from_frugal_or_from_a_dependency(path: Path) -> None:
    for at, node in targets(read(path)):
        assert node["_target_"].partition(".")[0] in {"frugal", "torch", "torchvision", "lightning"}, at


@pytest.mark.parametrize("path", FILES, **ids)
def test_defaults_name_files_that_exist(path: Path) -> None:
    for key, option in defaults(path):
        if option in (None, "null", "???") or key.removeprefix("override ").startswith(("hydra/", "/hydra/")):
            continue
        options = option if isinstance(option, list) else [option]
        for one in options:
            assert config_file(path, key, one).is_file(), f"{key}: {one}"


@pytest.mark.parametrize("path", GLOBALS, **ids)
def test_files_about_the_whole_tree_use_keys_of_the_experiment(path: Path) -> None:
    experiment = resolve("frugal.experiment.Experiment")
    allowed = set(inspect.signature(experiment).parameters) | HYDRA_KEYS | COMPOSITION_KEYS
    assert set(read(path)) <= allowed, sorted(set(read(path)) - allowed)


@pytest.mark.parametrize("path", FILES, **ids)
def test_values_are_plain(path: Path) -> None:
    """No resolver, no arithmetic; only the seed and the output folder are interpolated."""
    body = "\n".join(line.partition(" #")[0] for line in path.read_text().splitlines() if not line.startswith("#"))
    foreign = set(re.findall(r"\$\{([^}]*)\}", body)) - {"seed", "out"}
    allowed = {name for name in foreign if path.name == "run.yaml" and name.startswith(("hydra:", "name"))}
    assert not foreign - allowed, sorted(foreign)


def test_recipes_and_stories_are_one_to_one() -> None:
    configs = {path.stem for path in (CONFIGS / "recipe").glob("*.yaml")}
    stories = {path.parent.name for path in RECIPES.glob("*/README.md")}
    told = {name for name in configs if not WITHOUT_STORY.match(name)}
    assert told <= stories, f"no recipes/<name>/README.md: {sorted(told - stories)}"
    scripts = [RECIPES / folder / "run.sh" for folder in stories]  # a story without a configuration runs other verbs
    with_config = {file.parent.name for file in scripts if file.is_file() and "recipe=" in file.read_text()}
    assert with_config <= configs, f"no configs/recipe/<name>.yaml: {sorted(with_config - configs)}"


@pytest.mark.parametrize("name", sorted(path.stem for path in (CONFIGS / "recipe").glob("*.yaml")))
def test_a_story_can_be_run(name: str) -> None:
    """run.sh stands beside the README, is executable, and names the recipe that it runs."""
    if WITHOUT_STORY.match(name):
        assert not (RECIPES / name).exists()
        return
    script = RECIPES / name / "run.sh"
    assert script.is_file()
    assert script.stat().st_mode & 0o100, "not executable: chmod +x"
    assert f"recipe={name}" in script.read_text()
