"""Differences between scenarios: answers known on paper, and the numbers of the runs they are made of."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import sim
from sim.measure.compare import KEY_MEASURES, SENSES, TAIL_MEASURE, difference, is_alike, known_measures, pairs
from sim.measure.estimate import Z95, estimate, tail
from sim.measure.summary import UNITS
from sim.record.economy import ECONOMY_MEASURES, INDUSTRY_MEASURES
from sim.record.record import Place
from sim.record.stock_tally import STOCK_MEASURES
from sim.record.tally import COST_MEASURES, FLOOR_MEASURES
from tests.worlds import head, run_text, two_sources, write

T4 = {"horizon": "40 years", "step": "1 month", "runs": 4000}
OUTAGE = "duration: {exponential: {mean: 2 years}}"
NAN = math.nan


def test_more_stock_in_the_same_worlds() -> None:
    """Unmet demand with 6 t of stock minus that with 9 t, demand 10 and surviving supply 4 t a year, mean outage 2 years (T4).

    `6 tau (exp(-1 / tau) - exp(-1.5 / tau)) = 1.60997` for tau = 2; the two alone have a mean of 7.3 and 5.7.
    """
    nine, six = (write(head(**T4) + two_sources(stock=stock, shock=OUTAGE)) for stock in (9, 6))
    comparison = sim.compare(str(nine), str(six), measures=["unmet_t"])
    found = comparison.frame().query("region == 'B'").iloc[0]
    error = (found["high"] - found["low"]) / (2 * Z95)
    assert abs(found["diff"] - 12 * (math.exp(-0.5) - math.exp(-0.75))) < 2.576 * error
    assert abs(found["diff"] - 1.60997) < 2.576 * error
    apart = run_text(two_sources(stock=9, shock=OUTAGE), **T4, rng_seed=2).record.outcome("unmet_t", "x.made", "B")
    alone = comparison.records[1].outcome("unmet_t", "x.made", "B") - apart
    assert alone.var(ddof=1) > 20 * error**2 * 4000
    # The smaller stock is never better, worse where the outage outlasts it (a chance of exp(-0.5)), and alike in the rest.
    assert found["p_strict"] == 0
    assert abs(found["p_alike"] - (1 - math.exp(-0.5))) < 2.576 * math.sqrt(math.exp(-0.5) * (1 - math.exp(-0.5)) / 4000) + 0.01
    assert found["p_better"] == pytest.approx(found["p_alike"] / 2)


def test_means_are_those_of_the_two_runs() -> None:
    found = sim.compare("gallium-export-halt", ":pooled-60", runs=200).frame()
    assert set(found["measure"]) == set(KEY_MEASURES) & set(known_measures())
    keys = ["measure", "commodity", "region", "sector"]
    sides = [sim.run("gallium-export-halt", variant=variant, runs=200).summary().set_index(keys) for variant in (None, "pooled-60")]
    for row in found.to_dict(orient="records"):
        is_tail, is_chance = row["measure"] == TAIL_MEASURE, row["measure"].startswith("p_")
        place = (row["measure"].removesuffix("_cvar95"), row["commodity"], row["region"], row["sector"])
        column = "cvar95" if is_tail else "probability" if is_chance else "mean"
        # What is not there at all, such as the cost of a policy in a scenario without it, is nothing.
        means = [float(table.loc[place, column]) if place in table.index else 0.0 for table in sides]
        assert [row["mean_a"], row["mean_b"]] == pytest.approx(means, rel=1e-12, abs=1e-12)
        assert row["diff"] == pytest.approx(means[1] - means[0], rel=1e-12, abs=1e-12 * max(1.0, *map(abs, means)))


HARD_PRESSED = ("rules.demand.elasticity=0.05", "rules.demand.elasticity_long=0.05")
"""Users who hardly economise run short."""


def test_a_scenario_does_not_differ_from_itself() -> None:
    absent = {*ECONOMY_MEASURES, *INDUSTRY_MEASURES, *FLOOR_MEASURES, *COST_MEASURES, *STOCK_MEASURES}
    kept = [name for name in known_measures() if name not in absent]
    found = sim.compare("gallium-export-halt", "gallium-export-halt", runs=200, measures=kept, sets=HARD_PRESSED).frame()
    assert set(found["measure"]) == set(kept)
    assert (found.loc[found["n"] > 0, "diff"] == 0.0).all()
    assert (found.loc[found["n"] > 1, ["low", "high"]] == 0.0).all(axis=None)
    assert set(found["p_alike"].dropna()) == {1.0}
    assert set(found["p_better"].dropna()) == {0.5}
    assert set(found["p_strict"].dropna()) == {0.0}


def test_three_variants_are_two_pairs_with_the_first() -> None:
    comparison = sim.compare("gallium-export-halt", runs=50)
    assert comparison.names == ("gallium-export-halt", "gallium-export-halt:national-60", "gallium-export-halt:pooled-60")
    found = comparison.frame()
    assert set(found["a"]) == {comparison.names[0]}
    assert tuple(dict.fromkeys(found["b"])) == comparison.names[1:]
    alone = sim.compare("gallium-export-halt", "gallium-export-halt:pooled-60", runs=50).frame()
    pd.testing.assert_frame_equal(found[found["b"] == comparison.names[2]].reset_index(drop=True), alone)


def test_every_measure_has_a_sense() -> None:
    assert set(UNITS) <= set(SENSES)
    assert {sense.better for sense in SENSES.values()} == {-1, 0, 1}
    assert {name for name, sense in SENSES.items() if sense.better == 1} == {
        *("lowest_cover_days", "first_shortage_days", "fill_rate", "ready_rate"),
    }
    assert {name for name, sense in SENSES.items() if sense.better == 0} == {
        *("stock_drawn_t", "price_peak_days", "origin_price_lowest", "origin_price_peak", "state_bought_t"),
        *("stock_mean_t", "under_way_mean_t"),
    }


@pytest.mark.parametrize("measure", [name for name in known_measures() if name != TAIL_MEASURE])
def test_which_side_is_better(measure: str) -> None:
    found = difference(np.array([50.0, 50.0, 50.0, 50.0]), np.array([30.0, 40.0, 70.0, 50.0]), measure)
    assert found.diff == -2.5
    assert found.p_alike == 0.25
    share = {-1: 0.5, 1: 0.25, 0: NAN}[SENSES[measure].better]
    assert [found.p_strict, found.p_better] == pytest.approx([share, share + 0.125], nan_ok=True)


def test_ties_count_as_half_and_rounding_is_a_tie() -> None:
    before = np.array([0.0, 0.0, 1.0, 1e6, 2.0])
    after = np.array([0.0, 5e-7, 1.0 + 1e-10, 1e6 + 1e-4, 1.0])
    assert list(is_alike(before, after, "unmet_t")) == [1, 1, 1, 1, 0]
    assert list(is_alike(before, after, "days_short")) == [1, 0, 1, 1, 0]
    found = difference(before, after, "unmet_t")
    assert (found.p_strict, found.p_alike, found.p_better) == (0.2, 0.8, pytest.approx(0.6))
    # The exact interval of 1 in 5.
    assert (found.p_strict_low, found.p_strict_high) == pytest.approx((0.005051, 0.716418), abs=1e-6)


def test_the_interval_of_a_paired_difference() -> None:
    found = difference(np.array([1.0, 2.0, 3.0, 6.0]), np.array([2.0, 4.0, 6.0, 8.0]), "unmet_t")
    half = 1.959964 * math.sqrt(2 / 3) / 2  # changes 1, 2, 3, 2
    assert (found.mean_a, found.mean_b, found.diff, found.n) == (3.0, 5.0, 2.0, 4)
    assert (found.low, found.high) == pytest.approx((2.0 - half, 2.0 + half), abs=1e-6)
    alone = difference(np.array([1.0]), np.array([2.0]), "unmet_t")
    assert alone.diff == 1.0
    assert math.isnan(alone.low)


def test_what_never_happens_is_better_than_what_happens_late() -> None:
    found = difference(np.array([100.0, 100.0, NAN, NAN]), np.array([150.0, NAN, NAN, 80.0]), "first_shortage_days")
    assert (found.diff, found.n) == (50.0, 1)
    assert (found.p_strict, found.p_alike, found.p_better) == (0.5, 0.25, 0.625)
    # Where a thing may have failed to happen for good or for bad, such runs are left out.
    found = difference(np.array([100.0, 100.0, NAN]), np.array([80.0, NAN, 10.0]), "recovery_days")
    assert (found.diff, found.n, found.p_strict, found.p_alike) == (-20.0, 1, 1.0, 0.0)


def test_the_tail_mean_is_compared_with_a_paired_error() -> None:
    """The mean of the worst 5 % of an exponential of mean 1 is `1 + ln 20`; doubled, it rises by that."""
    x = np.random.default_rng(5).exponential(size=20_000)
    found = difference(tail(x), tail(2 * x), TAIL_MEASURE)
    alone = estimate(x)
    assert found.diff == pytest.approx(alone.cvar95, rel=1e-12)
    assert (found.high - found.low) / 2 == pytest.approx(Z95 * alone.cvar95_se, rel=1e-9)
    assert abs(found.diff - (1 + math.log(20))) < 2.576 * alone.cvar95_se
    assert math.isnan(found.p_better)
    few = difference(tail(x[:199]), tail(2 * x[:199]), TAIL_MEASURE)
    assert few.diff > 0
    assert math.isnan(few.low)


def test_a_cost_is_nothing_where_there_is_no_policy() -> None:
    bare = sim.compare("gallium-export-halt", ":pooled-60", runs=3, measures=["unmet_t", "policy_cost_usd"]).records
    place = Place("", "", "policy:reserve")
    paid = bare[1].outcome("policy_cost_usd", *place)
    assert paid.std() > 0
    for records, sign in ((bare, 1), (bare[::-1], -1)):
        (pair,) = pairs(records, ("policy_cost_usd",))
        found = difference(pair.before, pair.after, pair.measure)
        assert pair.place == place
        assert found.diff == pytest.approx(sign * paid.mean())
    # Anything else is left out where only one has it.
    fewer = replace(bare[1], places=bare[1].places[:1], outcomes={"unmet_t": bare[1].outcomes["unmet_t"][:1]}, first_row={"unmet_t": 0})
    assert len(list(pairs((bare[0], fewer), ("unmet_t",)))) == 1
