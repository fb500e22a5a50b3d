"""Whatever stands in a file or a `--set`: a Scenario, or a ScenarioError with a place; never another error."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.errors import ScenarioError
from sim.scenario import Scenario, load_text
from sim.scenario.law import LAWS
from sim.scenario.node import mark_of, plain
from sim.scenario.text import read_text

WHOLE: dict[str, Any] = plain(read_text((Path(__file__).parent / "whole.yaml").read_text(encoding="utf-8"), "whole")[0])


def paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a tree."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, child in inner for place in paths(child, (*path, key)))]


WORDS = st.sampled_from(
    ["", "AAA", "friends", "all", "metal.refined", "metal.refined.AAA", "metal.refined.AAA.cover", "chips", "kind", "export_ban", "outage",
     "every", "from", "to", "source", "start", "<<", "a b", "é", "3 weeks", "5 %", "-1 t/year", "2026-07-01", "shortage > 5 %", *LAWS]
) | st.text(max_size=8)  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | WORDS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3), max_leaves=8)


def load_or_refuse(text: str, sets: tuple[str, ...] = ()) -> Scenario | None:
    try:
        return load_text(text, name="f", sets=sets)
    except ScenarioError as error:
        problems = error.problems
    for problem in problems:
        is_set = (problem.file or "").startswith("--set")
        assert problem.what
        assert "Value error" not in str(problem)
        assert "Input should" not in str(problem)
        assert is_set or (problem.file == "f" and (problem.line is not None or problem.what == "the file is empty"))
    return None


def test_the_whole_scenario_is_right() -> None:
    assert load_or_refuse(json.dumps(WHOLE)) is not None


@settings(max_examples=150)
@given(st.lists(st.tuples(st.sampled_from(paths(WHOLE)), VALUES), min_size=1, max_size=3))
def test_any_change_of_a_file(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    tree: Any = copy.deepcopy(WHOLE)
    for path, value in changes:
        place: Any = tree
        try:
            for key in path[:-1]:
                place = place[key]
            place[path[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took this place away, or it is the file itself
    load_or_refuse(json.dumps(tree))


@settings(max_examples=100)
@given(st.sampled_from(paths(WHOLE)), WORDS, VALUES)
def test_any_new_key(path: tuple[Any, ...], key: str, value: Any) -> None:
    tree = copy.deepcopy(WHOLE)
    place: Any = tree
    for part in path:
        place = place[part]
    if isinstance(place, dict):
        place[key] = value
    load_or_refuse(json.dumps(tree))


@settings(max_examples=100)
@given(
    st.lists(WORDS | st.sampled_from([*WHOLE, "halt", "nodes", "0"]), max_size=6).map(".".join),
    VALUES.map(json.dumps) | st.text(max_size=12),
)
def test_any_set(path: str, value: str) -> None:
    load_or_refuse(json.dumps(WHOLE), (f"{path}={value}",))


@pytest.mark.parametrize("path", [path for path in paths(WHOLE) if path], ids=lambda path: ".".join(map(str, path)))
def test_a_wrong_value_is_told_at_its_place(path: tuple[Any, ...]) -> None:
    """Whatever is replaced by nonsense, a message points into the lines of the nonsense."""
    tree = copy.deepcopy(WHOLE)
    place: Any = tree
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = {"nonsense": [3.5]}
    text = json.dumps(tree, indent=1)
    first = mark_of(read_text(text, "f")[0], path, key=True).line or 0
    with pytest.raises(ScenarioError) as caught:
        load_text(text, name="f")
    assert {problem.line for problem in caught.value.problems} & set(range(first, first + 5))
