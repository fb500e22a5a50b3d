"""The twin's rationing against answers on paper (R1) and what must hold of any rule (R2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine.twin import run_twin
from sim.engine.twin.rationing import ration
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Flow, Habits, Node, Strike, build

RULES = ("proportional", "priority", "max-min")


@pytest.mark.parametrize(
    ("rule", "classes", "weights", "shares"),
    [
        ("proportional", (0, 0, 0), (1, 1, 1), (10 / 7, 20 / 7, 40 / 7)),
        ("max-min", (0, 0, 0), (1, 1, 1), (2, 4, 4)),
        ("max-min", (0, 0, 0), (1, 1, 3), (2, 2, 6)),
        ("max-min", (0, 0, 0), (1, 1, 10), (1, 1, 8)),
        ("priority", (2, 1, 0), (1, 1, 1), (0, 2, 8)),
        ("priority", (0, 1, 1), (1, 1, 1), (2, 8 / 3, 16 / 3)),
        ("priority", (0, 0, 0), (1, 1, 1), (10 / 7, 20 / 7, 40 / 7)),
    ],
)
def test_ten_among_two_four_and_eight(rule: str, classes: tuple[int, ...], weights: tuple[float, ...], shares: tuple[float, ...]) -> None:
    assert ration(10.0, (2.0, 4.0, 8.0), rule, classes, weights) == pytest.approx(shares, abs=1e-12)


@pytest.mark.parametrize("rule", RULES)
def test_plenty_serves_every_claim_to_the_last_bit(rule: str) -> None:
    claims = [0.1, 0.2, 0.0, 0.3]
    assert ration(sum(claims), claims, rule, (0, 1, 0, 2), (1, 2, 3, 4)) == claims


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("supply", [0.0, -1e-17])
def test_nothing_is_shared_out_as_nothing(rule: str, supply: float) -> None:
    assert ration(supply, (2.0, 0.0, 8.0), rule, (0, 1, 1), (1, 1, 1)) == [0.0, 0.0, 0.0]


amounts = st.floats(0.0, 1e6, allow_subnormal=False)
parts = st.floats(0.0, 1.2)
claimants = st.lists(st.tuples(amounts, st.integers(0, 3), st.floats(0.01, 100.0)), min_size=1, max_size=8)


@given(part=parts, claimants=claimants, rule=st.sampled_from(RULES))
def test_nobody_gets_more_than_claimed_and_all_that_can_be_is_given(
    part: float, claimants: list[tuple[float, int, float]], rule: str
) -> None:
    claims, classes, weights = zip(*claimants, strict=True)
    supply = part * sum(claims)
    shares = ration(supply, claims, rule, classes, weights)
    slack = 1e-12 * sum(claims)
    assert all(-slack <= share <= claim + slack for share, claim in zip(shares, claims, strict=True))
    assert sum(shares) == pytest.approx(min(supply, sum(claims)), rel=1e-12, abs=1e-12)


@given(part=parts, claimants=claimants)
def test_max_min_users_left_wanting_share_one_level(part: float, claimants: list[tuple[float, int, float]]) -> None:
    claims, classes, weights = zip(*claimants, strict=True)
    supply = part * sum(claims)
    shares = ration(supply, claims, "max-min", classes, weights)
    levels = [share / weight for share, claim, weight in zip(shares, claims, weights, strict=True) if share < claim * (1 - 1e-9)]
    if levels:
        assert max(levels) == pytest.approx(min(levels), rel=1e-9)
        served = [share / weight for share, weight in zip(shares, weights, strict=True)]
        assert max(served) <= max(levels) * (1 + 1e-9)


@given(part=parts, claimants=claimants)
def test_a_later_class_gets_nothing_while_an_earlier_one_lacks(part: float, claimants: list[tuple[float, int, float]]) -> None:
    claims, classes, weights = zip(*claimants, strict=True)
    supply = part * sum(claims)
    shares = ration(supply, claims, "priority", classes, weights)
    lacking = [rank for share, claim, rank in zip(shares, claims, classes, strict=True) if share < claim * (1 - 1e-9)]
    later = [share for share, rank in zip(shares, classes, strict=True) if lacking and rank > min(lacking)]
    assert sum(later) <= 1e-9 * sum(claims)


@pytest.mark.parametrize(
    ("rule", "got"), [("proportional", (10 / 7, 20 / 7, 40 / 7)), ("priority", (0.0, 2.0, 8.0)), ("max-min", (2.0, 2.0, 6.0))]
)
def test_users_of_a_node_are_rationed_by_its_rule(rule: str, got: tuple[float, ...]) -> None:
    demand = {"a": 2 * STEPS_PER_YEAR, "b": 4 * STEPS_PER_YEAR, "c": 8 * STEPS_PER_YEAR}
    users = Node("x.metal", "BBB", demand, cover=0, priority={"a": 2, "b": 1, "c": 0}, weight={"c": 3.0})
    flow = Flow("x.metal", "AAA", "BBB", 14 * STEPS_PER_YEAR)
    habits = Habits(order=STEADY.order, stock=STEADY.stock, expectation=STEADY.expectation, sweeps=1, use_rule=rule)
    # 4 of 14 t are lost from the first step on, and missed from the second.
    case = build([Node("x.metal", "AAA", buffer=0), users], [flow], [Strike("outage", "x.metal", ["AAA"], 0.0, size=4 / 14)], (), habits, 5)
    result = run_twin(case.network, case.world, 0)
    assert result.got[0] == pytest.approx((2.0, 4.0, 8.0), abs=1e-12)
    assert result.got[3] == pytest.approx(got, abs=1e-12)


@pytest.mark.parametrize(("rule", "abroad", "home"), [("proportional", 0.5, 0.5), ("priority", 0.0, 1.0)])
def test_a_seller_serves_its_links_by_its_rule(rule: str, abroad: float, home: float) -> None:
    nodes = [
        Node("x.metal", "AAA", {"cars": STEPS_PER_YEAR}, buffer=0, cover=5),
        Node("x.metal", "BBB", {"cars": STEPS_PER_YEAR}, cover=5),
    ]
    flows = [Flow("x.metal", "AAA", "AAA", STEPS_PER_YEAR), Flow("x.metal", "AAA", "BBB", STEPS_PER_YEAR, ship_class=1)]
    habits = Habits(order=STEADY.order, stock=STEADY.stock, expectation=STEADY.expectation, sweeps=1, ship_rule=rule)
    case = build(nodes, flows, [Strike("outage", "x.metal", ["AAA"], 0.0, size=0.5)], (), habits, 3)
    result = run_twin(case.network, case.world, 0)
    assert result.shipped[:, case.link("x.metal", "AAA", "BBB")] == pytest.approx([abroad] * 3, abs=1e-12)
    assert result.shipped[:, case.link("x.metal", "AAA", "AAA")] == pytest.approx([home] * 3, abs=1e-12)
