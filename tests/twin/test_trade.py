"""Buyers that hurry, goods that come late, routes that close, and sellers that must be approved first, against answers on paper."""

from __future__ import annotations

import random
from dataclasses import replace
from math import inf

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Market, Node, Strike, build

YEAR = STEPS_PER_YEAR
METAL = "x.metal"


def plenty(strikes: list[Strike], habits: Habits = STEADY, n_step: int = 8, lead: float = 1.0) -> Case:
    """AAA has plenty in stock and sells 1 t a step to BBB."""
    nodes = [Node(METAL, "AAA", buffer=20), Node(METAL, "BBB", {"cars": YEAR}, cover=20)]
    return build(nodes, [Flow(METAL, "AAA", "BBB", YEAR, lead)], strikes, habits=habits, n_step=n_step)


def test_buyers_hurry_before_a_restriction_that_was_announced_ahead() -> None:
    ban = Strike("export_ban", METAL, ["AAA"], 4.0, 9.0, announced=0.0, rush=2.5)
    result = _run(plenty([ban], replace(STEADY, market=Market(prices=False, front_running=3.0)), 6))
    assert result.order[:, 1] == pytest.approx([1.0, 1.0, 2.0, 3.0, 1.0, 1.0], abs=1e-12)
    assert result.shipped[:, 0] == pytest.approx([1.0, 1.0, 2.0, 3.0, 0.0, 0.0], abs=1e-12)
    # All of it is on order like any other goods.
    assert result.on_order[:, 1] == pytest.approx(result.shipped[:, 0], abs=1e-12)


@pytest.mark.parametrize("kind", ["transport", "tariff"])
def test_nobody_hurries_or_is_threatened_before_other_shocks(kind: str) -> None:
    shock = Strike(kind, METAL, ["AAA"], 4.0, 9.0, announced=0.0, rush=2.5, size=0.5)
    result = _run(plenty([shock], replace(STEADY, market=Market(prices=False, front_running=3.0)), 6))
    assert result.order[:, 1] == pytest.approx([1.0] * 6, abs=1e-12)
    assert not result.threat.any()


def test_what_is_shipped_under_a_delay_lands_late_in_two_parts() -> None:
    detour = Strike("transport", METAL, ["AAA"], 2.0, 3.0, extra=1.5)
    result = _run(plenty([detour], Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)))
    # The shipment of step 2 travels 2.5 steps: it lands by halves in steps 4 and 5.
    assert result.arrived[:, 0] == pytest.approx([1.0, 1.0, 1.0, 0.0, 1.5, 1.5, 1.0, 1.0], abs=1e-12)
    assert result.on_order[:, 1] == pytest.approx([1.0, 1.0, 1.0, 2.0, 1.5, 1.0, 1.0, 1.0], abs=1e-12)
    assert result.expected_lead[:, 1] == pytest.approx([1.0, 1.0, 2.5] + [1.0] * 5, abs=1e-12)


def test_delays_add_up_and_a_part_of_a_step_delays_by_that_part() -> None:
    detours = [Strike("transport", METAL, ["AAA"], 2.5, 9.0, extra=2.0), Strike("transport", METAL, ["AAA"], 2.0, 9.0, extra=1.0)]
    result = _run(plenty(detours, n_step=9))
    # The shipment of step 2 travels 1 + 1 + 1 steps, all later ones 4.
    assert result.arrived[:, 0] == pytest.approx([1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0, 1.0], abs=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_shipments_of_several_steps_may_land_together_in_any_order(seed: int) -> None:
    detours = [Strike("transport", METAL, ["AAA"], step, step + 1.0, extra=4.1 - step) for step in (1.0, 2.0, 3.0)]
    case = plenty(detours, lead=1.3, n_step=10)
    told = _run(case)
    assert told.arrived[5, 0] == pytest.approx(3 * 0.6 + 0.7, abs=1e-12)
    mixed = run_twin(case.network, case.world, 0, arrange=lambda processes: random.Random(seed).sample(processes, len(processes)))
    assert mixed.arrived.tobytes() == told.arrived.tobytes()


@pytest.mark.parametrize("sweeps", [1, 4])
def test_a_route_that_is_partly_closed_passes_its_part_of_the_normal_flow(sweeps: int) -> None:
    closure = Strike("transport", METAL, ["AAA"], 2.0, 4.0, 4.0, 6.0, after=0.5, size=0.4)
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0)
    result = _run(plenty([closure, surge], Habits(order=inf, stock=inf, expectation=0.0, sweeps=sweeps), 7))
    # Ordered are 2 t where 1 t is normal.
    assert result.shipped[:, 0] == pytest.approx([2.0, 2.0, 0.6, 0.6, 0.8, 0.8, 2.0], abs=1e-12)
    assert not result.threat.any()


def test_a_route_that_is_only_longer_stays_open() -> None:
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0)
    detour = Strike("transport", METAL, ["AAA"], 2.0, 4.0, extra=2.0)
    result = _run(plenty([detour, surge], Habits(order=inf, stock=inf, expectation=0.0, sweeps=1), 6))
    assert result.shipped[:, 0] == pytest.approx([2.0] * 6, abs=1e-12)


def approving(strikes: list[Strike], steps: float, n_step: int = 8) -> Case:
    """CCC buys 1 t a step from AAA, and might from BBB, which sells to DDD and has plenty, once it has approved it."""
    nodes = [
        Node(METAL, "AAA", buffer=0),
        Node(METAL, "BBB", buffer=20),
        *(Node(METAL, region, {"cars": YEAR}, cover=20) for region in ("CCC", "DDD")),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", 0.0, qualify=steps), Flow(METAL, "BBB", "DDD", YEAR)]
    return build(nodes, flows, strikes, habits=replace(STEADY, sweeps=2), n_step=n_step)


@pytest.mark.parametrize("kind", ["export_ban", "outage"])
def test_under_threat_or_in_need_a_buyer_approves_a_new_seller_and_then_buys_there(kind: str) -> None:
    case = approving([Strike(kind, METAL, ["AAA"], 2.0)], 3.0)
    result = _run(case)
    new = case.link(METAL, "BBB", "CCC")
    assert result.fit[:, new] == pytest.approx([0.0, 0.0, 1 / 3, 2 / 3, 1.0, 1.0, 1.0, 1.0], abs=1e-12)
    assert result.shipped[:, new] == pytest.approx([0.0] * 5 + [1.0] * 3, abs=1e-12)
    assert (np.delete(result.fit, new, axis=1) == 1.0).all()


def test_a_threat_alone_is_enough_and_approval_is_kept() -> None:
    # Threatened in steps 1 and 2, from then on neither that nor in need.
    ban = Strike("export_ban", METAL, ["AAA"], 2.75, 2.75, announced=1.5)
    case = approving([ban], 4.0)
    fit = _run(case).fit[:, case.link(METAL, "BBB", "CCC")]
    assert fit == pytest.approx([0.0, 0.25] + [0.5] * 6, abs=1e-12)


def test_a_seller_not_yet_approved_takes_nothing_from_those_that_are() -> None:
    # AAA stops; of what it is missing nothing goes to BBB, which has most in stock, and so all to EEE.
    nodes = [
        Node(METAL, "AAA", buffer=0),
        Node(METAL, "BBB", {"cars": YEAR}, buffer=90),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=20),
        Node(METAL, "EEE", buffer=20),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "EEE", "CCC", YEAR), Flow(METAL, "BBB", "BBB", YEAR)]
    new = Flow(METAL, "BBB", "CCC", 0.0, qualify=50.0)
    case = build(nodes, [*flows, new], [Strike("outage", METAL, ["AAA"], 0.0)], habits=replace(STEADY, sweeps=2), n_step=3)
    result = _run(case)
    assert result.shipped[:, case.link(METAL, "EEE", "CCC")] == pytest.approx([2.0] * 3, abs=1e-12)


def test_at_rest_nobody_approves_anybody() -> None:
    case = approving([], 3.0)
    result = _run(case)
    assert not result.fit[:, case.link(METAL, "BBB", "CCC")].any()
    assert not result.shipped[:, case.link(METAL, "BBB", "CCC")].any()


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
