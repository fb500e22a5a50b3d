"""What policies pay, against sums on paper."""

from __future__ import annotations

from dataclasses import replace
from math import inf, log

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from sim.engine.twin.purse import KINDS
from tests.twin.policies import Policy, with_policies
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Market, Node, Pile, Strike, build, pair

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
AT_COST = Market(alpha=0.0)


def priced(case: Case, *prices: float, discount: float = 0.0) -> Case:
    """The same case with prices at rest by node, USD/t."""
    return replace(case, world=replace(case.world, price0=np.array(prices).reshape(-1, 1), discount=np.array([[discount]])))


def test_a_store_pays_for_what_it_takes_and_holds_and_is_left_with_its_worth() -> None:
    # It begins with 1 t and takes half a tonne in steps 1 to 3: 2.5 t at the end, and 1 + 1.5 + 2 + 2.5 t held for a step.
    nodes = [Node(METAL, "AAA", buffer=40), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    pile = Pile(METAL, ["BBB"], 4.0, 0.25, fill=1.0, budget=50.0, keep=0.01)
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], (), [pile], STEADY, 4)
    assert _paid(priced(case, 100.0, 100.0), "store") == pytest.approx({"purchase": 250.0, "proceeds": -250.0, "holding": 7.0}, abs=1e-9)


def test_what_a_store_gives_it_is_paid_for() -> None:
    ban = Strike("export_ban", METAL, ["AAA"], 0.0)
    case = pair([ban], [Pile(METAL, ["BBB"], 3.0)], cover=0.0, n_step=3)
    yearly = (1.05 ** -(np.array([1.5, 2.5, 3.0]) / YEAR)).tolist()
    paid = _paid(priced(case, 100.0, 80.0, discount=0.05), "store")
    assert paid == pytest.approx({"purchase": 240.0, "proceeds": -80.0 * sum(yearly)}, abs=1e-9)


def test_what_is_bought_at_no_known_price_costs_nobody_knows_what() -> None:
    case = pair((), [Pile(METAL, ["BBB"], 3.0)], n_step=3)
    assert np.isnan(_run(case).paid[0, :3]).all()
    assert not _run(case).paid[0, 3:].any()


def floored(budget: float, market: Market = AT_COST, n_step: int = 4) -> Case:
    """AAA makes a fifth more than the 1 t a step it sells, as it is guaranteed a fifth more than the price at rest, 100 USD/t."""
    nodes = [Node(METAL, "AAA", buffer=0, spare=0.5, floor=1.2, price=100.0), Node(METAL, "BBB", {"cars": YEAR}, short=0.0, long=0.0)]
    habits = replace(STEADY, market=replace(market, floor_budget=budget))
    return build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=habits, n_step=n_step)


def test_a_price_floor_buys_as_far_as_its_budget_goes() -> None:
    result = _run(floored(60.0))
    assert result.bought[:, 0] == pytest.approx([0.2, 0.4, 0.5, 0.5], abs=1e-12)
    assert result.floor_left[:, 0] == pytest.approx([36.0, 12.0, 0.0, 0.0], abs=1e-9)
    assert np.exp(result.log_price[:, 1]) == pytest.approx([1.2, 1.2, 1.2, 1.0], abs=1e-12)
    assert _paid(floored(60.0), "floor") == pytest.approx({"support": 60.0}, abs=1e-9)


def test_a_price_floor_without_money_is_none() -> None:
    result = _run(floored(0.0))
    assert not result.bought.any()
    assert np.exp(result.log_price[:, 1]) == pytest.approx([1.0] * 4, abs=1e-12)


@pytest.mark.parametrize(("budget", "steps"), [(inf, 4), (100.0, 3)])
def test_a_price_floor_makes_up_what_the_market_does_not_pay(budget: float, steps: int) -> None:
    # 24 USD for what is taken in and, as the price stands still, a fifth of the price of the tonne that is sold; the last 12 USD buy 0.1 t.
    stuck = replace(AT_COST, price=inf)
    paid = {4: 4 * 44.0, 3: 44.0 + 44.0 + 12.0 + 20.0}[steps]
    assert _paid(floored(budget, stuck), "floor") == pytest.approx({"support": paid}, abs=1e-9)


def test_programmes_cost_at_once_and_while_they_are_in_force() -> None:
    policy = Policy("demand_reduction", METAL, buyers=["BBB"], start=2.5, end=5.0, size=0.2, upfront=1000.0, begun=2.5, per_step=4.0)
    case = with_policies(pair(n_step=8), policy)
    assert _paid(case, "policy") == pytest.approx({"programme": 1010.0}, abs=1e-9)
    late = (1.05 ** -(np.array([2.5, 2.5, 3.5, 4.5]) / YEAR) * [1000.0, 2.0, 4.0, 4.0]).sum()
    assert _paid(priced(case, 1.0, 1.0, discount=0.05), "policy") == pytest.approx({"programme": late}, abs=1e-9)
    assert _paid(with_policies(pair(n_step=8), replace(policy, start=9.0, end=inf, begun=8.5)), "policy") == {}


@pytest.mark.parametrize(
    ("policy", "paid"),
    [
        # 0.8 t are used where 1 t would be.
        (Policy("demand_reduction", METAL, buyers=["BBB"], size=0.2, per_tonne=10.0), 8.0),
        (Policy("demand_reduction", METAL, buyers=["BBB"], size=1.0, per_tonne=10.0), 0.0),
        (Policy("substitution", METAL, buyers=["BBB"], size=0.3, per_tonne=10.0), 12.0),
        (Policy("recycling", METAL, buyers=["BBB"], size=0.5, extra=1.0, life=2.0, per_tonne=10.0), 10.0),
        (Policy("capacity_project", METAL, ["AAA"], start=1.0, size=0.3, per_tonne=10.0), 9.0),
    ],
    ids=lambda value: f"{value.kind} {value.size}" if isinstance(value, Policy) else "",
)
def test_programmes_pay_for_each_tonne(policy: Policy, paid: float) -> None:
    assert _paid(with_policies(pair(n_step=4), policy), "policy").get("programme", 0.0) == pytest.approx(paid, abs=1e-9)


def sellers(policy: Policy, *prices: float) -> Case:
    """BBB buys 1 t a step, one half from AAA and one from CCC, at cost."""
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, short=0.0, long=0.0), Node(METAL, "CCC", buffer=30)]
    flows = [Flow(METAL, region, "BBB", 0.5 * YEAR) for region in ("AAA", "CCC")]
    return priced(with_policies(build(nodes, flows, habits=replace(STEADY, market=AT_COST), n_step=4), policy), *prices)


@pytest.mark.parametrize(
    ("policy", "kind", "paid"),
    [
        (Policy("tariff", METAL, ["AAA"], start=2.0, size=0.25), "tariff", 2 * 0.5 * 100.0 * 0.25),
        # CCC counts double and has two thirds of what is bought after the first step.
        (Policy("beyond_price", METAL, ["CCC"], size=1.0), "premium", 3 * (140.0 - 100.0) / 6),
        (Policy("single_source_cap", METAL, buyers=["BBB"], size=0.6), "premium", 0.0),
        # A quarter of a tonne of AAA's half does not come, and CCC is asked for it at once.
        (Policy("import_quota", METAL, ["AAA"], start=3.0, size=0.5), "premium", -0.25 * 100.0 + 0.25 * 140.0),
        (Policy("export_control", METAL, ["AAA"], start=2.0, size=0.2), "premium", 2 * 0.4 * 100.0),
    ],
    ids=lambda value: value.kind if isinstance(value, Policy) else "",
)
def test_trade_policies_cost_what_goods_cost_more_or_are_not_sold(policy: Policy, kind: str, paid: float) -> None:
    assert _paid(sellers(policy, 100.0, 120.0, 140.0), "policy").get(kind, 0.0) == pytest.approx(paid, abs=1e-9)


def test_a_tariff_that_strikes_is_nobodys_income() -> None:
    case = pair([Strike("tariff", METAL, ["AAA"], 0.0, size=log(2.0))], [Pile(METAL, ["BBB"], 0.0)], n_step=3)
    assert _paid(priced(case, 10.0, 10.0), "store") == {}


def _paid(case: Case, payer: str) -> dict[str, float]:
    amounts = _run(case).paid[case.network.payers.index(payer)]
    return {kind: float(amount) for kind, amount in zip(KINDS, amounts, strict=True) if amount != 0.0}


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
