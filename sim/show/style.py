"""One look for every chart: colours, type, sizes, and bytes that do not change from one drawing to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font

from sim.errors import Problem, RunError

WIDTH_IN = 7.0
"""Width of a chart, inches: the text column of an A4 report."""
PNG_DPI = 150
PNG_COMPRESSION = 3
"""Of zlib: for these drawings quicker than its usual 6, and a smaller file."""
ENDINGS = (".png", ".svg")
"""Of the files a chart can be written to."""
POINT_PT = 4.0
"""Size of a point, points."""
HEAT = "cividis"
"""Colour map of heat maps, even in grey and for the colour-blind."""

INK = "#1a1a1a"
MUTED = "#5f5f5f"
GRID = "#d9d9d9"
BLUE = "#0072b2"
VERMILION = "#d55e00"

# Okabe and Ito (2008), "Color Universal Design". Their yellow is left out of lines: it fades on white paper.
PALETTE = ("#d55e00", "#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#000000", "#f0e442")
OTHER = "#bdbdbd"
Dashes = Literal["solid", "dashed", "dotted", "dashdot"]
DASHES: tuple[Dashes, ...] = ("solid", "dashed", "dotted", "dashdot")

_MEASURED_PT = 40.0
# A space in DejaVu Sans, and room for side bearings, in ems.
_SPACE_EM = 0.36
# Small type is fitted to whole pixels, which widens it.
_HINTED = 1.03

_LOOK: dict[str, Any] = {
    "figure.facecolor": "white",
    "savefig.facecolor": "white",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans", "Verdana", "Arial"],
    "font.size": 8.0,
    "text.color": INK,
    # A title may hold dollar signs.
    "text.parse_math": False,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.axisbelow": True,
    "axes.xmargin": 0.0,
    "axes.ymargin": 0.0,
    "xtick.major.size": 3.0,
    "xtick.major.width": 0.6,
    "ytick.major.size": 0.0,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "xtick.labelsize": 7.5,
    "ytick.labelsize": 7.5,
    "lines.linewidth": 1.4,
    "lines.solid_capstyle": "butt",
    # Text stays text: it can be searched, read aloud and edited, and a file is a third of the size. The other faces are
    # for readers without DejaVu; none of them is wider.
    "svg.fonttype": "none",
    # Ids inside an SVG are hashed with this salt; without it they are random.
    "svg.hashsalt": "sim",
}
# Switches of the process, not of a picture: never touched.
_NOT_LOOKS = ("backend", "interactive", "toolbar", "timezone", "datapath", "webagg", "tk.", "keymap", "macosx", "animation")


@contextmanager
def chart_style() -> Iterator[None]:
    """Draw with the project's look, whatever the reader's own matplotlib settings are, and put theirs back.

    Yields:
        nothing; figures must be built, and saved, inside.
    """
    look: Any = {key: value for key, value in mpl.rcParamsDefault.items() if not key.startswith(_NOT_LOOKS)}
    look.update(_LOOK)
    with mpl.rc_context(rc=look):
        yield


def new_figure(height_in: float) -> Figure:
    """Empty figure one report column wide, with its own canvas (no window, no pyplot).

    Arguments:
        height_in: height, inches.
    """
    figure = Figure(figsize=(WIDTH_IN, height_in))
    FigureCanvasAgg(figure)
    return figure


def save(figure: Figure, folder: Path, stem: str) -> tuple[Path, Path]:
    """Write one chart as PNG (150 dpi) and SVG; the same figure always gives the same bytes.

    Arguments:
        figure: built inside `chart_style`.
        folder: where to write; made if absent.
        stem: file name without its ending.
    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    png, svg = folder / f"{stem}.png", folder / f"{stem}.svg"
    figure.savefig(png, dpi=PNG_DPI, metadata=_about(png), pil_kwargs={"compress_level": PNG_COMPRESSION})
    figure.savefig(svg, metadata=_about(svg))
    return png, svg


def save_as(figure: Figure, path: Path) -> None:
    """Write one chart under a name, PNG (150 dpi) or SVG by its ending: whole or not at all.

    Arguments:
        figure: built inside `chart_style`.
        path: file to write; its folder is made if absent.
    Raises:
        RunError: another ending, or it cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise RunError(Problem(file=str(path), what="is neither a .png nor a .svg", remedy="Give a name that ends in one of them."))
    scratch = path.with_name(f".unfinished-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            figure.savefig(scratch, format=ending[1:], dpi=PNG_DPI, metadata=_about(path))
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)
    except OSError as error:
        got = error.strerror or str(error)
        raise RunError(Problem(file=str(path), what="cannot write the chart here", got=got, remedy="Give another place.")) from error


def _about(path: Path) -> dict[str, str | None]:
    """What a file says of itself: neither a date nor a version, which would change its bytes."""
    return {"Software": None} if path.suffix.lower() == ".png" else {"Date": None, "Creator": "sim", "Title": path.stem}


@lru_cache(maxsize=2)
def _font(bold: bool) -> FT2Font:
    font = FT2Font(findfont("DejaVu Sans:bold" if bold else "DejaVu Sans"))
    font.set_size(_MEASURED_PT, 72.0)
    return font


@lru_cache(maxsize=4096)
def _word_width(word: str, bold: bool) -> float:
    font = _font(bold)
    font.set_text(word, 0.0)
    # FT2Font counts in 64ths of a pixel, and a pixel is a point at 72 dpi.
    return font.get_width_height()[0] / 64.0 / _MEASURED_PT


def text_width_in(text: str, size: float, *, bold: bool = False) -> float:
    """Width of one line of text, inches.

    Arguments:
        text: one line.
        size: type size, points.
        bold: heavier cut of the same face.
    """
    words = text.split(" ")
    return (sum(_word_width(word, bold) for word in words) + _SPACE_EM * (len(words) - 1)) * _HINTED * size / 72.0


def wrap_text(text: str, size: float, width_in: float, *, bold: bool = False) -> tuple[str, ...]:
    """Break text into lines that fit a width; a word longer than a line is cut.

    Arguments:
        text: words; newlines count as spaces.
        size: type size, points.
        width_in: longest line allowed, inches.
        bold: heavier cut of the same face.
    """
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if text_width_in(longer, size, bold=bold) <= width_in:
            line = longer
            continue
        if line:
            lines.append(line)
        line = fit_text(word, size, width_in, bold=bold)
    return (*lines, line) if line else tuple(lines)


def fit_text(text: str, size: float, width_in: float, *, bold: bool = False) -> str:
    """The text, or as much of it as fits the width with an ellipsis.

    Arguments:
        text: one line.
        size: type size, points.
        width_in: room, inches.
        bold: heavier cut of the same face.
    """
    if text_width_in(text, size, bold=bold) <= width_in:
        return text
    kept = text
    while kept and text_width_in(kept + "…", size, bold=bold) > width_in:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def series_colours(names: tuple[str, ...]) -> dict[str, str]:
    """One colour a name, by its place in the list, so a region keeps its colour from chart to chart.

    Arguments:
        names: all names of one kind, in the scenario's order. Past the palette colours repeat: vary the dashes too.
    """
    usable = PALETTE[:-1]
    return {name: usable[place % len(usable)] for place, name in enumerate(names)}


def series_dashes(names: tuple[str, ...]) -> dict[str, Dashes]:
    """One line style a name: solid until the palette has been used up, then broken.

    Arguments:
        names: as for `series_colours`.
    """
    usable = len(PALETTE) - 1
    return {name: DASHES[place // usable % len(DASHES)] for place, name in enumerate(names)}
