"""Leads that are not whole steps: a shipment lands in two parts, against answers on paper."""

from __future__ import annotations

from math import floor, inf

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Node, Strike, build, chain, stretched

YEAR = STEPS_PER_YEAR
METAL = "x.metal"


def one_way(lead: float, strikes: list[Strike], cover: float = 20.0, habits: Habits = STEADY, n_step: int = 20) -> Case:
    """AAA makes 2 t a step and sells it all to the users of BBB; no finished stock."""
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", {"cars": 2 * YEAR}, cover=cover)]
    return build(nodes, [Flow(METAL, "AAA", "BBB", 2 * YEAR, lead=lead)], strikes, habits=habits, n_step=n_step)


def near_and_far(strikes: list[Strike], habits: Habits, n_step: int) -> Case:
    """CCC uses 2 t a step: half from AAA, 1.38 steps away, half from BBB, 2.5 steps away, which has plenty of all."""
    nodes = [
        Node(METAL, "AAA", buffer=9),
        Node(METAL, "BBB", buffer=30, spare=9.0),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=4),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR, lead=1.38), Flow(METAL, "BBB", "CCC", YEAR, lead=2.5)]
    return build(nodes, flows, strikes, habits=habits, n_step=n_step)


@pytest.mark.parametrize("habits", [Habits(), Habits(order=0.0, stock=0.0, expectation=0.0)], ids=["slow", "at once"])
def test_rest_is_exact_for_ten_years(habits: Habits) -> None:
    case = near_and_far([], habits, round(10 * YEAR))
    result = _run(case)
    buyer = case.node(METAL, "CCC")
    for table, rest in (
        (result.arrived, [1.0, 1.0]),
        (result.shipped, [1.0, 1.0]),
        (result.on_hand[:, buyer], 8.0),
        (result.on_order[:, buyer], 1.38 + 2.5),
        (result.expected_lead[:, buyer], (1.38 + 2.5) / 2),
        (result.order[:, buyer], 2.0),
        (result.finished, [9.0, 30.0, 0.0]),
    ):
        assert np.abs(table - np.array(rest)).max() < 1e-9
    assert np.abs(result.unmet).max() < 1e-9
    assert result.events == ()


@pytest.mark.parametrize("stops", [0, 3])
@pytest.mark.parametrize(("lead", "still"), [(1.0, [2.0]), (1.38, [2.0, 0.76]), (2.5, [2.0, 2.0, 1.0]), (3.0, [2.0, 2.0, 2.0])])
def test_what_still_arrives_after_the_source_stops(lead: float, still: list[float], stops: int) -> None:
    result = _run(one_way(lead, [Strike("outage", METAL, ["AAA"], float(stops))]))
    assert result.shipped[:, 0].tolist() == [2.0] * stops + [0.0] * (20 - stops)
    # Every step but the last brings the first part of one shipment and the second of the one before; the last brings a second part alone.
    assert result.arrived[:, 0] == pytest.approx([2.0] * stops + still + [0.0] * (20 - stops - len(still)), abs=1e-12)
    assert result.arrived[stops:, 0].sum() == pytest.approx(2.0 * lead, abs=1e-12)
    assert result.on_order[:, 1] == pytest.approx(2.0 * lead + (result.shipped - result.arrived)[:, 0].cumsum(), abs=1e-12)
    assert result.on_order[-1, 1] == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("lead", "lands"), [(1.0, {6: 2.0}), (1.38, {6: 1.24, 7: 0.76}), (2.5, {7: 1.0, 8: 1.0}), (3.0, {8: 2.0})])
def test_a_lone_shipment_lands_in_its_two_parts(lead: float, lands: dict[int, float]) -> None:
    result = _run(one_way(lead, [Strike("outage", METAL, ["AAA"], 0.0, 5.0), Strike("outage", METAL, ["AAA"], 6.0)]))
    assert np.flatnonzero(result.shipped[:, 0]).tolist() == [5]
    assert result.arrived[5:, 0] == pytest.approx([lands.get(step, 0.0) for step in range(5, 20)], abs=1e-12)
    # Before it lands what was under way at the start, down to the second part of the shipment made at step -1.
    whole = floor(lead)
    assert result.arrived[:5, 0] == pytest.approx(([2.0] * whole + [2.0 * (lead - whole)] + [0.0] * 5)[:5], abs=1e-12)


@pytest.mark.parametrize(("lead", "first_short", "unmet"), [(1.38, 2, [1.24, 2.0]), (2.5, 3, [1.0, 2.0])])
def test_users_without_cover_run_short_by_the_first_part(lead: float, first_short: int, unmet: list[float]) -> None:
    # The shipment of step 1 is missing: first its first part, then its second and the first part of the next.
    result = _run(one_way(lead, [Strike("outage", METAL, ["AAA"], 1.0)], cover=0.0, n_step=first_short + 2))
    assert result.unmet[:, 0] == pytest.approx([0.0] * first_short + unmet, abs=1e-12)


@pytest.mark.parametrize("by", [1.0, 1.38, 2.5])
def test_what_is_shipped_arrives_in_two_parts_whatever_strikes(by: float) -> None:
    strikes = [
        Strike("export_licence", "c.magnet", ["AAA"], 10.3, 18.3, 26.0, 60.0, after=0.4, size=0.05, announced=7.2),
        Strike("outage", "b.metal", ["AAA"], 20.5, 24.0, 40.0, size=0.7),
    ]
    case = stretched(chain(strikes), by)
    result = _run(case)  # raises where matter is not conserved
    n_step = case.network.n_step
    for link, lead in enumerate(case.network.links.lead_steps):
        whole, rest = floor(lead), lead - floor(lead)
        sent = np.concatenate([np.full(whole + 1, case.world.base_flow[link, 0]), result.shipped[:, link]])
        assert result.arrived[:, link] == pytest.approx((1.0 - rest) * sent[1 : n_step + 1] + rest * sent[:n_step], abs=1e-12)


def test_buyers_learn_the_real_lead() -> None:
    at_once = Habits(order=inf, stock=inf, expectation=0.0, sweeps=2)
    case = near_and_far([Strike("export_ban", METAL, ["AAA"], 2.0)], at_once, 6)
    result = _run(case)
    assert result.expected_lead[:, case.node(METAL, "CCC")] == pytest.approx([1.94] * 2 + [2.5] * 4, abs=1e-12)


def test_who_loses_the_near_source_fills_the_longer_pipeline() -> None:
    at_once = Habits(order=0.0, stock=inf, expectation=0.0, hoarding=1.0, sweeps=2)
    case = near_and_far([Strike("export_ban", METAL, ["AAA"], 2.0)], at_once, 9)
    result = _run(case)
    buyer = case.node(METAL, "CCC")
    # BBB ships 2 t from step 2 on, in step 3 also 2 t for each of the 0.56 steps by which the lead grew. AAA's last 0.38 t land in step 3.
    assert result.order[:, buyer] == pytest.approx([2.0] * 3 + [3.12] + [2.0] * 5, abs=1e-12)
    assert result.arrived[:, case.link(METAL, "AAA", "CCC")] == pytest.approx([1.0] * 3 + [0.38] + [0.0] * 5, abs=1e-12)
    assert result.arrived[:, case.link(METAL, "BBB", "CCC")] == pytest.approx([1.0] * 4 + [1.5, 2.56, 2.56, 2.0, 2.0], abs=1e-12)
    assert result.on_hand[:, buyer] == pytest.approx([8.0] * 3 + [7.38, 6.88, 7.44] + [8.0] * 3, abs=1e-12)


@pytest.mark.parametrize("lead", [2.0, 3.0])
@pytest.mark.parametrize("nudge", [-1e-9, 1e-9])
def test_results_do_not_jump_where_a_lead_becomes_whole(lead: float, nudge: float) -> None:
    strikes = [Strike("outage", METAL, ["AAA"], 3.0, 9.0)]
    there, near = (_run(one_way(steps, strikes, cover=1.5, habits=Habits())) for steps in (lead, lead + nudge))
    for name in ("arrived", "on_hand", "on_order", "order", "unmet"):
        assert np.abs(getattr(near, name) - getattr(there, name)).max() < 1e-7, name


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
