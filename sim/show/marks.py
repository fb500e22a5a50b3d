"""What is drawn inside a panel: fans, stacks, stores, and labels at the ends of curves."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Polygon
from numpy.typing import NDArray

from sim.show import style
from sim.show.layout import Key
from sim.show.view import Course, Floats

Ints = NDArray[np.intp]
# Bands let the grey of a shock through, so they are the line's colour thinned, not paler colours of their own.
BAND_50, BAND_90 = 0.38, 0.20
KEY_50, KEY_90 = "#7cb2d6", "#cce3f0"
"""The bands' colours on white, for the legend."""
BAR, COLUMN = 0.06, 0.3
"""Width of a band and of a stack over a single date, whose axis is one day wide."""
STORE, STORE_90 = style.VERMILION, 0.22
KEY_STORE_90 = "#f6dac7"


def fan_keys(name: str, fans: Collection[Course]) -> tuple[Key, ...]:
    """Legend of fans; a band that none of them has is left out, and with no band the line is not called a median.

    Arguments:
        name: what the fan shows, such as "unmet demand".
        fans: those that are drawn.
    """
    bands = (
        *((Key(label="25–75 % of runs", colour=KEY_50),) if any(_is_wide(fan.p25, fan.p75) for fan in fans) else ()),
        *((Key(label="5–95 % of runs", colour=KEY_90),) if any(_is_wide(fan.p05, fan.p95) for fan in fans) else ()),
    )
    return (Key(label=f"{name}: median" if bands else name, colour=style.BLUE, is_line=True, is_point=_are_points(fans)), *bands)


def store_keys(stores: Collection[Course]) -> tuple[Key, ...]:
    """Legend of strategic stores; empty if there are none.

    Arguments:
        stores: those that are drawn.
    """
    if not stores:
        return ()
    name = "strategic store"
    bands = (Key(label="store: 5–95 % of runs", colour=KEY_STORE_90),) if any(_is_wide(one.p05, one.p95) for one in stores) else ()
    label = f"{name}: median" if bands else name
    return (Key(label=label, colour=STORE, is_line=True, is_point=_are_points(stores), dashes="dashed"), *bands)


def _are_points(courses: Collection[Course]) -> bool:
    return all(len(course.day) == 1 for course in courses)


def _is_wide(low: Floats, high: Floats) -> bool:
    """Whether a band has a width anywhere, beyond rounding."""
    return bool(np.nanmax(high - low, initial=0.0) > 1e-6 * np.nanmax(np.abs(high), initial=0.0))


def draw_fan(axes: Axes, fan: Course) -> None:
    """Median line over the middle half and the middle nine tenths of runs.

    Arguments:
        axes: the panel.
        fan: quantiles in the unit of the axis.
    """
    _band(axes, (fan.day, fan.p05, fan.p95), style.BLUE, BAND_90)
    _band(axes, (fan.day, fan.p25, fan.p75), style.BLUE, BAND_50)
    draw_line(axes, fan.day, fan.p50, style.BLUE)


def draw_store(axes: Axes, store: Course) -> None:
    """Strategic store: dashed median over the middle nine tenths of runs.

    Arguments:
        axes: the panel.
        store: quantiles in the unit of the axis.
    """
    _band(axes, (store.day, store.p05, store.p95), STORE, STORE_90)
    draw_line(axes, store.day, store.p50, STORE, dashes="dashed")


def draw_line(axes: Axes, day: Floats, level: Floats, colour: str, *, dashes: style.Dashes = "solid", width_pt: float = 1.4) -> None:
    """A line over the dates, or a point where there is but one.

    Arguments:
        axes: the panel.
        day: instants, days since 1970-01-01, [date].
        level: in the unit of the axis, [date].
        colour: of line or point.
        dashes: of the line.
        width_pt: of the line, points.
    """
    if len(day) == 1:
        axes.plot(day, level, color=colour, marker="o", markersize=style.POINT_PT, linestyle="none", clip_on=False, zorder=3)
    else:
        axes.plot(day, level, color=colour, linestyle=dashes, linewidth=width_pt)


def draw_stack(axes: Axes, day: Floats, layers: Mapping[str, Floats], colours: Mapping[str, str]) -> None:
    """Stack the layers from zero, first at the bottom.

    Arguments:
        axes: the panel.
        day: instants, days since 1970-01-01, [date].
        layers: one array a layer in the unit of the axis, [date].
        colours: one a layer.
    """
    tops = np.cumsum(list(layers.values()), axis=0) if layers else np.zeros((1, len(day)))
    # One choice of points for all layers, so that neighbours share their edge.
    kept = thin(day, tops)
    floor = np.zeros(len(kept))
    for name, level in zip(layers, tops[:, kept], strict=True):
        # A thin white edge keeps neighbours apart in grey print.
        ring = _ring(day[kept], floor, level, width=COLUMN)
        axes.add_artist(Polygon(ring, facecolor=colours[name], edgecolor="white", linewidth=0.3))
        floor = level


def _band(axes: Axes, band: tuple[Floats, Floats, Floats], colour: str, alpha: float) -> None:
    day, low, high = band
    if not _is_wide(low, high):
        return
    known = np.isfinite(low) & np.isfinite(high)
    # A gap in the data is a gap in the band.
    for run in np.split(np.arange(len(day)), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if known[run[0]]:
            edges = np.stack((low[run], high[run]))
            kept = run[thin(day[run], np.log(edges) if axes.get_yscale() == "log" else edges)]
            ring = _ring(day[kept], low[kept], high[kept], width=BAR)
            axes.add_artist(Polygon(ring, facecolor=colour, alpha=alpha, linewidth=0))


def _ring(day: Floats, low: Floats, high: Floats, *, width: float) -> Floats:
    """Outline of an area; a single date is as wide as `width`, days."""
    if len(day) == 1:
        day, low, high = np.array([day[0] - width / 2, day[0] + width / 2]), np.repeat(low, 2), np.repeat(high, 2)
    return np.stack((np.concatenate((day, day[::-1])), np.concatenate((low, high[::-1]))), axis=1)


def thin(day: Floats, levels: Floats) -> Ints:
    """Places of the points that matter: a straight stretch keeps only its ends (Douglas and Peucker 1973).

    No curve moves by more than a quarter of a percent of the highest value, one dot at 300 dots an inch in a small panel.

    Arguments:
        day: instants, [date].
        levels: curves over the same dates, [curve, date].
    """
    allowed = 2.5e-3 * float(np.nanmax(np.abs(levels), initial=0.0))
    kept = {0, len(day) - 1}
    spans = [(0, len(day) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        part = (day[first : last + 1] - day[first]) / (day[last] - day[first])
        chord = levels[:, first, None] + (levels[:, last] - levels[:, first])[:, None] * part
        error = np.abs(levels[:, first : last + 1] - chord).max(axis=0)
        worst = int(error.argmax())
        if error[worst] > allowed:
            kept.add(first + worst)
            spans += [(first, first + worst), (first + worst, last)]
    return np.array(sorted(kept))


def label_ends(axes: Axes, ends: Mapping[str, tuple[float, str]]) -> None:
    """Write each curve's label right of its end, moved apart where they would touch, with a thin leader to the end.

    Arguments:
        axes: a panel whose upright axis is already set.
        ends: label -> (height of the end in the unit of the axis, colour).
    """
    low, high = axes.get_ylim()
    panel_in = axes.get_window_extent().height / axes.figure.dpi
    heights = spread([(end - low) / (high - low) for end, _ in ends.values()], gap=0.15 / panel_in)
    width_in = axes.get_position().width * style.WIDTH_IN
    for (label, (end, colour)), height in zip(ends.items(), heights, strict=True):
        axes.annotate(
            label, xy=(1.0, (end - low) / (high - low)), xytext=(1.0 + 0.18 / width_in, height), xycoords="axes fraction",
            textcoords="axes fraction", size=7.5, weight="bold", va="center", annotation_clip=False,
            arrowprops={"arrowstyle": "-", "color": colour, "linewidth": 1.2, "shrinkA": 0, "shrinkB": 0, "relpos": (0, 0.5)},
        )  # fmt: skip


def spread(heights: list[float], gap: float) -> list[float]:
    """Heights at least `gap` apart, in the same order, each group centred on where it wanted to be.

    Arguments:
        heights: where labels would stand, any unit.
        gap: least distance, same unit.
    """
    order = sorted(range(len(heights)), key=lambda place: heights[place])
    groups: list[tuple[float, list[int]]] = []
    for place in order:
        centre, members = heights[place], [place]
        while groups and centre - gap * len(members) / 2 < groups[-1][0] + gap * len(groups[-1][1]) / 2:
            other, others = groups.pop()
            centre = (other * len(others) + centre * len(members)) / (len(others) + len(members))
            members = others + members
        groups.append((centre, members))
    moved = [0.0] * len(heights)
    for centre, members in groups:
        for rank, place in enumerate(members):
            moved[place] = centre + gap * (rank - (len(members) - 1) / 2)
    return moved
