"""Which commodities get charts: the struck one does, the quiet one is named instead."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from sim.show.charts import write_charts
from sim.show.choice import MOST, choose, left_out, planned
from sim.show.page import write_page
from sim.show.view import RunView
from tests.unit.show.test_page import manifest_of

Maker = Callable[..., RunView]
REGIONS = ("CHN", "EU27")


def beside(*views: RunView) -> RunView:
    """One run with the commodities of all, and the shocks of the first."""
    return replace(
        views[0],
        commodities=tuple(name for view in views for name in view.commodities),
        series=pd.concat([view.series for view in views], ignore_index=True),
        summary=pd.concat([view.summary for view in views], ignore_index=True),
    )


@pytest.fixture
def two(make_view: Maker) -> RunView:
    """Gallium is struck; terbium rests."""
    struck = make_view(regions=REGIONS, depth={"EU27": 0.4}, priced={"EU27": 3.0})
    return beside(struck, make_view(commodities=("terbium.oxide",), regions=REGIONS, depth={}, priced={}, shocks={}))


def commodities(paths: tuple[Path, ...]) -> set[str]:
    return {path.stem.partition("-")[2] for path in paths}


def changed(view: RunView, series: str, commodity: str, factor: float) -> RunView:
    """The same with a series of a commodity multiplied in the later half of the dates."""
    table = view.series.copy()
    dates = table["date"]
    rows = (table["series"] == series) & (table["commodity"] == commodity) & (dates > dates.min() + (dates.max() - dates.min()) / 2)
    table.loc[rows, ["mean", "p05", "p25", "p50", "p75", "p95"]] *= factor
    return replace(view, series=table)


def test_the_struck_commodity_is_drawn_and_the_quiet_one_named(two: RunView, tmp_path: Path) -> None:
    charts = write_charts(two, tmp_path / "charts")
    assert commodities(charts) == {"gallium.refined"}
    (told,) = left_out(two, choose(two).drawn)
    assert told == (
        "Nothing happens to: terbium, oxide (no chart). Nobody runs short in any run; in nine runs out of ten prices stay within 5 %, "
        "stocks and arrivals within 10 %, of where they begin."
    )
    page = write_page(two, charts, manifest_of(two), tmp_path / "report.html").read_text(encoding="utf-8")
    assert page.count(told) == 1
    assert "<h2>terbium, oxide</h2>" in page
    assert page.count("<figure") == 5


def test_every_commodity_is_drawn_where_that_is_asked(two: RunView, tmp_path: Path) -> None:
    charts = write_charts(two, tmp_path / "charts", every=True)
    assert commodities(charts) == {"gallium.refined", "terbium.oxide"}
    page = write_page(two, charts, manifest_of(two), tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Nothing happens to" not in page
    assert page.count("<figure") == 10


@pytest.mark.parametrize(("series", "quiet", "stirred"), [("price", 1.04, 1.06), ("cover", 0.92, 0.88), ("supply", 0.92, 0.8)])
def test_what_moves_beyond_the_tolerance_is_drawn(two: RunView, series: str, quiet: float, stirred: float) -> None:
    assert choose(changed(two, series, "terbium.oxide", quiet)).quiet == ("terbium.oxide",)
    assert choose(changed(two, series, "terbium.oxide", stirred)).drawn == ("gallium.refined", "terbium.oxide")


def test_one_run_short_in_thousands_is_not_nothing(two: RunView) -> None:
    summary = two.summary.copy()
    rows = (summary["commodity"] == "terbium.oxide") & (summary["measure"] == "p_short") & (summary["region"] == "EU27")
    summary.loc[rows, "probability"] = 1 / two.n_runs
    assert choose(replace(two, summary=summary)).quiet == ()


def test_the_commodity_of_the_headline_is_drawn_whatever_happens(two: RunView) -> None:
    choice = choose(replace(two, main="terbium.oxide"))
    assert (choice.main, choice.drawn, choice.quiet) == ("terbium.oxide", ("gallium.refined", "terbium.oxide"), ())
    kinds = [kind for kind, commodity in planned(replace(two, main="terbium.oxide")) if commodity == "terbium.oxide"]
    assert kinds == ["shortage", "price", "supply", "stock", "survival"]


def test_a_world_at_rest_still_has_charts(make_view: Maker) -> None:
    view = make_view(commodities=("ore.mined", "gallium.refined"), regions=REGIONS, depth={}, shocks={})
    choice = choose(view)
    assert choice.drawn == (choice.main,)
    assert len(choice.quiet) == 1


def test_of_many_the_most_affected_are_drawn_and_the_others_named(make_view: Maker) -> None:
    depths = [0.1, 0.5, 0.2, 0.4, 0.3, 0.6]
    views = [make_view(commodities=(f"m{place}.made",), regions=REGIONS, depth={"EU27": depth}) for place, depth in enumerate(depths)]
    view = replace(beside(*views), main="m0.made")
    choice = choose(view)
    assert len(choice.drawn) == MOST
    assert choice.drawn == ("m0.made", "m1.made", "m3.made", "m5.made")
    told = left_out(view, choice.drawn, "runs/a-run")
    assert told == ("Less happens to: m2, made; m4, made (no chart; 'sim plot runs/a-run --all' draws all).",)


def test_charts_of_words_alone_are_for_the_main_commodity(make_view: Maker) -> None:
    struck = make_view(regions=REGIONS, depth={"EU27": 0.4}, priced={"EU27": 3.0})
    dear = make_view(commodities=("ore.mined",), regions=REGIONS, depth={}, priced={"EU27": 1.5}, shocks={})
    kinds = [kind for kind, commodity in planned(beside(struck, dear)) if commodity == "ore.mined"]
    assert kinds == ["price", "supply", "stock"]


def test_nothing_looked_up_is_sent_to_another_process(make_view: Maker) -> None:
    view = make_view(regions=REGIONS)
    fresh = len(pickle.dumps(view))
    choose(view)
    assert len(pickle.dumps(view)) < 1.01 * fresh
    assert choose(pickle.loads(pickle.dumps(view))) == choose(view)
