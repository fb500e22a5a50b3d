"""Past episodes as text: columns, legend, and a width that is kept."""

from __future__ import annotations

import pytest

import sim
from sim.api.backtesting import Backtest
from sim.show.past import LEGEND, score_line


@pytest.fixture(scope="module")
def played() -> Backtest:
    return sim.backtest("graphite-2023", "palladium-2022", runs=6)


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_keeps_to_its_width(played: Backtest, width: int) -> None:
    lines = played.table(width).splitlines()
    assert max(map(len, lines)) <= width
    assert not [line for line in lines if line != line.rstrip()]


def test_the_table_has_columns_a_row_each_and_a_legend(played: Backtest) -> None:
    text = played.table(200)
    heads = next(line for line in text.splitlines() if line.startswith("what was observed"))
    assert heads.split("  ")[0] == "what was observed"
    assert all(word in heads for word in ("observed", "band", "(5-95 %)", "in band", "CRPS"))
    for scored in played.episodes:
        inside = sum(found.inside for found in scored.agreements)
        assert f"{scored.episode.name}: {inside} of {len(scored.agreements)}\n{scored.episode.scenario.title}\n" in text
        assert all(found.item.name in text for found in scored.agreements)
    assert " ".join(text.split()).endswith(f"{score_line(played)} {LEGEND}")


def test_the_score_is_the_part_inside(played: Backtest) -> None:
    found = [found.inside for scored in played.episodes for found in scored.agreements]
    assert played.score == sum(found) / len(found)
    assert score_line(played).startswith(f"{sum(found)} of {len(found)} medians in their bands")
    assert score_line(played).endswith("6 runs each.")
    frame = played.frame()
    assert len(frame) == len(found)
    assert list(frame.inside) == found
    assert (frame.low <= frame.observed).all()
    assert (frame.observed <= frame.high).all()
