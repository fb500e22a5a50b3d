"""Past episodes as scorecards: every observed number with its band, drawn to one scale, and what the runs have in its place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.measure.observed import Agreement, sample
from sim.show import style
from sim.show.layout import EDGE_IN, FOOT, HEAD, LINE, NOTE, SUB, Face, lines_in, write_lines
from sim.show.past import LEGEND, score_line
from sim.show.past_chart import INSIDE, OUTSIDE, heads_and_foot
from sim.show.past_view import PRICES
from sim.show.words import format_count, format_number

if TYPE_CHECKING:
    from sim.api.backtesting import Backtest, Scored

ROW = Face(7.0)
ROW_IN, PAD_IN = ROW.size * LINE / 72, 0.085
NAME_IN, SEEN_IN, MADE_IN = 2.3, 1.2, 1.25
"""Room for what was observed, for the observed number with its band, and for the simulated one, inches."""
REACH = 4.0
"""Half widths of a band that are shown either way; what lies farther is drawn at the edge, as an arrow."""
BAND = "#e6e6e6"
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
NOTES = (
    "Grey: the band within which the simulated median counts as right, drawn equally wide for every number; distances are in half "
    "its width, of prices in their logarithm. Tick: observed. Dot: simulated median (full: in the band; open: not); thick line: "
    "25–75 % of the runs; thin: 5–95 %. Arrow: farther than the chart reaches.",
)


@dataclass(frozen=True)
class _Row:
    """One observed number, its name broken into lines, and simulated quantiles at LEVELS."""

    found: Agreement
    name: tuple[str, ...]
    levels: tuple[float, ...]

    @property
    def high_in(self) -> float:
        return len(self.name) * ROW_IN + PAD_IN


def place(value: float, found: Agreement) -> float:
    """Where a value lies, in half widths of the band from its middle: -1 and 1 are its ends.

    Arguments:
        value: in the unit of the observed number.
        found: says what the band is; that of a price is measured by ratios.
    """
    low, high = found.item.low, found.item.high
    if found.item.series in PRICES and found.item.unit != "months" and low > 0.0:
        if value <= 0.0:
            return -math.inf
        low, high, value = math.log(low), math.log(high), math.log(value)
    return (2.0 * value - low - high) / (high - low)


def score_chart(scored: Scored) -> Figure:
    """A row an observed number: its band, what was observed, and quantiles of the runs, all on one scale.

    Arguments:
        scored: the episode as played.
    """
    with style.chart_style():
        rows = []
        for number, found in enumerate(scored.agreements, 1):
            unit = f", {found.item.unit}" if found.item.unit not in ("", "x", "months") else ""
            name = style.wrap_text(f"{number}. {found.item.name}{unit}", ROW.size, NAME_IN)
            levels = np.quantile(sample(found.item, scored.network, scored.kept), LEVELS)
            rows.append(_Row(found, name, tuple(float(level) for level in levels)))
        inside = sum(row.found.inside for row in rows)
        room = style.WIDTH_IN - 2 * EDGE_IN
        heads, foot = heads_and_foot(scored, f"Simulated medians in their bands: {inside} of {len(rows)}", room)
        return _draw(rows, heads, foot)


def _draw(rows: Sequence[_Row], heads: list[tuple[str, Face]], foot: list[tuple[str, Face]]) -> Figure:
    room = style.WIDTH_IN - 2 * EDGE_IN
    under = [(line, NOTE) for note in NOTES for line in style.wrap_text(note, NOTE.size, room)]
    top_in, axis_in = 0.06 + lines_in(heads) + 0.34, 0.54
    foot_in = lines_in(foot) + 0.05
    bottom_in = foot_in + lines_in(under) + 0.07
    body_in = sum(row.high_in for row in rows)
    height_in = top_in + body_in + axis_in + bottom_in
    figure = style.new_figure(height_in)
    write_lines(figure, heads, height_in - 0.06)
    write_lines(figure, under, bottom_in - 0.02)
    write_lines(figure, foot, foot_in)
    left_in = EDGE_IN + NAME_IN + 0.1
    wide_in = style.WIDTH_IN - EDGE_IN - SEEN_IN - MADE_IN - left_in - 0.1
    box = (left_in / style.WIDTH_IN, (bottom_in + axis_in) / height_in, wide_in / style.WIDTH_IN, body_in / height_in)
    axes = figure.add_axes(box)
    _scale(axes, body_in)
    columns = (left_in + wide_in + 0.1 + SEEN_IN, style.WIDTH_IN - EDGE_IN)
    for x_in, words in zip(columns, ("observed\n(band)", "simulated median\n(5–95 %)"), strict=True):
        figure.text(
            x_in / style.WIDTH_IN, (height_in - top_in + 0.04) / height_in, words, size=ROW.size, color=style.MUTED, ha="right", va="bottom"
        )
    y_in = 0.0
    for row in rows:
        up = (height_in - top_in - y_in - PAD_IN / 2) / height_in
        for line_number, line in enumerate(row.name):
            figure.text(EDGE_IN / style.WIDTH_IN, up - line_number * ROW_IN / height_in, line, size=ROW.size, va="top")
        item, half = row.found.item, (height_in - top_in - y_in - row.high_in / 2) / height_in
        told = (_told(row.found, item.observed, item.low, item.high), _told(row.found, row.found.p50, row.found.p05, row.found.p95))
        for x_in, words, colour in zip(columns, told, (style.INK, INSIDE if row.found.inside else OUTSIDE), strict=True):
            figure.text(x_in / style.WIDTH_IN, half, words, size=ROW.size, color=colour, ha="right", va="center_baseline")
        _fill(axes, row, y_in)
        y_in += row.high_in
    return figure


def _told(found: Agreement, value: float, low: float, high: float) -> str:
    """A number with its range, each to a hundredth of the width of the band at the finest."""
    place = 2 - math.floor(math.log10(found.item.high - found.item.low))
    told, *ends = (format_number(round(number, place)) for number in (value, low, high))
    return told if ends == [told, told] else f"{told} ({'–'.join(ends)})"


def _scale(axes: Axes, body_in: float) -> None:
    """Half widths from left to right, inches downwards; the band is the same for all rows."""
    axes.set_xlim(-REACH - 0.35, REACH + 0.35)
    axes.set_ylim(body_in, 0.0)
    axes.add_patch(Rectangle((-1.0, 0.0), 2.0, body_in, facecolor=BAND, edgecolor="none", zorder=0.5))
    axes.set_yticks([])
    axes.set_xticks([-4, -3, -2, -1, 0, 1, 2, 3, 4], ["−4", "", "−2", "", "0", "", "2", "", "4"])
    axes.set_xlabel("distance from the middle of the band,\nhalf widths of the band", size=ROW.size, labelpad=2.0)
    for x, words in ((-2.6, "too low"), (0.0, "in the band"), (2.6, "too high")):
        axes.annotate(
            words, (x, 0.0), xytext=(0.0, 3.0), textcoords="offset points", size=ROW.size, color=style.MUTED, ha="center", va="bottom"
        )


def _fill(axes: Axes, row: _Row, y_in: float) -> None:
    """Draw one row."""
    y, colour = y_in + row.high_in / 2, INSIDE if row.found.inside else OUTSIDE
    axes.axhline(y_in + row.high_in, color=style.GRID, linewidth=0.4, zorder=0.6)
    seen = place(row.found.item.observed, row.found)
    axes.plot((seen, seen), (y - 0.07, y + 0.07), color=style.INK, linewidth=1.6, solid_capstyle="butt", zorder=2.0, clip_on=False)
    far = [place(level, row.found) for level in row.levels]
    low, q1, middle, q3, high = (min(max(value, -REACH - 0.15), REACH + 0.15) for value in far)
    axes.plot((low, high), (y, y), color=style.BLUE, linewidth=1.0, solid_capstyle="butt", zorder=3.0)
    axes.plot((q1, q3), (y, y), color=style.BLUE, linewidth=2.6, solid_capstyle="butt", zorder=3.0)
    marker = "<" if far[2] < -REACH else ">" if far[2] > REACH else "o"
    axes.plot(
        (middle,), (y,), marker=marker, markersize=4.2, linestyle="none", color=colour, markeredgewidth=1.0, zorder=4.0,
        markerfacecolor=colour if row.found.inside else "white", clip_on=False,
    )  # fmt: skip


def overview_chart(result: Backtest) -> Figure:
    """Part of the observed numbers whose simulated median is in the band, a bar an episode.

    Arguments:
        result: of `sim.backtest`.
    """
    with style.chart_style():
        room, n = style.WIDTH_IN - 2 * EDGE_IN, len(result.episodes)
        heads = [("Simulated medians in the bands of what was observed", HEAD)]
        heads += [(line, SUB) for line in style.wrap_text(score_line(result), SUB.size, room)]
        made = f"Simulation: {format_count(result.runs)} runs of each. Sources: as told with each episode."
        foot = [(line, NOTE) for line in style.wrap_text(LEGEND, NOTE.size, room)] + [(made, FOOT)]
        top_in, foot_in, row_in = 0.06 + lines_in(heads) + 0.28, lines_in(foot) + 0.05, 0.26
        height_in = top_in + n * row_in + 0.42 + foot_in
        figure = style.new_figure(height_in)
        write_lines(figure, heads, height_in - 0.06)
        write_lines(figure, foot, foot_in)
        names = [scored.episode.name for scored in result.episodes]
        left_in = EDGE_IN + max(style.text_width_in(name, 8.0) for name in names) + 0.12
        wide_in = style.WIDTH_IN - left_in - 1.7
        axes = figure.add_axes((left_in / style.WIDTH_IN, (foot_in + 0.42) / height_in, wide_in / style.WIDTH_IN, n * row_in / height_in))
        _bars(axes, result, names)
    return figure


def _bars(axes: Axes, result: Backtest, names: Sequence[str]) -> None:
    axes.set_xlim(0.0, 100.0)
    axes.set_ylim(len(names), 0.0)
    axes.set_yticks([row + 0.5 for row in range(len(names))], names, size=8.0)
    axes.set_xticks(range(0, 101, 20), [f"{tick} %" for tick in range(0, 101, 20)])
    axes.grid(axis="x", color=style.GRID, linewidth=0.5)
    axes.set_xlabel("observed numbers whose simulated median lies in the band", size=NOTE.size, labelpad=2.0)
    for words, x_pt in (("in band", 50.0), ("mean CRPS", 108.0)):
        axes.annotate(
            words, (1.0, 1.0), xytext=(x_pt, 3.0), xycoords="axes fraction", textcoords="offset points", size=NOTE.size, color=style.MUTED,
            ha="right", va="bottom",
        )  # fmt: skip
    for row, scored in enumerate(result.episodes):
        inside, n = sum(found.inside for found in scored.agreements), len(scored.agreements)
        crps = sum(found.crps for found in scored.agreements) / n
        axes.barh(row + 0.5, 100.0 * scored.score, height=0.62, color=style.BLUE, zorder=2.0)
        for words, x_pt in ((f"{inside} of {n}", 50.0), (f"{crps:.2f}", 108.0)):
            axes.annotate(
                words, (100.0, row + 0.5), xytext=(x_pt, 0.0), textcoords="offset points", size=8.0, ha="right", va="center_baseline",
                annotation_clip=False,
            )  # fmt: skip
    if len(names) > 1:
        axes.axvline(100.0 * result.score, color=style.INK, linewidth=1.0, linestyle="dashed", zorder=3.0)
        axes.annotate(
            f"all: {100.0 * result.score:.0f} %", (100.0 * result.score, 0.0), xytext=(0.0, 3.0), textcoords="offset points",
            size=NOTE.size, ha="center", va="bottom",
        )  # fmt: skip
