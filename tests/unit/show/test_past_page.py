"""The folder of a backtest: whole or absent, its page safe with hostile words, the same each time."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

import sim
from sim.api.backtesting import Backtest
from sim.errors import RunError
from sim.show import past_page
from sim.show.past import score_line
from sim.show.past_page import unscored
from tests.unit.show.test_page import Page

HOSTILE = "<script>alert('x')</script>\"&"


@pytest.fixture(scope="module")
def played() -> Backtest:
    return sim.backtest("palladium-2022", "phosphorus-2021", runs=5)


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_folder_has_table_report_charts_and_page(played: Backtest, tmp_path: Path) -> None:
    page = played.save(tmp_path / "deep" / "out")
    folder = tmp_path / "deep" / "out"
    assert page == folder / "report.html"
    assert {path.name for path in folder.iterdir()} == {"report.html", "backtest.csv", "backtest.json", "charts"}
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["out"]
    pd.testing.assert_frame_equal(pd.read_csv(folder / "backtest.csv").fillna(""), played.frame().fillna(""))
    assert json.loads((folder / "backtest.json").read_text(encoding="utf-8")) == played.report()
    assert len(list((folder / "charts").iterdir())) == 2 * (1 + 2 * 2)


def test_the_page_tells_all_and_fetches_nothing(played: Backtest, tmp_path: Path) -> None:
    page = Page(played.save(tmp_path / "out"))
    assert page.open == []
    assert "script" not in page.tags
    assert len(page.svgs) == 5
    assert all(svg["role"] == "img" and svg["aria-label"] for svg in page.svgs)
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert score_line(played) in page.source
    links = set(page.values("href"))
    for scored in played.episodes:
        assert scored.episode.scenario.title in page.source.replace("&#39;", "'")
        assert {found.item.url for found in scored.agreements} <= links
    assert "sim backtest palladium-2022 phosphorus-2021 --runs 5" in page.source
    assert "Seen, but not scored" in page.source


def test_an_earlier_result_is_replaced_by_the_same_bytes(played: Backtest, tmp_path: Path) -> None:
    played.save(tmp_path / "out")
    first = everything(tmp_path / "out")
    (tmp_path / "out" / "charts" / "old.png").write_text("", encoding="utf-8")
    played.save(tmp_path / "out")
    assert everything(tmp_path / "out") == first


def test_other_files_are_never_lost(played: Backtest, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(RunError, match=r"holds other files, which would be lost \(got mine.txt\)"):
        played.save(tmp_path)
    with pytest.raises(RunError, match="is a file, not a folder"):
        played.save(tmp_path / "mine.txt")
    assert everything(tmp_path) == {"mine.txt": b"mine"}


def test_what_fails_leaves_what_was_there(played: Backtest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    played.save(tmp_path / "out")
    before = everything(tmp_path)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(past_page, "write_charts", full)
    with pytest.raises(RunError, match=r"cannot write the folder here \(got No space left on device\)"):
        played.save(tmp_path / "out")
    with pytest.raises(RunError):
        played.save(tmp_path / "new")
    assert everything(tmp_path) == before


def test_hostile_words_stay_words(played: Backtest, tmp_path: Path) -> None:
    scored = played.episodes[0]
    found = scored.agreements[0]
    item = replace(found.item, name=HOSTILE, source=HOSTILE, unit=HOSTILE, url="javascript:alert(1)")
    scenario = scored.episode.scenario.model_copy(update={"title": HOSTILE, "question": HOSTILE})
    episode = replace(scored.episode, scenario=scenario)
    hostile = replace(scored, episode=episode, agreements=(replace(found, item=item), *scored.agreements[1:]))
    page = Page(Backtest((hostile,), played.runs).save(tmp_path / "out"))
    assert page.open == []
    assert "script" not in page.tags
    assert not [link for link in page.values("href") if link.startswith("javascript")]


def test_what_is_not_scored_is_told_in_points() -> None:
    text = "a: 1\n# Not scored:\n# - One thing,\n#   in two lines.\n# - Another.\nb: 2\n# - Not this.\n"
    assert unscored(text) == ("One thing, in two lines.", "Another.")
    assert unscored("a: 1\n# A comment.\n") == ()
