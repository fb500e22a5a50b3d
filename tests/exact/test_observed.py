"""What a simulation has in place of an observed number: each statistic, base and series against answers on paper, and the score."""

from __future__ import annotations

from datetime import date
from math import exp, nan, pi, sqrt
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest

from sim.api import backtest
from sim.data.observed import COLUMNS, Observable, Period, period
from sim.draw import draw
from sim.engine.batch import simulate
from sim.measure.observed import Kept, agreement, crps, months, overlap, probes_of, ratio_of, sample
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.model.world import Network
from sim.record.probe import Probe, Probes
from sim.scenario import load
from sim.study.backtest import observe
from tests.worlds import write

MONTH = 365.25 / 12
NETWORK = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.AAA: {production: 4 t/year, spare: 0}
    x.made.BBB: {production: 4 t/year, spare: 0, cover: 36.525 days, storage: 73.05 days, demand: {use: 10 t/year}}
    x.made.CCC: {production: 2 t/year, spare: 0, demand: {use: 0 t/year}}
"""


def model_of(step: str = "1 day", more: str = "", network: str = NETWORK) -> Model:
    return compile_model(load(write(f"clock: {{start: 2026-01-01, horizon: 1 year, step: {step}}}\nruns: {{count: 2}}\n{network}{more}\n")))


NET = model_of().network
DAYS = np.array([date.fromordinal(NET.start.toordinal() + k).month for k in range(NET.n_step)])


def seen(series: str = "price", statistic: str = "mean", over: str = "2026-03..2026-06", base: str = "", level: float = nan) -> Observable:
    """An observable of BBB; import_share is that of CCC."""
    days = period(over)
    assert days
    partner = "CCC" if series == "import_share" else ""
    place = ("x.made", "BBB", partner)
    return Observable("seen", series, *place, statistic, days, period(base) or base, level, 1.0, 0.0, 2.0, "x", "paper", "", 2)


def monthly(*runs: dict[int, float]) -> np.ndarray:
    """Daily readings that are the same all through a month, [step, run]; 1 in months that are not named."""
    return np.array([[run.get(month, 1.0) for run in runs] for month in DAYS])


TWO = monthly({3: 3.0, 4: 1.0, 5: 4.0, 6: 2.0}, {3: 1.0, 4: 5.0, 5: 2.0, 6: 2.0})
"""In the months from March to June, of 31, 30, 31 and 30 days."""


def kept(item: Observable, readings: np.ndarray, net: Network = NET) -> Kept:
    """The readings of the observable's own series; it is 2 at rest."""
    top = ratio_of(item, net).top
    return Kept({top: readings}, {top: np.full((1, readings.shape[1]), 2.0)})


@pytest.mark.parametrize(
    ("statistic", "over", "level", "answers"),
    [
        ("mean", "2026-03..2026-06", nan, ((3 * 31 + 30 + 4 * 31 + 2 * 30) / 122, (31 + 5 * 30 + 2 * 61) / 122)),
        ("mean", "2026-03-22..2026-04-05", nan, ((3 * 10 + 5) / 15, (10 + 5 * 5) / 15)),
        ("at", "2026-04-10", nan, (1.0, 5.0)),
        ("highest", "2026-03..2026-06", nan, (4.0, 5.0)),
        ("lowest", "2026-03..2026-06", nan, (1.0, 1.0)),
        ("lowest", "2026-05..2026-06", nan, (2.0, 2.0)),
        ("months_to_highest", "2026-03..2026-06", nan, (2.0, 1.0)),
        ("months_until_above", "2026-03..2026-06", 3.5, (2.0, 1.0)),
        ("months_until_above", "2026-03..2026-06", 4.0, (2.0, 1.0)),
        ("months_until_above", "2026-03..2026-06", 9.0, (4.0, 4.0)),
        ("months_until_above", "2026-03..2026-06", 1.0, (0.0, 0.0)),
        ("months_until_below", "2026-03..2026-06", 1.0, (1.0, 0.0)),
        ("months_until_below", "2026-04..2026-06", 2.0, (0.0, 1.0)),
        ("months_until_below", "2026-03..2026-06", 0.5, (4.0, 4.0)),
        ("months_below", "2026-03..2026-06", 2.0, (1.0, 1.0)),
        ("months_below", "2026-03..2026-06", 2.5, (2.0, 3.0)),
        ("months_below", "2026-03..2026-06", 1.0, (0.0, 0.0)),
    ],
)
def test_each_statistic(statistic: str, over: str, level: float, answers: tuple[float, float]) -> None:
    item = seen(statistic=statistic, over=over, level=level)
    assert sample(item, NET, kept(item, TWO)) == pytest.approx(answers)


@pytest.mark.parametrize(
    ("base", "answers"),
    [
        ("", (4.0, 2.0)),
        ("rest", (2.0, 1.0)),
        ("peak", (4.0 / 4.0, 2.0 / 5.0)),
        ("2026-03", (4.0 / 3.0, 2.0 / 1.0)),
        ("2026-03..2026-04", (4.0 * 61 / (3 * 31 + 30), 2.0 * 61 / (31 + 5 * 30))),
        ("2026-06-30", (2.0, 1.0)),
    ],
)
def test_each_base(base: str, answers: tuple[float, float]) -> None:
    item = seen(over="2026-05", base=base)
    assert sample(item, NET, kept(item, TWO)) == pytest.approx(answers)


def test_the_peak_is_the_highest_month_since_the_clock_began_not_one_still_to_come() -> None:
    item = seen(over="2026-04", base="peak")
    assert sample(item, NET, kept(item, monthly({1: 8.0, 4: 2.0, 5: 99.0}))) == pytest.approx([0.25])


def test_the_level_of_a_relative_series_is_relative_too() -> None:
    item = seen(statistic="months_below", base="2026-03", level=0.5)
    assert sample(item, NET, kept(item, TWO)) == pytest.approx([1.0, 0.0])


def test_relative_to_another_region() -> None:
    model = model_of(network=NETWORK.replace("demand: {use: 0 t/year}", "demand: {use: 1 t/year}").replace("10 t/year", "9 t/year"))
    item = seen(base="region:CCC", over="2026-05")
    here, there = probes_of(item, model.network)
    found = Kept({here: TWO, there: monthly({5: 8.0}, {5: 0.5})}, {})
    assert sample(item, model.network, found) == pytest.approx([0.5, 4.0])


def test_stock_relative_to_what_can_be_held() -> None:
    item = seen("stock", "at", "2026-05-20", "storage")
    stock, storage = probes_of(item, NET)
    assert (stock.reading, storage.reading) == ("stock", "storage")
    found = Kept({stock: TWO, storage: np.full(TWO.shape, 5.0)}, {storage: np.full((1, 2), 5.0)})
    assert sample(item, NET, found) == pytest.approx([0.8, 0.4])


@pytest.mark.parametrize("series", ["use", "production", "exports", "imports"])
@pytest.mark.parametrize(("step", "days"), [("1 day", 1.0), ("1 week", 7.0)])
def test_flows_are_told_in_tonnes_a_month_unless_they_are_relative(series: str, step: str, days: float) -> None:
    net = model_of(step, network=NETWORK.replace("10 t/year", "3 t/year").replace("use: 0", "use: 7")).network
    for base, answer in (("", 3.0 * MONTH / days), ("2026-01", 1.0), ("rest", 1.5)):
        item = seen(series, base=base)
        assert sample(item, net, kept(item, np.full((net.n_step, 1), 3.0), net)) == pytest.approx([answer])


def test_a_ratio_is_of_sums_over_the_period_not_a_mean_of_ratios() -> None:
    share, unmet = seen("import_share", over="2026-03..2026-04"), seen("unmet", over="2026-03..2026-04")
    for item, answer in ((share, (31 + 30 * 3) / (31 * 2 + 30 * 4)), (unmet, 1 - (31 + 30 * 3) / (31 * 2 + 30 * 4))):
        top, bottom = ratio_of(item, NET)
        assert bottom is not None
        found = Kept({top: monthly({3: 1.0, 4: 3.0}), bottom: monthly({3: 2.0, 4: 4.0})}, {})
        assert sample(item, NET, found) == pytest.approx([answer])


def test_nothing_is_unmet_where_more_is_used_than_wanted_by_rounding() -> None:
    item = seen("unmet")
    top, bottom = ratio_of(item, NET)
    assert bottom is not None
    assert sample(item, NET, Kept({top: TWO * (1 + 1e-15), bottom: TWO}, {})).tolist() == [0.0, 0.0]


def test_a_week_is_shared_by_the_months_it_lies_in() -> None:
    net = model_of("1 week").network
    weeks = np.arange(net.n_step, dtype=np.float64)[:, None]
    for over, answer in (("2026-01", (7 * 6 + 3 * 4) / 31), ("2026-02", (4 * 4 + 7 * (5 + 6 + 7) + 3 * 8) / 28)):
        item = seen(over=over)
        assert sample(item, net, kept(item, weeks, net)) == pytest.approx([answer])
    day = seen(statistic="at", over="2026-01-14")
    assert sample(day, net, kept(day, weeks, net)).tolist() == [1.0]
    whole = Period(net.start, date(2027, 1, 1))
    assert sum(overlap(net, month).sum() for month in months(whole)) == pytest.approx(min(365, 7 * net.n_step))


def test_months_are_those_of_the_calendar() -> None:
    assert [f"{month.first:%Y-%m}" for month in months(Period(date(2025, 11, 30), date(2026, 2, 2)))] == [
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert months(Period(date(2024, 2, 1), date(2024, 3, 1))) == [Period(date(2024, 2, 1), date(2024, 3, 1))]


STOP = """
rules: {hoarding: 1, front_running: 1, buffer: 0 days, lead_abroad: 1 day, lead_home: 1 day, price: {feedback: false}}
shocks: {stop: {kind: outage, commodity: x.made, region: AAA, start: 2026-03-01}}
policies:
  reserve:
    {kind: stockpile, commodity: x.made, holders: BBB, target: 36.525 days, initial: 100 %, release: {when: shortage > 5 %, at_most: 100 %}}
"""
"""AAA, with two fifths of all, stops for good. BBB uses 10 t a year, holds 1 t and a store of 1 t, both gone at the end of August."""
LOST = 4 / 365.25
"""t a day, from 2 March on: what was shipped on the last day of February lands on 1 March."""
PAPER = (
    # series, region, partner, statistic, over, relative_to, level, answer
    ("price", "BBB", "", "mean", "2026-10", "", "", 1.0),
    ("origin_price", "CCC", "", "mean", "2026-10", "", "", 1.0),
    ("stock", "BBB", "", "at", "2026-04-01", "", "", 1 - 31 * LOST),
    ("stock", "BBB", "", "at", "2026-04-01", "storage", "", (1 - 31 * LOST) / 2),
    ("stock", "BBB", "", "at", "2026-04-01", "rest", "", 1 - 31 * LOST),
    ("stock", "BBB", "", "mean", "2026-04", "", "", 1 - 45.5 * LOST),
    ("stock", "BBB", "", "mean", "2026-10", "", "", 0.0),
    ("store", "BBB", "", "at", "2026-04-01", "", "", 1.0),
    ("store", "BBB", "", "at", "2026-07-01", "", "", 2 - 122 * LOST),
    ("use", "BBB", "", "mean", "2026-04", "", "", 10 / 12),
    ("use", "BBB", "", "mean", "2026-10", "", "", 6 / 12),
    ("use", "BBB", "", "mean", "2026-10", "rest", "", 0.6),
    ("unmet", "BBB", "", "mean", "2026-04", "", "", 0.0),
    ("unmet", "BBB", "", "mean", "2026-10", "", "", 0.4),
    ("unmet", "BBB", "", "months_below", "2026", "", "0.01", 8.0),
    ("unmet", "BBB", "", "months_until_above", "2026-03..2026-12", "", "0.01", 6.0),
    ("production", "CCC", "", "mean", "2026-10", "", "", 2 / 12),
    ("production", "BBB", "", "mean", "2026-10", "rest", "", 1.0),
    ("exports", "CCC", "BBB", "mean", "2026-10", "", "", 2 / 12),
    ("exports", "AAA", "", "mean", "2026-10", "", "", 0.0),
    ("exports", "AAA", "", "months_until_below", "2026", "2026-01", "0.5", 2.0),
    ("imports", "BBB", "CCC", "mean", "2026-10", "", "", 2 / 12),
    ("imports", "BBB", "", "mean", "2026-10", "rest", "", 1 / 3),
    ("import_share", "BBB", "CCC", "mean", "2026-10", "", "", 1.0),
    ("import_share", "BBB", "CCC", "mean", "2026-10", "2026-01", "", 3.0),
    ("import_share", "BBB", "AAA", "mean", "2026-10", "", "", 0.0),
    ("world_share", "CCC", "", "mean", "2026-10", "", "", 2 / 6),
    ("world_share", "CCC", "", "mean", "2026-10", "rest", "", 10 / 6),
)


def test_each_series_of_an_outage_told_on_paper(tmp_path: Path) -> None:
    head = "clock: {start: 2026-01-01, horizon: 1 year, step: 1 day}\nruns: {count: 1}\n"
    (tmp_path / "scenario.yaml").write_text(head + NETWORK + STOP, encoding="utf-8")
    rows = [
        f"{number},{series},x.made,{region},{partner},{statistic},{over},{base},{level},{answer!r},{answer - 1!r},{answer + 1!r},,paper,"
        for number, (series, region, partner, statistic, over, base, level, answer) in enumerate(PAPER)
    ]
    (tmp_path / "observed.csv").write_text("\n".join([",".join(COLUMNS), *rows, ""]), encoding="utf-8")
    result = backtest(tmp_path, runs=2)
    for (*asked, answer), found in zip(PAPER, result.episodes[0].agreements, strict=True):
        assert (found.p05, found.p50, found.p95) == pytest.approx((answer,) * 3, abs=1e-9), asked
        assert found.crps == pytest.approx(0.0, abs=1e-9), asked
    assert (result.score, result.runs) == (1.0, 2)
    table = result.frame()
    assert len(table) == len(PAPER)
    assert table.inside.all()


SEASON = "rules: {demand: {season: 20 %, season_peak: 03-01}}\n"


@pytest.mark.parametrize("series", ["use", "stock", "price", "production", "imports", "import_share", "world_share", "origin_price"])
@pytest.mark.parametrize("over", ["2026-03", "2026-06", "2026-01..2026-12-20"])
def test_nothing_but_the_season_is_rest(series: str, over: str) -> None:
    model = model_of("1 week", SEASON)
    item = seen(series, over=over, base="rest")
    found = sample(item, model.network, Kept(*observe(model, probes_of(item, model.network), 3, 5)))
    assert found == pytest.approx([1.0] * 3, abs=1e-9)


def test_runs_are_the_same_however_they_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = "shocks: {s: {kind: outage, commodity: x.made, region: AAA, start: 2026-03-01, severity: {uniform: [0, 1]}}}"
    model = model_of("1 week", "set: {x.made.BBB.cover: {uniform: [10 days, 60 days]}}\n" + chance)
    probes = [probe for series in ("stock", "price", "import_share") for probe in probes_of(seen(series), model.network)]
    whole = observe(model, probes, 7, 5)
    monkeypatch.setattr("sim.study.backtest.batch_size", lambda net: 3)
    for one, other in zip(whole, observe(model, probes, 7, 5), strict=True):
        assert set(one) == set(other) == set(probes)
        for probe in probes:
            assert one[probe].shape[1] == 7
            np.testing.assert_array_equal(one[probe], other[probe])


def test_a_reading_over_rows_is_their_sum() -> None:
    model = model_of("1 week", STOP)
    net = model.network
    for reading, rows in (("use", range(net.n_node)), ("production", range(net.n_node)), ("shipped", range(len(net.links.src)))):
        probes = Probes([Probe(reading, (row,)) for row in rows] + [Probe(reading, tuple(rows))], net.n_step, 2)
        simulate(net, draw(model, 1, 0, 2), probes.count)
        *parts, whole = probes.kept.values()
        np.testing.assert_allclose(sum(parts), whole, rtol=1e-12, atol=1e-15)


def test_what_is_made_is_found_where_others_make_nothing() -> None:
    """AAA only buys, so producers are not numbered as places are."""
    nodes = "x.made.AAA: {demand: {use: 10 t/year}}, x.made.BBB: {production: 7 t/year}, x.made.CCC: {production: 3 t/year}"
    model = model_of(network=f"network: {{commodities: {{x.made: {{}}}}, nodes: {{{nodes}}}}}")
    kept, rest = observe(model, [Probe("production", (row,)) for row in range(3)] + [Probe("production", (0, 1, 2))], 1, 1)
    for values in (kept, rest):
        told = [series[-1, 0] * 365.25 for series in values.values()]
        assert told == pytest.approx([0.0, 7.0, 3.0, 10.0], abs=1e-9)


@pytest.mark.parametrize(("mean", "sd"), [(0.0, 1.0), (2.0, 0.7), (-3.0, 4.0)])
@pytest.mark.parametrize("off", [-2.5, -0.4, 0.0, 1.0, 3.0])
def test_the_score_of_a_normal_forecast_is_the_known_one(mean: float, sd: float, off: float) -> None:
    """Gneiting and Raftery 2007, equation 21, with the sign that makes less better."""
    n, bell = 20_000, NormalDist()
    values = np.array([mean + sd * bell.inv_cdf((i + 0.5) / n) for i in range(n)])
    known = sd * (off * (2 * bell.cdf(off) - 1) + 2 * exp(-off * off / 2) / sqrt(2 * pi) - 1 / sqrt(pi))
    shuffled = np.random.default_rng(1).permutation(values)
    assert crps(shuffled, mean + sd * off) == pytest.approx(known, abs=2e-4 * sd)


@pytest.mark.parametrize("runs", [1, 2, 9])
def test_the_score_of_a_sure_forecast_is_how_far_it_is_off(runs: int) -> None:
    assert crps(np.full(runs, 3.0), 5.5) == pytest.approx(2.5, abs=1e-12)
    assert crps(np.full(runs, 3.0), 3.0) == pytest.approx(0.0, abs=1e-12)


def test_the_score_of_two_values_by_its_definition() -> None:
    # E|X - y| = (1 + 3) / 2; E|X - X'| = (0 + 4 + 4 + 0) / 4.
    assert crps(np.array([4.0, 0.0]), 1.0) == pytest.approx(2.0 - 1.0, abs=1e-12)


def test_the_score_is_told_in_half_widths_of_the_band_and_the_ends_lie_in_it() -> None:
    item = seen()
    for value, score, inside in ((1.0, 0.0, True), (0.0, 1.0, True), (2.0, 1.0, True), (2.5, 1.5, False), (-0.1, 1.1, False)):
        found = agreement(item, np.full(5, value))
        assert (found.crps, found.inside) == (pytest.approx(score, abs=1e-12), inside)
    spread = agreement(item, np.arange(101.0) / 50)
    assert (spread.p05, spread.p50, spread.p95) == pytest.approx((0.1, 1.0, 1.9))
