"""Stores that fill: what they take, what they seek, and what they know to be on its way, against answers on paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from sim.engine.twin import run_twin
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Node, Pile, build

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
TARGET = 60 / 7
"""60 days of 1 t a step, t."""


def filling(piles: Sequence[Pile], n_step: int, habits: Habits = STEADY, lead: float = 6.0, buffer: float = 40.0) -> Case:
    """AAA, with 50 % to spare, sells 1 t a step to BBB, whose users keep 4 t and which fills stores."""
    nodes = [Node(METAL, "AAA", buffer=buffer, spare=0.5), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    return build(nodes, [Flow(METAL, "AAA", "BBB", YEAR, lead)], (), piles, habits, n_step)


def test_what_is_on_its_way_is_not_asked_for_again() -> None:
    result = run_twin(*_run(filling([Pile(METAL, ["BBB"], TARGET, 0.0, fill=1.0)], 6)))
    assert result.order[:, 1] == pytest.approx([1.0 + TARGET, 1.0, 1.0, 1.0, 1.0, 1.0], abs=1e-12)
    assert not result.stored.any()


def test_a_store_takes_what_lands_though_it_seeks_nothing_any_more() -> None:
    # 4 t are sought in steps 0 and 1, and the last half of a tonne in step 2; they land from step 6 on.
    result = run_twin(*_run(filling([Pile(METAL, ["BBB"], TARGET, 0.0, fill=TARGET / 4.0)], 9)))
    assert result.order[:6, 1] == pytest.approx([5.0, 5.0, TARGET - 7.0, 1.0, 1.0, 1.0], abs=1e-12)
    assert result.stored[:, 0] == pytest.approx([0.0] * 6 + [4.0, 4.0, TARGET - 8.0], abs=1e-12)
    assert result.held[-1, 0] == pytest.approx(TARGET, abs=1e-12)


@pytest.mark.parametrize("buffer", [2.0, 40.0])
@pytest.mark.parametrize("lead", [1.0, 2.5, 6.0])
def test_a_store_of_60_days_fills_up_once_and_leaves_users_with_their_cover(lead: float, buffer: float) -> None:
    pile = Pile(METAL, ["BBB"], TARGET, 0.0, fill=1.0)
    result = run_twin(*_run(filling([pile], 1040, Habits(), lead, buffer)))
    assert result.stored.sum() == pytest.approx(TARGET, abs=1e-9)
    assert result.held[-1, 0] == pytest.approx(TARGET, abs=1e-9)
    assert result.on_hand[-1, 1] == pytest.approx(4.0, abs=1e-9)
    assert result.on_order[-1, 1] == pytest.approx(lead, abs=1e-9)
    assert not result.unmet.any()


def test_recycled_goods_need_not_come_by_ship() -> None:
    # 0.6 t a step come by ship; 2 t are sought in steps 0 and 1, and then all 4 t are on their way.
    nodes = [Node(METAL, "AAA", buffer=40), Node(METAL, "BBB", {"cars": YEAR}, cover=4)]
    flows = [Flow(METAL, "AAA", "BBB", 0.6 * YEAR, 3.0)]
    result = run_twin(*_run(build(nodes, flows, (), [Pile(METAL, ["BBB"], 4.0, 0.0, fill=2.0)], STEADY, 3)))
    assert result.order[:, 1] == pytest.approx([2.6, 2.6, 0.6], abs=1e-12)


def test_what_is_on_its_way_to_any_member_counts_for_the_pool() -> None:
    # BBB waits three steps and CCC one: what CCC is sent has landed when the store looks again, what BBB is sent has not.
    nodes = [Node(METAL, "AAA", buffer=40), *(Node(METAL, region, {"cars": YEAR}, cover=4) for region in ("BBB", "CCC"))]
    flows = [Flow(METAL, "AAA", "BBB", YEAR, 3.0), Flow(METAL, "AAA", "CCC", YEAR)]
    pile = Pile(METAL, ["BBB", "CCC"], 4.0, 0.0, fill=2.0)
    result = run_twin(*_run(build(nodes, flows, (), [pile], STEADY, 3)))
    # Holding 0, 1 and 2 t, with 0, 1 and 2 t afloat, it seeks 2 and 2 t and then nothing: 4 t in all.
    assert result.held.sum(axis=1) == pytest.approx([0.0, 1.0, 2.0], abs=1e-12)
    assert result.order[:, 1:].tolist() == [pytest.approx([2.0, 2.0]), pytest.approx([2.0, 2.0]), pytest.approx([1.0, 1.0])]


def test_stores_of_the_same_node_both_seek_and_take_in_turn() -> None:
    piles = [Pile(METAL, ["BBB"], 2.0, 0.0, fill=2.0, name=name) for name in ("first", "second")]
    result = run_twin(*_run(filling(piles, 3, lead=1.0, buffer=1.0)))
    # AAA has 2 t to ship in step 0 and 1 t in step 1, so that users can spare 1 t in step 1 and nothing in step 2.
    assert result.order[:2, 1] == pytest.approx([3.0, 3.0], abs=1e-12)
    assert result.stored.tolist() == [pytest.approx([0.0, 0.0]), pytest.approx([1.0, 0.0]), pytest.approx([0.0, 0.0])]


def test_a_full_store_neither_takes_nor_seeks() -> None:
    result = run_twin(*_run(filling([Pile(METAL, ["BBB"], TARGET, fill=0.0)], 20)))
    assert not result.stored.any()
    assert np.abs(result.order[:, 1] - 1.0).max() < 1e-12


def _run(case: Case) -> tuple:
    return case.network, case.world, 0
