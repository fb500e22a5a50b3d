"""`sim seeds` as a person meets it, and its twin in Python."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.shell_completion import ShellComplete
from click.testing import Result

import sim
from sim.api import ANSWER_RUNS, answering
from sim.cli.app import sim as program
from sim.draw.source import Source
from sim.scenario import Runs, Scenario, sheets, shipped
from sim.scenario.library import claims

Typed = Callable[..., Result]
SHEET = "japan-korea-us-technology"
RUNS = 5
World = tuple[str, str | None, Runs]
"""Scenario, variant, and its runs: how many, from which generator number."""


@pytest.fixture(scope="module")
def done_before() -> dict[World, sim.api.Result]:
    """What has been run for a test of this module."""
    return {}


@pytest.fixture
def asked(done_before: dict[World, sim.api.Result], monkeypatch: pytest.MonkeyPatch) -> list[World]:
    """What is asked to be run; what another test of this module has run is not run again."""
    asked: list[World] = []
    simulate = answering.simulate

    def remembered(scenario: Scenario, execution: sim.Execution, source: Source) -> sim.api.Result:
        world = (scenario.name, scenario.variant, scenario.runs)
        asked.append(world)
        if world not in done_before:
            done_before[world] = simulate(scenario, execution, source)
        elif execution.progress:
            execution.progress(scenario.runs.count, scenario.runs.count)
        return done_before[world]

    monkeypatch.setattr(answering, "simulate", remembered)
    return asked


def test_a_list_runs_nothing(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answering, "simulate", pytest.fail)
    done = typed("seeds", "--list")
    assert (done.exit_code, done.stderr) == (0, "")
    for sheet in sheets():
        assert f"{sheet.id}: {sheet.title[:20]}" in done.stdout
        assert all(f"\n  {claim}: " in done.stdout for claim in sheet.claims)
    assert all(f"\n    {name}\n" in done.stdout for name in shipped())
    assert f"{len(claims())} of {len(claims())} claims have a scenario." in done.stdout
    told = json.loads(typed("seeds", "--list", "--json").stdout)
    assert told["runs"] is None
    assert tuple(row["id"] for row in told["claims"]) == claims()
    assert all(row["answer"] is None for row in told["claims"])


def test_each_scenario_is_run_once(asked: list[World]) -> None:
    told: list[tuple[int, int]] = []
    sim.seeds(runs=RUNS, progress=lambda done, wanted: told.append((done, wanted)))
    assert len(asked) == len({world[:2] for world in asked}) >= 2 * len(shipped())
    assert told[-1] == (RUNS * len(asked), RUNS * len(asked))
    assert [done for done, _ in told] == sorted(done for done, _ in told)


@pytest.mark.usefixtures("asked")
def test_json_is_the_list_of_python(typed: Typed) -> None:
    done = typed("seeds", SHEET, "--runs", str(RUNS), "--json", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert told["runs"] == RUNS
    assert told["claims"] == sim.seeds(SHEET, runs=RUNS)
    row = told["claims"][0]
    assert row["scenarios"][0] == "gallium-export-halt"
    assert row["answer"] == [sim.answer(name, runs=RUNS) for name in row["scenarios"]]


@pytest.mark.usefixtures("asked")
def test_the_sentences_stand_under_the_claims(typed: Typed) -> None:
    done = typed("seeds", SHEET, "eu-us-japan-alliance", SHEET, "--runs", str(RUNS))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{SHEET}: ")
    assert done.stdout.count(f"{SHEET}: ") == 1
    assert "    gallium-export-halt: Final users in EU27 give up " in done.stdout
    assert "    magnet-export-licence: The chance that EU27 runs short of NdFeB magnet within 3 years is " in done.stdout
    assert f"{RUNS} runs of each scenario and variant" in " ".join(done.stdout.split())
    assert all(len(line) <= 100 for line in done.stdout.splitlines())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["japan-korea-us"], "seeds: no such fact sheet (got 'japan-korea-us'). Did you mean 'japan-korea-us-technology'?"),
        ([SHEET, "x"], "seeds: no such fact sheet (got 'x'). Sheets: eu-japan-economic-security, "),
        (["--list", "--runs", "5"], "--runs and --list exclude each other: a list runs nothing. Give one of them."),
        (["--runs", "0"], "'--runs': must be from 1 to 10 000 000 (got 0)."),
    ],
)
def test_a_mistake_is_told(words: list[str], message: str, typed: Typed) -> None:
    done = typed("seeds", *words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr


def test_the_help_names_the_number_of_runs(typed: Typed) -> None:
    assert f"(default: {ANSWER_RUNS})" in " ".join(typed("seeds", "--help").stdout.split())


def test_sheets_are_offered() -> None:
    items = ShellComplete(program, {}, "sim", "_SIM_COMPLETE").get_completions(["seeds"], "japan")
    assert [item.value for item in items] == ["japan-eu-advanced-materials", SHEET]
