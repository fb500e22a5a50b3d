"""Pooled stores with an account for each member: how they share, what they keep back, and what money buys, against answers on paper."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Node, Pile, Strike, build

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
WANTS = {"BBB": 2.0, "CCC": 4.0, "DDD": 8.0}


POOL = Pile(METAL, list(WANTS), 10.0, parts=(0.2, 0.2, 0.6))
"""Three members hold 10 t together in parts of 1:1:3."""


def pooled(pile: Pile = POOL, n_step: int = 6) -> TwinResult:
    """From step 1 on the members of a pool want 2, 4 and 8 t and get nothing else."""
    nodes = [Node(METAL, "AAA", buffer=0), *(Node(METAL, region, {"cars": want * YEAR}, cover=0) for region, want in WANTS.items())]
    flows = [Flow(METAL, "AAA", region, want * YEAR) for region, want in WANTS.items()]
    return _run(build(nodes, flows, [Strike("export_ban", METAL, ["AAA"], 0.0)], [pile], STEADY, n_step))


@pytest.mark.parametrize(
    ("sharing", "given"),
    [("need", (10 / 7, 20 / 7, 40 / 7)), ("contribution", (2.0, 2.0, 6.0)), ("max-min", (2.0, 4.0, 4.0))],
)
def test_what_a_pool_gives_is_shared_by_its_rule(sharing: str, given: tuple[float, ...]) -> None:
    result = pooled(replace(POOL, sharing=sharing))
    assert result.released[1] == pytest.approx(given, abs=1e-12)
    assert result.held[1] == pytest.approx([0.0] * 3, abs=1e-12)
    assert not result.released[2:].round(12).any()


def test_what_is_given_leaves_the_accounts_in_proportion_to_what_is_free() -> None:
    result = pooled(replace(POOL, at_most=0.5), 2)
    assert result.held[0] == pytest.approx([2.0, 2.0, 6.0], abs=1e-12)
    assert result.released[1] == pytest.approx([1.0, 2.0, 4.0], abs=1e-12)
    assert result.held[1] == pytest.approx([0.6, 0.6, 1.8], abs=1e-12)


@pytest.mark.parametrize("sharing", ["need", "contribution", "max-min"])
def test_a_reserve_is_never_released(sharing: str) -> None:
    result = pooled(replace(POOL, sharing=sharing, reserve=0.4))
    assert result.released.sum() == pytest.approx(6.0, abs=1e-12)
    assert result.held[1:] == pytest.approx(np.array([[0.8, 0.8, 2.4]] * 5), abs=1e-12)


def test_a_rate_caps_what_is_released_in_a_step() -> None:
    result = pooled(replace(POOL, rate=0.3))
    assert result.released.sum(axis=1) == pytest.approx([0.0, 3.0, 3.0, 3.0, 1.0, 0.0], abs=1e-12)


def test_who_leaves_takes_its_account_along() -> None:
    result = pooled(replace(POOL, leave={"DDD": 1.0}))
    assert result.released[1] == pytest.approx([4 / 3, 8 / 3, 6.0], abs=1e-12)
    # Whoever leaves later has shared until then.
    later = pooled(replace(POOL, leave={"DDD": 2.0}, rate=0.5))
    assert later.released[1] == pytest.approx([5 / 7, 10 / 7, 20 / 7], abs=1e-12)
    assert later.held[1] == pytest.approx([1.0, 1.0, 3.0], abs=1e-12)
    assert later.released[2] == pytest.approx([2 / 3, 4 / 3, 3.0], abs=1e-12)


@pytest.mark.parametrize(("start", "first"), [(0.0, 1), (2.0, 2), (2.7, 2), (4.0, 4)])
def test_a_store_gives_from_the_step_on_that_holds_its_start(start: float, first: int) -> None:
    result = pooled(replace(POOL, start=start))
    assert np.flatnonzero(result.released.sum(axis=1) > 1e-9).tolist() == [first]


def filling(pile: Pile, n_step: int = 5, price: float = 100.0) -> TwinResult:
    """AAA has plenty for BBB, one step away, whose users keep 4 t."""
    nodes = [Node(METAL, "AAA", buffer=40, price=price), Node(METAL, "BBB", {"cars": YEAR}, cover=4, price=price)]
    return _run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], (), [pile], STEADY, n_step))


def test_a_budget_slows_the_fill() -> None:
    result = filling(Pile(METAL, ["BBB"], 4.0, 0.0, fill=1.0, budget=50.0))
    assert result.order[:, 1] == pytest.approx([1.5] * 5, abs=1e-12)
    assert result.stored[:, 0] == pytest.approx([0.0, 0.5, 0.5, 0.5, 0.5], abs=1e-12)


@pytest.mark.parametrize(("price", "budget"), [(float("nan"), 50.0), (100.0, inf), (100.0, 1e6)])
def test_what_has_no_price_or_plenty_of_money_is_bought_at_the_pace_written(price: float, budget: float) -> None:
    result = filling(Pile(METAL, ["BBB"], 4.0, 0.0, fill=2.0, budget=budget), price=price)
    assert result.stored[:, 0] == pytest.approx([0.0, 2.0, 2.0, 0.0, 0.0], abs=1e-12)


def test_a_store_that_has_not_started_neither_takes_nor_seeks() -> None:
    result = filling(Pile(METAL, ["BBB"], 4.0, 0.0, fill=2.0, start=1.5))
    assert result.order[:, 1] == pytest.approx([1.0, 3.0, 3.0, 1.0, 1.0], abs=1e-12)


def test_who_has_left_fills_its_own_account() -> None:
    nodes = [Node(METAL, "AAA", buffer=40), *(Node(METAL, region, {"cars": YEAR}, cover=4) for region in ("BBB", "CCC"))]
    flows = [Flow(METAL, "AAA", region, YEAR) for region in ("BBB", "CCC")]
    pile = Pile(METAL, ["BBB", "CCC"], 4.0, 0.0, fill=4.0, leave={"CCC": 0.0})
    result = _run(build(nodes, flows, (), [pile], STEADY, 6))
    assert result.order[:, 1:].tolist() == [pytest.approx([1.5, 1.5])] * 4 + [pytest.approx([1.0, 1.0])] * 2
    assert result.held[-1] == pytest.approx([2.0, 2.0], abs=1e-12)


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
