"""A chart of differences between scenarios: mean and interval by place, over how the runs differ one by one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from sim.errors import Problem, RunError
from sim.measure.compare import SENSES, TAIL_MEASURE, Pair, difference, is_calm, unit_of
from sim.show import style
from sim.show.layout import EDGE_IN, FOOT, HEAD, KEY_IN, NOTE, PANEL, SUB, Key, draw_keys, key_rows, lines_in, origin_line, write_lines
from sim.show.versus import measure_words, named, place_name, place_title
from sim.show.view import Floats
from sim.show.words import format_part

ROW_IN, GAP_IN = 0.19, 0.1
"""Height of one comparison, and room between places, inches."""
TICKS = 100
"""Thin ticks a comparison: each stands for as large a part of the runs."""
TICK_PART, TICK_INK = 0.62, 0.3
"""Height of a thin tick, part of the row's; and how dark it is."""
AXIS_IN, WORDS_IN = 0.42, 0.2
"""Room for the numbers and the name of an axis, and for the words over a panel, inches."""
SIDE_IN = 0.6
"""Room that 'better' and 'worse' need beside zero, inches."""
PART_IN = 0.55
"""Room on the right for the part of the runs in which it is better, inches."""


@dataclass(frozen=True, kw_only=True)
class Sides:
    """What is compared, and where it comes from."""

    names: tuple[str, ...]
    title: str
    n_runs: int
    rng_seed: int
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class _Panel:
    """One commodity: its places, each with one comparison a scenario."""

    title: str
    places: dict[str, list[Pair]]
    axis: str
    factor: float

    @property
    def height_in(self) -> float:
        return sum(len(pairs) * ROW_IN + GAP_IN for pairs in self.places.values())


def write_differences(pairs: Sequence[Pair], sides: Sides, path: Path) -> None:
    """Draw `difference_chart` into one file, PNG (150 dpi) or SVG by its ending.

    Arguments:
        pairs: all of one measure.
        sides: what is compared.
        path: file to write; its folder is made if absent.
    Raises:
        RunError: there is no pair, another ending, or it cannot be written.
    """
    with style.chart_style():
        style.save_as(difference_chart(pairs, sides), path)


def difference_chart(pairs: Sequence[Pair], sides: Sides) -> Figure:
    """Mean difference with its 95 % interval, a dot a place and comparison, over thin ticks for the differences of single runs.

    Arguments:
        pairs: all of one measure.
        sides: what is compared.
    Raises:
        RunError: there is no pair.
    """
    if not pairs:
        raise RunError(Problem(where="chart", what="there is nothing to draw", remedy="Name a measure that was compared."))
    lively = {pair.place for pair in pairs if not _is_calm(pair)}
    shown = [pair for pair in pairs if pair.place in lively]
    quiet = list(dict.fromkeys((pair.place.region, pair.place.sector) for pair in pairs if pair.place not in lively))
    measure = pairs[0].measure
    label = measure_words(measure, unit_of(measure), 0.0)[0].split(", ")[0]
    heading = f"{label[0].upper()}{label[1:]}: difference from {sides.names[0]}"
    return _draw(_panels(shown), heading, _notes(measure, quiet, sides.n_runs), sides)


def _is_calm(pair: Pair) -> bool:
    found = difference(pair.before, pair.after, pair.measure, pair.sampler)
    return is_calm(pair.measure, found.mean_a, found.diff, found.p_alike)


def _notes(measure: str, quiet: Sequence[tuple[str, str]], n_runs: int) -> tuple[str, ...]:
    dot = "difference" if measure == TAIL_MEASURE else "mean of the differences run by run"
    told = f"Dot: {dot}; bar: its 95 % interval."
    if _has_ticks(measure):
        told += f" Each thin tick: {f'one in {TICKS} of the runs, in order of their differences' if n_runs > TICKS else 'one run'}."
    if SENSES[measure].better and measure != TAIL_MEASURE:
        told += " On the right: part of the runs in which it is better by more than rounding."
    return (told, f"Nothing happens and nothing differs: {named(quiet)}.") if quiet else (told,)


def _colour(b: int) -> str:
    """One a scenario compared with the first; past the palette they repeat."""
    return style.PALETTE[(b - 1) % (len(style.PALETTE) - 1)]


def _has_ticks(measure: str) -> bool:
    """Whether single runs differ by more than yes or no."""
    return measure != TAIL_MEASURE and unit_of(measure) != "probability"


def _panels(pairs: Sequence[Pair]) -> list[_Panel]:
    found: dict[str, dict[str, list[Pair]]] = {}
    for pair in pairs:
        commodity, region, sector = pair.place
        found.setdefault(place_title(commodity, sector), {}).setdefault(place_name(region, sector), []).append(pair)
    panels = []
    for title, places in found.items():
        inside = [pair for group in places.values() for pair in group]
        largest = max(float(np.nanmax(np.abs(_change(pair)), initial=0.0)) for pair in inside)
        words, factor = measure_words(inside[0].measure, unit_of(inside[0].measure), largest)
        axis = words.removesuffix("%") + "percentage points" if words.endswith(", %") else words
        panels.append(_Panel(title=title, places=places, axis=f"difference in {axis}", factor=factor))
    return panels


def _change(pair: Pair) -> Floats:
    return pair.after - pair.before


def _draw(panels: Sequence[_Panel], heading: str, notes: Sequence[str], sides: Sides) -> Figure:
    room = style.WIDTH_IN - 2 * EDGE_IN
    heads = [(line, HEAD) for line in style.wrap_text(heading, HEAD.size, room, bold=True)]
    heads += [(line, SUB) for line in style.wrap_text(sides.title, SUB.size, room)]
    keys = key_rows([Key(label=name, colour=_colour(b), is_point=True) for b, name in enumerate(sides.names) if b], room)
    under = [(line, NOTE) for note in notes for line in style.wrap_text(note, NOTE.size, room)]
    made = origin_line(", ".join(sides.names), (sides.n_runs, sides.rng_seed), sides.sources)
    foot = [(line, FOOT) for line in style.wrap_text(made, FOOT.size, room)]
    top_in = 0.06 + lines_in(heads) + len(keys) * KEY_IN + 0.08
    foot_in = lines_in(foot) + 0.05
    bottom_in = foot_in + lines_in(under) + 0.07
    over_in = PANEL.size / 72 + 0.1 + WORDS_IN
    height_in = top_in + sum(over_in + panel.height_in + AXIS_IN for panel in panels) + bottom_in
    figure = style.new_figure(height_in)
    y_in = write_lines(figure, heads, height_in - 0.06)
    for row in keys:
        draw_keys(figure, row, y_in - 0.13)
        y_in -= KEY_IN
    write_lines(figure, under, bottom_in - 0.02)
    write_lines(figure, foot, foot_in)
    names = [place for panel in panels for place in panel.places]
    left_in = EDGE_IN + max((style.text_width_in(name, 8.0) for name in names), default=0.0) + 0.12
    wide_in = style.WIDTH_IN - left_in - PART_IN
    y_in = height_in - top_in
    for panel in panels:
        y_in -= over_in + panel.height_in
        figure.text(
            EDGE_IN / style.WIDTH_IN, (y_in + panel.height_in + WORDS_IN) / height_in, panel.title, size=PANEL.size, weight=PANEL.weight
        )
        box = (left_in / style.WIDTH_IN, y_in / height_in, wide_in / style.WIDTH_IN, panel.height_in / height_in)
        _fill(figure.add_axes(box), panel, wide_in)
        y_in -= AXIS_IN
    return figure


def _fill(axes: Axes, panel: _Panel, wide_in: float) -> None:
    """Draw one panel; its upright axis is in inches from the top."""
    y, labels, ends = 0.0, [], [0.0]
    axes.set_ylim(panel.height_in, 0.0)
    for place, pairs in panel.places.items():
        labels.append((y + (GAP_IN + len(pairs) * ROW_IN) / 2, place))
        y += GAP_IN / 2
        for pair in pairs:
            ends += _row(axes, pair, y + ROW_IN / 2, panel.factor)
            y += ROW_IN
        y += GAP_IN / 2
        axes.axhline(y, color=style.GRID, linewidth=0.5, zorder=0.5)
    low, high = min(ends), max(ends)
    margin = 0.03 * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    axes.axvline(0.0, color=style.INK, linewidth=0.8, zorder=2.0)
    axes.set_yticks([middle for middle, _ in labels], [place for _, place in labels], size=8.0)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=8, steps=[1, 2, 2.5, 5, 10]))
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:+,.10g}".replace("-", "−") if value else "0")
    axes.grid(axis="x", color=style.GRID, linewidth=0.5)
    axes.set_xlabel(panel.axis, size=NOTE.size, labelpad=2.0)
    _sides(axes, SENSES[next(iter(panel.places.values()))[0].measure].better, wide_in)


def _row(axes: Axes, pair: Pair, y: float, factor: float) -> list[float]:
    """Draw one comparison and return the values it reaches."""
    found, colour = difference(pair.before, pair.after, pair.measure, pair.sampler), _colour(pair.b)
    mean, low, high = (factor * value for value in (found.diff, found.low, found.high))
    ends = [value for value in (mean, low, high) if np.isfinite(value)]
    change = _change(pair)
    change = factor * change[np.isfinite(change)]
    if _has_ticks(pair.measure) and len(change):
        part = np.quantile(change, (np.arange(TICKS) + 0.5) / TICKS) if len(change) > TICKS else np.sort(change)
        half = TICK_PART * ROW_IN / 2
        axes.vlines(part, y - half, y + half, color=colour, alpha=TICK_INK, linewidth=0.8, zorder=1.0)
        ends += [float(part[0]), float(part[-1])]
    axes.plot([low, high], [y, y], color=style.INK, linewidth=2.0, zorder=3.0)
    axes.plot([mean], [y], color=colour, marker="o", markersize=5.0, markeredgecolor=style.INK, markeredgewidth=0.8, zorder=4.0)
    if not np.isnan(found.p_strict):
        told = f"{format_part(100.0 * found.p_strict)} %"
        axes.annotate(
            told, (1.0, y), xytext=(4.0, 0.0), xycoords=axes.get_yaxis_transform(), textcoords="offset points", size=NOTE.size, va="center"
        )
    return ends


def _sides(axes: Axes, better: int, wide_in: float) -> None:
    """Say over the panel on which side of zero the second is better, where there is room."""
    low, high = axes.get_xlim()
    at = -low / (high - low)
    left, right = ("← better", "worse →") if better < 0 else ("← worse", "better →")
    style_of = {"transform": axes.transAxes, "size": NOTE.size, "color": style.MUTED, "va": "bottom"}
    gap, up = 0.05 / wide_in, 1.0 + 0.03 / axes.get_ylim()[0]
    if better and at * wide_in > SIDE_IN:
        axes.text(at - gap, up, left, ha="right", **style_of)
    if better and (1.0 - at) * wide_in > SIDE_IN:
        axes.text(at + gap, up, right, ha="left", **style_of)
