"""What buyers learn of leads and sellers of orders, against answers on paper."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from sim.engine.twin import run_twin
from tests.twin.worlds import STEPS_PER_YEAR, Case, Flow, Habits, Node, Strike, build, chain

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
AT_ONCE = Habits(order=0.0, stock=inf, expectation=0.0, hoarding=1.0, sweeps=2)
"""Buyers mend all they lack in one order, nobody hoards, and everyone believes what they see."""
JUST_USE = Habits(order=inf, stock=inf, expectation=0.0, sweeps=2)
"""Buyers order what they use, no more; everyone believes what they see."""


def near_and_far(strikes: list[Strike], habits: Habits, cover: float, n_step: int) -> Case:
    """CCC uses 2 t a step: half from AAA, one step away, half from BBB, six steps away, which has plenty and can make ten times as much."""
    nodes = [
        Node(METAL, "AAA", buffer=9),
        Node(METAL, "BBB", buffer=30, spare=9.0),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=cover),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR, lead=1), Flow(METAL, "BBB", "CCC", YEAR, lead=6)]
    return build(nodes, flows, strikes, habits=habits, n_step=n_step)


@pytest.mark.parametrize(
    ("cover", "on_hand", "order", "unmet"),
    [
        # From step 3 on the tonne from AAA is missing; BBB's first full shipment lands at step 8, at step 9 also the 5 t that fill the
        # longer pipeline: 2.5 steps more at 2 t a step, ordered in step 3, when the longer lead has been seen.
        (4.0, [8, 8, 8, 7, 6, 5, 4, 3, 3, 8, 8, 8, 8, 8, 8, 8], [2, 2, 2, 7, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2], {}),
        # The tonne that users go without in step 7 is not ordered again then, and six steps later cover is back to the tonne.
        (2.0, [4, 4, 4, 3, 2, 1, 0, 0, 0, 5, 5, 5, 5, 4, 4, 4], [2, 2, 2, 7, 2, 2, 2, 1, 2, 2, 2, 2, 2, 2, 2, 2], {7: 1.0}),
    ],
)
def test_who_loses_the_near_source_fills_the_longer_pipeline_and_has_its_cover_back(
    cover: float, on_hand: list[float], order: list[float], unmet: dict[int, float]
) -> None:
    case = near_and_far([Strike("export_ban", METAL, ["AAA"], 2.0)], AT_ONCE, cover, 16)
    result = run_twin(case.network, case.world, 0)
    buyer = case.node(METAL, "CCC")
    assert result.expected_lead[:, buyer] == pytest.approx([3.5] * 2 + [6.0] * 14, abs=1e-12)
    assert result.order[:, buyer] == pytest.approx(order, abs=1e-12)
    assert result.on_hand[:, buyer] == pytest.approx(on_hand, abs=1e-12)
    assert result.unmet[:, 0] == pytest.approx([unmet.get(step, 0.0) for step in range(16)], abs=1e-12)


def test_slow_learners_are_short_for_a_while_but_not_for_good() -> None:
    case = near_and_far([Strike("export_ban", METAL, ["AAA"], 2.0)], Habits(hoarding=1.0), cover=2.0, n_step=400)
    result = run_twin(case.network, case.world, 0)
    buyer = case.node(METAL, "CCC")
    # The mean of the leads is 3.5 at rest and nears 6 with a time of 8 steps.
    assert result.expected_lead[:2, buyer] == pytest.approx(3.5, abs=1e-12)
    assert result.expected_lead[2:, buyer] == pytest.approx(6.0 - 2.5 * np.exp(-np.arange(1, 399) / 8.0), abs=1e-9)
    assert result.unmet[:, 0].sum() > 0.5
    assert np.abs(result.unmet[200:, 0]).max() < 1e-9
    # 2 steps of cover at 2 t, and 2 t under way for each of six steps.
    assert result.on_hand[-1, buyer] == pytest.approx(4.0, abs=1e-6)
    assert result.on_order[-1, buyer] == pytest.approx(12.0, abs=1e-6)


def test_leads_are_unlearned_as_they_were_learned_and_kept_while_nothing_is_shipped() -> None:
    bans = [Strike("export_ban", METAL, ["AAA"], 2.0, 6.0), Strike("export_ban", METAL, ["BBB"], 4.0, 6.0)]
    case = near_and_far(bans, JUST_USE, cover=20.0, n_step=8)
    result = run_twin(case.network, case.world, 0)
    assert result.shipped[4:6].tolist() == [[0.0, 0.0]] * 2
    assert result.expected_lead[:, case.node(METAL, "CCC")] == pytest.approx([3.5, 3.5, 6.0, 6.0, 6.0, 6.0, 3.5, 3.5], abs=1e-12)


def test_leads_are_weighted_by_what_was_shipped() -> None:
    # Three quarters of AAA's output are lost and it has no stock: 0.25 t come from near, and 1.75 t from far, asked for again.
    nodes = [
        Node(METAL, "AAA", buffer=0),
        Node(METAL, "BBB", buffer=30, spare=9.0),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=9),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR, lead=1), Flow(METAL, "BBB", "CCC", YEAR, lead=6)]
    habits = Habits(order=inf, stock=inf, expectation=1 / np.log(2.0), sweeps=2)
    case = build(nodes, flows, [Strike("outage", METAL, ["AAA"], 1.0, size=0.75)], habits=habits, n_step=3)
    result = run_twin(case.network, case.world, 0)
    lead = (0.25 * 1 + 1.75 * 6) / 2
    assert result.expected_lead[:, case.node(METAL, "CCC")] == pytest.approx([3.5, (3.5 + lead) / 2, (3.5 + 3 * lead) / 4], abs=1e-12)


def test_expected_leads_start_at_the_mean_by_share() -> None:
    case = chain(n_step=2)
    lead = run_twin(case.network, case.world, 0).expected_lead
    ccc = (4.0 * 6 + 1.5 * 4) / 5.5
    assert lead[:, case.node("c.magnet", "CCC")] == pytest.approx(ccc, abs=1e-12)
    assert lead[:, case.node("a.ore", "AAA")] == pytest.approx((20.0 * 1 + 3.0 * 2) / 23.0, abs=1e-12)


@pytest.mark.parametrize(
    ("sweeps", "filled", "seen"),
    [
        # BBB serves from stock what AAA could not: it sees the 3 t it ships.
        (2, [1.0, 3.0, 2.0, 2.0], [1.0, 3.0, 2.0, 2.0]),
        # Nobody asks again: of the tonne left over BBB sees its half on top of what it ships.
        (1, [1.0, 2.0, 2.0, 2.0], [1.0, 2.5, 2.0, 2.0]),
    ],
)
def test_a_seller_plans_on_orders_it_turned_away_though_another_filled_them(sweeps: int, filled: list[float], seen: list[float]) -> None:
    # From step 1 on CCC orders 4 t, 2 of each. AAA has but 1 t, though it could make 2: it sees the 2 t it was first asked for.
    nodes = [
        Node(METAL, "AAA", buffer=0, spare=1.0),
        Node(METAL, "BBB", buffer=9, spare=4.0),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=20),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", YEAR)]
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=sweeps)
    case = build(nodes, flows, [Strike("demand_surge", METAL, ["CCC"], 1.0)], habits=habits, n_step=4)
    result = run_twin(case.network, case.world, 0)
    aaa, bbb = case.node(METAL, "AAA"), case.node(METAL, "BBB")
    assert result.shipped[:, case.link(METAL, "AAA", "CCC")] == pytest.approx([1.0, 1.0, 2.0, 2.0], abs=1e-12)
    assert result.shipped[:, case.link(METAL, "BBB", "CCC")] == pytest.approx(filled, abs=1e-12)
    assert result.expected_orders[:, aaa] == pytest.approx([1.0, 2.0, 2.0, 2.0], abs=1e-12)
    assert result.expected_orders[:, bbb] == pytest.approx(seen, abs=1e-12)


def test_the_larger_is_taken_link_by_link() -> None:
    # CCC asks AAA for 2 t, and DDD, whose other seller EEE is closed, for all its 4: AAA's 2 t go in proportion. BBB fills the rest of
    # CCC's order: AAA sees the 2 t first asked for, and DDD's 4.
    nodes = [
        Node(METAL, "AAA", buffer=0, spare=9.0),
        Node(METAL, "BBB", buffer=9, spare=9.0),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=20),
        Node(METAL, "DDD", {"cars": 2 * YEAR}, cover=20),
        Node(METAL, "EEE", buffer=9, spare=9.0),
    ]
    pairs = [("AAA", "CCC"), ("BBB", "CCC"), ("AAA", "DDD"), ("EEE", "DDD")]
    strikes = [Strike("demand_surge", METAL, ["CCC", "DDD"], 1.0), Strike("export_ban", METAL, ["EEE"], 1.0)]
    case = build(nodes, [Flow(METAL, *ends, YEAR) for ends in pairs], strikes, habits=JUST_USE, n_step=2)
    result = run_twin(case.network, case.world, 0)
    assert [result.shipped[1, case.link(METAL, *ends)] for ends in pairs] == pytest.approx([2 / 3, 10 / 3, 4 / 3, 0.0], abs=1e-12)
    seen = [result.expected_orders[1, case.node(METAL, region)] for region in ("AAA", "BBB", "EEE")]
    assert seen == pytest.approx([6.0, 10 / 3, 0.0], abs=1e-12)


def test_a_seller_behind_a_restriction_sees_what_might_pass_not_what_is_asked() -> None:
    # A licence lets 0.4 t of AAA's normal tonne pass; CCC asks for 2 t of each, BBB fills all that is left.
    licence = Strike("export_licence", METAL, ["AAA"], 1.0, 1.0, 1.0, 9.0, after=0.6)
    case = near_and_far([licence, Strike("demand_surge", METAL, ["CCC"], 1.0)], JUST_USE, cover=20.0, n_step=3)
    result = run_twin(case.network, case.world, 0)
    assert result.shipped[1:].tolist() == [pytest.approx([0.4, 3.6], abs=1e-12)] * 2
    seen = result.expected_orders[1:, [case.node(METAL, "AAA"), case.node(METAL, "BBB")]]
    assert seen.tolist() == [pytest.approx([0.4, 3.6], abs=1e-12)] * 2
