"""Charts of past episodes: what is shown of what was observed, where it lies, and bytes that repeat."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

import sim
from sim.api.backtesting import Backtest, Scored
from sim.data.observed import Period, period
from sim.measure.observed import Agreement
from sim.show.past_chart import time_chart
from sim.show.past_page import write_charts
from sim.show.past_score import overview_chart, place, score_chart
from sim.show.past_view import MOST_PANELS, PLACED, chosen_strikes, course_of, days_in_words, panels_of, strikes_of


@pytest.fixture(scope="module")
def played() -> Backtest:
    return sim.backtest("gallium-germanium-2023", "palladium-2022", "rare-earths-2010", runs=6)


def words(figure: Figure) -> str:
    inside = [text.get_text() for axes in figure.axes for text in axes.texts]
    return "\n".join([*(text.get_text() for text in figure.texts), *inside])


def one(scored: Scored, name: str) -> Agreement:
    return next(found for found in scored.agreements if name in found.item.name)


def test_a_panel_holds_what_was_observed_of_one_series(played: Backtest) -> None:
    for scored in played.episodes:
        panels = panels_of(scored)
        assert 0 < len(panels) <= MOST_PANELS
        numbers = [number for panel in panels for number, _ in panel.found]
        assert len(set(numbers)) == len(numbers)
        for panel in panels:
            assert len({(found.item.series, found.item.commodity, found.item.region, found.item.base) for _, found in panel.found}) == 1
            assert all(found.item.statistic in PLACED and scored.agreements[number - 1] is found for number, found in panel.found)


def test_the_curve_passes_through_what_is_scored(played: Backtest) -> None:
    gallium = played.episodes[0]
    panel = next(panel for panel in panels_of(gallium) if panel.title == "Exports: gallium, refined, CHN")
    course, found = course_of(panel, gallium), one(gallium, "gallium exports of July 2023")
    july = np.searchsorted(course.day, (date(2023, 7, 1) - date(1970, 1, 1)).days)
    # The same months and the same base: the same numbers.
    assert course.p50[july] == pytest.approx(found.p50)
    assert course.p05[july] == pytest.approx(found.p05)
    assert (np.diff(course.day) > 0.0).all()


def test_every_number_in_time_has_a_point_and_every_number_a_row(played: Backtest) -> None:
    for scored in played.episodes:
        figure = time_chart(scored)
        assert figure is not None
        numbers = {str(number) for panel in panels_of(scored) for number, _ in panel.found}
        drawn = {text.get_text() for axes in figure.axes for text in axes.texts}
        assert numbers <= drawn
        told = words(score_chart(scored))
        assert all(f"\n{number}. " in told for number in range(1, len(scored.agreements) + 1))


def test_words_tell_units_shocks_runs_and_sources(played: Backtest) -> None:
    gallium = played.episodes[0]
    figure = time_chart(gallium)
    assert figure is not None
    told = words(figure).replace("\n", " ")
    for part in (
        "multiple of June 2023",
        "multiple of January to June 2023",
        "from 1 August 2023",
        "announced 3 July 2023",
        "6 runs",
        "YuanTalks",
    ):
        assert part in told
    assert "more observed numbers: on the scorecard only" in told


def test_shocks_stand_by_their_own_commodity(played: Backtest) -> None:
    strikes = strikes_of(played.episodes[0])
    gallium = chosen_strikes(strikes, "gallium.refined")
    assert {strike.commodity for strike in gallium} == {"gallium.refined"}
    assert [strike.start for strike in strikes] == sorted(strike.start for strike in strikes)
    assert chosen_strikes(strikes, "neon.refined") == strikes


def test_the_ends_of_a_band_are_one_half_width_away(played: Backtest) -> None:
    palladium = played.episodes[1]
    price, unmet = one(palladium, "June 2022"), one(palladium, "worst month")
    for found in (price, unmet):
        assert place(found.item.low, found) == pytest.approx(-1.0)
        assert place(found.item.high, found) == pytest.approx(1.0)
    assert place(math.sqrt(price.item.low * price.item.high), price) == pytest.approx(0.0)
    assert place(0.0, price) == -math.inf
    assert place(0.01, replace(unmet, item=replace(unmet.item, high=0.02))) == pytest.approx(0.0)


def test_the_overview_has_a_bar_an_episode(played: Backtest) -> None:
    told = words(overview_chart(played))
    for scored in played.episodes:
        assert f"{sum(found.inside for found in scored.agreements)} of {len(scored.agreements)}" in told
    assert "all: " in told
    assert "all: " not in words(overview_chart(replace(played, episodes=played.episodes[:1])))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("2023-06-30", "30 June 2023"),
        ("2023-06", "June 2023"),
        ("2023", "2023"),
        ("2010..2011", "2010 to 2011"),
        ("2023-01..2023-10", "January to October 2023"),
        ("2023-12..2024-03", "December 2023 to March 2024"),
        ("2022-08-01..2022-08-10", "1 to 10 August 2022"),
        ("2023-09-08..2023-10-04", "8 September 2023 to 4 October 2023"),
    ],
)
def test_days_are_told_as_people_say_them(text: str, told: str) -> None:
    days = period(text)
    assert isinstance(days, Period)
    assert days_in_words(days) == told


def test_bytes_repeat_and_a_name_given_twice_is_told_apart(tmp_path: Path) -> None:
    result = sim.backtest("palladium-2022", "palladium-2022", runs=5)
    first, second = write_charts(result, tmp_path / "a"), write_charts(result, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    stems = {path.stem for path in first}
    assert stems == {"overview", "palladium-2022-time", "palladium-2022-score", "palladium-2022-2-time", "palladium-2022-2-score"}
    assert all(path.read_bytes().startswith(b"\x89PNG\r\n") for path in first if path.suffix == ".png")
