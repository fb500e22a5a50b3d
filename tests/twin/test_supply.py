"""Works built, shut and started again, and by-products, against answers on paper."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from sim.engine.twin.supply import shut_part
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Market, Node, Strike, build

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
HALF = 1 / log(2.0)
"""A time whose gain is a half."""
QUARTER = 1 / log(4 / 3)
"""A time whose gain is a quarter."""


AAA = Node(METAL, "AAA", buffer=0, floor=2.0)


def paid_double(market: Market, strikes: list[Strike], n_step: int, seller: Node = AAA) -> Case:
    """AAA makes 1 t a step for BBB at a floor of twice the price at rest: its margin is a factor of two from the first step on."""
    nodes = [
        Node("h.host", "AAA", {"all": YEAR}, buffer=0),
        seller,
        Node(METAL, "BBB", {"cars": YEAR}, cover=2, short=0.0, long=0.0),
    ]
    flows = [Flow("h.host", "AAA", "AAA", YEAR), Flow(METAL, "AAA", "BBB", YEAR)]
    return build(nodes, flows, strikes, habits=replace(STEADY, market=market), n_step=n_step)


BUILDING = Market(alpha=0.0, entry_price=1.25, entry_growth=0.25, stage=HALF, run_in=HALF)
"""At twice the price new works of 0.6 t would pay; of these 0.25 t a step are begun; half of each stage passes on in a step."""


def test_works_pass_three_stages_and_are_run_in() -> None:
    result = _run(paid_double(BUILDING, [], 7))
    # Stage 1: 0.25, 0.375, 0.2875, 0.14375; stage 2: 0, 0.125, 0.25, 0.26875; stage 3: 0, 0, 0.0625, 0.15625; run in: 0, 0, 0, 0.03125.
    assert result.building[:5, 1] == pytest.approx([0.25, 0.5, 0.6, 0.6, 0.6 - 0.015625], abs=1e-12)
    # Step 4 runs in half of 0.03125 and passes on half of 0.15625: 0.09375 are left; half of it works after step 5.
    assert result.capacity_new[:6, 1] == pytest.approx([0.0] * 4 + [0.015625, 0.0625], abs=1e-12)
    # New works sell at the floor at once.
    assert result.made[:, 1] == pytest.approx([1.0] * 5 + [1.015625, 1.0625], abs=1e-12)
    assert result.signal[:, 1] == pytest.approx([log(2.0)] * 7, abs=1e-12)
    assert not result.building[:, 0].any()


def test_new_works_run_as_normal_works_do() -> None:
    # Supply that does not answer the price makes what is normal, though it could make half as much again.
    result = _run(paid_double(BUILDING, [], 6, replace(AAA, spare=0.5, supply_elasticity=0.0)))
    assert result.made[:, 1] == pytest.approx([1.0] * 5 + [1.015625], abs=1e-12)


def test_in_the_long_run_there_is_as_much_new_capacity_as_pays() -> None:
    market = replace(BUILDING, entry_elasticity=0.5)
    result = _run(paid_double(market, [], 120))
    assert result.capacity_new[-1, 1] == pytest.approx((2.0 / 1.25) ** 0.5 - 1.0, abs=1e-9)
    assert result.building[-1, 1] == pytest.approx(0.0, abs=1e-9)


def test_who_is_denied_the_technology_begins_and_builds_at_half_the_pace() -> None:
    result = _run(paid_double(BUILDING, [Strike("technology_ban", METAL, ["AAA"], 0.0, size=0.5)], 6))
    assert result.building[:4, 1] == pytest.approx([0.125, 0.25, 0.375, 0.4875], abs=1e-12)
    # 0.125 t begun in step 0 pass a quarter a step: 0.125 / 64 has passed all stages after step 3, and half of it is run in after step 4.
    assert result.capacity_new[:5, 1] == pytest.approx([0.0] * 4 + [0.125 / 128], abs=1e-12)


def test_a_by_product_is_built_out_to_what_its_host_yields() -> None:
    result = _run(paid_double(BUILDING, [], 2, replace(AAA, host="h.host", potential=1.2)))
    assert result.building[:, 1] == pytest.approx([0.2, 0.2], abs=1e-12)


@pytest.mark.parametrize(("price", "part"), [(1.0, 0.0), (0.7, 0.0), (0.6125, 0.5), (0.525, 1.0), (0.2, 1.0)])
def test_works_shut_one_after_the_other(price: float, part: float) -> None:
    assert shut_part(price, 0.7) == pytest.approx(part, abs=1e-12)


def dumped(market: Market, size: float, end: float, n_step: int) -> Case:
    """CCC buys 1 t a step from AAA and 1 from BBB, which dumps; both sell from stock, so that the price is the mean of what they ask."""
    nodes = [
        Node(METAL, "AAA", buffer=9),
        Node(METAL, "BBB", buffer=9),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=5, short=0.0, long=0.0),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", YEAR)]
    dumping = Strike("dumping", METAL, ["BBB"], 0.0, end, size=size)
    return build(nodes, flows, [dumping], habits=replace(STEADY, market=market), n_step=n_step)


def test_works_shut_while_the_price_is_low_and_restart_at_their_own_pace() -> None:
    result = _run(dumped(Market(alpha=0.0, close=HALF, restart=QUARTER), 0.6, 2.0, 5))
    z = (1.0 - 0.4**0.5 / 0.7) / 0.25
    assert 0.0 < z < 1.0
    idle = [z / 2, 0.75 * z, 0.75**2 * z, 0.75**3 * z, 0.75**4 * z]
    assert result.idle[:, 0] == pytest.approx(idle, abs=1e-12)
    assert result.made[:, 0] == pytest.approx([1.0, *(1.0 - np.array(idle[:-1]))], abs=1e-12)
    # There are no new works, so none is shut.
    assert not result.idle_new.any()


def test_the_margin_is_told_slowly() -> None:
    result = _run(dumped(Market(alpha=0.0, signal=HALF), 0.6, 9.0, 3))
    assert result.signal[:, 0] == pytest.approx(np.array([0.5, 0.75, 0.875]) * 0.5 * log(0.4), abs=1e-12)


@pytest.mark.parametrize(("lost", "made"), [(0.5, [1.0, 0.6, 0.6]), (0.1, [1.0, 1.0, 1.0])])
def test_a_by_product_follows_what_its_host_made_in_the_step_before(lost: float, made: list[float]) -> None:
    nodes = [
        Node("h.host", "AAA", {"all": YEAR}, buffer=0),
        Node(METAL, "AAA", host="h.host", potential=1.2, buffer=0),
        Node(METAL, "BBB", {"cars": YEAR}, cover=9),
    ]
    flows = [Flow("h.host", "AAA", "AAA", YEAR), Flow(METAL, "AAA", "BBB", YEAR)]
    result = _run(build(nodes, flows, [Strike("outage", "h.host", ["AAA"], 0.0, size=lost)], habits=STEADY, n_step=3))
    assert result.made[:, 1] == pytest.approx(made, abs=1e-12)


def test_what_a_host_planned_and_could_not_make_yields_nothing() -> None:
    nodes = [
        Node("a.ore", "AAA", buffer=0, cover=0),
        Node("h.host", "AAA", {"all": YEAR}, {"a.ore": 1.0}, buffer=0),
        Node(METAL, "AAA", {"cars": YEAR}, host="h.host", potential=1.0, buffer=0),
    ]
    flows = [Flow(node.commodity, "AAA", "AAA", YEAR) for node in nodes]
    result = _run(build(nodes, flows, [Strike("outage", "a.ore", ["AAA"], 0.0, size=0.25)], habits=STEADY, n_step=4))
    assert result.made.tolist() == [pytest.approx(row, abs=1e-12) for row in ([0.75, 1, 1], [0.75, 0.75, 1], [0.75] * 3, [0.75] * 3)]


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
