"""Axes a reader can trust: round dates, a zero baseline, round amounts, and shaded shocks."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import PolyCollection

from sim.show import style
from sim.show.view import Course

SHOCK_COLOURS = ("#7f7f7f", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00")
"""Strips of the shocks, when there are several; the last stands for all that are left."""
STRIP_IN = 0.055
SHADE, SHADE_KEY = 0.13, "#dedede"
"""Ink of a shock in force in all runs, and its colour in the legend."""
TICK_PT = 7.5
"""Type size of the numbers at an axis, points."""
SHADES = 16
"""Steps of grey in which a shock's level is shown."""
FAR = 5.0
"""Multiple from which an axis goes by equal ratios."""
MOST_RATIOS = 7


def date_axis(axes: Axes, first: float, last: float) -> None:
    """Set the time axis: ticks on round calendar dates, as many as there is room to label.

    Arguments:
        axes: whose x values are days since 1970-01-01.
        first: left end, days since 1970-01-01.
        last: right end.
    """
    width_in = axes.get_position().width * style.WIDTH_IN
    if last <= first:
        # A single date stands in the middle, a day wide.
        moment = np.datetime64(math.floor(first), "D").astype(date)
        axes.set_xlim(first - 0.5, first + 0.5)
        axes.set_xticks([first], [f"{moment.day} {moment:%b}\n{moment.year}"])
        return
    ticks, labels = date_ticks(first, last, max(2, int(width_in / 0.42)))
    axes.set_xlim(first, last)
    axes.set_xticks(ticks, labels)
    if ticks and last - ticks[-1] < 0.15 / width_in * (last - first):
        # A label at the very end would reach into the next panel.
        axes.get_xticklabels()[-1].set_horizontalalignment("right")


def date_ticks(first: float, last: float, most: int) -> tuple[list[float], list[str]]:
    """Round calendar dates between two instants, with labels.

    Arguments:
        first: days since 1970-01-01.
        last: days since 1970-01-01, after `first`.
        most: largest number of ticks wanted.
    """
    start, stop = np.datetime64(math.ceil(first), "D"), np.datetime64(math.floor(last), "D")
    index = np.arange(start.astype("M8[M]").astype(int), stop.astype("M8[M]").astype(int) + 1)
    months, days = 1, np.empty(0, dtype="M8[D]")
    for gap in (1, 2, 3, 6, 12, 24, 48, 60, 120, 240):
        dates = index[index % gap == 0] if gap < 24 else index[(index + 1970 * 12) % gap == 0]
        round_days = dates.astype("M8[M]").astype("M8[D]")
        round_days = round_days[(round_days >= start) & (round_days <= stop)]
        if len(round_days) < 2 <= len(days):
            # Rounder dates would leave one alone: rather a few too many.
            break
        months, days = gap, round_days
        if len(days) <= most:
            break
    if len(days) < 2:
        gap = next((gap for gap in (1, 2, 7, 14, 28) if (last - first) / gap < most), 28)
        days = np.arange(start, stop + 1, gap)
        return [float(day) for day in days.astype(float)], [_day_label(day) for day in days]
    return [float(day) for day in days.astype(float)], _month_labels(days, months)


def _month_labels(days: np.ndarray, months: int) -> list[str]:
    labels: list[str] = []
    for place, day in enumerate(days):
        moment = day.astype(date)
        if months >= 12:
            labels.append(str(moment.year))
        else:
            # The year stands under the first label and under each January.
            year = f"\n{moment.year}" if place == 0 or moment.month == 1 else ""
            labels.append(f"{moment:%b}{year}")
    return labels


def _day_label(day: np.datetime64) -> str:
    moment = day.astype(date)
    return f"{moment.day} {moment:%b}"


def amount_axis(axes: Axes, top: float, *, suffix: str = "", labelled: bool = True) -> None:
    """Set the upright axis from zero to a round number at or above `top`, with three to six labelled lines.

    Arguments:
        axes: the panel.
        top: largest value to show, in the unit of the axis.
        suffix: written after each number, such as " %".
        labelled: whether to write the numbers.
    """
    ticks = amount_ticks(top)
    axes.set_ylim(0.0, max(ticks[-1], top * 1.02))
    axes.set_yticks(ticks, amount_labels(ticks, suffix) if labelled else [""] * len(ticks))
    axes.grid(axis="y", color=style.GRID, linewidth=0.5)


def amount_labels(ticks: list[float], suffix: str = "") -> list[str]:
    """The numbers beside an upright axis, all with the same decimals.

    Arguments:
        ticks: as `amount_ticks` gives them.
        suffix: written after each number.
    """
    places = max(0, -math.floor(math.log10(ticks[1]) + 1e-9)) if ticks[1] < 1 else 0
    if ticks[1] != round(ticks[1], places):
        places += 1
    # Past four decimals nobody counts noughts.
    return [f"{tick:,.{places}f}{suffix}" if tick and places <= 4 else f"{tick:g}{suffix}" for tick in ticks]


def labels_width_in(tops: Iterable[float], suffix: str = "") -> float:
    """Width of the widest number beside upright axes, inches.

    Arguments:
        tops: largest value of each axis.
        suffix: written after each number.
    """
    labels = (label for top in tops for label in amount_labels(amount_ticks(top), suffix))
    return max((style.text_width_in(label, TICK_PT) for label in labels), default=0.0)


def amount_ticks(top: float) -> list[float]:
    """Round numbers from 0 to at least 90 % of `top`.

    Arguments:
        top: largest value to show; 0 or less counts as 1.
    """
    top = top if top > 0.0 else 1.0
    rough = top / 4.0
    scale = 10.0 ** math.floor(math.log10(rough))
    step = next(scale * round_ for round_ in (1.0, 2.0, 2.5, 5.0, 10.0) if scale * round_ >= rough * 0.999)
    count = math.ceil(top / step - 0.1)
    return [step * place for place in range(max(1, count) + 1)]


def multiple_axis(axes: Axes, low: float, top: float, *, labelled: bool = True) -> None:
    """Set the upright axis for multiples: from zero, or by equal ratios where they go far; with a line at 1, the usual.

    Arguments:
        axes: the panel; nothing is drawn in it yet, for the scale decides how bands are thinned.
        low: smallest multiple to show, above 0.
        top: largest.
        labelled: whether to write the numbers.
    """
    ticks = multiple_ticks(low, top)
    if is_far(top):
        axes.set_yscale("log")
        axes.set_ylim(min(0.9, low / 1.05), max(ticks[-1], top) * 1.05)
        axes.minorticks_off()
    else:
        axes.set_ylim(0.0, max(ticks[-1], top * 1.02))
    axes.set_yticks(ticks, multiple_labels(ticks) if labelled else [""] * len(ticks))
    axes.grid(axis="y", color=style.GRID, linewidth=0.5)
    axes.axhline(1.0, color=style.MUTED, linewidth=0.6, zorder=0.9)


def is_far(top: float) -> bool:
    """Whether multiples go so far that equal ratios, not equal differences, should look equal.

    Arguments:
        top: largest multiple to show.
    """
    return top > FAR


def multiple_ticks(low: float, top: float) -> list[float]:
    """Round multiples for an axis: 1, 2, 5, 10 where they go far, else even steps from 0.

    Arguments:
        low: smallest multiple to show, above 0.
        top: largest.
    """
    if not is_far(top):
        # 1, the usual, must be among them.
        return amount_ticks(top) if top <= 2.0 else [float(tick) for tick in range(math.ceil(top - 0.1) + 1)]
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(top)) + 1)
    # Past seven lines a small panel has no room: whole decades only.
    for rounds in ((1, 2, 5), (1,)):
        ticks = [float(f"{digit}e{decade}") for decade in decades for digit in rounds]
        ticks = [tick for tick in ticks if min(1.0, low) <= tick <= top]
        if len(ticks) <= MOST_RATIOS:
            break
    return ticks


def multiple_labels(ticks: list[float]) -> list[str]:
    """Multiples as they are spoken of: "x2".

    Arguments:
        ticks: as `multiple_ticks` gives them.
    """
    return (
        [f"x{label}" if tick else label for tick, label in zip(ticks, amount_labels(ticks), strict=True)]
        if ticks[0] == 0.0
        else [f"x{tick:,g}" for tick in ticks]
    )


def shade(axes: Axes, shocks: Mapping[str, Course], panel_in: float) -> None:
    """Show when shocks act: one greys the panel, darker for a higher mean level; several get a strip each above the panel.

    Arguments:
        axes: a panel whose time axis is set.
        shocks: mean level of each shock, 0 to 1.
        panel_in: height of the panel, inches.
    """
    courses = list(shocks.values())
    if not courses:
        return
    if len(courses) == 1:
        _bar(axes, (courses[0].day, courses[0].mean), (0.0, 1.0), "#000000", strength=SHADE)
        return
    levels = [course.mean for course in courses[: len(SHOCK_COLOURS)]]
    if len(courses) > len(SHOCK_COLOURS):
        rest = [1.0 - np.nan_to_num(course.mean) for course in courses[len(SHOCK_COLOURS) - 1 :]]
        levels[-1] = 1.0 - np.prod(rest, axis=0)
    for place, level in enumerate(levels):
        low = 1.0 + ((len(levels) - 1 - place) * STRIP_IN + 0.02) / panel_in
        _bar(axes, (courses[0].day, level), (low, low + 0.8 * STRIP_IN / panel_in), SHOCK_COLOURS[place], strength=0.95)


def _bar(axes: Axes, course: tuple[np.ndarray, np.ndarray], span: tuple[float, float], colour: str, *, strength: float) -> None:
    """Band whose colour deepens with a level; dates of equal shade are one rectangle."""
    day, level = course
    shades = np.ceil(np.clip(np.nan_to_num(level), 0.0, 1.0) * SHADES - 1e-9).astype(int)
    cuts = np.flatnonzero(np.diff(shades)) + 1
    base = np.array([int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)])
    low, high = span
    boxes, tints = [], []
    right = float(day[-1])
    if len(day) == 1:
        # No time passes between dates: the shock fills the panel.
        day, right = np.array(axes.get_xlim()[:1]), axes.get_xlim()[1]
    for start in (*cuts[::-1], 0):
        if not shades[start]:
            right = float(day[start])
            continue
        # Each box reaches to the end of the shock and is painted over by the next: no seams between neighbours.
        left = float(day[start])
        boxes.append([(left, low), (right, low), (right, high), (left, high)])
        tints.append(tuple(1.0 - strength * shades[start] / SHADES * (1.0 - base)))
    if boxes:
        axes.add_collection(
            PolyCollection(
                boxes[::-1], facecolors=tints[::-1], edgecolors="none", antialiased=False, clip_on=high <= 1.0,
                transform=axes.get_xaxis_transform(), zorder=0.1,
            ),
            autolim=False,
        )  # fmt: skip
