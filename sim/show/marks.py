"""What is drawn inside a panel: fans, stacks, stores, and labels at the ends of curves."""

from __future__ import annotations

from collections.abc import Mapping

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
STORE, STORE_90 = style.VERMILION, 0.22
KEY_STORE_90 = "#f6dac7"


def fan_keys(name: str) -> tuple[Key, ...]:
    """Legend of a fan.

    Arguments:
        name: what the fan shows, such as "unmet demand".
    """
    return (
        Key(label=f"{name}: median", colour=style.BLUE, is_line=True),
        Key(label="25–75 % of runs", colour=KEY_50),
        Key(label="5–95 % of runs", colour=KEY_90),
    )


def store_keys() -> tuple[Key, ...]:
    """Legend of a strategic store."""
    return (
        Key(label="strategic store: median", colour=STORE, is_line=True, dashes="dashed"),
        Key(label="store: 5–95 % of runs", colour=KEY_STORE_90),
    )


def draw_fan(axes: Axes, fan: Course) -> None:
    """Median line over the middle half and the middle nine tenths of runs.

    Arguments:
        axes: the panel.
        fan: quantiles in the unit of the axis.
    """
    _band(axes, (fan.day, fan.p05, fan.p95), style.BLUE, BAND_90)
    _band(axes, (fan.day, fan.p25, fan.p75), style.BLUE, BAND_50)
    axes.plot(fan.day, fan.p50, color=style.BLUE)


def draw_store(axes: Axes, store: Course) -> None:
    """Strategic store: dashed median over the middle nine tenths of runs.

    Arguments:
        axes: the panel.
        store: quantiles in the unit of the axis.
    """
    _band(axes, (store.day, store.p05, store.p95), STORE, STORE_90)
    axes.plot(store.day, store.p50, color=STORE, linestyle="dashed")


def draw_stack(axes: Axes, day: Floats, layers: Mapping[str, Floats], colours: Mapping[str, str]) -> float:
    """Stack the layers from zero, first at the bottom, and return the highest total.

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
        axes.add_patch(Polygon(_ring(day[kept], floor, level), facecolor=colours[name], edgecolor="white", linewidth=0.3))
        floor = level
    return float(tops.max(initial=0.0))


def _band(axes: Axes, edges: tuple[Floats, Floats, Floats], colour: str, alpha: float) -> None:
    day, low, high = edges
    known = np.isfinite(low) & np.isfinite(high)
    # A gap in the data is a gap in the band.
    for run in np.split(np.arange(len(day)), np.flatnonzero(np.diff(known.astype(int))) + 1):
        if known[run[0]]:
            kept = run[thin(day[run], np.stack((low[run], high[run])))]
            axes.add_patch(Polygon(_ring(day[kept], low[kept], high[kept]), facecolor=colour, alpha=alpha, linewidth=0))


def _ring(day: Floats, low: Floats, high: Floats) -> Floats:
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
