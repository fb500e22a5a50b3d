"""`sim backtest` as a person meets it, and its twin in Python."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

import sim
from sim.errors import ScenarioError

Typed = Callable[..., Result]
KEYS = ["name", "unit", "observed", "low", "high", "p05", "p50", "p95", "inside", "crps", "source", "url"]


def test_json_is_score_runs_and_episodes(typed: Typed) -> None:
    done = typed("backtest", "palladium-2022", "graphite-2023", "--runs", "5", "--json", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert list(found) == ["score", "crps", "runs", "episodes"]
    assert found["runs"] == 5
    assert [episode["name"] for episode in found["episodes"]] == ["palladium-2022", "graphite-2023"]
    every = [item for episode in found["episodes"] for item in episode["observables"]]
    assert all(list(episode) == ["name", "score", "observables"] for episode in found["episodes"])
    for item in every:
        assert list(item) == KEYS
        assert item["low"] <= item["observed"] <= item["high"]
        assert item["p05"] <= item["p50"] <= item["p95"]
        assert item["inside"] is (item["low"] <= item["p50"] <= item["high"])
        assert item["crps"] >= 0.0
        assert item["source"]
    assert found["score"] == sum(item["inside"] for item in every) / len(every)
    assert found["crps"] == pytest.approx(sum(item["crps"] for item in every) / len(every))
    assert found == sim.backtest("palladium-2022", "graphite-2023", runs=5).report()


def test_the_table_is_as_wide_as_the_terminal_and_timing_goes_aside(typed: Typed) -> None:
    done = typed("backtest", "palladium-2022", "--runs", "5")
    assert done.exit_code == 0
    assert done.stdout.startswith("palladium-2022: ")
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "played in " in done.stderr
    assert "played in " not in done.stdout


def test_quiet_says_nothing_but_the_table(typed: Typed) -> None:
    done = typed("backtest", "palladium-2022", "--runs", "5", "--quiet")
    assert (done.exit_code, done.stderr) == (0, "")


def test_out_writes_a_folder_with_a_page(typed: Typed) -> None:
    done = typed("backtest", "palladium-2022", "--runs", "5", "--out", "found", "--quiet")
    assert (done.exit_code, done.stderr) == (0, f"Charts and page: {Path('found', 'report.html')}\n")
    assert {path.name for path in Path("found").iterdir()} == {"report.html", "backtest.csv", "backtest.json", "charts"}


def test_the_twin_saves_the_same(typed: Typed) -> None:
    typed("backtest", "palladium-2022", "--runs", "5", "--out", "typed", "--quiet")
    page = sim.backtest("palladium-2022", runs=5).save("called")
    assert page == Path("called/report.html")
    assert page.read_bytes() == Path("typed/report.html").read_bytes()


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("taken.txt", "is a file, not a folder"),
        ("taken.txt/deeper", "is a file, not a folder"),
        (".", "holds other files"),
        ("", "no folder is named"),
    ],
)
def test_a_folder_that_will_not_do_is_refused_before_the_work(out: str, message: str, typed: Typed) -> None:
    Path("taken.txt").write_text("mine", encoding="utf-8")
    done = typed("backtest", "palladium-2022", "--out", out)
    assert (done.exit_code, done.stdout) == (2, "")
    assert "Invalid value for '--out'" in done.stderr
    assert message in " ".join(done.stderr.split())
    assert Path("taken.txt").read_text(encoding="utf-8") == "mine"


def test_an_unknown_episode_is_one_message(typed: Typed) -> None:
    done = typed("backtest", "grafite-2023", "--quiet")
    message = "episode: no such episode (got 'grafite-2023'). Did you mean 'graphite-2023'?\n"
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", message)
    with pytest.raises(ScenarioError, match="Did you mean 'graphite-2023'"):
        sim.backtest("grafite-2023")


def test_a_folder_of_ones_own_is_played_and_an_empty_one_refused(typed: Typed) -> None:
    Path("empty").mkdir()
    done = typed("backtest", "./empty", "--quiet")
    assert done.exit_code == 2
    assert "holds no scenario.yaml" in done.stderr
    from sim.scenario.library import find_episode

    own = Path("own")
    own.mkdir()
    for file in find_episode("palladium-2022").iterdir():
        (own / file.name).write_bytes(file.read_bytes())
    done = typed("backtest", "own/", "--runs", "5", "--quiet", "--out", "own/page")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith("own: ")
    assert "sim backtest own --runs 5" in Path("own/page/report.html").read_text(encoding="utf-8")


def test_help_tells_what_an_episode_and_a_score_are(typed: Typed) -> None:
    text = " ".join(typed("backtest", "--help").stdout.split())
    for part in ("[EPISODE]...", "observed.csv", "--out DIR", "the score is", "--set PATH=VALUE", "sim backtest graphite-2023"):
        assert part in text
