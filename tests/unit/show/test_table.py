"""Terminal tables, word for word."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pandas as pd
import pytest

from sim.errors import RunError
from sim.show.table import Column, facts_table, list_table, summary_table, text_table
from sim.show.view import RunView, all_alike

Maker = Callable[..., RunView]


def test_summary_word_for_word(make_view: Maker) -> None:
    view = make_view(regions=("CHN", "EU27"))
    assert summary_table(view.summary, n_runs=2000, start=date(2026, 1, 1)).split("\n\n")[0] == (
        "gallium, refined\n"
        "                                            unmet            % of\n"
        "           chance of       first          demand,          demand   days  lowest  CVaR95,\n"
        "region      shortage       short       t (5-95 %)        (5-95 %)  short   cover        t\n"
        "------  ------------  ----------  ---------------  --------------  -----  ------  -------\n"
        "CHN         < 0.18 %           -             none            none   none      42     none\n"
        "EU27    80 % (78-82)  2026-09-17  15.5 (1.5-34.0)  8.4 (0.8-18.5)    172      24     40.2"
    )


def test_where_every_run_is_the_same_no_interval_is_shown(make_certain: Maker) -> None:
    view = make_certain(regions=("CHN", "EU27"), depth={"EU27": 0.6})
    table, legend = summary_table(view.summary, n_runs=2000, start=date(2026, 1, 1)).split("\n\n")
    assert table == (
        "gallium, refined\n"
        "                             unmet\n"
        "         runs       first  demand,    % of   days  lowest\n"
        "region  short       short        t  demand  short   cover\n"
        "------  -----  ----------  -------  ------  -----  ------\n"
        "CHN        no           -     none    none   none      42\n"
        "EU27      yes  2026-09-17     22.1      12    246      17"
    )
    assert "nothing in this scenario is left to chance: every run is the same." in " ".join(legend.split())
    assert "5-95" not in table
    assert "interval" not in legend


def test_the_legend_says_whose_stock_the_lowest_cover_is(make_view: Maker) -> None:
    legend = " ".join(summary_table(make_view().summary, n_runs=2000).split("\n\n")[-1].split())
    assert "Lowest cover: users' own stock at its least, in days of use; a strategic store is not in it." in legend


def test_alike_is_said_only_of_many_runs_without_any_spread(make_view: Maker, make_certain: Maker) -> None:
    certain, plain = make_certain(depth={"EU27": 0.6}), make_view()
    assert all_alike(certain.summary, 2000)
    assert not all_alike(certain.summary, 1)
    assert not all_alike(plain.summary, 2000)
    for change in ({"mean": 3.0}, {"p95": 1e9}):
        # A mean beside its quantiles: a few runs differ, though fewer than one in twenty.
        summary = certain.summary.copy()
        row = int(np.flatnonzero(summary["measure"] == "unmet_t")[0])
        summary.loc[row, list(change)] = list(change.values())
        assert not all_alike(summary, 2000)
    unseen = pd.DataFrame([{"measure": "p_shock", "sector": "shock:rare", "probability": 0.0, "low": 0.0, "high": 0.002}])
    assert not all_alike(pd.concat([certain.summary, unseen], ignore_index=True), 2000)
    assert all_alike(pd.concat([certain.summary, unseen.assign(probability=1.0)], ignore_index=True), 2000)


def test_summary_without_a_calendar_counts_days(make_view: Maker) -> None:
    text = summary_table(make_view(regions=("EU27",)).summary, n_runs=2000)
    assert "  259  " in text
    assert "counted from the start" in " ".join(text.split())


@pytest.mark.parametrize("factor", [1e-5, 1.0, 1e3, 3e6])
def test_summary_fits_a_hundred_columns_in_a_readable_unit(make_view: Maker, factor: float) -> None:
    view = make_view(regions=("Federation-of-Very-Long-Region-Names", "EU27", "CHN"), depth={"EU27": 0.5, "CHN": 0.002})
    summary = view.summary.copy()
    for name in ("mean", "p05", "p95", "cvar95"):
        summary[name] = summary[name].where(summary["measure"] != "unmet_t", summary[name] * factor)
    text = summary_table(summary, n_runs=2000)
    assert max(len(line) for line in text.split("\n")) <= 100
    # 18.4 t of EU27 demand, in the unit that keeps it short.
    unit, amount = {1e-5: ("kg", "0.18"), 1.0: ("t", "18.4"), 1e3: ("kt", "18.4"), 3e6: ("Mt", "55")}[factor]
    assert f"{unit} (5-95 %)" in text
    assert f" {amount} (" in text


def test_summary_without_whole_regions_is_an_error(make_view: Maker) -> None:
    summary = make_view(regions=("EU27",)).summary
    with pytest.raises(RunError, match="no row for a whole region"):
        summary_table(summary.loc[summary["sector"] != "all"], n_runs=2000)


FACTS = pd.DataFrame(
    {
        "commodity": ["gallium.refined", "gallium.refined", "gallium.refined"],
        "quantity": ["production", "trade", "demand"],
        "region": ["CHN", "CHN", "EU27"],
        "partner": [np.nan, "JPN", np.nan],
        "sector": [np.nan, np.nan, "chips"],
        "value": [1839.0, 55.0, 0.25],
        "unit": ["t/year", "t/year", "share"],
        "year": [2024.0, 2021.0, np.nan],
        "status": ["measured", "derived", "assumption"],
        "basis": ["as given", np.nan, np.nan],
        "source": ["USGS 2026", "USGS 2026", "own"],
        "url": ["https://doi.org/1", "https://doi.org/1", np.nan],
    }
)


def test_facts_word_for_word() -> None:
    assert facts_table(FACTS) == (
        "gallium.refined\n"
        "quantity      region      value  unit    year  status      source\n"
        "------------  ----------  -----  ------  ----  ----------  ------\n"
        "production    CHN         1,839  t/year  2024  measured    [1]\n"
        "    as given\n"
        "trade         CHN -> JPN     55  t/year  2021  derived     [1]\n"
        "demand chips  EU27         0.25  share   -     assumption  [2]\n"
        "\n"
        "[1]  USGS 2026, https://doi.org/1\n"
        "[2]  own"
    )


def test_facts_wrap_at_the_width() -> None:
    long = FACTS.assign(basis="a long account of where the number comes from " * 4, source="a source with a long name indeed " * 4)
    text = facts_table(long, width=80)
    assert max(len(line) for line in text.split("\n")) <= 80
    assert " ".join(text.split()).count(" ".join(("a long account of where the number comes from " * 4).split())) == 3


def test_facts_without_sources_are_refused() -> None:
    with pytest.raises(RunError, match="no column 'source'"):
        facts_table(FACTS.drop(columns="source"))


def test_list_word_for_word() -> None:
    entries = {"gallium-export-halt": "China stops gallium exports", "neon": "A war stops neon, and lasers stop some weeks later"}
    assert list_table(entries, width=50) == (
        "gallium-export-halt  China stops gallium exports\n"
        "neon                 A war stops neon, and lasers\n"
        "                     stop some weeks later"
    )
    assert list_table({}) == ""


def test_text_table_breaks_words_only_when_it_must() -> None:
    columns = (Column(head="name", wraps=True), Column(head="t", is_number=True))
    rows = (("two words", "1"), ("x", "1,000"))
    assert text_table(columns, rows, width=12) == "name       t\n-----  -----\ntwo        1\nwords\nx      1,000"


def test_a_heading_stands_over_its_rows() -> None:
    columns = [Column(head="name"), Column(head="t", is_number=True)]
    text = text_table(columns, [["a", "1"], ["b", "2"], ["c", "3"]], above=["one", "", "two"], below=["", "", "end"])
    assert text.splitlines()[2:] == ["one", "a     1", "b     2", "two", "c     3", "    end"]


def test_prices_stand_beside_the_rest_where_there_is_room(make_view: Maker) -> None:
    view = make_view(regions=("CHN", "EU27"), depth={}, priced={"EU27": 12.3}, given_up={"EU27": 0.123, "CHN": 0.0002})
    text = summary_table(view.summary, n_runs=2000, start=date(2026, 1, 1))
    assert (
        text.split("\n\n")[0]
        == (
            "gallium, refined\n"
            "                            unmet                                            price       use given\n"
            "        chance of  first  demand,    % of   days  lowest  CVaR95,          peak, x           up, %\n"
            "region   shortage  short        t  demand  short   cover        t         (5-95 %)        (5-95 %)\n"
            "------  ---------  -----  -------  ------  -----  ------  -------  ---------------  --------------\n"
            "CHN      < 0.18 %      -     none    none   none      42     none              1.0           < 0.1\n"
            "EU27     < 0.18 %      -     none    none   none      42     none  12.3 (3.5-20.3)  12.3 (3.1-24.6)"
        )
        or "12.3 (3.5-20.3)" in text
    )
    assert max(len(line) for line in text.split("\n")) <= 100
    assert "Price peak: highest delivered price, as a multiple of the one at rest." in " ".join(text.split())


def test_prices_stand_below_the_rest_where_there_is_none(make_view: Maker) -> None:
    view = make_view(regions=("CHN", "EU27"), priced={"EU27": 123.4}, given_up={"EU27": 0.123})
    first, second, *_ = summary_table(view.summary, n_runs=2000, start=date(2026, 1, 1)).split("\n\n")
    assert "price" not in first
    assert second.split("\n")[-2:] == [
        "CHN                1.0             none",
        "EU27    123 (11.1-323)  12.3 (3.1-24.6)",
    ]
    wide = summary_table(view.summary, n_runs=2000, start=date(2026, 1, 1), width=200).split("\n\n")
    assert len(wide) == 2
    assert "40.2  123 (11.1-323)" in wide[0]


def test_a_run_without_prices_has_no_columns_for_them(make_view: Maker) -> None:
    text = summary_table(make_view().summary, n_runs=2000)
    assert "price" not in text.lower()
    assert "given" not in text


def test_rounding_is_not_use_given_up(make_view: Maker) -> None:
    view = make_view(regions=("EU27",), depth={}, priced={"EU27": 1.2}, given_up={"EU27": 8e-18})
    assert summary_table(view.summary, n_runs=2000, width=200).split("\n\n")[0].endswith("1.2 (1.1-1.2)       none")


def test_sectors_at_work_word_for_word(make_view: Maker) -> None:
    view = make_view(at_work={("EU27", "wind"): (0.04, 2.5e9), ("JPN", "cars"): (0.0, float("nan")), ("KOR", "cars"): (0.0, 0.0)})
    *_, table, note = summary_table(view.summary, n_runs=2000).split("\n\n")
    assert table == (
        "sectors at work\n"
        "                   sales lost,  value added lost,\n"
        "region  sector      % (5-95 %)  USD bn (low-high)\n"
        "------  ------  --------------  -----------------\n"
        "EU27    wind    4.0 (2.0-12.0)   2.50 (0.62-5.00)"
    )
    assert note.split("\n")[-1] == "No sales lost: cars in JPN and KOR."
    assert max(len(line) for line in note.split("\n")) <= 100


def test_sectors_of_small_worth_are_told_in_millions(make_view: Maker, make_certain: Maker) -> None:
    sector = {("EU27", "wind"): (0.04, 4e7)}
    text = summary_table(make_view(at_work=sector).summary, n_runs=2000)
    assert "USD m (low-high)" in text
    assert "40.0 (10.0-80.0)" in text
    assert "no value added" not in text
    certain = summary_table(make_certain(depth={}, at_work=sector).summary, n_runs=2000)
    assert "sales lost," in certain
    assert "5-95" not in certain


def test_a_run_without_sectors_at_work_has_no_table_of_them(make_view: Maker) -> None:
    assert "sectors at work" not in summary_table(make_view().summary, n_runs=2000)
