"""A past episode over time: what the runs have, month by month, and over it what was observed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.measure.observed import Agreement
from sim.show import style
from sim.show.layout import (
    EDGE_IN,
    FOOT,
    HEAD,
    KEY_IN,
    LINE,
    NOTE,
    PANEL,
    SUB,
    Face,
    Key,
    draw_keys,
    key_rows,
    lines_in,
    origin_line,
    write_lines,
)  # fmt: skip
from sim.show.marks import draw_fan, fan_keys
from sim.show.past_view import (
    Panel,
    Strike,
    chosen_strikes,
    course_of,
    day_in_words,
    middle,
    n_run_of,
    number_of,
    panels_of,
    shade_of,
    sources_of,
    strikes_of,
)  # fmt: skip
from sim.show.scales import SHADE_KEY, amount_axis, amount_ticks, date_axis, multiple_axis, multiple_labels, shade
from sim.show.view import Course
from sim.show.words import listing

if TYPE_CHECKING:
    from sim.api.backtesting import Scored

INSIDE, OUTSIDE = style.INK, style.VERMILION
"""Observed points whose band holds the simulated median, and those whose band does not."""
START = "#8c8c8c"
"""Lines at the start of a shock."""
GAP_IN, RIGHT_IN, LEFT_IN = 0.42, 0.14, 0.5
"""Between panels side by side, right of the last, and left of the first, inches."""
DATES_IN = 0.42
"""Room for dates under a panel, inches."""
UNIT = Face(7.0, colour=style.MUTED)
MOST_TOLD = 6
"""Groups of shocks that the note lists."""
SHAPES = {"highest": "^", "lowest": "v"}
"""Markers of extremes of a period; all else is a dot."""


@dataclass(frozen=True)
class _Place:
    """A panel ready to be drawn."""

    panel: Panel
    course: Course
    strikes: list[Strike]
    title: tuple[str, ...]


def time_chart(scored: Scored) -> Figure | None:
    """One panel a series that was observed: median and bands of the runs, and each observed number with its band at its date.

    Arguments:
        scored: the episode as played.

    Returns:
        the figure, or None where nothing that was observed has a place in time.
    """
    panels = panels_of(scored)
    if not panels:
        return None
    with style.chart_style():
        n_column = {1: 1, 2: 2, 4: 2}.get(len(panels), 3)
        wide_in = (style.WIDTH_IN - LEFT_IN - RIGHT_IN - GAP_IN * (n_column - 1)) / n_column
        every = strikes_of(scored)
        places = []
        for panel in panels:
            title = style.wrap_text(panel.title, PANEL.size, wide_in + 0.2, bold=True)
            places.append(_Place(panel, course_of(panel, scored), chosen_strikes(every, panel.item.commodity), title))
        high_in = {1: 2.4, 2: 1.7}.get(n_column, 1.25)
        figure, boxes = _sheet(scored, places, (n_column, wide_in, high_in), _notes(scored, panels, every))
        for place, box in zip(places, boxes, strict=True):
            axes = figure.add_axes(box)
            _fill(axes, place, scored, high_in)
    return figure


def _sheet(
    scored: Scored, places: Sequence[_Place], grid: tuple[int, float, float], notes: Sequence[str]
) -> tuple[Figure, list[tuple[float, float, float, float]]]:
    """Figure with words in place, and the box of each panel in parts of it."""
    n_column, wide_in, high_in = grid
    room = style.WIDTH_IN - 2 * EDGE_IN
    heads, foot = heads_and_foot(scored, "What was observed, over what was simulated", room)
    keys = key_rows(_keys(places), room)
    under = [(line, NOTE) for note in notes for line in style.wrap_text(note, NOTE.size, room)]
    titles_in = [
        max(lines_in(_words_over(place)) for place in places[first : first + n_column]) + 0.07 for first in range(0, len(places), n_column)
    ]
    top_in = 0.06 + lines_in(heads) + len(keys) * KEY_IN + 0.28
    foot_in = lines_in(foot) + 0.05
    bottom_in = foot_in + lines_in(under) + 0.07
    height_in = top_in + sum(titles_in) + len(titles_in) * (high_in + DATES_IN) + bottom_in
    figure = style.new_figure(height_in)
    y_in = write_lines(figure, heads, height_in - 0.06)
    for n_drawn, row in enumerate(keys):
        draw_keys(figure, row, y_in - 0.13 - n_drawn * KEY_IN)
    _draw_marks(figure, y_in - 0.13 - len(keys) * KEY_IN)
    write_lines(figure, under, bottom_in - 0.02)
    write_lines(figure, foot, foot_in)
    boxes = []
    for number, place in enumerate(places):
        row, column = divmod(number, n_column)
        x_in = LEFT_IN + column * (wide_in + GAP_IN)
        y_in = height_in - top_in - sum(titles_in[: row + 1]) - row * DATES_IN - (row + 1) * high_in
        words = _words_over(place)
        up_in = y_in + high_in + 0.05 + lines_in(words)
        for line, face in words:
            figure.text(
                (x_in - 0.2) / style.WIDTH_IN, up_in / height_in, line, size=face.size, weight=face.weight, color=face.colour, va="top"
            )
            up_in -= face.size * LINE / 72
        boxes.append((x_in / style.WIDTH_IN, y_in / height_in, wide_in / style.WIDTH_IN, high_in / height_in))
    return figure, boxes


def _words_over(place: _Place) -> list[tuple[str, Face]]:
    return [*((line, PANEL) for line in place.title), (place.panel.scale[2], UNIT)]


def heads_and_foot(scored: Scored, what: str, room: float) -> tuple[list[tuple[str, Face]], list[tuple[str, Face]]]:
    """Heading, and where it comes from.

    Arguments:
        scored: the episode.
        what: what the chart shows.
        room: width of a line, inches.
    """
    scenario = scored.episode.scenario
    heads = [(line, HEAD) for line in style.wrap_text(scenario.title, HEAD.size, room, bold=True)]
    heads += [(line, SUB) for line in style.wrap_text(what, SUB.size, room)]
    made = origin_line(scored.episode.name, (n_run_of(scored), scenario.runs.rng_seed), sources_of(scored))
    return heads, [(line, FOOT) for line in style.wrap_text(made, FOOT.size, room)]


def _keys(places: Sequence[_Place]) -> tuple[Key, ...]:
    keys = fan_keys("simulated", [place.course for place in places])
    return (*keys, Key(label="shock in force (darker: in more runs)", colour=SHADE_KEY)) if any(place.strikes for place in places) else keys


def _draw_marks(figure: Figure, y_in: float) -> None:
    """The second part of the legend: the marks of what was observed."""
    height, x_in = figure.get_figheight(), EDGE_IN
    for label, colour, is_full in (
        ("observed, with its band: the simulated median lies in the band", INSIDE, True),
        ("… and where it does not", OUTSIDE, False),
    ):
        axes = figure.add_axes((x_in / style.WIDTH_IN, (y_in - 0.08) / height, 0.22 / style.WIDTH_IN, 0.16 / height))
        axes.set_axis_off()
        axes.set_xlim(-1, 1)
        axes.set_ylim(-1, 1)
        _mark(axes, (0.0, 0.0), (-0.9, 0.9), (colour, is_full), shape="o")
        figure.text((x_in + 0.27) / style.WIDTH_IN, y_in / height, label, size=NOTE.size, va="center_baseline")
        x_in += 0.27 + style.text_width_in(label, NOTE.size) + 0.16


def _fill(axes: Axes, place: _Place, scored: Scored, high_in: float) -> None:
    """Draw one panel."""
    course, (kind, factor, _), net = place.course, place.panel.scale, scored.network
    reached = [factor * value for _, found in place.panel.found for value in (found.item.low, found.item.high, found.item.observed)]
    top = max(float(np.nanmax(course.p95)), *reached)
    _upright(axes, kind, min(float(np.nanmin(course.p05)), *reached), top)
    date_axis(axes, number_of(net.start), number_of(net.start) + net.n_step * net.step_days)
    shade(axes, shade_of(place.strikes, net), high_in)
    for day, dashes in _instants(place.strikes):
        axes.axvline(day, color=START, linewidth=0.7, linestyle=dashes, zorder=0.8)
    draw_fan(axes, course)
    middles = [middle(found.item.over) for _, found in place.panel.found]
    for number, found in place.panel.found:
        _point(axes, found, factor)
        _number(axes, str(number), (middle(found.item.over), factor * found.item.observed), middles)


def _upright(axes: Axes, kind: str, low: float, top: float) -> None:
    if kind == "ratio":
        multiple_axis(axes, max(low, 0.01), top)
    elif kind == "multiple":
        amount_axis(axes, top, labelled=False)
        axes.set_yticks(amount_ticks(top), multiple_labels(amount_ticks(top)))
        axes.axhline(1.0, color=style.MUTED, linewidth=0.6, zorder=0.9)
    else:
        amount_axis(axes, top, suffix=" %" if kind == "percent" else "")


def _instants(strikes: Sequence[Strike]) -> list[tuple[float, style.Dashes]]:
    """Where shocks begin, and where they are announced ahead; each day once."""
    starts = {strike.start for strike in strikes}
    ahead = {strike.announced for strike in strikes if strike.announced < strike.start} - starts
    return [*((day, "solid") for day in sorted(starts)), *((day, "dotted") for day in sorted(ahead))]


def _point(axes: Axes, found: Agreement, factor: float) -> None:
    """An observed number: its band upright, its period across."""
    item, y = found.item, factor * found.item.observed
    colour = INSIDE if found.inside else OUTSIDE
    ends = number_of(item.over.first), number_of(item.over.last)
    if item.over.last - item.over.first > timedelta(1):
        axes.plot(ends, (y, y), color=colour, linewidth=1.0, zorder=4.0, solid_capstyle="butt", clip_on=False)
    _mark(
        axes, (middle(item.over), y), (factor * item.low, factor * item.high), (colour, found.inside), shape=SHAPES.get(item.statistic, "o")
    )


def _number(axes: Axes, label: str, at: tuple[float, float], others: Sequence[float]) -> None:
    """The number of a row beside its point: on the left where the right is taken."""
    first, last = axes.get_xlim()
    near = 0.09 * (last - first)
    on_left = last - at[0] < near or any(0.0 < x - at[0] < near for x in others)
    axes.annotate(
        label, at, xytext=(-3.5 if on_left else 3.5, 2.5), textcoords="offset points", size=6.5, color=style.INK,
        ha="right" if on_left else "left", zorder=6.0, annotation_clip=False,
    )  # fmt: skip


def _mark(axes: Axes, at: tuple[float, float], band: tuple[float, float], look: tuple[str, bool], *, shape: str) -> None:
    x, y = at
    colour, is_full = look
    low = max(band[0], axes.get_ylim()[0])
    axes.plot((x, x), (low, band[1]), color=colour, linewidth=1.1, zorder=4.0, solid_capstyle="butt", clip_on=False)
    axes.plot(
        (x,), (y,), marker=shape, markersize=4.2, linestyle="none", color=colour, markerfacecolor=colour if is_full else "white",
        markeredgewidth=1.0, zorder=5.0, clip_on=False,
    )  # fmt: skip


def _notes(scored: Scored, panels: Sequence[Panel], strikes: Sequence[Strike]) -> tuple[str, ...]:
    shown = sum(len(panel.found) for panel in panels)
    left = len(scored.agreements) - shown
    told = "Small numbers: rows of the scorecard. Bars across: period of an observed number; upright: its band. "
    told += "Prices and stocks step by step, all else month by month."
    if any(found.item.statistic in SHAPES for panel in panels for _, found in panel.found):
        told += " Triangles: highest or lowest month of the period, wherever in it."
    if left:
        told += f" {left} more observed {'number' if left == 1 else 'numbers'}: on the scorecard only."
    return (told, _told(strikes)) if strikes else (told,)


def _told(strikes: Sequence[Strike]) -> str:
    """Which shocks there are and when, those of the same days together."""
    together: dict[tuple[float, float, float], list[str]] = {}
    for strike in strikes:
        together.setdefault((strike.announced, strike.start, strike.end), []).append(strike.name)
    parts = [f"{listing(names)} {_span(*days)}" for days, names in list(together.items())[:MOST_TOLD]]
    more = f"; and {len(together) - MOST_TOLD} more" if len(together) > MOST_TOLD else ""
    return f"Shocks (line: start; dotted: announced; each panel has those on its own commodity, if any): {'; '.join(parts)}{more}."


def _span(announced: float, start: float, end: float) -> str:
    until = f" to {_words(end)}" if math.isfinite(end) else ""
    ahead = f" (announced {_words(announced)})" if announced < start else ""
    return f"from {_words(start)}{until}{ahead}"


def _words(day: float) -> str:
    return day_in_words(date(1970, 1, 1) + timedelta(days=round(day)))
