"""The fact sheets have one form, and the shipped scenarios cite what they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

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
    known = {f"{sheet.stem}#{claim}" for sheet in SHEETS for claim in yaml.safe_load(sheet.read_text(encoding="utf-8"))["claims"]}
    cited = yaml.safe_load(path.read_text(encoding="utf-8")).get("sources", [])
    assert set(cited) <= known
