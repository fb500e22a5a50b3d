"""The page a chart sits on: heading, legend, panels, notes and footer, placed in inches.

Everything is measured before it is drawn, so no layout engine has to draw twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from sim.show import style
from sim.show.scales import SHADE_KEY, SHOCK_COLOURS, STRIP_IN
from sim.show.view import Course, RunView
from sim.show.words import format_count

KEY_IN = 0.19
"""Height of a row of the legend, inches."""
EDGE_IN = 0.08
"""White margin left and right of all text, inches."""
LINE = 1.35
"""Line spacing, multiples of the type size."""

STRIPS_NOTE = "Strips above a panel are the shocks, darker where in force in more runs."


@dataclass(frozen=True)
class Face:
    """How a line of text is set; size in points."""

    size: float
    weight: str = "normal"
    colour: str = style.INK


HEAD, SUB, PANEL = Face(10.5, "bold"), Face(8.0, colour=style.MUTED), Face(8.0, "bold")
NOTE, FOOT = Face(7.5), Face(6.5, colour=style.MUTED)


@dataclass(frozen=True, kw_only=True)
class Key:
    """One entry of the legend."""

    label: str
    colour: str
    is_line: bool = False
    is_point: bool = False
    """A line of a single date, which is drawn as a point."""
    dashes: style.Dashes = "solid"


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What stands around the panels."""

    heading: str
    axis_label: str
    """Quantity and unit of the upright axis, written once for all panels."""
    keys: tuple[Key, ...] = ()
    shocks: Mapping[str, Course] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    """Sentences under the panels."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """Room for the panels: how many, how high, and what is kept free around each."""

    n_panel: int
    own_scale: bool = False
    """Whether each panel has numbers of its own on the upright axis."""
    right_in: float = 0.12
    ticks_in: float = 0.0
    """Width of the widest number on an upright axis, inches."""
    height_in: float | None = None
    """Height of one panel; by default it follows from their number."""

    @property
    def n_column(self) -> int:
        return {0: 1, 1: 1, 2: 2, 4: 2}.get(self.n_panel, 3)

    @property
    def n_row(self) -> int:
        return math.ceil(self.n_panel / self.n_column)

    @property
    def panel_in(self) -> float:
        if self.height_in is not None:
            return self.height_in
        return {1: 2.5, 2: 1.9}.get(self.n_column, 1.35)


def build(view: RunView, sheet: Sheet, titles: Sequence[str], grid: Grid) -> tuple[Figure, list[Axes]]:
    """Figure with heading, legend, notes and footer in place, and one empty panel a title.

    Arguments:
        view: for the subtitle and the footer.
        sheet: words around the panels, and the shocks to name.
        titles: one a panel; none gives a figure of words only.
        grid: room for the panels.
    """
    room = style.WIDTH_IN - 2 * EDGE_IN
    shocks = list(sheet.shocks) if titles else []
    strips_in = _strips_in(len(shocks))
    heads = [(line, HEAD) for line in style.wrap_text(sheet.heading, HEAD.size, room, bold=True)]
    heads += [(line, SUB) for line in style.wrap_text(_subtitle(view), SUB.size, room)]
    rows_of_keys = key_rows((*sheet.keys, *_shock_keys(shocks, is_certain=view.is_certain)) if titles else (), room)
    sentences = (*sheet.notes, STRIPS_NOTE) if len(shocks) > 1 else sheet.notes
    notes = [(line, NOTE) for note in sentences for line in style.wrap_text(note, NOTE.size, room)]
    foot = [(line, FOOT) for line in style.wrap_text(footer(view), FOOT.size, room)]

    title_in = (PANEL.size / 72 if any(titles) else 0.0) + 0.1 + strips_in
    row_in = title_in + grid.panel_in + 0.4
    top_in = 0.06 + lines_in(heads) + len(rows_of_keys) * KEY_IN + 0.08
    foot_in = lines_in(foot) + 0.05
    bottom_in = foot_in + (lines_in(notes) + 0.07 if notes else 0.0)
    height_in = top_in + (grid.n_row * row_in if titles else 0.04) + bottom_in
    figure = style.new_figure(height_in)

    y_in = write_lines(figure, heads, height_in - 0.06)
    for row in rows_of_keys:
        draw_keys(figure, row, y_in - 0.13)
        y_in -= KEY_IN
    write_lines(figure, notes, bottom_in - 0.02)
    write_lines(figure, foot, foot_in)
    if not titles:
        return figure, []
    for row in range(grid.n_row):
        middle = (height_in - top_in - title_in - row * row_in - grid.panel_in / 2) / height_in
        figure.text((EDGE_IN + 0.02) / style.WIDTH_IN, middle, sheet.axis_label, size=NOTE.size, rotation=90, va="center", ha="left")
    return figure, _panels(figure, titles, grid, (height_in - top_in - title_in, row_in, strips_in))


def _subtitle(view: RunView) -> str:
    return view.title if view.variant is None else f"{view.title} (variant {view.variant})"


def write_lines(figure: Figure, lines: Sequence[tuple[str, Face]], y_in: float) -> float:
    """Write lines under one another and return the height under the last, inches.

    Arguments:
        figure: to write in.
        lines: text and how it is set.
        y_in: height of the first one's top, inches.
    """
    for line, face in lines:
        _text(figure, (EDGE_IN, y_in), line, face)
        y_in -= face.size * LINE / 72
    return y_in


def lines_in(lines: Sequence[tuple[str, Face]]) -> float:
    """Height of some lines, inches.

    Arguments:
        lines: text and how it is set.
    """
    return sum(face.size * LINE / 72 for _, face in lines)


def _panels(figure: Figure, titles: Sequence[str], grid: Grid, rows: tuple[float, float, float]) -> list[Axes]:
    first_in, row_in, strips_in = rows
    height_in = figure.get_figheight()
    left_in = max(0.66, EDGE_IN + 0.02 + NOTE.size * LINE / 72 + 0.06 + grid.ticks_in + 0.06)
    gap_in = max(0.5, grid.ticks_in + 0.16) if grid.own_scale else 0.2
    width_in = (style.WIDTH_IN - left_in - grid.right_in - gap_in * (grid.n_column - 1)) / grid.n_column
    panels: list[Axes] = []
    for place, title in enumerate(titles):
        row, column = divmod(place, grid.n_column)
        x_in, y_in = left_in + column * (width_in + gap_in), first_in - row * row_in - grid.panel_in
        axes = figure.add_axes((x_in / style.WIDTH_IN, y_in / height_in, width_in / style.WIDTH_IN, grid.panel_in / height_in))
        if title:
            shown = style.fit_text(title, PANEL.size, width_in, bold=True)
            _text(figure, (x_in, y_in + grid.panel_in + strips_in + 0.055), shown, PANEL, up="bottom")
        panels.append(axes)
    return panels


def footer(view: RunView) -> str:
    """One line on where a chart comes from: sources, scenario, runs and the generator's number.

    Arguments:
        view: the run.
    """
    name = view.scenario if view.variant is None else f"{view.scenario}, variant {view.variant}"
    return origin_line(name, (view.n_runs, view.rng_seed), view.sources)


def origin_line(name: str, runs: tuple[int, int], sources: Sequence[str]) -> str:
    """What was simulated, how many runs from which number, and where the facts come from.

    Arguments:
        name: of the scenario or scenarios.
        runs: how many, and the generator's number.
        sources: as they should be cited.
    """
    made = f"Simulation: {name}; {format_count(runs[0])} runs, rng_seed {runs[1]}."
    return f"{made} Sources: {'; '.join(sources)}." if sources else made


def _strips_in(n_shock: int) -> float:
    return min(n_shock, len(SHOCK_COLOURS)) * STRIP_IN if n_shock > 1 else 0.0


def _shock_keys(names: Sequence[str], *, is_certain: bool) -> tuple[Key, ...]:
    if not names:
        return ()
    if len(names) == 1:
        label = f"shock: {names[0]}" if is_certain else f"shock: {names[0]} (darker: in force in more runs)"
        return (Key(label=label, colour=SHADE_KEY),)
    shown = list(names[: len(SHOCK_COLOURS)])
    if len(names) > len(SHOCK_COLOURS):
        shown[-1] = f"{len(names) - len(SHOCK_COLOURS) + 1} others"
    return tuple(Key(label=f"shock: {name}", colour=SHOCK_COLOURS[place]) for place, name in enumerate(shown))


def key_rows(keys: Sequence[Key], room: float) -> list[list[tuple[float, Key]]]:
    """Entries of a legend row by row, each with its distance from the left, inches.

    Arguments:
        keys: the entries.
        room: width of a row, inches.
    """
    rows: list[list[tuple[float, Key]]] = []
    x_in = room
    for key in keys:
        width_in = 0.3 + style.text_width_in(style.fit_text(key.label, NOTE.size, room - 0.3), NOTE.size) + 0.16
        if not rows or x_in + width_in - 0.16 > room:
            rows.append([])
            x_in = 0.0
        rows[-1].append((x_in, key))
        x_in += width_in
    return rows


def draw_keys(figure: Figure, row: list[tuple[float, Key]], y_in: float) -> None:
    """Draw one row of a legend.

    Arguments:
        figure: to draw in.
        row: of `key_rows`.
        y_in: height of its middle, inches.
    """
    width, height = figure.get_size_inches()
    for offset, key in row:
        x_in = EDGE_IN + offset
        if key.is_point:
            figure.add_artist(
                Line2D([(x_in + 0.11) / width], [y_in / height], color=key.colour, marker="o", markersize=style.POINT_PT, linestyle="none")
            )
        elif key.is_line:
            figure.add_artist(
                Line2D([x_in / width, (x_in + 0.22) / width], [y_in / height] * 2, color=key.colour, linestyle=key.dashes, linewidth=1.6)
            )
        else:
            figure.add_artist(
                Rectangle((x_in / width, (y_in - 0.045) / height), 0.22 / width, 0.09 / height, facecolor=key.colour, edgecolor="none")
            )
        label = style.fit_text(key.label, NOTE.size, style.WIDTH_IN - 2 * EDGE_IN - 0.3)
        _text(figure, (x_in + 0.27, y_in), label, NOTE, up="center_baseline")


def _text(figure: Figure, at_in: tuple[float, float], text: str, face: Face, *, up: str = "top") -> None:
    width, height = figure.get_size_inches()
    figure.text(at_in[0] / width, at_in[1] / height, text, size=face.size, weight=face.weight, color=face.colour, va=up)
