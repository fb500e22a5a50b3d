"""Fact sheets: read as they stand, and what is said about a bad one."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.errors import ScenarioError
from sim.scenario import library, load
from sim.scenario.sheet import Sheet, read_sheet

GOOD = """\
id: an-article
title: Three countries meet
publisher: A paper
date: spring 2024
claims:
  first: One thing depends on another.
  second-one: It is so.
"""


def sheet(folder: Path, text: str) -> Path:
    path = folder / "an-article.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sheet_is_read(tmp_path: Path) -> None:
    claims = {"first": "One thing depends on another.", "second-one": "It is so."}
    read = Sheet("an-article", "Three countries meet", "A paper", "spring 2024", claims)
    assert read_sheet(sheet(tmp_path, GOOD)) == read
    assert read_sheet(sheet(tmp_path, GOOD + "url: https://example.org\n")).url == "https://example.org"


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("title:", "titel:", ["2:1 titel: unknown key (got 'titel'). Did you mean 'title'?", "1:1 title: is missing. Add it."]),
        ("spring 2024", "", ["4:6 date: is empty. Write it in words."]),
        ("spring 2024", "2024", ["4:7 date: must be text (got 2024). Write it in words."]),
        ("One thing depends on another.", "", ["6:9 claims.first: is empty. Write it in words."]),
        ("One thing depends on another.", "' '", ["6:10 claims.first: is empty. Write it in words."]),
        ("One thing depends on another.", "[a, b]", ["6:10 claims.first: must be text (got a list). Write it in words."]),
        ("second-one", "Second", ["7:3 claims.Second: not a claim's name (got 'Second'). Write small letters, digits and hyphens."]),
        ("an-article", "an-articel", ["1:5 id: is not the name of the file (got 'an-articel'). Write an-article."]),
        ("second-one:", "first:", ["7:3: the key is already in line 6 (got 'first'). Keep one of them."]),
        (GOOD[GOOD.index("claims:") :], "", ["1:1 claims: is missing. Add it."]),
        (
            GOOD[GOOD.index("claims:") :],
            "claims: [a]",
            ["5:9 claims: must be a mapping of claims to sentences (got a list). Write name: sentence on lines of their own."],
        ),
        (GOOD, "- a\n", ["1:1: a fact sheet is a mapping of keys to values. Begin with id: ..."]),
    ],
)
def test_every_mistake_has_its_line(right: str, wrong: str, said: list[str], tmp_path: Path) -> None:
    path = sheet(tmp_path, GOOD.replace(right, wrong))
    with pytest.raises(ScenarioError) as caught:
        read_sheet(path)
    assert str(caught.value).splitlines() == [f"{path}:{line}" for line in said]


def test_a_bad_sheet_is_told_to_whoever_reads_a_scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sim" / "_shipped" / "seeds").mkdir(parents=True)
    sheet(tmp_path / "sim" / "_shipped" / "seeds", GOOD.replace("title", "titel"))
    (tmp_path / "mine.yaml").write_text("title: x\n", encoding="utf-8")
    monkeypatch.setattr(library, "_PACKAGE", tmp_path / "sim")
    with pytest.raises(ScenarioError, match=r"an-article.yaml:2:1 titel: unknown key"):
        load(tmp_path / "mine.yaml")
