"""Everything the README shows is what the program does."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import sim
from sim.api import ANSWER_RUNS
from sim.scenario import shipped
from tests.doc.pages import own_facts
from tests.doc.readme import ANSWERS, BLOCK, CHART, README, answers, said

TEXT = README.read_text(encoding="utf-8")
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", TEXT, re.DOTALL) for line in block.splitlines() if line.startswith("sim ")]


def test_the_table_and_the_chart_are_those_of_the_command(tmp_path: Path) -> None:
    (shown,) = BLOCK.finditer(TEXT)
    assert said(shown[2], tmp_path) == shown[3]
    (drawn,) = tmp_path.glob("runs/*/charts/price-*.svg")
    words = [re.findall(r"<text[^>]*>(.*?)</text>", svg.read_text(encoding="utf-8")) for svg in (drawn, CHART)]
    assert words[0] == words[1]
    assert len(words[0]) > 20


@pytest.mark.long
def test_the_answers_are_those_of_the_runs() -> None:
    (shown,) = ANSWERS.finditer(TEXT)
    assert shown[2] == answers()


def test_an_answer_is_shown_for_every_scenario_and_the_first_is_that_of_its_runs() -> None:
    (shown,) = ANSWERS.finditer(TEXT)
    assert all(f"`{name}`" in shown[2] for name in shipped())
    assert f"| `gallium-export-halt` | {sim.answer('gallium-export-halt', runs=ANSWER_RUNS)} |" in shown[2]


def test_the_commands_work(tmp_path: Path) -> None:
    assert len(COMMANDS) == 13
    own_facts(tmp_path / "my-facts")
    few = {"run": ["--runs", "50"], "compare": ["--runs", "50"], "seeds": ["japan-eu-advanced-materials", "--runs", "3"]}
    for command in COMMANDS:
        words = shlex.split(command, comments=True)[1:]
        quick = few.get(words[0], [])
        done = subprocess.run([sys.executable, "-m", "sim", *words, *quick], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, (command, done.stderr)
        assert done.stdout


def test_the_python_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert "gallium.refined" in capsys.readouterr().out
    assert len(list((tmp_path / "charts").glob("*.png"))) == 5


def test_the_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (README.parent / target).exists(), target
