"""A heat map of stages by regions, the value written into each cell."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from sim.errors import Problem, RunError
from sim.show import style
from sim.show.layout import EDGE_IN, FOOT, HEAD, SUB, lines_in, write_lines
from sim.show.outcome import table_rows
from sim.show.words import MISSING, commodity_label, format_part

if TYPE_CHECKING:
    import pandas as pd

CELL_IN = 0.36
"""Height of a row, inches."""
WIDEST_CELL_IN = 1.5
BAR_IN = 0.12
"""Height of the colour bar, inches."""
BAR_END_IN = 0.2
"""Room right of it for half of its last number, inches."""
DARK = 0.2
"""Relative luminance below which white stands out more than ink does (WCAG 2, contrast ratio)."""
NOTHING = "#f2f2f2"
"""Colour of a cell without a value; the colour map does not hold it."""
PERCENT = 100.0


@dataclass(frozen=True, kw_only=True)
class _Words:
    heading: str
    notes: tuple[str, ...]
    sources: tuple[str, ...]


def dependence_heat(table: pd.DataFrame, sources: Sequence[str] = ()) -> Figure:
    """Dependence on an origin through the whole chain, % of purchases, stages by regions; `-` where a region buys none of it.

    Arguments:
        table: columns of `sim.indices`, one row a stage and region.
        sources: as they should be cited.
    Raises:
        RunError: the table has no row.
    """
    rows = table_rows(table)
    if not rows:
        raise RunError(Problem(where="heat map", what="there is nothing to draw", remedy="Name a material and a region."))
    origin = rows[0]["origin"]
    cells = {(row["commodity"], row["region"]): PERCENT * float(row["through_chain"]) for row in rows}
    lacking = f" '{MISSING}': the region buys none of it." if any(map(math.isnan, cells.values())) else ""
    words = _Words(
        heading=f"Dependence on {origin} through the whole chain",
        notes=(
            f"% of what a region buys that stops if {origin} stops at this stage and at all stages before it. "
            f"Flows at rest; stocks and other sellers are not counted.{lacking}",
        ),
        sources=tuple(sources),
    )
    return _draw(cells, words)


def write_heat(table: pd.DataFrame, path: Path, sources: Sequence[str] = ()) -> None:
    """Draw `dependence_heat` into one file, PNG (150 dpi) or SVG by its ending.

    Arguments:
        table: columns of `sim.indices`.
        path: file to write; its folder is made if absent.
        sources: as they should be cited.
    Raises:
        RunError: another ending, or it cannot be written.
    """
    with style.chart_style():
        style.save_as(dependence_heat(table, sources), path)


def _draw(cells: Mapping[tuple[str, str], float], words: _Words) -> Figure:
    stages = tuple(dict.fromkeys(stage for stage, _ in cells))
    regions = tuple(dict.fromkeys(region for _, region in cells))
    room = style.WIDTH_IN - 2 * EDGE_IN
    cited = f"Sources: {'; '.join(words.sources)}." if words.sources else ""
    head = [(line, HEAD) for line in style.wrap_text(words.heading, HEAD.size, room, bold=True)]
    notes = [(line, SUB) for note in words.notes for line in style.wrap_text(note, SUB.size, room)]
    foot = [(line, FOOT) for line in style.wrap_text(cited, FOOT.size, room)]
    top_in = 0.06 + lines_in(head) + lines_in(notes) + 0.34
    bottom_in = lines_in(foot) + 0.1 + BAR_IN + 0.42
    panel_in = CELL_IN * len(stages)
    height_in = top_in + panel_in + bottom_in
    figure = style.new_figure(height_in)
    write_lines(figure, [*head, *notes], height_in - 0.06)
    write_lines(figure, foot, lines_in(foot) + 0.05)
    left_in = EDGE_IN + max(style.text_width_in(commodity_label(stage), 8.0) for stage in stages) + 0.1
    room_in = style.WIDTH_IN - left_in - EDGE_IN
    wide_in = min(room_in, WIDEST_CELL_IN * len(regions))
    axes = figure.add_axes((left_in / style.WIDTH_IN, bottom_in / height_in, wide_in / style.WIDTH_IN, panel_in / height_in))
    _cells(axes, cells, stages, regions)
    scale_in = room_in - BAR_END_IN
    bar = figure.add_axes((left_in / style.WIDTH_IN, (bottom_in - 0.1 - BAR_IN) / height_in, scale_in / style.WIDTH_IN, BAR_IN / height_in))
    _bar(bar)
    return figure


def _cells(axes: Axes, cells: Mapping[tuple[str, str], float], stages: Sequence[str], regions: Sequence[str]) -> None:
    for (stage, region), percent in cells.items():
        column, row = regions.index(region), stages.index(stage)
        missing = math.isnan(percent)
        colour = NOTHING if missing else _colour(percent)
        axes.add_patch(Rectangle((column, row), 1, 1, facecolor=colour, edgecolor="white", linewidth=1.5))
        ink = style.MUTED if missing else "white" if _luminance(percent) < DARK else style.INK
        axes.text(column + 0.5, row + 0.5, format_part(percent), ha="center", va="center_baseline", color=ink, size=8.0)
    axes.set_xlim(0, len(regions))
    axes.set_ylim(len(stages), 0)
    axes.set_xticks([place + 0.5 for place in range(len(regions))], regions, size=8.0)
    axes.set_yticks([place + 0.5 for place in range(len(stages))], [commodity_label(stage) for stage in stages], size=8.0)
    axes.tick_params(length=0, top=True, labeltop=True, bottom=False, labelbottom=False)
    for side in axes.spines.values():
        side.set_visible(False)


def _bar(axes: Axes) -> None:
    """The colours and what they stand for."""
    for step in range(100):
        axes.add_patch(Rectangle((step, 0), 1.05, 1, facecolor=_colour(step + 0.5), edgecolor="none", linewidth=0))
    axes.set_xlim(0, PERCENT)
    axes.set_ylim(0, 1)
    axes.set_xticks(range(0, 101, 20), [f"{tick} %" for tick in range(0, 101, 20)])
    axes.set_yticks([])
    for side in axes.spines.values():
        side.set_visible(False)


def _luminance(percent: float) -> float:
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _colour(percent)[:3])
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _colour(percent: float) -> tuple[float, float, float, float]:
    return mpl.colormaps[style.HEAT](percent / PERCENT)
