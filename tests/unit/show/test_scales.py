"""Axes, thinning and the placing of labels, against answers worked out by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from sim.show.marks import spread, thin
from sim.show.scales import amount_ticks, date_ticks
from sim.show.style import fit_text, series_colours, text_width_in, wrap_text


def days(year: int, month: int, day: int) -> float:
    return float((date(year, month, day) - date(1970, 1, 1)).days)


def test_years_are_ticked_on_new_years_day() -> None:
    ticks, labels = date_ticks(days(2026, 1, 1), days(2029, 12, 27), 5)
    assert ticks == [days(year, 1, 1) for year in (2026, 2027, 2028, 2029)]
    assert labels == ["2026", "2027", "2028", "2029"]


def test_months_carry_the_year_once() -> None:
    ticks, labels = date_ticks(days(2026, 6, 10), days(2027, 3, 5), 5)
    assert ticks == [days(2026, 7, 1), days(2026, 9, 1), days(2026, 11, 1), days(2027, 1, 1), days(2027, 3, 1)]
    assert labels == ["Jul\n2026", "Sep", "Nov", "Jan\n2027", "Mar"]


def test_a_few_weeks_are_ticked_by_day() -> None:
    ticks, labels = date_ticks(days(2026, 3, 3), days(2026, 3, 30), 6)
    assert ticks == [days(2026, 3, day) for day in (3, 10, 17, 24)]
    assert labels == ["3 Mar", "10 Mar", "17 Mar", "24 Mar"]


@pytest.mark.parametrize("most", range(2, 13))
@pytest.mark.parametrize("n_year", [1, 2, 5, 7, 9, 12, 30])
def test_dates_have_room_however_few_are_wanted(most: int, n_year: int) -> None:
    for year in range(2020, 2030):
        ticks, labels = date_ticks(days(year, 1, 1), days(year + n_year, 1, 1) - 3, most)
        assert len(ticks) == len(labels)
        assert 2 <= len(ticks) <= most + 1


@pytest.mark.parametrize(
    ("top", "ticks"),
    [
        (0.0, [0.0, 0.25, 0.5, 0.75, 1.0]),
        (42.0, [0, 20, 40]),
        (48.0, [0, 20, 40, 60]),
        (100.0, [0, 25, 50, 75, 100]),
        (0.27, [0, 0.1, 0.2, 0.3]),
    ],
)
def test_amounts_are_ticked_on_round_numbers_from_zero(top: float, ticks: list[float]) -> None:
    assert amount_ticks(top) == pytest.approx(ticks)


def test_labels_that_touch_are_moved_apart_about_their_middle() -> None:
    assert spread([0.5, 0.5, 0.9], gap=0.1) == pytest.approx([0.45, 0.55, 0.9])
    assert spread([0.9, 0.1], gap=0.1) == pytest.approx([0.9, 0.1])
    assert spread([0.3, 0.31, 0.32], gap=0.1) == pytest.approx([0.21, 0.31, 0.41])


def test_thinning_keeps_corners_and_drops_straight_stretches() -> None:
    day = np.arange(11.0)
    tent = np.minimum(day, 10.0 - day)
    assert thin(day, tent[None]).tolist() == [0, 5, 10]
    bent = np.where(day < 3, 0.0, 1.0)
    assert thin(day, np.stack((tent, bent))).tolist() == [0, 2, 3, 5, 10]


def test_thinning_moves_no_curve_by_more_than_a_quarter_percent() -> None:
    day = np.linspace(0.0, 1460.0, 209)
    curves = np.stack((np.exp(-(((day - 600) / 150) ** 2)), 0.5 + 0.5 * np.sin(day / 90)))
    kept = thin(day, curves)
    assert len(kept) < 150
    for curve in curves:
        assert np.abs(np.interp(day, day[kept], curve[kept]) - curve).max() <= 2.5e-3


def test_wrapped_lines_fit_and_lose_no_word() -> None:
    text = "China stops gallium exports for about a year, and nobody has a stock to speak of " * 3
    lines = wrap_text(text, 8.0, 3.0)
    assert " ".join(lines).split() == text.split()
    assert all(text_width_in(line, 8.0) <= 3.0 for line in lines)


def test_text_that_does_not_fit_ends_in_an_ellipsis() -> None:
    assert fit_text("EU27", 8.0, 1.0) == "EU27"
    cut = fit_text("Federation-of-Very-Long-Region-Names", 8.0, 1.0)
    assert cut.endswith("…")
    assert text_width_in(cut, 8.0) <= 1.0


def test_a_name_keeps_its_colour() -> None:
    names = ("CHN", "EU27", "JPN", "KOR", "USA", "ROW")
    colours = series_colours(names)
    assert len(set(colours.values())) == 6
    assert series_colours((*names, "GBR"))["USA"] == colours["USA"]
