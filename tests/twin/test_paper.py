"""Runs of the twin against answers on paper: depletion (D1, D2), shocks, stores, recipes and habits."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.twin import run_twin
from sim.engine.twin.shocks import Profile
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Node, Pile, Strike, build, pair

YEAR = STEPS_PER_YEAR
METAL = "x.metal"


def two_suppliers(stock: float, outage: Strike, years: float) -> Case:
    """BBB uses 10 t/year: 4 from home, at capacity, and 6 from AAA, which is struck."""
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", {"all": 10.0}, buffer=0, cover=stock / 10.0 * YEAR)]
    flows = [Flow(METAL, "AAA", "BBB", 6.0), Flow(METAL, "BBB", "BBB", 4.0)]
    return build(nodes, flows, [outage], habits=Habits(), n_step=round(years * YEAR))


def test_d1_a_stock_of_100_t_bridges_a_gap_of_6_t_a_year_for_16_years_and_8_months() -> None:
    case = two_suppliers(100.0, Strike("outage", METAL, ["AAA"], 0.0), 20.0)
    result = run_twin(case.network, case.world, 0)
    first = np.flatnonzero(result.unmet[:, 0] > 1e-9)[0]
    assert first / YEAR == pytest.approx(100.0 / 6.0, abs=1.0 / YEAR)
    assert result.unmet[first + 1 :, 0] * YEAR == pytest.approx(6.0)
    # The one shipment still under way counts towards the bridge.
    assert result.unmet.sum() == pytest.approx(6.0 / YEAR * (case.network.n_step - 1) - 100.0, abs=1e-9)


def test_d2_a_supply_that_recovers_over_four_years_outruns_a_stock_of_6_t() -> None:
    case = two_suppliers(6.0, Strike("outage", METAL, ["AAA"], 0.0, 0.0, 4.0 * YEAR), 6.0)
    result = run_twin(case.network, case.world, 0)
    first = np.flatnonzero(result.unmet[:, 0] > 1e-9)[0]
    assert first / YEAR == pytest.approx(4.0 - np.sqrt(8.0), abs=1.0 / YEAR)
    assert result.unmet.sum() == pytest.approx(6.0, abs=1e-9)


def test_licence_stops_then_lets_part_of_the_normal_flow_pass() -> None:
    # Nothing but a leak of 10 % passes from 4.5, approvals from 7.5 rise over two steps to 60 %, all is over at 12.25.
    licence = Strike("export_licence", METAL, ["AAA"], 4.5, 7.5, 9.5, 12.25, after=0.4, size=0.1)
    case = pair([licence], cover=20.0)
    level = np.zeros(20)
    level[4:13] = [0.5, 1.0, 1.0, 0.5 + 0.5 * 0.925, 0.7, 0.5 * 0.475 + 0.5 * 0.4, 0.4, 0.4, 0.1]
    result = run_twin(case.network, case.world, 0)
    assert result.shipped[:, 0] == pytest.approx(1.0 - 0.9 * level, abs=1e-12)
    assert result.arrived[1:, 0] == pytest.approx(result.shipped[:-1, 0], abs=0.0)


def test_a_ban_leaks_part_of_the_normal_flow_and_never_more_than_is_asked() -> None:
    ban = Strike("export_ban", METAL, ["AAA"], 5.0, 8.0, size=0.25)
    shipped = run_twin(*_run(pair([ban], cover=20.0))).shipped[:, 0]
    assert shipped == pytest.approx([1.0] * 5 + [0.25] * 3 + [1.0] * 12, abs=1e-12)
    slump = Strike("demand_surge", METAL, ["BBB"], 0.0, 20.0, size=-0.9)
    quick = Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)
    shipped = run_twin(*_run(pair([ban, slump], habits=quick, cover=20.0))).shipped[:, 0]
    assert shipped == pytest.approx([0.1] * 20, abs=1e-12)


def hungry(strikes: list[Strike], sweeps: int, n_step: int = 20) -> Case:
    """CCC wants 2 t a step where 1 t is normal, and orders just that; AAA, its sole supplier, has plenty in stock."""
    nodes = [Node(METAL, "AAA", buffer=90), Node(METAL, "CCC", {"cars": YEAR}, cover=90)]
    surge = Strike("demand_surge", METAL, ["CCC"], 0.0)
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=sweeps)
    return build(nodes, [Flow(METAL, "AAA", "CCC", YEAR)], [surge, *strikes], habits=habits, n_step=n_step)


@pytest.mark.parametrize("sweeps", [1, 2, 3, 6])
@pytest.mark.parametrize("kind", ["export_ban", "export_licence"])
@pytest.mark.parametrize(("leak", "half", "whole"), [(0.0, 1.0, 0.0), (0.3, 1.15, 0.3)])
def test_half_a_step_under_a_ban_passes_half_of_what_is_asked_however_often(
    sweeps: int, kind: str, leak: float, half: float, whole: float
) -> None:
    ban = Strike(kind, METAL, ["AAA"], 2.5, 4.5, size=leak)
    shipped = run_twin(*_run(hungry([ban], sweeps, 7))).shipped[:, 0]
    assert shipped == pytest.approx([2.0, 2.0, half, whole, half, 2.0, 2.0], abs=1e-12)


@pytest.mark.parametrize(("sweeps", "shipped"), [(1, 0.8), (2, 1.0), (3, 1.0), (6, 1.0)])
def test_a_half_open_link_passes_at_most_half_of_the_whole_order(sweeps: int, shipped: float) -> None:
    # Of 2 t AAA is asked for 1.6 first and passes 0.8; then for the 0.8 t left, of which only 0.2 t make up half of the order.
    nodes = [Node(METAL, "AAA", buffer=90), Node(METAL, "BBB", buffer=0), Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=90)]
    flows = [Flow(METAL, "AAA", "CCC", 1.6 * YEAR), Flow(METAL, "BBB", "CCC", 0.4 * YEAR)]
    ban = Strike("export_ban", METAL, ["AAA"], 0.5, 1.0)
    case = build(nodes, flows, [ban], habits=replace(STEADY, sweeps=sweeps), n_step=1)
    result = run_twin(case.network, case.world, 0)
    assert result.shipped[0] == pytest.approx([shipped, 0.4], abs=1e-12)


@pytest.mark.parametrize("sweeps", [1, 4])
@pytest.mark.parametrize(("leak", "passes"), [(0.0, 0.4), (0.25, 0.55)])
def test_a_licence_passes_its_part_of_the_normal_flow_however_large_orders_grow(sweeps: int, leak: float, passes: float) -> None:
    licence = Strike("export_licence", METAL, ["AAA"], 2.0, 4.0, 6.0, 40.0, after=0.6, size=leak)
    nodes = [Node(METAL, "AAA", buffer=90), Node(METAL, "BBB", {"cars": YEAR}, cover=8)]
    habits = Habits(order=3.0, stock=4.0, expectation=2.0, hoarding=2.0, sweeps=sweeps)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [licence], habits=habits, n_step=45)))
    first = [leak, leak, 0.1 + 0.9 * leak, 0.3 + 0.7 * leak]
    assert result.shipped[2:6, 0] == pytest.approx(first, abs=1e-12)
    assert result.shipped[6:40, 0] == pytest.approx([passes] * 34, abs=1e-12)
    assert result.order[6:40, 1].max() > 5.0
    assert result.shipped[40, 0] == pytest.approx(result.order[40, 1], abs=1e-12)


@pytest.mark.parametrize("sweeps", [1, 4])
def test_a_licence_that_approves_all_still_passes_no_more_than_the_normal_flow(sweeps: int) -> None:
    licence = Strike("export_licence", METAL, ["AAA"], 2.0, 3.0, 3.0, 6.0, after=0.0)
    shipped = run_twin(*_run(hungry([licence], sweeps, 7))).shipped[:, 0]
    assert shipped == pytest.approx([2.0, 2.0, 0.0, 1.0, 1.0, 1.0, 2.0], abs=1e-12)


@pytest.mark.parametrize("sweeps", [1, 4])
def test_restrictions_that_overlap_in_part_of_a_step_multiply(sweeps: int) -> None:
    bans = [Strike("export_ban", METAL, ["AAA"], 5.5, 6.5, size=0.2), Strike("export_ban", METAL, ["AAA"], 5.75, 7.0, size=0.5)]
    shipped = run_twin(*_run(hungry(bans, sweeps, 8))).shipped[:, 0]
    # In step 5 a part of 0.5 * 0.75 is open and 0.6 * 0.875 passes in all; in step 6 nothing is open and 0.6 * 0.5 passes.
    assert shipped[4:8] == pytest.approx([2.0, 2 * 0.375 + (0.525 - 0.375), 0.3, 2.0], abs=1e-12)


@pytest.mark.parametrize(("less", "left"), [(5e-13, 0.0), (4e-12, 4e-12)])
def test_a_rounding_left_with_a_seller_is_nothing(less: float, left: float) -> None:
    slump = Strike("demand_surge", METAL, ["BBB"], 0.0, size=-less)
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", {"cars": YEAR}, cover=9)]
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [slump], habits=habits, n_step=1)))
    assert result.finished[0, 0] == pytest.approx(left, rel=1e-3, abs=0.0)


def test_approvals_of_two_licences_multiply() -> None:
    bans = [Strike("export_licence", METAL, ["AAA"], 5.0, 5.0, 5.0, 8.0, after=after) for after in (0.5, 0.2)]
    shipped = run_twin(*_run(pair(bans, cover=20.0))).shipped[:, 0]
    assert shipped[5:8] == pytest.approx(0.5 * 0.8, abs=1e-12)


def test_what_is_left_of_an_order_is_asked_for_again_where_goods_are_left() -> None:
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", buffer=3), Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=20.0)]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", YEAR)]
    habits = Habits(order=inf, stock=inf, expectation=inf, sweeps=2)
    case = build(nodes, flows, [Strike("outage", METAL, ["AAA"], 0.0)], habits=habits, n_step=5)
    result = run_twin(case.network, case.world, 0)
    # BBB has 3 t in stock and makes 1 t a step: it serves AAA's part until the stock is gone.
    assert result.shipped[:, case.link(METAL, "AAA", "CCC")] == pytest.approx([0.0] * 5, abs=1e-12)
    assert result.shipped[:, case.link(METAL, "BBB", "CCC")] == pytest.approx([2.0, 2.0, 2.0, 1.0, 1.0], abs=1e-12)


def test_sellers_learn_of_orders_they_turned_away_but_not_beyond_their_capacity() -> None:
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", buffer=0, spare=0.5), Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=20.0)]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", YEAR)]
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=2)
    ban = Strike("export_ban", METAL, ["AAA"], 2.0, 10.0)
    case = build(nodes, flows, [ban], habits=habits, n_step=6)
    result = run_twin(case.network, case.world, 0)
    # AAA sees no order through a closed border; BBB sees 2 t, plans its 1.5 t of capacity, and ships it from step 3.
    assert result.expected_orders[:, case.node(METAL, "AAA")] == pytest.approx([1.0, 1.0, 0.0, 0.0, 0.0, 0.0], abs=1e-12)
    assert result.expected_orders[:, case.node(METAL, "BBB")] == pytest.approx([1.0, 1.0, 1.5, 1.5, 1.5, 1.5], abs=1e-12)
    assert result.shipped[:, case.link(METAL, "BBB", "CCC")] == pytest.approx([1.0, 1.0, 1.0, 1.5, 1.5, 1.5], abs=1e-12)


def test_producers_mend_their_finished_stock_within_capacity() -> None:
    nodes = [Node(METAL, "AAA", buffer=2, spare=0.25), Node(METAL, "BBB", {"cars": YEAR}, cover=10)]
    habits = Habits(order=inf, stock=0.0, expectation=inf, sweeps=1)
    outage = Strike("outage", METAL, ["AAA"], 0.0, 1.0)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [outage], habits=habits, n_step=7)))
    assert result.made[:, 0] == pytest.approx([0.0, 1.25, 1.25, 1.25, 1.25, 1.0, 1.0], abs=1e-12)
    assert result.finished[:, 0] == pytest.approx([1.0, 1.25, 1.5, 1.75, 2.0, 2.0, 2.0], abs=1e-12)


def test_demand_surges_in_proportion_to_the_part_of_the_step() -> None:
    surges = [Strike("demand_surge", METAL, ["BBB"], start, 7.25, size=0.4) for start in (3.5, 5.0)]
    want = run_twin(*_run(pair(surges, cover=20.0))).want[:, 0]
    assert want[2:9] == pytest.approx([1.0, 1.2, 1.4, 1.4**2, 1.4**2, 1.1**2, 1.0], abs=1e-12)


@pytest.mark.parametrize(("announced", "orders"), [(2.0, [1.0, 1.0, 3.0, 1.0]), (2.5, [1.0, 1.0, 2.0, 2.0])])
def test_buyers_hoard_from_the_announcement_on(announced: float, orders: list[float]) -> None:
    # Cover of 4 steps becomes 6 under threat; buyers mend at once.
    ban = Strike("export_ban", METAL, ["AAA"], 50.0, 60.0, announced=announced)
    nodes = [Node(METAL, "AAA", buffer=20), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    habits = Habits(order=0.0, stock=inf, expectation=inf, hoarding=1.5, sweeps=1)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [ban], habits=habits, n_step=4)))
    assert result.order[:, 1] == pytest.approx(orders, abs=1e-12)
    assert result.threat[:, 1] == pytest.approx([0.0, 0.0, 3.0 - announced, 1.0], abs=1e-12)
    assert not result.threat[:, 0].any()


@pytest.mark.parametrize("announced", [(1.0, 3.5), (3.5, 1.0)])
def test_of_two_restrictions_the_nearer_threatens(announced: tuple[float, float]) -> None:
    bans = [Strike("export_ban", METAL, ["AAA"], 50.0, 60.0, announced=instant) for instant in announced]
    assert run_twin(*_run(pair(bans, n_step=5))).threat[:, 1].tolist() == [0.0, 1.0, 1.0, 1.0, 1.0]


def test_uneven_stocks_run_short_before_they_are_empty() -> None:
    habits = Habits(order=inf, stock=inf, expectation=inf, uneven=0.5, sweeps=1)
    result = run_twin(*_run(pair([Strike("outage", METAL, ["AAA"], 0.0)], habits=habits, cover=4.0, n_step=7)))
    # Half of what is there can be used: 5, 4, 3 and 2 t suffice for a use of 1 t.
    assert result.got[:, 0] == pytest.approx([1.0, 1.0, 1.0, 1.0, 0.5, 0.25, 0.125], abs=1e-12)


def test_a_store_releases_its_part_of_the_gap_until_it_is_empty() -> None:
    pile = Pile(METAL, ["BBB"], 2.0, trigger=0.25, at_most=0.5)
    result = run_twin(*_run(pair([Strike("outage", METAL, ["AAA"], 0.0)], [pile], n_step=9)))
    # A shipment under way and a stock of 2 t last three steps, then the gap is the whole tonne.
    assert result.released[:, 0] == pytest.approx([0.0] * 3 + [0.5] * 4 + [0.0] * 2, abs=1e-12)
    assert result.held[:, 0] == pytest.approx([2.0] * 3 + [1.5, 1.0, 0.5, 0.0, 0.0, 0.0], abs=1e-12)
    assert result.unmet[:, 0] == pytest.approx([0.0] * 3 + [0.5] * 4 + [1.0] * 2, abs=1e-12)


@pytest.mark.parametrize(("lost", "released"), [(0.2, 0.0), (0.3, 0.3)])
def test_a_store_stays_shut_up_to_its_trigger(lost: float, released: float) -> None:
    pile = Pile(METAL, ["BBB"], 2.0, trigger=0.25)
    result = run_twin(*_run(pair([Strike("outage", METAL, ["AAA"], 0.0, size=lost)], [pile], cover=0.0, n_step=3)))
    assert result.released[:, 0] == pytest.approx([0.0, released, released], abs=1e-12)


def test_a_pool_shares_its_last_tonnes_by_claim_and_the_next_store_sees_what_it_gave() -> None:
    nodes = [
        Node(METAL, "AAA", buffer=0),
        Node(METAL, "BBB", {"cars": YEAR}, cover=0),
        Node(METAL, "CCC", {"cars": 3 * YEAR}, cover=0),
    ]
    flows = [Flow(METAL, "AAA", "BBB", YEAR), Flow(METAL, "AAA", "CCC", 3 * YEAR)]
    piles = [Pile(METAL, ["BBB", "CCC"], 2.0, name="pool"), Pile(METAL, ["CCC"], 9.0, at_most=0.5, name="own")]
    case = build(nodes, flows, [Strike("outage", METAL, ["AAA"], 0.0)], piles, STEADY, 3)
    result = run_twin(case.network, case.world, 0)
    assert result.released[1] == pytest.approx([0.5, 1.5, 0.75], abs=1e-12)
    assert result.released[2] == pytest.approx([0.0, 0.0, 1.5], abs=1e-12)
    assert result.unmet[1] == pytest.approx([0.5, 0.75], abs=1e-12)


def test_a_store_orders_what_it_lacks_and_takes_what_users_can_spare() -> None:
    nodes = [Node(METAL, "AAA", buffer=2), Node(METAL, "BBB", {"cars": YEAR}, cover=3)]
    pile = Pile(METAL, ["BBB"], 4.0, initial=0.0, fill=8.0)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], (), [pile], STEADY, 7)))
    # 0.5 t a step is asked for on top; AAA serves it from its 2 t of stock for four steps.
    assert result.order[:, 1] == pytest.approx([1.5] * 7, abs=1e-12)
    assert result.stored[:, 0] == pytest.approx([0.0, 0.5, 0.5, 0.5, 0.5, 0.0, 0.0], abs=1e-12)
    assert result.on_hand[:, 1] == pytest.approx([3.0] * 7, abs=1e-12)


def test_a_store_buys_nothing_that_users_hoard_under_threat() -> None:
    nodes = [Node(METAL, "AAA", buffer=9), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    ban = Strike("export_ban", METAL, ["AAA"], 50.0, 60.0, announced=2.0)
    pile = Pile(METAL, ["BBB"], 40.0, initial=0.0, fill=80.0)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [ban], [pile], replace(STEADY, hoarding=1.5), 7)))
    # From step 2 on users keep the 0.5 t a step that comes on top, until they hold 6 t for 4.
    assert result.stored[:, 0] == pytest.approx([0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.5], abs=1e-12)
    assert result.on_hand[:, 1] == pytest.approx([4.0, 4.0, 4.5, 5.0, 5.5, 6.0, 6.0], abs=1e-12)


def test_members_buy_for_their_pool_by_their_part() -> None:
    nodes = [Node(METAL, "AAA", buffer=9)] + [Node(METAL, region, {"cars": YEAR}, cover=4) for region in ("BBB", "CCC")]
    flows = [Flow(METAL, "AAA", region, YEAR) for region in ("BBB", "CCC")]
    pile = Pile(METAL, ["BBB", "CCC"], 8.0, initial=0.0, fill=10.0)
    # Users need only half of what comes in, and so can spare the other half.
    slump = Strike("demand_surge", METAL, ["BBB", "CCC"], 0.0, 9.0, size=-0.5)
    case = build(nodes, flows, [slump], [pile], STEADY, 4)
    parts = replace(case.world, member_frac=np.array([[0.75], [0.25]]))
    result = run_twin(case.network, parts, 0)
    assert result.order[:, 1:].tolist() == [pytest.approx([1.6, 1.2], abs=1e-12)] * 4
    assert result.stored[0] == pytest.approx([0.5, 0.2], abs=1e-12)
    assert result.stored[1:].tolist() == [pytest.approx([0.6, 0.2], abs=1e-12)] * 3


def test_a_store_without_a_filling_time_asks_for_all_it_lacks_at_once() -> None:
    nodes = [Node(METAL, "AAA", buffer=9), Node(METAL, "BBB", {"cars": YEAR}, cover=3)]
    pile = Pile(METAL, ["BBB"], 4.0, initial=0.5, fill=0.0)
    result = run_twin(*_run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], (), [pile], STEADY, 4)))
    assert result.stored[:2, 0] == pytest.approx([0.0, 2.0], abs=1e-12)
    assert result.held[1, 0] == pytest.approx(4.0, abs=1e-12)


def test_output_is_cut_to_the_scarcest_input_and_the_other_stays_in_stock() -> None:
    nodes = [
        Node("a.ore", "AAA", buffer=0, cover=0),
        Node("b.coke", "AAA", buffer=0, cover=0),
        Node("c.metal", "AAA", {"cars": YEAR}, {"a.ore": 1.0, "b.coke": 2.0}, buffer=0, cover=0),
    ]
    flows = [Flow(commodity, "AAA", "AAA", flow * YEAR) for commodity, flow in [("a.ore", 1.0), ("b.coke", 2.0), ("c.metal", 1.0)]]
    case = build(nodes, flows, [Strike("outage", "a.ore", ["AAA"], 0.0, size=0.4)], (), STEADY, 4)
    result = run_twin(case.network, case.world, 0)
    assert result.made[:, case.node("c.metal", "AAA")] == pytest.approx([1.0, 0.6, 0.6, 0.6], abs=1e-12)
    coke = case.user("b.coke", "AAA", "c.metal")
    assert result.got[1, coke] == pytest.approx(2.0, abs=1e-12)
    assert result.consumed[1, coke] == pytest.approx(1.2, abs=1e-12)
    assert result.on_hand[:, case.node("b.coke", "AAA")] == pytest.approx([0.0, 0.8, 1.6, 2.4], abs=1e-12)
    assert result.unmet[1, case.user("a.ore", "AAA", "c.metal")] == pytest.approx(0.4, abs=1e-12)


instants = st.floats(-5.0, 30.0)


def course(*instants: float) -> Profile:
    """A profile from its six instants and its level after the ramp."""
    names = ("announced", "rush", "start", "full_end", "ramp_end", "end", "after")
    return Profile(**dict(zip(names, instants, strict=True)), size=1.0, extra=0.0, trigger=1.0)


@given(times=st.lists(instants, min_size=6, max_size=6), after=st.floats(0.0, 1.0))
def test_the_levels_of_all_steps_add_up_to_the_area_under_the_profile(times: list[float], after: float) -> None:
    announced, rush, start, full_end, ramp_end, end = sorted(times)
    profile = course(announced, rush, start, full_end, ramp_end, end, after)
    area = (full_end - start) + (ramp_end - full_end) * (1.0 + after) / 2 + (end - ramp_end) * after
    levels = [profile.mean_level(step) for step in range(-5, 30)]
    covers = [profile.mean_cover(step) for step in range(-5, 30)]
    assert sum(covers) == pytest.approx(end - start, abs=1e-9)
    assert all(level <= cover + 1e-12 for level, cover in zip(levels, covers, strict=True))
    assert sum(levels) == pytest.approx(area, abs=1e-9)
    assert sum(profile.mean_threat(step) for step in range(-5, 30)) == pytest.approx(end - announced, abs=1e-9)
    assert sum(profile.mean_rush(step) for step in range(-5, 30)) == pytest.approx(start - rush, abs=1e-9)
    assert all(-1e-12 <= level <= 1.0 + 1e-12 for level in levels)


@pytest.mark.parametrize("step", range(12))
def test_the_mean_level_is_that_of_the_profile_sampled_finely(step: int) -> None:
    profile = course(0.3, 1.2, 1.2, 3.7, 8.1, 10.4, 0.3)
    fine = step + (np.arange(20000) + 0.5) / 20000
    level = np.interp(fine, [profile.full_end, profile.ramp_end], [1.0, profile.after])
    level[(fine < profile.start) | (fine >= profile.end)] = 0.0
    assert profile.mean_level(step) == pytest.approx(level.mean(), abs=1e-4)


def test_what_never_happens_or_never_ends_has_a_level_too() -> None:
    never = course(inf, inf, inf, inf, inf, inf, 0.5)
    assert [never.mean_level(0), never.mean_cover(0), never.mean_threat(0), never.mean_rush(0)] == [0.0] * 4
    lasting = course(1.5, 2.25, 2.5, inf, inf, inf, 0.5)
    assert [lasting.mean_level(step) for step in (1, 2, 3, 900)] == [0.0, 0.5, 1.0, 1.0]
    assert [lasting.mean_cover(step) for step in (1, 2, 3, 900)] == [0.0, 0.5, 1.0, 1.0]
    assert [lasting.mean_threat(step) for step in (0, 1, 900)] == [0.0, 0.5, 1.0]
    assert [lasting.mean_rush(step) for step in (1, 2, 3)] == [0.0, 0.25, 0.0]


def test_a_shock_that_never_happens_changes_nothing() -> None:
    never = Strike("outage", METAL, ["AAA"], inf, announced=inf)
    result = run_twin(*_run(pair([never])))
    assert result.events == ()
    assert np.abs(result.on_hand - result.on_hand[0]).max() < 1e-12


def _run(case: Case) -> tuple:
    return case.network, case.world, 0
