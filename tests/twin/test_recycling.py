"""Products that come out of use and are recycled, and users who change to another material, against answers on paper."""

from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from tests.twin.policies import Policy, with_policies
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Market, Node, build, pair

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
OTHER = "y.alloy"
RECYCLING = Policy("recycling", METAL, buyers=["BBB"], size=0.5, extra=0.8, life=2.0)
CHANGE = Policy("substitution", METAL, buyers=["BBB"], size=0.3)


def test_what_is_used_up_comes_back_after_its_life() -> None:
    result = _run(with_policies(pair(n_step=6), RECYCLING))
    assert result.more[:, 1] == pytest.approx([0.0, 0.0, 0.4, 0.4, 0.4, 0.4], abs=1e-12)
    assert result.order[:, 1] == pytest.approx([1.0, 1.0, 0.6, 0.6, 0.6, 0.6], abs=1e-12)


def test_recycling_grows_with_the_force_of_its_policy() -> None:
    result = _run(with_policies(pair(n_step=7), replace(RECYCLING, start=3.0, ramp=2.0)))
    assert result.more[:, 1] == pytest.approx([0.0, 0.0, 0.0, 0.1, 0.3, 0.4, 0.4], abs=1e-12)


def test_only_what_exceeds_the_usual_secondary_supply_is_more() -> None:
    nodes = [Node(METAL, "AAA"), Node(METAL, "BBB", {"cars": YEAR})]
    case = build(nodes, [Flow(METAL, "AAA", "BBB", 0.7 * YEAR)], habits=STEADY, n_step=4)
    assert _run(with_policies(case, RECYCLING)).more[:, 1] == pytest.approx([0.0, 0.0, 0.1, 0.1], abs=1e-12)


def test_q2_of_a_growing_use_less_comes_back() -> None:
    # Use grows by 5 % a year, life is 10 years of 52 steps: half of exp(-0.5) of what is used is won back.
    case = pair(cover=300.0, n_step=530)
    case = replace(case, world=replace(case.world, tide=np.exp(0.05 / 52 * np.arange(530.0)).reshape(-1, 1, 1)))
    result = _run(with_policies(case, replace(RECYCLING, extra=1.0, life=520.0)))
    assert not result.more[:520].any()
    assert result.more[520:, 1] / result.want[520:, 0] == pytest.approx([0.303265] * 10, abs=1e-6)


def test_users_who_change_want_another_material() -> None:
    nodes = [Node(METAL, "AAA"), Node(METAL, "BBB", {"cars": YEAR}), Node(OTHER, "BBB", {"swap": 0.0})]
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=STEADY, n_step=3)
    result = _run(with_policies(case, replace(CHANGE, instead=OTHER, ratio=0.5)))
    assert result.want.tolist() == [pytest.approx([0.7, 0.15])] * 3
    assert result.changed.tolist() == [pytest.approx([0.3, 0.0])] * 3
    assert result.unmet.tolist() == [pytest.approx([0.0, 0.15])] * 3
    gradual = _run(with_policies(case, replace(CHANGE, instead=OTHER, extra=1 / log(2.0))))
    assert gradual.want.tolist() == [pytest.approx([1.0 - part, part]) for part in (0.15, 0.225, 0.2625)]


@pytest.mark.parametrize(("trigger", "changed"), [(1.3, [0.0, 0.3, 0.3, 0.3, 0.0, 0.0]), (1.5, [0.0] * 6)])
def test_users_change_where_it_has_become_dear_and_back(trigger: float, changed: list[float]) -> None:
    nodes = [Node(METAL, "AAA", buffer=30), Node(METAL, "BBB", {"cars": YEAR}, short=0.0, long=0.0)]
    habits = replace(STEADY, market=Market(alpha=0.0))
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=habits, n_step=6)
    tariff = Policy("tariff", METAL, ["AAA"], end=3.0, size=0.4, name="duty")
    result = _run(with_policies(case, tariff, replace(CHANGE, trigger=trigger)))
    assert np.exp(result.log_price[:3, 1]) == pytest.approx([1.4] * 3, abs=1e-12)
    assert result.changed[:, 0] == pytest.approx(changed, abs=1e-12)
    assert result.want[:, 0] == pytest.approx(1.0 - np.array(changed), abs=1e-12)


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
