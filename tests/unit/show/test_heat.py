"""The heat map of dependence: every cell has its value, and what is missing is seen to be missing."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from sim.errors import RunError
from sim.show import style
from sim.show.heat import NOTHING, dependence_heat, write_heat

VALUES = {
    ("ore.mined", "AAA"): 0.0, ("ore.mined", "BBB"): math.nan, ("ore.mined", "CCC"): 1.0,
    ("metal.refined", "AAA"): 0.002, ("metal.refined", "BBB"): 0.5, ("metal.refined", "CCC"): 0.9999,
}  # fmt: skip


def table(values: dict[tuple[str, str], float]) -> pd.DataFrame:
    columns = pd.Index(["commodity", "region", "origin", "through_chain"])
    return pd.DataFrame([(stage, region, "AAA", value) for (stage, region), value in values.items()], columns=columns)


def test_every_cell_has_its_value() -> None:
    with style.chart_style():
        figure = dependence_heat(table(VALUES), ["A survey (CC BY 4.0)"])
    axes = figure.axes[0]
    told = {(int(text.get_position()[1]), int(text.get_position()[0])): text.get_text() for text in axes.texts}
    assert told == {(0, 0): "0", (0, 1): "-", (0, 2): "100", (1, 0): "< 1", (1, 1): "50", (1, 2): "> 99"}
    assert [label.get_text() for label in axes.get_yticklabels()] == ["ore, mined", "metal, refined"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["AAA", "BBB", "CCC"]
    words = " ".join(text.get_text() for text in figure.texts)
    assert "Dependence on AAA through the whole chain" in words
    assert "Sources: A survey (CC BY 4.0)." in words


def luminance(colour: tuple[float, float, float]) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_numbers_can_be_read_on_every_colour() -> None:
    shares = {("ore.mined", f"R{place}"): place / 50 for place in range(51)}
    with style.chart_style():
        axes = dependence_heat(table(shares)).axes[0]
    cells = [to_rgb(patch.get_facecolor()) for patch in axes.patches if isinstance(patch, Rectangle)]
    inks = [to_rgb(text.get_color()) for text in axes.texts]
    assert len(cells) == len(inks) == 51
    for cell, ink in zip(cells, inks, strict=True):
        low, high = sorted((luminance(cell), luminance(ink)))
        assert (high + 0.05) / (low + 0.05) >= 4.0


def test_what_is_missing_has_a_colour_of_its_own() -> None:
    with style.chart_style():
        axes = dependence_heat(table(VALUES)).axes[0]
    cells = [to_rgb(patch.get_facecolor()) for patch in axes.patches]
    assert cells.count(to_rgb(NOTHING)) == 1


def test_an_svg_keeps_its_words_and_its_bytes(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        write_heat(table(VALUES), tmp_path / name)
    one, two = ((tmp_path / name).read_text(encoding="utf-8") for name in ("one.svg", "two.svg"))
    assert one.replace(">one<", ">two<") == two
    assert "metal, refined" in re.findall(r"<text[^>]*>(.*?)</text>", one)


def test_what_cannot_be_drawn_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"is neither a \.png nor a \.svg"):
        write_heat(table(VALUES), tmp_path / "map.pdf")
    with pytest.raises(RunError, match="there is nothing to draw"):
        dependence_heat(table({}))
