"""The files around the package say what is so."""

from __future__ import annotations

import re
import shlex
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml

from sim.cli.app import VERBS
from sim.cli.app import sim as program

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "scenarios").glob("*.md"), *(ROOT / "seeds").glob("*.md")])
RUN_LINE = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt . && .venv/bin/sim run gallium-export-halt"
TEST_LINE = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e '.[dev]' && .venv/bin/pytest"


def blocks(page: Path) -> list[str]:
    """Lines of a page's code blocks."""
    found: list[str] = re.findall(r"```\w*\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return "\n".join(found).splitlines()


@pytest.mark.parametrize("line", [RUN_LINE, TEST_LINE])
def test_the_readme_has_the_line_a_newcomer_pastes_once(line: str) -> None:
    assert blocks(ROOT / "README.md").count(line) == 1


def test_ci_runs_the_line_of_the_readme() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = re.search(r"grep -E '(.*)' README.md", script)
    assert pattern
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert re.findall(pattern[1], text, re.MULTILINE) == [TEST_LINE]


def test_contributing_gives_the_same_line() -> None:
    assert TEST_LINE in blocks(ROOT / "CONTRIBUTING.md")


def command_lines() -> list[tuple[str, str]]:
    """Every `sim ...` that a page shows, in a block or in running text."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        shown = [line.strip().removeprefix("$ ") for line in blocks(page)]
        shown += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
        for line in shown:
            words = re.sub(r"^(\.venv/bin/|python3? -m )", "", re.split(r" [|>#&;]|\s{2,}", line)[0])
            if words.startswith("sim ") and "..." not in words and "[" not in words:
                found.append((page.name, words))
    return found


@pytest.mark.parametrize(("page", "line"), command_lines())
def test_a_command_shown_is_a_command_that_exists(page: str, line: str) -> None:
    words = shlex.split(line)[1:]
    if words[0] in {"--help", "--version", "-h"}:
        return
    assert words[0] in VERBS, f"{page}: {line}"
    command = program.get_command(program.make_context("sim", [], resilient_parsing=True), words[0])
    assert command
    known = {flag for param in command.params for flag in (*param.opts, *param.secondary_opts)} | {"--help", "-h"}
    assert {word.split("=")[0] for word in words[1:] if re.match("--?[a-z]", word)} <= known, f"{page}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    broken = [link for link in links if not re.match(r"[a-z]+:", link) and not (page.parent / link).exists()]
    assert not broken


def test_citation_is_valid_and_up_to_date() -> None:
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert {"cff-version", "message", "title", "authors"} <= cited.keys()
    assert cited["cff-version"] == "1.2.0"
    assert cited["version"] == PROJECT["version"]
    assert cited["license"] == PROJECT["license"]
    assert isinstance(cited["date-released"], date)
    assert all("name" in author or "family-names" in author for author in cited["authors"])


def test_changelog_opens_with_what_is_not_yet_released() -> None:
    heads = re.findall(r"^## \[(.*?)\]", (ROOT / "CHANGELOG.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert heads[0] == "Unreleased"
    assert len(set(heads)) == len(heads)


def requirement_name(need: str) -> str:
    return re.split(r"[\[<>=! ]", need)[0].lower().replace("_", "-")


def test_every_dependency_has_a_floor_and_a_pin_above_it() -> None:
    pins = {
        requirement_name(line): line.split("==")[1]
        for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if "==" in line
    }
    needs = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["parquet"], *PROJECT["optional-dependencies"]["dev"]]
    for need in needs:
        name = requirement_name(need)
        if name == PROJECT["name"]:
            continue
        floor = need.split(">=")[1]
        assert [*map(int, pins[name].split("."))] >= [*map(int, floor.split("."))], need


def test_constraints_are_exact_pins_and_nothing_else() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert not [line for line in lines if line and not line.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", line)]
