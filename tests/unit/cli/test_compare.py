"""`sim compare` as a person meets it, and its twin in Python."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from matplotlib.figure import Figure

import sim
from sim.errors import RunError, ScenarioError

Typed = Callable[..., Result]
OWN = """\
title: One mine, two makers
question: How long do they last?
clock: {start: 2026-01-01, horizon: 1 year}
runs: {count: 40, rng_seed: 5}
network:
  commodities: {ore.mined: {}}
  nodes:
    ore.mined.AAA: {production: 10 t/year, demand: {steel: 4 t/year}}
    ore.mined.BBB: {demand: {steel: 6 t/year}, cover: 4 weeks}
shocks:
  strike: {kind: outage, commodity: ore.mined, region: AAA, start: 2026-03-01, duration: {uniform: [4 weeks, 30 weeks]}}
variants:
  short: {shocks: {strike: {duration: 1 week}}}
  stock: {set: {ore.mined.BBB.cover: 30 weeks}}
"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "own.yaml").write_text(OWN, encoding="utf-8")
    return "own.yaml"


def changed(own: str, name: str, old: str, new: str) -> str:
    text = Path(own).read_text(encoding="utf-8")
    assert old in text
    Path(name).write_text(text.replace(old, new), encoding="utf-8")
    return name


def told(typed: Typed, *words: str) -> dict:
    done = typed("compare", *words, "--json", "--quiet")
    assert (done.exit_code, done.stderr) == (0, ""), done.output
    return json.loads(done.stdout, parse_constant=pytest.fail)


def test_json_is_scenarios_runs_and_differences(typed: Typed, own: str) -> None:
    found = told(typed, own, ":short", "--measure", "unmet_t", "--measure", "price_peak_days")
    assert list(found) == ["scenarios", "runs", "differences"]
    assert (found["scenarios"], found["runs"]) == (["own", "own:short"], 40)
    keys = ["a", "b", "measure", "commodity", "region", "sector", "unit", "diff", "low", "high", "p_better"]
    assert all(list(row) == keys for row in found["differences"])
    first = found["differences"][0]
    assert [first[key] for key in keys[:7]] == ["own", "own:short", "unmet_t", "ore.mined", "AAA", "all", "t"]
    buyer = next(row for row in found["differences"] if (row["measure"], row["region"]) == ("unmet_t", "BBB"))
    assert buyer["low"] < buyer["diff"] < buyer["high"] < 0
    assert 0.5 < buyer["p_better"] <= 1
    # Nobody says whether an earlier peak is better.
    assert {row["p_better"] for row in found["differences"] if row["measure"] == "price_peak_days"} == {None}


def test_json_is_the_table_of_python(typed: Typed, own: str) -> None:
    comparison = sim.compare(own, ":stock", runs=20, rng_seed=9, measures=["unmet_share"], sets=["shocks.strike.severity=0.9"])
    words = (own, ":stock", "--runs", "20", "--rng-seed", "9", "--measure", "unmet_share", "--set", "shocks.strike.severity=0.9")
    assert comparison.report() == told(typed, *words)
    frame = comparison.frame()
    assert list(frame["diff"]) == [row["diff"] for row in comparison.report()["differences"]]
    frame["diff"] = math.nan
    assert comparison.frame()["diff"].notna().all()


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["own.yaml"], ["own", "own:short", "own:stock"]),
        (["own.yaml", "own.yaml:stock"], ["own", "own:stock"]),
        (["own.yaml:stock", ":short"], ["own:stock", "own:short"]),
        (["own.yaml", "folder/own.yaml"], ["own.yaml", "folder/own.yaml"]),
        (["own.yaml", "a:b.yaml"], ["own", "a:b"]),
    ],
)
def test_what_is_compared(typed: Typed, own: str, words: list[str], names: list[str]) -> None:
    Path("folder").mkdir()
    for copy in ("folder/own.yaml", "a:b.yaml"):
        Path(copy).write_text(OWN, encoding="utf-8")
    assert told(typed, *words, "--runs", "5")["scenarios"] == names


def test_python_takes_scenarios_that_are_read(own: str) -> None:
    read = sim.load(own, variant="short")
    assert sim.compare(own, read, Path(own), runs=5).names == ("own", "own:short", "own")


def test_the_table_names_them_once_and_shows_what_differs(typed: Typed, own: str) -> None:
    done = typed("compare", own, "--runs", "30", "-q")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:6] == ["One mine, two makers", "How long do they last?", "", "A  own", "B  own:short", "C  own:stock"]
    assert "ore, mined" in lines
    assert {"chance of shortage, %", "unmet demand, % of demand", "days short, days"} & set(lines) == {
        *("chance of shortage, %", "unmet demand, % of demand"),
    }
    assert "lowest cover, days of use (more is better)" in lines
    assert "B - A," in done.stdout
    assert "C better," in done.stdout
    assert "30 runs of each; runs of one number live in the same world." in done.stdout
    assert all(len(line) <= 100 for line in lines)


HARD_PRESSED = ("--set", "rules.demand.elasticity=0.05", "--set", "rules.demand.elasticity_long=0.05")
"""Users who hardly economise run short."""


def test_three_things_and_six_regions_keep_to_100_columns(typed: Typed) -> None:
    done = typed("compare", "gallium-export-halt", "--runs", "40", "-q", *HARD_PRESSED)
    assert all(len(line) <= 100 for line in done.stdout.splitlines()[3:])  # the question is as long as it is
    assert "sectors at work, continued" in done.stdout
    assert "Nothing happens and nothing differs: integrated-circuits in CHN" in done.stdout


def test_where_nothing_differs_it_is_one_line(typed: Typed, own: str) -> None:
    done = typed("compare", own, own, "--set", "shocks.strike.probability=0", "--runs", "5", "-q")
    assert "ore, mined: nothing happens and nothing differs: AAA and BBB." in done.stdout


HOW = "Write SCENARIO, SCENARIO:VARIANT or :VARIANT."
MISTAKES = [
    (
        ["own.yaml:short"],
        "compare: there is nothing to compare with (got 'own:short'). Name another scenario, or a variant of this one as :NAME.",
    ),
    ([":short"], f"compare: is a variant of the first scenario, and none stands before it (got ':short'). {HOW}"),
    (["own.yaml", "own.yaml:"], f"compare: names no variant (got 'own.yaml:'). {HOW}"),
    (["own.yaml", ""], f"compare: names no scenario (got ''). {HOW}"),
    (["own.yaml", "more.yaml"], "runs.count: not the same number of runs (got own 40, more 50). Give one number for all with --runs."),
    (
        ["own.yaml", "seed.yaml"],
        "runs.rng_seed: not the same worlds (got own 5, seed 6). Give one generator number for all with --rng-seed.",
    ),
    (
        ["own.yaml", "late.yaml"],
        "clock.start: not the same first day (got own 2026-01-01, late 2026-02-01). Give all of them one with --set.",
    ),
    (
        ["own.yaml", "long.yaml"],
        "clock.horizon: not the same horizon (got own 365.25 days, long 730.5 days). Give all of them one with --set.",
    ),
    (
        ["own.yaml", ":short", "--set", "clock.step=1 day", "daily.yaml", "--measure", "umnet_t"],
        "measure: no such measure (got 'umnet_t'). Did you mean 'unmet_t'?",
    ),
    (
        ["own.yaml", "deep.yaml"],
        "watch.threshold: not the same shortage (got own 1 %, deep 5 %). Give one for all with --set watch.threshold=5%.",
    ),
    (
        ["own.yaml", "other.yaml"],
        "compare: own and other have no commodity and region in common (got ore.mined against ore.dug). Compare scenarios of one material.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("words", "message"), MISTAKES)
def test_what_cannot_be_compared_is_refused(typed: Typed, own: str, words: list[str], message: str) -> None:
    changed(own, "more.yaml", "count: 40", "count: 50")
    changed(own, "seed.yaml", "rng_seed: 5", "rng_seed: 6")
    changed(own, "late.yaml", "{start: 2026-01-01", "{start: 2026-02-01")
    changed(own, "long.yaml", "horizon: 1 year", "horizon: 2 years")
    changed(own, "deep.yaml", "variants:", "watch: {threshold: 5 %}\nvariants:")
    changed(own, "other.yaml", "ore.mined", "ore.dug")
    done = typed("compare", *words)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"{message}\n")


def test_runs_and_rng_seed_settle_what_they_can(typed: Typed, own: str) -> None:
    other = changed(own, "other.yaml", "{count: 40, rng_seed: 5}", "{count: 50, rng_seed: 6}")
    done = typed("compare", own, other)
    assert len(done.stderr.splitlines()) == 2
    found = told(typed, own, other, "--runs", "10", "--rng-seed", "3")
    assert found["runs"] == 10
    assert {row["diff"] for row in found["differences"]} == {0.0}


def test_a_step_of_its_own_is_refused(typed: Typed, own: str) -> None:
    done = typed("compare", own, changed(own, "daily.yaml", "horizon: 1 year", "horizon: 1 year, step: 1 day"))
    assert done.stderr.startswith("clock.step: not the same step (got own 7 days, daily 1 days).")


def test_what_set_makes_alike_is_compared(typed: Typed, own: str) -> None:
    deep = changed(own, "deep.yaml", "variants:", "watch: {threshold: 5 %}\nvariants:")
    other = changed(deep, "other.yaml", "horizon: 1 year", "horizon: 2 years, step: 1 day")
    words = ("--set", "watch.threshold=5%", "--set", "clock.horizon=1 year", "--set", "clock.step=1 week", "--runs", "3")
    assert {row["diff"] for row in told(typed, own, other, *words)["differences"]} == {0.0}


def test_what_happened_in_other_runs_of_each_pair_stands_in_tables_of_its_own(own: str) -> None:
    text = OWN.replace("duration: 1 week", "duration: {uniform: [1 week, 10 weeks]}").replace("BBB.cover: 30 weeks", "BBB.cover: 10 weeks")
    Path(own).write_text(text, encoding="utf-8")
    comparison = sim.compare(own, ":short", ":stock", ":short", measures=["recovery_days"])
    frame = comparison.frame().query("region == 'BBB'")
    assert frame["mean_a"].nunique() == 2
    assert comparison.table(200).count("continued") == 2
    assert "means are over the runs in which it happened in both" in comparison.table(200)


def test_shocks_are_told_apart_from_their_commodity(own: str) -> None:
    text = sim.compare(own, ":short", measures=["shock_days", "unmet_share"]).table()
    assert "ore, mined\n" in text
    assert "ore, mined: shocks\n" in text
    assert "\n        strike " in text


def test_a_measure_that_none_has_is_refused_before_the_runs(own: str) -> None:
    with pytest.raises(ScenarioError, match="these scenarios do not have this measure in common"):
        sim.compare(own, ":short", measures=["economy_lost"], execution=sim.Execution(pytest.fail))


@pytest.mark.parametrize("name", ["chart.png", "folder/chart.svg"])
def test_the_chart_is_written_beside_the_table(typed: Typed, own: str, name: str) -> None:
    done = typed("compare", own, "--out", name, "--runs", "30")
    assert (done.exit_code, done.stderr.splitlines()[0]) == (0, f"Chart: {name}")
    assert re.fullmatch(r"simulated in \d+\.\d s", done.stderr.splitlines()[1])
    assert Path(name).stat().st_size > 5000
    assert [path.name for path in Path(name).parent.iterdir() if path.name.startswith(".")] == []


def test_the_chart_says_what_it_shows(own: str) -> None:
    comparison = sim.compare(own, runs=120, measures=["unmet_share", "lowest_cover_days", "p_short"])
    for measure, words in (
        (None, ("Unmet demand: difference from own", "difference in unmet demand, % of demand", "← better")),
        ("lowest_cover_days", ("Lowest cover: difference from own", "difference in lowest cover, days of use", "better →")),
        ("p_short", ("Chance of shortage: difference from own", "difference in chance of shortage, percentage points", "← better")),
    ):
        text = comparison.plot("chart.svg", measure).read_text(encoding="utf-8")
        shown = re.findall(r"<text[^>]*>(.*?)</text>", text)
        assert set(words) < set(shown)
        assert {"own:short", "own:stock", "BBB", "ore, mined"} < set(shown)
        assert any("120 runs, rng_seed 5." in line for line in shown)
        assert ("one in 100 of the runs" in " ".join(shown)) == (measure != "p_short")
    assert comparison.plot("again.svg").read_text(encoding="utf-8") == comparison.plot("again.svg").read_text(encoding="utf-8")


def test_the_first_measure_asked_for_is_drawn(typed: Typed, own: str) -> None:
    asked = ("--measure", "price_peak", "--measure", "unmet_share")
    for words, heading in ((asked, "Price peak: difference from own"), ((), "Unmet demand: difference from own")):
        typed("compare", own, ":short", "--runs", "5", "--out", "chart.svg", *words)
        assert f">{heading}</text>" in Path("chart.svg").read_text(encoding="utf-8")


def test_a_chart_of_nothing_says_so(own: str) -> None:
    calm = sim.compare(own, own, runs=5, sets=["shocks.strike.probability=0"], measures=["unmet_share"])
    shown = re.findall(r"<text[^>]*>(.*?)</text>", calm.plot("chart.svg").read_text(encoding="utf-8"))
    assert "Nothing happens and nothing differs: AAA and BBB." in shown
    assert any("Each thin tick: one run." in line for line in shown)


def test_a_chart_that_cannot_be_drawn_is_told(typed: Typed, own: str) -> None:
    comparison = sim.compare(own, ":short", runs=5, measures=["unmet_t"])
    with pytest.raises(ScenarioError, match=r"measure: was not compared \(got 'unmet_share'\)\. Did you mean 'unmet_t'\?"):
        comparison.plot("chart.png", "unmet_share")
    with pytest.raises(RunError, match=r"is neither a \.png nor a \.svg"):
        comparison.plot("chart.pdf")
    for out, message in (("chart.pdf", "neither a .png nor a .svg"), ("own.yaml/chart.png", "is a file, not a folder")):
        done = typed("compare", own, "--out", out)
        assert (done.exit_code, done.stdout) == (2, "")
        assert "Invalid value for '--out'" in done.stderr
        assert message in done.stderr


def test_ctrl_c_while_the_chart_is_written_leaves_no_half_of_it(typed: Typed, own: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(figure: Figure, path: Path, **words: object) -> None:
        path.write_text("half")
        raise KeyboardInterrupt

    Path("chart.png").write_text("the one before")
    monkeypatch.setattr(Figure, "savefig", stop)
    done = typed("compare", own, "--out", "chart.png", "--runs", "5", "--quiet")
    assert (done.exit_code, done.stderr) == (130, "interrupted\n")
    assert Path("chart.png").read_text() == "the one before"
    assert {path.name for path in Path().iterdir()} == {"own.yaml", "chart.png"}


def test_progress_counts_the_runs_of_all(own: str) -> None:
    seen: list[tuple[int, int]] = []
    sim.compare(own, runs=40, execution=sim.Execution(lambda done, total: seen.append((done, total))))
    assert {total for _, total in seen} == {120}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1] == (120, 120)
