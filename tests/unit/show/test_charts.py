"""Charts: what is written, that bytes repeat, what is said in words, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from sim.errors import RunError
from sim.show import style
from sim.show.charts import shortage_fan, stock_levels, supply_by_origin, survival, write_charts
from sim.show.prices import price_fan
from sim.show.view import STATISTICS, RunView
from tests.unit.show.conftest import DEMAND_T_PER_YEAR

DRAWN = (shortage_fan, supply_by_origin, stock_levels, survival)
Maker = Callable[..., RunView]
Draw = Callable[[RunView, str], Figure]


def texts(figure: Figure) -> str:
    words = [text.get_text() for text in figure.texts]
    for axes in figure.axes:
        words += [text.get_text() for text in axes.texts]
    return "\n".join(words)


def test_writes_png_and_svg_for_each_chart_and_commodity(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(commodities=("ore.mined", "gallium.refined"), regions=("CHN", "EU27"))
    written = write_charts(view, tmp_path / "charts")
    stems = [f"{chart}-{commodity}" for commodity in view.commodities for chart in ("shortage", "supply", "stock", "survival")]
    assert [path.name for path in written] == [f"{stem}.{kind}" for stem in stems for kind in ("png", "svg")]
    for path in written:
        if path.suffix == ".svg":
            ET.parse(path)
        else:
            assert path.read_bytes().startswith(b"\x89PNG\r\n")


def test_bytes_repeat(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(stored=("EU27",))
    first, second = write_charts(view, tmp_path / "a"), write_charts(view, tmp_path / "b")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_bytes_do_not_depend_on_the_readers_settings(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(regions=("EU27", "JPN"))
    plain = write_charts(view, tmp_path / "a")
    with mpl.rc_context(rc={"font.size": 22.0, "axes.grid": True, "svg.fonttype": "path", "lines.linewidth": 9.0}):
        odd = write_charts(view, tmp_path / "b")
        assert mpl.rcParams["font.size"] == 22.0
    assert [path.read_bytes() for path in plain] == [path.read_bytes() for path in odd]


def test_only_kept_series_are_drawn(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(regions=("EU27",))
    kept = view.series[view.series["series"].isin(["unmet", "demand", "shock"])]
    written = write_charts(replace(view, series=kept), tmp_path)
    assert [path.name for path in written] == ["shortage-gallium.refined.png", "shortage-gallium.refined.svg"]


@pytest.mark.parametrize(
    ("draw", "series"), [(shortage_fan, "unmet"), (supply_by_origin, "supply"), (stock_levels, "cover"), (survival, "short")]
)
def test_a_missing_series_is_named(make_view: Maker, draw: Draw, series: str) -> None:
    view = make_view(regions=("EU27",))
    bare = replace(view, series=view.series[view.series["series"] != series])
    with pytest.raises(RunError) as caught:
        draw(bare, "gallium.refined")
    problem = caught.value.problems[0]
    assert problem.what == f"the run kept no series '{series}' of gallium.refined"
    assert "demand" in str(problem.got)
    watched = f"Add '{series}' to watch.series in the scenario and run it again."
    assert problem.remedy == ("Run the scenario again." if series == "short" else watched)


def test_a_misspelt_commodity_is_answered_with_the_near_one(make_view: Maker) -> None:
    with pytest.raises(RunError, match=r"no commodity 'galium\.refined'\. Did you mean 'gallium\.refined'\?"):
        shortage_fan(make_view(), "galium.refined")


def test_nothing_to_draw_is_an_error(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(regions=("EU27",))
    with pytest.raises(RunError, match="kept no series to draw"):
        write_charts(replace(view, series=view.series[view.series["series"] == "shock"]), tmp_path)


def test_regions_that_never_run_short_are_said_in_words(make_view: Maker) -> None:
    figure = shortage_fan(make_view(), "gallium.refined")
    assert len(figure.axes) == 4
    assert "Never short of more than 5 % of demand in any of 2,000 runs: CHN and ROW" in texts(figure)
    assert "(95 % bound on the chance: 0.18 %)" in texts(figure)


def test_no_shortage_at_all_is_words_without_panels(make_view: Maker) -> None:
    view = make_view(depth={}, regions=("EU27", "JPN"))
    figures = [draw(view, "gallium.refined") for draw in (shortage_fan, survival)]
    assert [figure.axes for figure in figures] == [[], []]
    calm, chance = (texts(figure) for figure in figures)
    # The one says how near it came, the other how likely it is.
    assert "Nobody is short of more than 5 % of demand in any of 2,000 runs.\nLowest users' stock: EU27, 42 days of use on average." in calm
    assert "Never short of more than 5 % of demand in any of 2,000 runs: EU27 and JPN (95 % bound on the chance: 0.18 %)." in chance


def test_where_every_run_is_the_same_no_band_and_no_interval_is_shown(make_certain: Maker) -> None:
    view = make_certain(regions=("CHN", "EU27", "JPN"), depth={"EU27": 0.6, "JPN": 0.3}, stored=("JPN",))
    for draw in DRAWN:
        figure = draw(view, "gallium.refined")
        words = texts(figure)
        for word in ("5–95", "25–75", "median", "%)", "95 %", "in more runs", "mean of runs"):
            assert word not in words, (draw, word)
        assert draw is supply_by_origin or "Nothing in this scenario is left to chance: every run is the same." in words
        assert draw is supply_by_origin or not any(axes.patches for axes in figure.axes)
    calm = texts(shortage_fan(make_certain(regions=("CHN",)), "gallium.refined"))
    assert "Nobody is short of more than 5 % of demand.\nLowest users' stock: CHN, 42 days of use." in calm


def test_the_legend_names_the_bands_that_are_drawn(make_view: Maker) -> None:
    view = make_view(regions=("EU27",))
    assert "25–75 % of runs" in texts(shortage_fan(view, "gallium.refined"))
    series = view.series.copy()
    series["p25"] = series["p75"] = series["p50"]
    words = texts(shortage_fan(replace(view, series=series), "gallium.refined"))
    assert "25–75 % of runs" not in words
    assert "5–95 % of runs" in words
    assert "unmet demand: median" in words


def one_step(view: RunView) -> RunView:
    """The same with everybody short on the only date, in half of the runs."""
    series = view.series.copy()
    for rank, name in enumerate(("p05", "p25", "p50", "p75", "p95")):
        series.loc[series["series"] == "unmet", name] = 0.1 * (1 + rank)
    series.loc[series["series"] == "short", "mean"] = 0.5
    return replace(view, series=series)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n_date", [1, 2])
@pytest.mark.parametrize("draw", DRAWN)
def test_a_horizon_of_a_step_or_two_is_drawn_without_a_warning(make_view: Maker, tmp_path: Path, draw: Draw, n_date: int) -> None:
    view = one_step(make_view(n_date=n_date, shocks={"halt": (0, 78)}, stored=("JPN",), regions=("EU27", "JPN")))
    figure = draw(view, "gallium.refined")
    style.save(figure, tmp_path, "chart")
    assert figure.axes
    for axes in figure.axes:
        left, right = axes.get_xlim()
        assert left < right
        assert axes.get_lines()
        for line in axes.get_lines():
            assert (line.get_marker() == "o") == (n_date == 1)
            assert all(left <= float(day) <= right for day in np.asarray(line.get_xdata(), dtype=float))
        # Bands, stacks and the shock have a width to be seen.
        assert all(patch.get_path().get_extents().width > 0.0 for patch in axes.patches)
        assert all(path.get_extents().width > 0.0 for shade in axes.collections for path in shade.get_paths())
        assert axes.collections


@pytest.mark.filterwarnings("error")
def test_all_charts_of_one_step_are_written(make_view: Maker, tmp_path: Path) -> None:
    assert len(write_charts(make_view(n_date=1, shocks={"one": (0, 3), "two": (0, 9)}), tmp_path)) == 8


def test_a_year_of_supply_does_not_depend_on_the_number_of_dates(make_view: Maker) -> None:
    for n_date, step_days in ((1, 7), (2, 7), (209, 7), (1, 30)):
        figure = supply_by_origin(make_view(n_date=n_date, step_days=step_days, regions=("EU27", "JPN")), "gallium.refined")
        demand = np.asarray(figure.axes[0].get_lines()[0].get_ydata(), dtype=float)
        assert demand == pytest.approx(np.full(n_date, 46.0))


@pytest.mark.parametrize("stop", ["folder", "chart"])
def test_a_place_that_cannot_be_written_is_a_clear_error(make_view: Maker, tmp_path: Path, stop: str) -> None:
    folder = tmp_path / "charts"
    if stop == "folder":
        folder.write_text("a file", encoding="utf-8")
    else:
        (folder / "shortage-gallium.refined.png").mkdir(parents=True)
    with pytest.raises(RunError) as caught:
        write_charts(make_view(regions=("EU27",)), folder)
    problem = caught.value.problems[0]
    assert problem.file == str(folder)
    assert problem.what == "cannot write the charts here"
    assert problem.got == {"folder": "File exists", "chart": "Is a directory"}[stop]
    assert problem.remedy
    assert isinstance(caught.value.__cause__, OSError)


def test_rare_shortage_gives_its_chance(make_view: Maker) -> None:
    view = make_view(depth={"EU27": 0.4, "JPN": 0.0001})
    assert "Short in some runs, but in fewer than one in twenty at any date: JPN (0.019 %)." in texts(shortage_fan(view, "gallium.refined"))


def test_a_region_without_demand_has_no_panel(make_view: Maker) -> None:
    view = make_view()
    series = view.series.copy()
    series.loc[(series["series"] == "demand") & (series["region"] == "KOR"), "mean"] = 0.0
    idle = replace(view, series=series)
    for draw in DRAWN:
        figure = draw(idle, "gallium.refined")
        labels = [*figure.texts, *(text for axes in figure.axes for text in axes.texts)]
        panels = [text.get_text().split("  ")[0] for text in labels if text.get_fontproperties().get_weight() == "bold"]
        assert "KOR" not in panels
        assert "EU27" in panels


def test_fan_is_in_percent_from_zero(make_view: Maker) -> None:
    figure = shortage_fan(make_view(regions=("EU27",)), "gallium.refined")
    axes = figure.axes[0]
    low, high = axes.get_ylim()
    (median,) = axes.get_lines()
    assert low == 0.0
    assert 41.0 < float(np.max(np.asarray(median.get_ydata(), dtype=float))) < 42.1 <= high
    assert axes.get_yticklabels()[-1].get_text().endswith(" %")


def test_supply_stacks_to_the_yearly_total(make_view: Maker) -> None:
    figure = supply_by_origin(make_view(regions=("EU27", "JPN")), "gallium.refined")
    tops = [float(patch.get_path().vertices[:, 1].max()) for patch in figure.axes[0].patches]  # type: ignore[attr-defined]  (stubs)
    # Shares .62 and .14 of 46 t a year, and 6 % recycled.
    assert tops == pytest.approx([0.14 * 46, 0.76 * 46, 0.82 * 46], rel=1e-9)


def test_survival_labels_carry_the_exact_chance(make_view: Maker) -> None:
    words = texts(survival(make_view(), "gallium.refined"))
    assert "EU27  80 % (78–82)" in words
    assert "In brackets: 95 % interval." in words


def test_survival_without_a_summary_falls_back_on_the_curve(make_view: Maker) -> None:
    view = make_view(regions=("EU27",))
    words = texts(survival(replace(view, summary=view.summary.drop(columns=["probability"])), "gallium.refined"))
    assert "EU27  79.8 %" in words
    assert "In brackets" not in words


def test_store_is_shown_in_days_where_there_is_one(make_view: Maker) -> None:
    figure = stock_levels(make_view(regions=("EU27", "JPN"), stored=("JPN",)), "gallium.refined")
    assert [len(axes.get_lines()) for axes in figure.axes] == [1, 2]
    store = np.asarray(figure.axes[1].get_lines()[1].get_ydata(), dtype=float)
    assert store.max() == pytest.approx(60.0)


def test_sources_runs_and_seed_stand_in_the_footer(make_view: Maker) -> None:
    words = " ".join(texts(shortage_fan(make_view(variant="pooled-60"), "gallium.refined")).split())
    assert "Simulation: gallium-export-halt, variant pooled-60; 2,000 runs, rng_seed 20260101." in words
    assert "Sources: USGS Mineral Commodity Summaries 2026;" in words


def test_every_shock_is_named(make_view: Maker) -> None:
    names = {f"shock-{place}": (10 * place, 10 * place + 15) for place in range(8)}
    words = texts(shortage_fan(make_view(regions=("EU27",), shocks=names), "gallium.refined"))
    assert all(f"shock: shock-{place}\n" in words for place in range(5))
    assert "shock: 3 others" in words
    assert "Strips above a panel are the shocks" in words
    assert "shock" not in texts(shortage_fan(make_view(regions=("EU27",), shocks={}), "gallium.refined"))


LONG: dict[str, Any] = {
    "commodities": ("rare-earths-heavy-separated.oxide-99-percent",),
    "regions": ("Federation-of-Very-Long-Region-Names", "EU27", "JPN-and-neighbouring-islands", "KOR"),
    "depth": {"Federation-of-Very-Long-Region-Names": 0.4, "JPN-and-neighbouring-islands": 0.39},
    "title": "A title that goes on and on about the makers of power electronics, magnets and chips in every region there is, $5 or $6",
    "shocks": {"a-very-long-shock-name-for-an-export-licence-regime-that-stays-for-good-and-has-more-words-than-anyone-reads": (26, 78)},
}


CASES: list[dict[str, Any]] = [
    LONG, {}, {"regions": ("EU27",)}, {"n_date": 60, "step_days": 1, "shocks": {"halt": (10, 40)}}, {"n_date": 1}, {"n_date": 2},
]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("draw", DRAWN)
def test_no_text_leaves_the_page_and_no_two_texts_touch(make_view: Maker, draw: Draw, case: dict[str, Any]) -> None:
    view = make_view(**case)
    with style.chart_style():
        assert_apart(draw(view, view.commodities[0]))


@pytest.mark.parametrize(
    ("demand", "unit"),
    [
        ({"EU27": 8e6}, "kt"),
        ({"EU27": 8e7}, "Mt"),
        ({"EU27": 0.02}, "kg"),
        ({"EU27": 9999.0, "JPN": 0.02, "KOR": 1234.5, "USA": 8e-7}, "t"),
        ({"EU27": 8e6, "JPN": 0.02, "KOR": 123_456.0, "USA": 3.7}, "kt"),
    ],
)
def test_amounts_of_any_size_fit_beside_the_axis(make_view: Maker, demand: dict[str, float], unit: str) -> None:
    view = make_view(regions=tuple(demand))
    series = view.series.copy()
    for region, t_per_year in demand.items():
        is_flow = (series["region"] == region) & series["series"].isin(["demand", "supply", "recycled"])
        series.loc[is_flow, "mean"] *= t_per_year / DEMAND_T_PER_YEAR[region]
    # Another region may hold or ask far more than the first.
    with style.chart_style():
        figure = supply_by_origin(replace(view, series=series), "gallium.refined")
        assert f"\n{unit} per year" in f"\n{texts(figure)}"
        assert_apart(figure)


def test_stocks_of_many_days_fit_beside_the_axis(make_view: Maker) -> None:
    view = make_view(regions=("EU27", "JPN"))
    series = view.series.copy()
    series.loc[series["series"] == "cover", list(STATISTICS)] *= 3000.0
    with style.chart_style():
        assert_apart(stock_levels(replace(view, series=series), "gallium.refined"))


def assert_apart(figure: Figure) -> None:
    """No text leaves the page, and no two touch."""
    with style.chart_style():
        figure.set_dpi(style.PNG_DPI)
        figure.canvas.draw()
        artists = list(figure.texts)
        for axes in figure.axes:
            artists += [*axes.texts, *axes.get_xticklabels(), *axes.get_yticklabels()]
        boxes = [(text.get_text(), text.get_window_extent()) for text in artists if text.get_text()]
    width, height = figure.bbox.width, figure.bbox.height
    for text, box in boxes:
        assert box.x0 >= 0, text
        assert box.y0 >= 0, text
        assert box.x1 <= width, text
        assert box.y1 <= height, text
    for place, (text, box) in enumerate(boxes):
        for other, against in boxes[place + 1 :]:
            wide = min(box.x1, against.x1) - max(box.x0, against.x0)
            high = min(box.y1, against.y1) - max(box.y0, against.y0)
            # Line boxes include the room of descenders: a point and a half may be shared.
            assert wide <= 0 or high <= 3.0, (text, other)


def test_a_commodity_nobody_uses_is_not_drawn(make_view: Maker, tmp_path: Path) -> None:
    view = make_view(commodities=("ore.mined", "gallium.refined"), regions=("EU27",))
    series = view.series.copy()
    series.loc[(series["series"] == "demand") & (series["commodity"] == "ore.mined"), "mean"] = 0.0
    assert {path.stem.split("-")[1] for path in write_charts(replace(view, series=series), tmp_path)} == {"gallium.refined"}


@pytest.mark.parametrize("kept", ["csv", "dates", "categories"])
def test_the_way_a_run_was_kept_does_not_show(make_view: Maker, tmp_path: Path, kept: str) -> None:
    view = make_view(regions=("EU27", "JPN"), stored=("JPN",))
    series = view.series.copy()
    if kept == "csv":
        series["date"] = series["date"].dt.strftime("%Y-%m-%d")
        series.to_csv(tmp_path / "series.csv", index=False)
        series = pd.read_csv(tmp_path / "series.csv")
    elif kept == "dates":
        series["date"] = series["date"].dt.date
    else:
        series = series.astype({"series": "category", "commodity": "category", "region": "category", "origin": "category"})
    first, second = write_charts(view, tmp_path / "a"), write_charts(replace(view, series=series.iloc[::-1]), tmp_path / "b")
    assert [path.read_bytes() for path in first if path.suffix == ".png"] == [path.read_bytes() for path in second if path.suffix == ".png"]


PRICED: dict[str, Any] = {"regions": ("CHN", "EU27", "JPN"), "priced": {"EU27": 3.0, "JPN": 1.8}}


def test_price_chart_is_written_after_the_shortage(make_view: Maker, tmp_path: Path) -> None:
    written = write_charts(make_view(**PRICED), tmp_path)
    stems = ["shortage", "price", "supply", "stock", "survival"]
    assert [path.name for path in written if path.suffix == ".png"] == [f"{stem}-gallium.refined.png" for stem in stems]


def test_prices_that_hardly_move_are_said_in_words(make_view: Maker) -> None:
    figure = price_fan(make_view(**PRICED), "gallium.refined")
    assert len(figure.axes) == 2
    assert "Price within 5 % of that at rest at any date in nine runs out of ten: CHN." in texts(figure)
    # The 95th percentile of 1.035 ** 1.72 is 1.061: outside.
    assert len(price_fan(make_view(regions=("CHN", "EU27"), priced={"EU27": 1.035}), "gallium.refined").axes) == 1
    falls = price_fan(make_view(regions=("CHN",), priced={"CHN": 0.9}), "gallium.refined")
    assert len(falls.axes) == 1
    calm = price_fan(make_view(regions=("CHN", "EU27"), priced={}), "gallium.refined")
    assert not calm.axes
    assert "nine runs out of ten: CHN and EU27." in texts(calm)


def ticks(figure: Figure, panel: int = 0) -> list[str]:
    return [label.get_text() for label in figure.axes[panel].get_yticklabels()]


def test_price_axis_is_even_below_five_and_by_ratios_above(make_view: Maker) -> None:
    low = price_fan(make_view(**PRICED), "gallium.refined")
    # 3 ** (0.2 + 1.6 * 0.95) is 6.6, 2.4 ** 1.72 is 4.5.
    assert low.axes[0].get_yscale() == "log"
    even = price_fan(make_view(regions=("EU27", "JPN"), priced={"EU27": 2.4, "JPN": 1.8}), "gallium.refined")
    assert even.axes[0].get_yscale() == "linear"
    assert even.axes[0].get_ylim()[0] == 0.0
    assert ticks(even) == ["0", "x1", "x2", "x3", "x4", "x5"]
    assert ticks(even, 1) == [""] * 6
    far = price_fan(make_view(regions=("EU27", "JPN"), priced={"EU27": 8.0, "JPN": 0.5}), "gallium.refined")
    assert ticks(far) == ["x0.5", "x1", "x2", "x5", "x10", "x20"]
    assert "Equal steps up the axis are equal ratios" in texts(far)
    assert "Equal steps" not in texts(even)
    huge = price_fan(make_view(regions=("EU27",), priced={"EU27": 200.0}), "gallium.refined")
    assert ticks(huge) == ["x1", "x10", "x100", "x1,000"]


def test_median_of_the_price_is_drawn_as_it_is(make_view: Maker) -> None:
    axes = price_fan(make_view(regions=("EU27",), priced={"EU27": 8.0}), "gallium.refined").axes[0]
    usual, median = axes.get_lines()
    assert set(np.asarray(usual.get_ydata(), dtype=float)) == {1.0}
    assert np.asarray(median.get_ydata(), dtype=float).max() == pytest.approx(8.0, rel=1e-3)


def test_a_band_by_ratios_keeps_its_small_values(make_view: Maker) -> None:
    view = make_view(regions=("EU27",), priced={"EU27": 30.0})
    low = view.by_region("price", "gallium.refined")["EU27"].p05
    band = np.asarray(price_fan(view, "gallium.refined").axes[0].patches[0].get_path().vertices)
    day = view.by_region("price", "gallium.refined")["EU27"].day
    lower = band[: len(band) // 2]
    drawn = np.exp(np.interp(day, lower[:, 0], np.log(lower[:, 1])))
    assert np.abs(np.log(drawn / low)).max() < 0.02


def test_what_producers_get_is_a_thin_line_where_something_is_made(make_view: Maker) -> None:
    figure = price_fan(make_view(**PRICED, earned=("JPN",)), "gallium.refined")
    assert [len(axes.get_lines()) for axes in figure.axes] == [2, 3]
    thin = figure.axes[1].get_lines()[2]
    assert thin.get_linewidth() < figure.axes[1].get_lines()[1].get_linewidth()
    assert np.asarray(thin.get_ydata(), dtype=float).max() == pytest.approx(0.9, rel=1e-2)
    assert "what producers get: median" in texts(figure)
    assert "producers" not in texts(price_fan(make_view(**PRICED), "gallium.refined"))
    # Its fall below the axis of the fan widens the axis.
    assert figure.axes[1].get_ylim()[0] < 0.51


@pytest.mark.parametrize("case", [*CASES, {"n_date": 1, "earned": ("KOR",)}])
@pytest.mark.parametrize("top", [1.9, 9.0, 900.0])
def test_words_of_the_price_chart_stay_apart(make_view: Maker, case: dict[str, Any], top: float) -> None:
    regions = case.get("regions", ("CHN", "EU27", "JPN", "KOR"))
    view = make_view(**case, priced=dict.fromkeys(regions[:3], top))
    with style.chart_style():
        assert_apart(price_fan(view, view.commodities[0]))


def test_where_every_run_is_the_same_the_price_is_a_line(make_certain: Maker) -> None:
    figure = price_fan(make_certain(**PRICED, earned=("JPN",)), "gallium.refined")
    assert not any(axes.patches for axes in figure.axes)
    for word in ("5–95", "median", "runs out of ten"):
        assert word not in texts(figure)
    assert "Price within 5 % of that at rest at any date: CHN." in texts(figure)


def test_a_run_without_prices_has_no_price_chart(make_view: Maker, tmp_path: Path) -> None:
    assert not [path for path in write_charts(make_view(regions=("EU27",)), tmp_path) if path.name.startswith("price")]
    with pytest.raises(RunError, match=r"Add 'price' to watch\.series in the scenario"):
        price_fan(make_view(), "gallium.refined")


def test_use_given_up_is_told_where_nobody_is_short(make_view: Maker) -> None:
    calm = texts(shortage_fan(make_view(depth={}, **PRICED, given_up={"JPN": 0.123, "EU27": 0.01}), "gallium.refined"))
    assert "But users do without because it is dear: most in JPN, 12.3 % of use on average." in calm
    assert "But users" not in texts(shortage_fan(make_view(depth={}, **PRICED, given_up={"JPN": 1e-17}), "gallium.refined"))


def test_demand_is_said_to_answer_prices_only_where_there_are_any(make_view: Maker) -> None:
    note = "Demand is what users want at the price of the day."
    assert note in " ".join(texts(supply_by_origin(make_view(**PRICED), "gallium.refined")).split())
    assert note not in " ".join(texts(supply_by_origin(make_view(), "gallium.refined")).split())
