"""What each verb asks of the library, and what it prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from jsonschema import Draft7Validator

from sim.cli.app import VERBS
from sim.errors import DataError, ModelError, RunError, ScenarioError

Typed = Callable[..., Result]


def test_run_passes_on_all_that_was_typed(api: Any, typed: Typed) -> None:
    done = typed(
        *("run", "x.yaml", "--runs", "50", "--rng-seed", "9", "--set", "a=1", "--set", "b=2", "--variant", "v", "--data", "mine"),
        *("--out", "here", "--quiet"),
    )
    assert done.exit_code == 0, done.output
    asked = {"source": "x.yaml", "variant": "v", "sets": ("a=1", "b=2"), "data": "mine", "runs": 50, "rng_seed": 9}
    asked |= {"resume": False, "progress": False}
    assert api.asked == [asked]
    assert api.wrote == [Path("here")]


@pytest.mark.parametrize(("text", "number"), [("1e3", 1000), ("1000", 1000), ("2.5e1", 25), ("7.0", 7), (" 12 ", 12), ("1e7", 10_000_000)])
def test_whole_numbers_are_written_as_in_a_scenario(api: Any, typed: Typed, text: str, number: int) -> None:
    assert typed("run", "x", "--runs", text, "--rng-seed", text, "--set", "runs.sampler=plain").exit_code == 0
    assert (api.asked[0]["runs"], api.asked[0]["rng_seed"]) == (number, number)
    assert typed("run", "x", "--runs", text, "--set", "runs.rng_seed=3").exit_code == 0


def test_run_leaves_what_was_not_typed_to_the_scenario(api: Any, typed: Typed) -> None:
    assert typed("run", "gallium-export-halt").exit_code == 0
    assert api.asked[0] == {
        "source": "gallium-export-halt", "variant": None, "sets": (), "data": None, "runs": None, "rng_seed": None, "resume": False,
        "progress": True,
    }  # fmt: skip
    assert api.wrote == [Path("runs")]


def test_run_prints_results_and_keeps_timing_apart(api: Any, typed: Typed) -> None:
    done = typed("run", "x")
    assert done.stdout.startswith("China stops gallium\nWho runs short?\n\n")
    assert "JPN" in done.stdout
    assert "12.5 (0-30" in done.stdout
    assert done.stdout.endswith("\nTables and charts: runs/x-2026\n")
    assert done.stderr.startswith("writing tables and charts ...\nsimulated in ")
    assert typed("run", "x", "--quiet").stderr == ""


def test_run_names_what_got_no_chart_before_the_folder(api: Any, typed: Typed) -> None:
    api.quiet = ("a-long-name.of-a-thing-with-hyphens", "another-long-name.of-a-thing-with-hyphens")
    lines = typed("run", "x").stdout.split("\n\n")[-3:]
    assert lines[0] == "Nothing happens to: a-long-name.of-a-thing-with-hyphens (no chart; runs/x-2026)."
    assert lines[1].startswith("Nothing happens to: another-long-name")
    assert lines[2] == "Tables and charts: runs/x-2026\n"


def test_run_json_is_one_object_without_nan(api: Any, typed: Typed) -> None:
    told = json.loads(typed("run", "x", "--json").stdout, parse_constant=pytest.fail)
    assert told == {
        "scenario": "x",
        "run_folder": "runs/x-2026",
        "runs": 200,
        "rng_seed": 7,
        "wall_s": 0.5,
        "outcomes": [{"measure": "unmet_t", "mean": 12.0, "se": None, "n": 200}],
    }


@pytest.mark.parametrize(
    ("error", "status"), [(ScenarioError("a"), 2), (DataError("a"), 2), (ModelError("a"), 2), (RunError("a"), 1)], ids=lambda x: str(x)
)
def test_an_error_is_its_lines_and_a_status(api: Any, typed: Typed, error: Exception, status: int) -> None:
    api.fail = error
    done = typed("run", "x")
    assert (done.exit_code, done.stdout, done.stderr) == (status, "", "a.\n")


def test_interruption_is_one_word_and_130(api: Any, typed: Typed) -> None:
    api.fail = KeyboardInterrupt()
    done = typed("run", "x")
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "interrupted\n")
    assert api.wrote == []


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["rum", "x"], "There is no verb 'rum'. Did you mean 'run'?"),
        (["run"], "Missing argument 'SCENARIO'"),
        (["run", "x", "--rnus", "5"], "--runs"),
        (["run", "x", "--runs", "0"], "'--runs': must be from 1 to 10 000 000 (got 0). Write a number such as 500."),
        (["run", "x", "--runs", "-1"], "'--runs': must be from 1 to 10 000 000 (got -1)."),
        (["run", "x", "--runs", "1e9"], "'--runs': must be from 1 to 10 000 000 (got 1e9)."),
        (["run", "x", "--runs", "2.5"], "'--runs': must be a whole number (got '2.5'). Write a number such as 500."),
        (["run", "x", "--runs", "many"], "'--runs': must be a whole number (got 'many')."),
        (["run", "x", "--runs", "true"], "'--runs': must be a whole number (got 'true')."),
        (["run", "x", "--runs", ".inf"], "'--runs': must be a whole number (got '.inf')."),
        (["run", "x", "--runs", ""], "'--runs': must be a whole number (got '')."),
        (["run", "x", "--rng-seed", "-1"], "'--rng-seed': must be from 0 to 9 223 372 036 854 775 807 (got -1)."),
        (["run", "x", "--rng-seed", "1e23"], "'--rng-seed': must be from 0 to 9 223 372 036 854 775 807 (got 1e23)."),
        (["trace", "x", "--run", "-1"], "'--run': must be from 0 to 9 999 999 (got -1)."),
        (["run", "x", "--runs", "5", "--set", "runs.count=6"], "--runs 5 and --set runs.count=6 both give the same number."),
        (["run", "x", "--runs", "5", "--set", "runs={count: 6}"], "--runs 5 and --set runs={count: 6} both"),
        (["run", "x", "--rng-seed", "5", "--set", " runs.rng_seed = 6"], "--rng-seed 5 and --set  runs.rng_seed = 6 both"),
        (["run", "x", "--out", ""], "'--out': no folder is named. Write, for example, --out runs."),
        (["run", "x", "--out", "a" * 5000], "cannot be a folder: File name too long."),
        (["plot", "nowhere"], "does not exist"),
        (["validate"], "Missing argument"),
    ],
)
def test_a_mistyped_line_is_refused_before_any_work(api: Any, typed: Typed, words: list[str], message: str) -> None:
    done = typed(*words)
    assert done.exit_code == 2
    assert message in done.stderr
    assert api.asked == []


def test_a_run_that_could_not_be_saved_is_not_begun(api: Any, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    for out in ("taken", "taken/deeper"):
        done = typed("run", "x", "--out", out)
        assert done.exit_code == 2
        assert "is a file, not a folder" in done.stderr
    assert api.asked == []


def test_scenarios_lists_title_question_and_variants(api: Any, typed: Typed) -> None:
    text = typed("scenarios").stdout
    assert "gallium-export-halt\n  China stops gallium\n  Who runs short?\n  variants: stock-60, stock-90\n\nneon-outage\n" in text
    assert json.loads(typed("scenarios", "--json").stdout)[1] == {
        "name": "neon-outage", "title": "Neon plants stop", "question": "How long do chips last?", "variants": [],
    }  # fmt: skip


def test_validate_tells_all_mistakes_of_all_files(api: Any, typed: Typed) -> None:
    done = typed("validate", "good.yaml", "bad.yaml")
    assert done.exit_code == 2
    assert done.stdout == "good.yaml: right (A good one)\n"
    assert done.stderr.splitlines() == [
        "bad.yaml:12:3 shocks.halt.leakge: unknown key (got 'leakge'). Did you mean 'leakage'?",
        "bad.yaml:2:8 clock.step: too long (got '2 years'). At most 1 month.",
    ]
    assert typed("validate", "good.yaml").exit_code == 0


def test_validate_does_not_call_right_what_cannot_be_run(api: Any, typed: Typed) -> None:
    done = typed("validate", "stuck.yaml")
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", "stuck.yaml:4:1 network: the world cannot rest. Make more.\n")


def test_validate_json_has_the_place_of_each_mistake(api: Any, typed: Typed) -> None:
    done = typed("validate", "bad.yaml", "--json")
    (row,) = json.loads(done.stdout)
    assert done.exit_code == 2
    assert not row["ok"]
    assert row["problems"][0] == {
        "file": "bad.yaml", "line": 12, "column": 3, "where": "shocks.halt.leakge", "what": "unknown key", "got": "'leakge'",
        "remedy": "Did you mean 'leakage'?",
    }  # fmt: skip


def test_validate_reads_the_folder_of_facts_once(api: Any, typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[Any] = []
    monkeypatch.setattr(sys.modules["sim.api"], "check", lambda file, data: given.append(data))
    assert typed("validate", "a.yaml", "b.yaml", "--data", "mine").exit_code == 0
    assert given == ["what mine holds"] * 2


def test_new_writes_a_file_once(api: Any, typed: Typed, tmp_path: Path) -> None:
    done = typed("new", "my-question")
    assert done.stdout == "Wrote my-question.yaml. Next: sim run my-question.yaml\n"
    written = (tmp_path / "my-question.yaml").read_text(encoding="utf-8")
    assert "shocks:" in written
    (tmp_path / "my-question.yaml").write_text("mine")
    for name in ("my-question", "my-question.yaml"):
        again = typed("new", name)
        assert again.exit_code == 2
        assert again.stderr == "'my-question.yaml' is already there. Choose another name.\n"
    assert (tmp_path / "my-question.yaml").read_text() == "mine"


def test_new_in_a_folder_that_is_not_there_says_so(api: Any, typed: Typed) -> None:
    done = typed("new", "nowhere/my-question")
    assert done.exit_code == 2
    assert done.stderr == "'nowhere/my-question.yaml' cannot be written: No such file or directory.\n"


@pytest.mark.parametrize("name", ["", " ", ".", "/", "..", "a/.."])
def test_new_needs_a_name(api: Any, typed: Typed, tmp_path: Path, name: str) -> None:
    done = typed("new", name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == f"not a name for a new file (got '{name}'). Write, for example, sim new my-question.\n"
    assert list(tmp_path.iterdir()) == []


def test_trace_tells_events_by_date(api: Any, typed: Typed) -> None:
    assert typed("trace", "x", "--run", "17", "--variant", "v", "--set", "a=1").stdout == "2026-07-01  China stops exports.\n"
    assert api.asked == [{"source": "x", "run": 17, "variant": "v", "sets": ("a=1",), "data": None}]
    told = json.loads(typed("trace", "x", "--run", "17", "--json").stdout)
    assert told["run"] == 17
    assert told["events"][0]["amount"] is None
    assert told["events"][0]["text"] == "China stops exports."


def test_plot_prints_what_it_drew(api: Any, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "a-run").mkdir()
    assert typed("plot", "a-run").stdout == "a-run/charts/unmet.png\n"
    assert typed("plot", "a-run", "--all").stdout == "a-run/charts/unmet.png\na-run/charts/quiet.png\n"


def test_schema_is_a_schema_of_scenarios(typed: Typed) -> None:
    told = json.loads(typed("schema").stdout)
    Draft7Validator.check_schema(told)
    assert {"title", "clock", "shocks", "policies", "variants"} <= told["$defs"]["Scenario"]["properties"].keys()


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself_with_an_example(api: Any, typed: Typed, verb: str) -> None:
    done = typed(verb, "--help")
    assert done.exit_code == 0
    assert f"  sim {verb}" in done.stdout[done.stdout.index("Example") :]


def test_help_names_every_verb_and_how_to_complete(typed: Typed) -> None:
    text = typed("--help").stdout
    assert all(f"\n  {verb} " in text for verb in VERBS)
    assert "_SIM_COMPLETE=bash_source" in text
