"""Every YAML block of scenarios/README.md is a scenario, or a change of the first one, that loads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft7Validator

import sim
from sim.data.observed import SERIES, STATISTICS
from sim.scenario import Stockpile, json_schema, load, support
from tests.doc.pages import own_episode, own_facts

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "scenarios" / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
LAWS = re.findall(r"`(\{(?:uniform|triangular|pert|lognormal|exponential|choice|empirical):.*?\})`", PAGE)


class DatesAsText(yaml.SafeLoader):
    """As an editor reads YAML: a date is a text."""

    yaml_implicit_resolvers = {  # noqa: RUF012 (a table of PyYAML, replaced whole)
        first: [(tag, pattern) for tag, pattern in rules if not tag.endswith("timestamp")]
        for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }


def test_the_page_has_examples() -> None:
    assert len(BLOCKS) == 7
    assert len(LAWS) == 7


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.split("\n")[0])
def test_the_example_loads(block: str, tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(BLOCKS[0], encoding="utf-8")
    whole = block.startswith("title:")
    (tmp_path / "example.yaml").write_text(block if whole else f"extends: first.yaml\n{block}", encoding="utf-8")
    scenario = load(tmp_path / "example.yaml")
    assert scenario.shocks


@pytest.mark.parametrize("block", [block for block in BLOCKS if block.startswith("title:")], ids=lambda block: block.split("\n")[0])
def test_an_editor_finds_the_example_right(block: str) -> None:
    Draft7Validator(json_schema()).validate(yaml.load(block, Loader=DatesAsText))


def test_the_variant_of_the_first_example_loads(tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(BLOCKS[0], encoding="utf-8")
    reserve = load(tmp_path / "first.yaml", variant="pooled-60").policies["reserve"]
    assert isinstance(reserve, Stockpile)
    assert reserve.pooled


@pytest.mark.parametrize("law", LAWS)
def test_the_law_is_read(law: str, tmp_path: Path) -> None:
    (tmp_path / "first.yaml").write_text(BLOCKS[0], encoding="utf-8")
    scenario = load(tmp_path / "first.yaml", sets=[f"shocks.halt.duration={law}"])
    duration = scenario.shocks["halt"].duration
    assert duration is not None
    low, high = support(duration)
    assert 0 <= low < high, "the law was read as a fixed number"


def test_the_facts_of_ones_own_replace_two_and_add_one(tmp_path: Path) -> None:
    folder = own_facts(tmp_path / "my-facts")
    shipped, own = sim.facts("gallium"), sim.facts("gallium", data=folder)
    assert own.basis.str.startswith("replaced by ").sum() == 2
    assert len(own) == len(shipped) + 3
    assert sim.load("gallium-export-halt", data=folder).data


def test_the_past_episode_of_ones_own_is_played(tmp_path: Path) -> None:
    result = sim.backtest(own_episode(tmp_path / "my-episode"), runs=20)
    (scored,) = result.episodes
    assert scored.episode.name == "my-episode"
    assert len(scored.agreements) == 5
    assert all(found.p05 <= found.p50 <= found.p95 for found in scored.agreements)


def test_the_page_names_every_series_and_statistic() -> None:
    rows = dict(re.findall(r"^\| `([a-z_]+)` \| (.*) \|$", PAGE, re.MULTILINE))
    for known in (SERIES, STATISTICS):
        assert {name: rows.get(name) for name in known} == known
