"""Stockpiles in full, recycling, substitution and guaranteed prices: answers on paper, signs, failures, and what they cost."""

from __future__ import annotations

import numpy as np
import pytest

from sim.api import Result
from sim.errors import ScenarioError
from tests.exact.test_market import SETTLE, rules
from tests.worlds import PLAIN, YEAR, estimate_of, run_text

WEEK = 7 / YEAR


def cost(result: Result, policy: str, kind: str = "cost") -> float:
    """Mean of what a policy costs, USD."""
    return float(estimate_of(result, f"policy_{kind}_usd", "", f"policy:{policy}")["mean"])


def unmet(result: Result, region: str) -> float:
    return float(result.record.outcome("unmet_t", "x.made", region).mean())


POOL = """
network:
  commodities: {x.made: {price: 100 USD/t}}
  nodes:
    x.made.A: {production: 30 t/year, spare: 200 %}
    x.made.B: {cover: 0 days, demand: {use: 5 t/year}}
    x.made.C: {cover: 0 days, demand: {use: 10 t/year}}
    x.made.D: {cover: 0 days, demand: {use: 15 t/year}}
rules_are: plain
shocks: {stop: {kind: outage, commodity: x.made, region: A, start: 2027-01-01, duration: 1 year}}
policies: {pile: {kind: stockpile, commodity: x.made, holders: [B, C, D], pooled: true, target: 146.1 days, initial: 1, holding: 0, MORE}}
""".replace("rules_are: plain\n", "")
"""Together 30 t a year; 146.1 days of it are 12 t."""


def pool(more: str = "sharing: need", horizon: str = "2 years") -> Result:
    return run_text(POOL.replace("MORE", more), horizon=horizon, step="1 week", runs=1)


def lacking(result: Result) -> float:
    return sum(unmet(result, region) for region in "BCD")


def bare() -> float:
    """What goes unmet without a stock: 30 t, but for what was under way."""
    return lacking(pool("reserve: 100 %"))


def test_a_pool_covers_what_it_holds_and_no_more() -> None:
    assert bare() == pytest.approx(30, rel=0.02)
    assert bare() - lacking(pool()) == pytest.approx(12, rel=1e-6)


def test_by_contribution_nobody_gets_more_than_its_part_while_others_lack() -> None:
    """All lack in proportion to what they put in, so need and contribution agree; equal tonnage serves the small first."""
    need, part, even = (pool(f"sharing: {rule}") for rule in ("need", "contribution", "max-min"))
    for region, use in (("B", 5), ("C", 10), ("D", 15)):
        assert unmet(need, region) == pytest.approx(use * (bare() - 12) / 30, rel=1e-6)
        assert unmet(part, region) == pytest.approx(unmet(need, region), rel=1e-6)
    assert lacking(even) == pytest.approx(bare() - 12, rel=1e-6)
    assert unmet(even, "B") < unmet(need, "B") < unmet(need, "D") < unmet(even, "D")


def test_a_reserve_is_kept_and_a_rate_slows() -> None:
    assert bare() - lacking(pool("reserve: 25 %")) == pytest.approx(9, rel=1e-6)
    # Half a target a year: 6 of the 12 t go out in the year of the outage.
    assert bare() - lacking(pool("rate: 0.5 /year")) == pytest.approx(6, rel=0.02)


def test_a_member_that_leaves_takes_its_part_and_the_others_share_the_rest() -> None:
    """D put in half of 12 t and has 6 t for itself against a use of 15; the others 6 t against theirs."""
    gone = pool("leaving: {D: 2026-06-01}")
    assert unmet(gone, "D") == pytest.approx(bare() / 2 - 6, rel=1e-6)
    assert unmet(gone, "B") + unmet(gone, "C") == pytest.approx(bare() / 2 - 6, rel=1e-6)
    # When the stock is pooled to the end the same comes out, for all lack alike; a member with no need makes the difference.
    spared = POOL.replace("x.made.D: {cover: 0 days", "x.made.D: {cover: 3 years")
    stays, leaves = (
        run_text(spared.replace("MORE", more), horizon="2 years", step="1 week", runs=1)
        for more in ("reserve: 0", "leaving: {D: 2026-06-01}")
    )
    assert unmet(leaves, "B") > unmet(stays, "B") + 1


def test_a_stockpile_that_cannot_fill_helps_nobody() -> None:
    body = POOL.replace("initial: 1", "initial: 0").replace("spare: 200 %", "spare: 0")
    assert sum(unmet(run_text(body.replace("MORE", "rate: 1 /year"), horizon="2 years", step="1 week", runs=1), r) for r in "BCD") == (
        pytest.approx(30, rel=0.05)
    )
    broke = POOL.replace("initial: 1", "initial: 0").replace("MORE", "budget: 0 USD/year")
    assert sum(unmet(run_text(broke, horizon="2 years", step="1 week", runs=1), r) for r in "BCD") == pytest.approx(30, rel=0.05)


def test_what_a_stockpile_costs() -> None:
    """Prices at rest and no discount: 12 t at 100 USD bought, the same sold; 7 % a year of the 1,200 USD that lie there.

    They lie in full for 374 days: works stop on day 365, but make three times as much on the last day of that week, and goods are a week
    under way. Then they go evenly in 146.1 days. What lies at the end of each week is counted: half a week less.
    """
    calm = PLAIN.replace("price: {feedback: false}", "price: {feedback: false}, discount: 0")
    body = POOL.replace("holding: 0", "holding: 5 %").replace("MORE", "rotation: 20 %, rotation_loss: 10 %")
    result = run_text(body, horizon="2 years", step="1 week", runs=1, rules=calm)
    assert cost(result, "pile", "purchase") == pytest.approx(1200, rel=1e-9)
    assert cost(result, "pile", "proceeds") == pytest.approx(-1200, rel=1e-9)
    assert cost(result, "pile", "holding") == pytest.approx((0.05 + 0.2 * 0.1) * 1200 * (374 + 146.1 / 2 - 3.5) / YEAR, rel=1e-4)
    assert cost(result, "pile") == pytest.approx(cost(result, "pile", "holding"), abs=1e-6)


def test_a_budget_buys_what_it_pays_for() -> None:
    """300 USD a year at 100 USD/t: 3 t in the first year, whatever the pace of filling."""
    body = POOL.split("shocks")[0] + (
        "policies: {pile: {kind: stockpile, commodity: x.made, holders: [B, C, D], pooled: true, target: 146.1 days, fill: 1 year, "
        "budget: 300 USD/year}}\nwatch: {series: [store]}\n"
    )
    plain = PLAIN.replace("price: {feedback: false}", "price: {feedback: false}, discount: 0")
    result = run_text(body, horizon="3 years", step="1 week", runs=1, rules=plain)
    bought = cost(result, "pile", "purchase") / 100
    assert 6 < bought <= 9 + 1e-9


def test_money_of_later_years_counts_less() -> None:
    body = POOL.split("shocks")[0] + (
        "policies: {save: {kind: demand_reduction, commodity: x.made, region: B, size: 20 %, upfront: 1000 USD, yearly: 500 USD/year, "
        "per_tonne: 10 USD/t, start: 2027-01-01}}\n"
    )
    flat, dear = (
        run_text(body, horizon="2 years", step="1 week", runs=1, rules=PLAIN.replace("price: {", f"discount: {rate}, price: {{"))
        for rate in ("0", "10 %")
    )
    assert cost(flat, "save") == pytest.approx(1000 + 500 + 0.2 * 5 * 10, rel=0.01)
    # All of it falls into the second year, the upfront part on its first day.
    assert cost(dear, "save") == pytest.approx(1000 / 1.1 + 510 / 1.1**1.5, rel=0.01)


def test_a_price_nobody_knows_leaves_costs_unknown_and_refuses_budgets() -> None:
    unknown = POOL.replace("{price: 100 USD/t}", "{}")
    assert np.isnan(cost(run_text(unknown.replace("MORE", "reserve: 0"), horizon="1 year", step="1 week", runs=1), "pile"))
    with pytest.raises(ScenarioError, match=r"policies\.pile\.budget: a budget, but no price at rest of x\.made is known"):
        run_text(unknown.replace("MORE", "budget: 5 USD/year"), horizon="1 year", step="1 week", runs=1)


OLD = """
network:
  commodities: {x.made: {}}
  nodes:
    x.made.A: {production: 100 t/year, spare: 500 %}
    x.made.B: {demand: {use: 100 t/year}}
policies: {again: {kind: recycling, commodity: x.made, region: B, life: 10 years, LIFE collection: 50 %}}
"""


@pytest.mark.parametrize(("life", "rate"), [("", 0.303265), ("life_sd: 3 years,", 0.306696)])
def test_q2_recycling_of_a_growing_use(life: str, rate: float) -> None:
    """Half of the scrap, life of 10 years, use growing 5 % a year (continuously): 30.3 % of use; with lives spread 30.7 %."""
    growing = PLAIN.replace("price: {", f"demand: {{growth: {np.expm1(0.05):.12f}}}, price: {{")
    result = run_text(OLD.replace("LIFE", life), horizon="3 years", step="1 week", runs=1, rules=growing)
    recycled, wanted = result.record.means["recycled"].sum(axis=1), result.record.means["demand"].sum(axis=1)
    assert recycled[20:] / wanted[20:] == pytest.approx(rate, rel=1e-3)


def test_recycling_that_collects_nothing_gives_nothing() -> None:
    body = OLD.replace("LIFE", "").replace("collection: 50 %", "collection: 0 %")
    assert run_text(body, horizon="1 year", step="1 week", runs=1).record.means["recycled"].max() == 0.0


SWAP = """
network:
  commodities: {x.made: {}, y.made: {}}
  nodes:
    x.made.A: {production: 100 t/year, spare: 100 %}
    x.made.B: {demand: {use: 100 t/year}}
    y.made.A: {production: 10 t/year, spare: 1000 %}
    y.made.B: {demand: {other: 10 t/year}}
shocks: {stop: {kind: outage, commodity: x.made, region: A, severity: 80 %, start: 2026-10-01, duration: 1 year}}
policies: {swap: {kind: substitution, commodity: x.made, region: B, share: 30 %, time: 0 days, to: y.made, ratio: 2, PRICE}}
"""


def test_who_changes_at_once_wants_so_much_of_the_other() -> None:
    result = run_text(SWAP.replace("PRICE", "price: 1"), horizon="1 year", step="1 week", runs=1)
    net, wants = result.record.network, result.record.means["demand"][-1]
    by = {net.commodities[net.node_commodity[n]]: wants[n] for n in range(net.n_node) if net.regions[net.node_region[n]] == "B"}
    assert by["x.made"] == pytest.approx(70 * WEEK)
    assert by["y.made"] == pytest.approx((10 + 2 * 30) * WEEK)


def test_users_change_when_it_is_dear_and_back_when_it_is_cheap() -> None:
    moving = PLAIN.replace("price: {feedback: false}", "demand: {elasticity: 0.01, elasticity_long: 0.01}")
    result = run_text(SWAP.replace("PRICE", "price: 1.5"), horizon="6 years", step="1 week", runs=1, rules=moving)
    net, wants = result.record.network, result.record.means["demand"]
    node = next(n for n in range(net.n_node) if (net.node_commodity[n], net.regions[net.node_region[n]]) == (1, "B"))
    assert wants[:38, node] == pytest.approx(10 * WEEK, rel=1e-6)
    assert wants[:, node].max() > 60 * WEEK
    assert wants[-1, node] < 11 * WEEK


FLOOR = """
network:
  commodities: {x.made: {price: 1000 USD/t}}
  nodes: {x.made.A: {production: 10 t/year, spare: 100 %, demand: {use: 10 t/year}}}
policies: {floor: {kind: price_floor, commodity: x.made, region: A, level: 1.2, BUDGET}}
"""


def test_p4_a_floor_costs_what_it_buys_and_tops_up() -> None:
    """At a floor of 1.2 supply is 1.0954, demand 0.9468 of rest: the surplus of 1.4867 t a year is bought at 1,200 USD/t."""
    how = rules(demand=0.3, supply=0.5).replace("hoarding: 1", "hoarding: 1, discount: 0")
    short, long = (
        run_text(FLOOR.replace("BUDGET", "budget: 1 bn USD"), horizon=span, step="1 week", runs=1, rules=how)
        for span in ("39 years", SETTLE)
    )
    assert cost(long, "floor", "support") - cost(short, "floor", "support") == pytest.approx(1.48673 * 1200, rel=0.02)


def test_a_floor_without_money_is_no_floor_and_one_that_runs_out_ends() -> None:
    how = rules(demand=0.3, supply=0.5).replace("hoarding: 1", "hoarding: 1, discount: 0")
    none = run_text(FLOOR.replace("BUDGET", "budget: 0 USD"), horizon="3 years", step="1 week", runs=1, rules=how)
    assert cost(none, "floor") == 0.0
    assert float(none.record.outcome("state_bought_t", "x.made", "A", "price floor")[0]) == 0.0
    little = run_text(FLOOR.replace("BUDGET", "budget: 2000 USD"), horizon="9 years", step="1 week", runs=1, rules=how)
    assert 2000 <= cost(little, "floor") < 2100
    assert estimate_of(little, "origin_price_lowest", "A")["mean"] < 1.01
