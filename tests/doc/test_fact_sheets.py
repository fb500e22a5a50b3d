"""The fact sheets have one form, and the shipped scenarios cite what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from sim.errors import ScenarioError
from sim.scenario import load
from sim.scenario.library import claims

ROOT = Path(__file__).resolve().parents[2]
SHEETS = sorted((ROOT / "seeds").glob("*.yaml"))
SCENARIOS = sorted((ROOT / "scenarios").glob("*.yaml"))


def test_there_are_five() -> None:
    assert len(SHEETS) == 5


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: path.stem)
def test_a_sheet_has_its_form(path: Path) -> None:
    sheet = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(sheet) - {"url"} == {"id", "title", "publisher", "date", "claims"}
    assert sheet["id"] == path.stem
    for claim, sentence in sheet["claims"].items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", claim)
        assert re.fullmatch(r"[A-Z].{20,}\.", sentence), claim


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_cites_claims_that_exist(path: Path) -> None:
    cited = yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", [])
    assert set(cited) <= set(claims())


def test_a_claim_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "scenarios" / "gallium-export-halt.yaml").read_text(encoding="utf-8").replace("#joint-response", "#joint-respons")
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"sources\[1\]: no such claim .* Did you mean 'japan-korea-us-technology#joint-response'\?"):
        load(tmp_path / "mine.yaml")


@pytest.mark.parametrize("path", SCENARIOS, ids=lambda path: path.stem)
def test_a_shipped_scenario_has_a_headline_to_answer_with(path: Path) -> None:
    assert load(path).headline


def test_no_claim_is_without_a_scenario() -> None:
    cited = {cite for path in SCENARIOS for cite in load(path).sources}
    assert [claim for claim in claims() if claim not in cited] == []
