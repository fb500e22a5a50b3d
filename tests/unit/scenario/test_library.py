"""Where scenarios are found, and the grammar of messages."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from sim.errors import BadValue, DataError, Fault, ModelError, Problem, RunError, ScenarioError, dotted, near_miss, refuse, shown
from sim.scenario import library
from sim.scenario.library import claims, find, folder, shipped


def test_what_ships_is_found_by_name() -> None:
    assert shipped() == tuple(sorted(path.stem for path in folder("scenarios").glob("*.yaml")))
    assert find("gallium-export-halt") == folder("scenarios") / "gallium-export-halt.yaml"


def test_a_path_is_taken_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").write_text("title: x\n")
    (tmp_path / "gallium-export-halt").mkdir()
    assert find("mine") == Path("mine")
    assert find("other.yaml") == Path("other.yaml")
    assert find("a/b") == Path("a/b")
    assert find(Path("c")) == Path("c")
    assert find("gallium-export-halt").name == "gallium-export-halt.yaml"


@pytest.mark.parametrize("name", ["", "galium-export-halt", "\x00"])
def test_an_unknown_name(name: str) -> None:
    with pytest.raises(ScenarioError, match="no scenario of this name"):
        find(name)


def test_an_installed_package_holds_its_own_scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sim" / "_shipped" / "scenarios").mkdir(parents=True)
    (tmp_path / "sim" / "_shipped" / "scenarios" / "one.yaml").write_text("title: x\n")
    monkeypatch.setattr(library, "_PACKAGE", tmp_path / "sim")
    assert shipped() == ("one",)
    assert find("one") == tmp_path / "sim" / "_shipped" / "scenarios" / "one.yaml"
    assert claims() == ()


def test_every_fact_sheet_has_claims() -> None:
    sheets = {path.stem for path in folder("seeds").glob("*.yaml")}
    assert sheets
    assert {claim.partition("#")[0] for claim in claims()} == sheets


@pytest.mark.parametrize(
    ("problem", "line"),
    [
        (
            Problem("f.yaml", 12, 3, "a.b", "unknown key", "'x'", "Did you mean 'y'?"),
            "f.yaml:12:3 a.b: unknown key (got 'x'). Did you mean 'y'?",
        ),
        (Problem(what="it is wrong"), "it is wrong."),
        (Problem("f.yaml", what="the file is empty", remedy="Fill it."), "f.yaml: the file is empty. Fill it."),
        (Problem("f.yaml", 3, what="bad."), "f.yaml:3: bad."),
        (Problem(where="a", what="bad", got="3"), "a: bad (got 3)."),
        (Problem("--set a.b", what="bad", got="3"), "--set a.b: bad (got 3)."),
    ],
)
def test_one_line_a_problem(problem: Problem, line: str) -> None:
    assert str(problem) == line


def test_errors_carry_problems_and_an_exit_code() -> None:
    error = ScenarioError(Problem(what="one"), "two")
    assert str(error) == "one.\ntwo."
    assert [str(problem) for problem in pickle.loads(pickle.dumps(error)).problems] == ["one.", "two."]
    assert [kind.exit_code for kind in (ScenarioError, DataError, ModelError, RunError)] == [2, 2, 2, 1]


def test_a_bad_value_says_where_inside_it() -> None:
    assert str(BadValue(Fault("bad", "3", "Mend it.", ("a", 0)))) == "a[0]: bad (got 3). Mend it."
    assert refuse("bad", None).faults == (Fault("bad"),)


def test_names_that_are_near() -> None:
    assert near_miss("chn", ["CHN", "JPN"]) == "Did you mean 'CHN'?"
    assert near_miss("zzz", ["CHN", "JPN"], "Regions") == "Regions: CHN, JPN."
    assert near_miss("zzz", []) is None
    assert near_miss("zzz", [f"r{i}" for i in range(15)]) == f"Known: {', '.join(f'r{i}' for i in range(12))} and 3 more."


def test_values_and_paths_are_readable() -> None:
    values = [None, True, 1e6, 0.1 + 0.2, "a", {}, [1], "x" * 99]
    assert [shown(v) for v in values] == ["nothing", "true", "1000000", "0.3", "'a'", "an empty mapping", "a list", f"'{'x' * 55}...'"]
    assert dotted(("trade", 0, "lead")) == "trade[0].lead"
