"""Depletion and outages: answers known on paper, asked of the product (D1-D9)."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.worlds import YEAR, estimate_of, run_text, two_sources


def test_d1_stock_runs_out_when_paper_says() -> None:
    result = run_text(two_sources(stock=100, shock="duration: 25 years"), horizon="25 years", step="1 week", runs=1)
    first = result.record.outcome("first_shortage_days", "x.made", "B")[0]
    under_way = 7  # the last shipment lands a lead time, here one step, after its producer stops
    assert first == pytest.approx(100 / 6 * YEAR + under_way, abs=7)


def test_d2_supply_that_comes_back_in_a_line() -> None:
    text = two_sources(stock=6, shock="duration: 1e-9 days\n    recovery: 4 years")
    result = run_text(text, horizon="6 years", step="1 day", runs=1)
    under_way = 1
    assert result.record.outcome("first_shortage_days", "x.made", "B")[0] == pytest.approx(1.17157 * YEAR + under_way, abs=1)
    assert result.record.outcome("unmet_t", "x.made", "B")[0] == pytest.approx(6.0, rel=2e-3)


def test_d3_exponential_outage() -> None:
    result = run_text(two_sources(stock=6, shock="duration: {exponential: {mean: 2 years}}"), horizon="40 years", step="1 month", runs=4000)
    short = estimate_of(result, "p_short", "B")
    assert short.low <= math.exp(-0.5) <= short.high
    unmet = estimate_of(result, "unmet_t", "B")
    assert abs(unmet["mean"] - 12 * math.exp(-0.5)) < 2.576 * unmet["se"]


def test_d4_stock_that_leaves_five_percent() -> None:
    result = run_text(
        two_sources(stock=35.949, shock="duration: {exponential: {mean: 2 years}}"), horizon="40 years", step="1 month", runs=4000
    )
    short = estimate_of(result, "p_short", "B")
    assert short.low <= 0.05 <= short.high


def test_d5_lognormal_outage_against_a_year_of_stock() -> None:
    text = two_sources(stock=10, home=0, shock="duration: {lognormal: {median: 1 year, sigma: 0.8}}")
    result = run_text(text, horizon="30 years", step="1 month", runs=4000)
    short, unmet = estimate_of(result, "p_short", "B"), estimate_of(result, "unmet_t", "B")
    assert short.low <= 0.5 <= short.high
    assert abs(unmet["mean"] - 5.85376) < 2.576 * unmet["se"]


def test_d6_some_random_outage_outlasts_the_stock() -> None:
    text = two_sources(stock=15, home=0, shock="every: {rate: 0.3 /year, overlap: true}\n    duration: {exponential: {mean: 1.25 years}}")
    result = run_text(text, horizon="10 years", step="1 month", runs=4000)
    longest = result.record.outcome("longest_shock_days", "x.made", "", "shock:stop")
    chance = result.chance(longest > 1.5 * YEAR)
    assert chance.low <= 0.594884 <= chance.high


def test_d7_on_and_off() -> None:
    text = two_sources(stock=15, home=0, shock="every: {rate: 0.2 /year}\n    duration: {exponential: {mean: 1 year}}")
    result = run_text(text, horizon="10 years", step="1 month", runs=4000)
    down = estimate_of(result, "shock_days", "", "shock:stop")
    assert abs(down["mean"] / YEAR - 1.52778) < 2.576 * down["se"] / YEAR
    at_end = estimate_of(result, "p_shock_at_end", "", "shock:stop")
    assert at_end.low <= 1 / 6 <= at_end.high


def test_d8_stock_refilled_at_once() -> None:
    """Long-run unmet demand per year; a run starts in order and is cut at the horizon, which is taken off exactly."""
    lam, mu, years = 0.2, 1.0, 60.0
    text = two_sources(
        stock=1.5, home=0, demand=1, spare=1e6, shock="every: {rate: 0.2 /year}\n    duration: {exponential: {mean: 1 year}}"
    )
    # An embargo, not an outage: goods made in answer to the rush of orders at the reopening stay behind the border at the next one.
    text = text.replace("kind: outage", "kind: export_ban").replace("region: A", "from: A")
    at_once = "order_adjustment: 0 days, stock_adjustment: 0 days, expectation: 0 days"
    rules = f"{{{at_once}, hoarding: 1, buffer: 0 days, lead_abroad: 2 days, lead_home: 2 days, price: {{feedback: false}}}}"
    result = run_text(text, horizon=f"{years:g} years", step="2 days", runs=800, rules=rules)
    unmet = estimate_of(result, "unmet_t", "B")
    per_year = math.exp(-mu * 1.5) / mu * lam * mu / (lam + mu)
    assert per_year == pytest.approx(0.0371884, rel=1e-5)
    starts = lam * mu / (lam + mu) * years + (lam / (lam + mu)) ** 2 * (1 - math.exp(-(lam + mu) * years))
    cut_off = per_year / mu * 2.5
    expected = starts * math.exp(-mu * 1.5) / mu - cut_off
    assert abs(unmet["mean"] - expected) < 2.576 * unmet["se"]


@pytest.mark.parametrize(("margin", "short"), [(1.004, False), (0.98, True)])
def test_d9_stock_that_bridges_a_recovery(margin: float, short: bool) -> None:
    cut, pace = 0.4, 0.14
    stock = cut**2 / (2 * pace) * margin
    text = two_sources(
        stock=stock, home=0, demand=1, shock=f"severity: {cut}\n    duration: 1e-9 days\n    recovery: {cut / pace:.12g} years"
    )
    result = run_text(text, horizon="5 years", step="1 day", runs=1)
    assert stock / margin == pytest.approx(0.571, abs=1e-3)
    assert (result.record.outcome("unmet_t", "x.made", "B")[0] > 0) == short
    gap = result.record.outcome("shock_days", "x.made", "", "shock:stop")[0]
    assert gap / YEAR == pytest.approx(2.857, abs=1e-3)


def test_longest_stock_first() -> None:
    """More stock, later shortage, on every run: the same worlds under 6 and 9 tonnes (T4)."""
    shock = "duration: {exponential: {mean: 2 years}}"
    unmet = {
        (stock, seed): run_text(
            two_sources(stock=stock, shock=shock), horizon="40 years", step="1 month", runs=4000, rng_seed=seed
        ).record.outcome("unmet_t", "x.made", "B")
        for stock, seed in ((6, 1), (9, 1), (9, 2))
    }
    paired, apart = unmet[6, 1] - unmet[9, 1], unmet[6, 1] - unmet[9, 2]
    assert np.all(paired >= -1e-9)
    assert abs(paired.mean() - 1.60997) < 2.576 * paired.std(ddof=1) / np.sqrt(len(paired))
    assert apart.var(ddof=1) > 20 * paired.var(ddof=1)
