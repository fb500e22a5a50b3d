"""The command as a person meets it: a process of its own, and the real library behind it."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from sim.cli.app import VERBS
from tests.doc.pages import own_facts

COVER = "any,cover,WLD,,,50,days,2025,base,assumption,a guess,Our interviews 2025,,own work\n"
ROOT = Path(__file__).resolve().parents[3]
HEAVY = {"numpy", "pandas", "scipy", "simpy", "matplotlib", "pydantic", "yaml", "tqdm", "importlib.metadata"}
OWN = """\
title: One mine, two makers — ça va
question: How long do they last?
clock: {start: 2026-01-01, horizon: 1 year}
runs: {count: 20}
network:
  commodities: {ore.mined: {}}
  nodes:
    ore.mined.AAA: {production: 10 t/year, demand: {steel: 4 t/year}}
    ore.mined.BBB: {demand: {steel: 6 t/year}}
shocks:
  strike: {kind: outage, commodity: ore.mined, region: AAA, start: 2026-03-01, duration: {uniform: [4 weeks, 30 weeks]}}
variants:
  long: {shocks: {strike: {duration: 40 weeks}}}
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(OWN, encoding="utf-8")
    return path


def command(*words: str) -> list[str]:
    return [sys.executable, "-m", "sim", *words]


def environment(extra: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), **extra}


def call(folder: Path, *words: str, **extra: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words),
        cwd=folder,
        env=environment(extra),
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=120,
    )


def test_a_run_from_file_to_folder(own: Path) -> None:
    done = call(own.parent, "run", "own.yaml", "--runs", "10", "--rng-seed", "3", "--json", "--quiet")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout, parse_constant=pytest.fail)
    assert (told["scenario"], told["runs"], told["rng_seed"]) == ("own", 10, 3)
    folder = own.parent / told["run_folder"]
    assert {"manifest.json", "summary.csv", "charts"} <= {path.name for path in folder.iterdir()}
    rows = {(row["measure"], row["region"], row["sector"]): row for row in told["outcomes"]}
    assert {"probability", "low", "high", "n"} <= rows["p_short", "BBB", "all"].keys()
    assert {"mean", "se", "p05", "p50", "p95", "cvar95", "n"} <= rows["unmet_t", "BBB", "all"].keys()

    charts = {path.name for path in (folder / "charts").iterdir()}
    for path in (folder / "charts").iterdir():
        path.unlink()
    again = call(own.parent, "plot", told["run_folder"])
    drawn = {path.name for path in (folder / "charts").iterdir()}
    assert {Path(line).name for line in again.stdout.splitlines()} - {"report.html"} == charts == drawn


def test_trace_tells_the_shock_of_the_file(own: Path, typed: Callable[..., Result]) -> None:
    told = json.loads(typed("trace", str(own), "--run", "2", "--variant", "long", "--json").stdout, parse_constant=pytest.fail)
    assert told["run"] == 2
    assert ("2026-03-01", "ore.mined", "AAA") in {(event["date"], event["commodity"], event["region"]) for event in told["events"]}
    assert all(event["text"] for event in told["events"])


def test_a_new_scenario_is_right_as_it_stands(typed: Callable[..., Result]) -> None:
    assert typed("new", "mine").exit_code == 0
    done = typed("validate", "mine.yaml")
    assert (done.exit_code, done.stderr) == (0, "")
    told = json.loads(typed("trace", "mine.yaml", "--variant", "stock-60", "--json").stdout)
    assert told["events"]


def test_what_only_a_draw_can_tell_is_told_by_validate(own: Path, typed: Callable[..., Result]) -> None:
    storm = "  storm: {shocks: {strike: {start: null, duration: 1 day, every: {rate: 90000 /year, overlap: true}}}}\n"
    own.write_text(own.read_text(encoding="utf-8") + storm, encoding="utf-8")
    done = typed("validate", "own.yaml")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "strikes within the horizon" in done.stderr


def test_every_shipped_scenario_is_right(typed: Callable[..., Result]) -> None:
    shipped = json.loads(typed("scenarios", "--json").stdout)
    assert "gallium-export-halt" in {row["name"] for row in shipped}
    assert all(row["title"] and row["question"] for row in shipped)
    checked = json.loads(typed("validate", *(row["name"] for row in shipped), "--json").stdout)
    assert [row["problems"] for row in checked] == [[]] * len(shipped)


def test_data_gives_every_number_its_source(typed: Callable[..., Result]) -> None:
    materials = json.loads(typed("data", "--json").stdout)
    assert materials == typed("data").stdout.split()
    assert "gallium" in materials
    facts = json.loads(typed("data", "gallium", "--json").stdout, parse_constant=pytest.fail)
    assert all(fact["source"] for fact in facts)
    table = typed("data", "gallium").stdout
    assert "839 t/year" in table
    assert "USGS Mineral Commodity Summaries" in table


def test_data_shows_the_facts_of_ones_own_and_what_they_replace(tmp_path: Path, typed: Callable[..., Result]) -> None:
    folder = own_facts(tmp_path / "my-facts")
    (folder / "common.csv").write_text(
        (folder / "gallium.csv").read_text(encoding="utf-8").splitlines()[0] + "\n" + COVER, encoding="utf-8"
    )
    assert typed("data", "--data", "my-facts").stdout == typed("data").stdout
    table = typed("data", "gallium", "--data", "my-facts").stdout
    in_model, _, beside = table.partition("for comparison, not in the model")
    assert "760 t/year" in in_model
    assert "839 t/year" not in in_model
    assert "replaced by my-facts/gallium.csv:2; " in beside
    assert "replaced by my-facts/common.csv:2; " in typed("data", "germanium", "--data", "my-facts").stdout
    assert "my-facts" not in typed("data", "gallium").stdout


def test_facts_of_ones_own_on_the_command_line(tmp_path: Path, typed: Callable[..., Result]) -> None:
    own_facts(tmp_path / "my-facts")
    told = json.loads(typed("run", "gallium-export-halt", "--runs", "5", "--data", "my-facts", "--json", "--quiet").stdout)
    manifest = json.loads((tmp_path / told["run_folder"] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["data"]["folder"] == "my-facts"
    assert typed("validate", "gallium-export-halt", "--data", "my-facts").stdout.startswith("gallium-export-halt: right")
    trace = typed("trace", "gallium-export-halt", "--run", "3")
    assert typed("trace", "gallium-export-halt", "--run", "3", "--data", "my-facts").stdout != trace.stdout


MISTAKES = {
    "a key with a typing error": ("strike: {", "strike: {leakge: 1, ", ["own.yaml:", "leakge"]),
    "a commodity that is not there": ("commodity: ore.mined", "commodity: ore.mind", ["own.yaml:", "Did you mean 'ore.mined'?"]),
    "a bare ton": ("10 t/year", "10 ton/year", ["own.yaml:", "ton"]),
    "no YAML": ("title: ", "title: [", ["own.yaml:"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_the_file_is_told_without_a_traceback(mistake: str, own: Path, typed: Callable[..., Result]) -> None:
    right, wrong, words = MISTAKES[mistake]
    own.write_text(own.read_text(encoding="utf-8").replace(right, wrong, 1), encoding="utf-8")
    for verb in ("run", "validate", "trace"):
        done = typed(verb, "own.yaml")
        assert (done.exit_code, done.stdout) == (2, ""), verb
        assert isinstance(done.exception, SystemExit)
        assert all(word in done.stderr for word in words)
    assert not (own.parent / "runs").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "galium-export-halt"], "Did you mean 'gallium-export-halt'?"),
        (["run", "nowhere.yaml"], "nowhere.yaml"),
        (["run", "."], "."),
        (["run", "own.yaml", "--variant", "lang"], "Did you mean 'long'?"),
        (["run", "own.yaml", "--set", "shocks.strike.severity=3"], "severity"),
        (["run", "own.yaml", "--set", "shocks.strike.severity"], "severity"),
        (["run", "own.yaml", "--set", "nothing.of.the.sort=1"], "nothing"),
        (["trace", "own.yaml", "--run", "20"], "no such run"),
        (["data", "galium"], "Did you mean 'gallium'?"),
    ],
)
def test_a_mistake_on_the_line_is_told_without_a_traceback(words: list[str], message: str, own: Path, typed: Callable[..., Result]) -> None:
    done = typed(*words)
    assert (done.exit_code, done.stdout) == (2, "")
    assert isinstance(done.exception, SystemExit)
    assert message in done.stderr


def test_a_folder_that_is_no_run_folder_is_refused(own: Path) -> None:
    done = call(own.parent, "plot", ".")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert done.stderr


def begin(folder: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*words), cwd=folder, env=environment({}), encoding="utf-8", stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


@pytest.mark.parametrize(("verb", "total"), [("run", 2_000_000), ("compare", 4_000_000)])
def test_ctrl_c_is_one_word_and_leaves_nothing(verb: str, total: int, own: Path) -> None:
    with begin(own.parent, verb, "own.yaml", "--runs", "2000000") as running:
        assert running.stderr
        try:
            assert f"of {total} runs" in running.stderr.readline()
            running.send_signal(signal.SIGINT)
            said = running.stderr.read()
        finally:
            running.kill()
    assert running.returncode == 130
    assert said.splitlines()[-1] == "interrupted"
    assert "Traceback" not in said
    assert [path.name for path in own.parent.rglob("*") if path.name not in {"own.yaml", "runs"}] == []


def test_ctrl_c_while_charts_are_drawn_leaves_no_half_of_a_folder(
    own: Path, typed: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(figure: object, folder: Path, stem: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "half.png").write_text("")
        raise KeyboardInterrupt

    # Here alone: the helper goes on with the other charts until it is stopped.
    monkeypatch.setattr("sim.show.style.save", stop)
    done = typed("run", "own.yaml", "--quiet")
    assert (done.exit_code, done.stderr) == (130, "interrupted\n")
    assert "Tables and charts" not in done.stdout
    assert not list((own.parent / "runs").rglob("*"))


def test_a_reader_that_leaves_early_is_no_error(tmp_path: Path) -> None:
    with begin(tmp_path, "scenarios") as running:
        assert running.stdout
        assert running.stderr
        running.stdout.close()
        assert running.stderr.read() == ""
    assert running.returncode == 0


@pytest.mark.parametrize(("setting", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colour_is_for_terminals_that_want_it(setting: dict[str, str], coloured: bool, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    plain = {name: value for name, value in environment(setting).items() if name != "NO_COLOR" or setting}
    done = subprocess.run(command("scenarios"), cwd=tmp_path, env=plain, stdout=theirs, check=True, timeout=60)
    os.close(theirs)
    shown = os.read(ours, 4096)
    os.close(ours)
    assert done.returncode == 0
    assert (b"\x1b[" in shown) == coloured


def test_a_terminal_without_the_letter_gets_a_question_mark(own: Path) -> None:
    done = call(own.parent, "validate", "own.yaml", PYTHONIOENCODING="cp437")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("own.yaml: right (One mine, two makers ? ")


@pytest.mark.parametrize("words", [[], *([verb] for verb in VERBS)], ids=lambda words: " ".join(words) or "sim")
def test_help_imports_nothing_heavy(words: list[str], tmp_path: Path) -> None:
    asked = [*words, "--help"]
    code = f"import sys; from sim.cli import main; status = main({asked!r}); sys.stderr.write(' '.join(sys.modules)); sys.exit(status)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment({}), capture_output=True, encoding="utf-8", check=True, timeout=60
    )
    assert not HEAVY & set(done.stderr.split())


@pytest.mark.bench
def test_help_takes_less_than_150_ms(tmp_path: Path) -> None:
    took = []
    for _ in range(7):
        began = time.perf_counter()
        call(tmp_path, "--help")
        took.append(time.perf_counter() - began)
    assert min(took) < 0.150, took
