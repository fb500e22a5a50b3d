"""How much stock to hold and how many suppliers to have: newsvendor, loss, pooling and shares, against paper (S3-S6, Q1)."""

from __future__ import annotations

from math import exp, log, sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest

from sim.api import Result
from sim.measure import indices
from tests.worlds import PLAIN, YEAR, bell, estimate_of, run_text

WEEKS = YEAR / 7
WIDE = 2.576
"""Standard errors on either side of a mean that hold the truth 99 times in 100."""
RULES = PLAIN.replace("1 day", "1 week").replace("price: {", "discount: 0, price: {")
"""What is under way lands in the first week, and no later: of a single week it serves the usual use, and all that is wanted beyond it
must come out of stock."""


def inside(truth: float, row: Any) -> bool:
    """Whether a mean that is known lies where the product says it does."""
    return abs(row["mean"] - truth) < WIDE * row["se"]


def one_week(need: str, *, stock: float, pile: str = "", cover: float = 0, runs: int = 10_000) -> Result:
    """A week in which B wants so much beyond its usual tonne, against a stockpile of `stock` or a users' stock of `cover` tonnes."""
    policy = f"pile: {{kind: stockpile, commodity: x.made, holders: B, target: {stock} weeks, initial: 100 %, {pile}}}" if stock else ""
    body = f"""
network:
  commodities: {{x.made: {{price: 100 USD/t}}}}
  nodes:
    x.made.A: {{production: {WEEKS!r} t/year, spare: 0}}
    x.made.B: {{cover: {cover} weeks, demand: {{use: {WEEKS!r} t/year}}}}
shocks: {{need: {{kind: demand_surge, commodity: x.made, region: B, start: 2026-01-01, size: {need}}}}}
policies: {{{policy}}}
"""
    return run_text(body, horizon="1 week", step="1 week", runs=runs, rules=RULES)


def newsvendor(stock: float) -> np.ndarray:
    """Cost of each run where a need of N(50, 8) t meets a stock: 0.18 USD for each tonne left over, 0.70 for each that lacks.

    What is left is paid as the holding cost of the week, 0.18 of the 100 USD that a tonne is worth.
    """
    result = one_week(bell(50, 8), stock=stock, pile=f"holding: {0.18 / 100 * WEEKS!r}")
    return result.record.outcome("policy_holding_usd", "", "", "policy:pile") + 0.70 * result.record.outcome("unmet_t", "x.made", "B")


def test_s3_newsvendor() -> None:
    """The best stock is mean + sd * z(0.70 / 0.88) = 56.6040, and costs 0.88 * 8 * phi(z) = 1.99760; 3 t more or less cost more."""
    best, less, more = (newsvendor(stock) for stock in (56.6040, 53.6040, 59.6040))
    assert abs(best.mean() - 1.99760) < WIDE * best.std(ddof=1) / sqrt(len(best))
    for other in (less, more):
        dearer = other - best
        assert dearer.mean() > WIDE * dearer.std(ddof=1) / sqrt(len(dearer))


def test_s3_the_chance_to_run_short_is_what_a_tonne_left_over_costs_of_both() -> None:
    """0.18 / 0.88 = 0.204545 at the best stock."""
    result = one_week(bell(50, 8), stock=56.6040)
    short = result.chance(result.record.outcome("unmet_t", "x.made", "B") > 0)
    assert short.low <= 0.18 / 0.88 <= short.high


@pytest.mark.parametrize("held_by", ["store", "users"])
def test_s4_expected_shortage(held_by: str) -> None:
    """A need of N(15, 3) against 18.6 lacks 3 * (phi(1.2) - 1.2 * (1 - Phi(1.2))) = 0.168307, whoever holds the stock."""
    in_store, with_users = (18.6, 0.0) if held_by == "store" else (0.0, 18.6)
    assert inside(0.168307, estimate_of(one_week(bell(15, 3), stock=in_store, cover=with_users, runs=40_000), "unmet_t", "B"))


def against_a_loss(stock: float) -> np.ndarray:
    """Cost of each run where supply of 6 t a year fails for 2 years in the mean: stock at 1 USD/t, 10 USD for each tonne lacking."""
    body = f"""
network:
  commodities: {{x.made: {{price: 1 USD/t}}}}
  nodes:
    x.made.A: {{production: 6 t/year, spare: 0}}
    x.made.B: {{cover: 0 days, demand: {{use: 6 t/year}}}}
shocks: {{stop: {{kind: outage, commodity: x.made, region: A, start: 2026-01-01, duration: {{exponential: {{mean: 2 years}}}}}}}}
policies: {{pile: {{kind: stockpile, commodity: x.made, holders: B, target: {stock / 6} years, initial: 100 %}}}}
"""
    result = run_text(body, horizon="24 years", step="1 month", runs=3000, rules=RULES)
    bought = result.record.outcome("policy_purchase_usd", "", "", "policy:pile")
    assert bought == pytest.approx(stock, rel=1e-6)
    return bought + 10 * result.record.outcome("unmet_t", "x.made", "B")


def test_s5_stock_against_an_exponential_loss() -> None:
    """The best stock is 12 * ln 10 = 27.631 and costs 12 more, 39.631; 20 t cost 42.665 and 36 t 41.974."""
    best, less, more = (against_a_loss(stock) for stock in (12 * log(10), 20, 36))
    for found, cost in ((best, 39.631), (less, 20 + 120 * exp(-20 / 12)), (more, 36 + 120 * exp(-3))):
        assert abs(found.mean() - cost) < WIDE * found.std(ddof=1) / sqrt(len(found))
    for other in (less, more):
        dearer = other - best
        assert dearer.mean() > WIDE * dearer.std(ddof=1) / sqrt(len(dearer))


RISK = 0.05
BUYERS = "BCDEFGHIJ"


def nine_buyers(correlation: float, safety: float, *, pooled: bool) -> Result:
    """A week in which each of nine buyers needs N(20, 3) t beyond the usual, part of it common to all and part its own.

    Each puts in 20 t and a part `safety` of the 3 * z t that would leave it the risk alone.
    """
    common, own = 9 * correlation, 9 * (1 - correlation)
    parts = {name: (10 if common and own else 20, sqrt(v)) for name, v in (("common", common), ("own", own)) if v}
    held = 20 + safety * 3 * NormalDist().inv_cdf(1 - RISK)
    uses = ", ".join(f"{name}: {WEEKS!r} t/year" for name in parts)
    shocks = [("all", "common", ", ".join(BUYERS))] if common else []
    shocks += [(f"only-{region}", "own", region) for region in BUYERS] if own else []
    lines = [
        f"  {name}: {{kind: demand_surge, commodity: x.made, region: [{where}], sector: {part}, start: 2026-01-01, "
        f"size: {bell(*parts[part], 200)}}}"
        for name, part, where in shocks
    ]
    nodes = "".join(f"    x.made.{region}: {{cover: 0 days, demand: {{{uses}}}}}\n" for region in BUYERS)
    body = f"""
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.A: {{production: {9 * len(parts) * WEEKS!r} t/year, spare: 0}}
{nodes}policies:
  pile: {{kind: stockpile, commodity: x.made, holders: [{", ".join(BUYERS)}], pooled: {str(pooled).lower()},
    target: {held / len(parts)} weeks, initial: 100 %}}
shocks:
"""
    return run_text(body + "\n".join(lines), horizon="1 week", step="1 week", runs=4000, rules=RULES)


@pytest.mark.parametrize(("correlation", "part"), [(0.0, 1 / 3), (0.5, 0.7454), (1.0, 1.0)])
def test_s6_pooling_of_equal_buyers(correlation: float, part: float) -> None:
    """Nine buyers who pool need a safety stock of sqrt(1/9 + correlation * 8/9) of the sum of their own, at the same risk of 5 %.

    What lacks in the mean falls in the same proportion: each normal shortage is its spread times the same number.
    """
    together, apart = nine_buyers(correlation, part, pooled=True), nine_buyers(correlation, 1.0, pooled=False)
    lacks = {name: [r.record.outcome("unmet_t", "x.made", region) for region in BUYERS] for name, r in (("pool", together), ("own", apart))}
    short = together.chance(np.sum(lacks["pool"], axis=0) > 1e-6)
    assert short.low <= RISK <= short.high
    each = apart.chance(lacks["own"][0] > 1e-6)
    assert each.low <= RISK <= each.high
    z = NormalDist().inv_cdf(1 - RISK)
    usual = 3 * (NormalDist().pdf(z) - z * RISK)
    for found, truth in ((np.sum(lacks["pool"], axis=0), 9 * part * usual), (np.sum(lacks["own"], axis=0), 9 * usual)):
        assert abs(found.mean() - truth) < WIDE * found.std(ddof=1) / sqrt(len(found))


def test_s6_a_smaller_pool_than_paper_says_is_a_greater_risk() -> None:
    """At correlation 0.5 a pool of the third that would do for independent buyers runs short in every fourth week."""
    result = nine_buyers(0.5, 1 / 3, pooled=True)
    short = result.chance(np.sum([result.record.outcome("unmet_t", "x.made", region) for region in BUYERS], axis=0) > 1e-6)
    truth = 1 - NormalDist().cdf(NormalDist().inv_cdf(1 - RISK) / 3 / sqrt(5 / 9))
    assert truth == pytest.approx(0.23, abs=0.005)
    assert short.low <= truth <= short.high


def suppliers(shares: list[float]) -> Result:
    """A week in which each of B's suppliers is down with a chance of 10 %, after one in which goods are still under way."""
    names = "ACDE"[: len(shares)]
    nodes = "".join(
        f"    x.made.{name}: {{production: {100 * share} t/year, spare: 0}}\n" for name, share in zip(names, shares, strict=True)
    )
    shocks = "".join(
        f"  stop-{name}: {{kind: outage, commodity: x.made, region: {name}, start: 2026-01-01, probability: 10 %}}\n" for name in names
    )
    body = f"""
network:
  commodities: {{x.made: {{}}}}
  nodes:
{nodes}    x.made.B: {{cover: 0 days, demand: {{use: 100 t/year}}}}
shocks:
{shocks}"""
    return run_text(body, horizon="2 weeks", step="1 week", runs=20_000, rules=RULES)


def test_q1_two_or_more_of_four_suppliers_down() -> None:
    """1 - 0.9^4 - 4 * 0.1 * 0.9^3 = 0.0523."""
    result = suppliers([0.25] * 4)
    two = result.chance(result.record.outcome("deepest_share", "x.made", "B") > 0.25 + 1e-9)
    assert two.low <= 0.0523 <= two.high


@pytest.mark.parametrize(("shares", "variance"), [([0.25] * 4, 0.0225), ([0.7, 0.2, 0.1], 0.0486)])
def test_q1_spread_of_what_is_lost_follows_concentration(shares: list[float], variance: float) -> None:
    """The variance of the part lost is HHI * 0.1 * 0.9: 0.0225 for four alike, 0.0486 for shares of 70, 20 and 10 %."""
    lost = suppliers(shares).record.outcome("deepest_share", "x.made", "B")
    assert indices.concentration(shares) * 0.09 == pytest.approx(variance)
    squares = (lost - 0.1) ** 2
    assert abs(lost.mean() - 0.1) < WIDE * lost.std(ddof=1) / sqrt(len(lost))
    assert abs(squares.mean() - variance) < WIDE * squares.std(ddof=1) / sqrt(len(lost))
