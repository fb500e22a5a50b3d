"""Sectors at work: what stops without an input, what is sold from stock, and overtime, against answers on paper."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Market, Node, Strike, build

YEAR = STEPS_PER_YEAR


def cars(strikes: list[Strike], habits: Habits = STEADY, n_step: int = 7) -> Case:
    """Cars of BBB take 1 t of metal, without which they stop, and 2 t of chips, without which 40 % of them do; none keeps a stock."""
    nodes = [
        Node("a.metal", "AAA", buffer=0),
        Node("a.metal", "BBB", {"cars": YEAR, "tools": YEAR}, cover=0, essential={"cars": 1.0}),
        Node("b.chip", "AAA", buffer=5, spare=0.5),
        Node("b.chip", "BBB", {"cars": 2 * YEAR}, cover=0, essential={"cars": 0.4}),
    ]
    flows = [Flow("a.metal", "AAA", "BBB", 2 * YEAR), Flow("b.chip", "AAA", "BBB", 2 * YEAR)]
    return build(nodes, flows, strikes, habits=habits, n_step=n_step)


def test_a_sector_stops_with_the_input_it_misses_most_and_sells_from_stock() -> None:
    case = cars([Strike("outage", "a.metal", ["AAA"], 0.0, size=0.5)])
    result = _run(case)
    output = [1.0] + [0.5] * 6
    assert result.output[:, 0] == pytest.approx(output, abs=1e-12)
    # Two steps of stock bridge four steps of half the output.
    assert result.product_stock[:, 0] == pytest.approx([2.0, 1.5, 1.0, 0.5, 0.0, 0.0, 0.0], abs=1e-12)
    assert result.sold[:, 0] == pytest.approx([1.0] * 5 + [0.5, 0.5], abs=1e-12)
    metal, tools, chip = (case.user(*user) for user in (("a.metal", "BBB", "cars"), ("a.metal", "BBB", "tools"), ("b.chip", "BBB", "cars")))
    assert result.consumed[1:, metal] == pytest.approx([0.5] * 6, abs=1e-12)
    assert result.consumed[1:, tools] == pytest.approx([0.5] * 6, abs=1e-12)
    # Chips that are not put in stay in stock.
    assert result.consumed[:, chip] == pytest.approx(2 * np.array(output), abs=1e-12)
    assert result.got[1:, chip] == pytest.approx([2.0] * 6, abs=1e-12)
    assert result.on_hand[:, case.node("b.chip", "BBB")] == pytest.approx(np.arange(7), abs=1e-12)


def test_what_is_not_essential_stops_only_a_part() -> None:
    ban = Strike("export_ban", "b.chip", ["AAA"], 0.0, size=0.5)
    case = cars([ban], n_step=3)
    result = _run(case)
    assert result.output[:, 0] == pytest.approx([1.0, 0.8, 0.8], abs=1e-12)
    assert result.consumed[1, case.user("a.metal", "BBB", "cars")] == pytest.approx(0.8, abs=1e-12)
    # Of the chips all that came is used, though it is less than the output would take.
    assert result.consumed[1, case.user("b.chip", "BBB", "cars")] == pytest.approx(1.0, abs=1e-12)


def test_a_sector_works_overtime_to_mend_its_stock_and_wants_more_for_it() -> None:
    # Nothing comes in step 1; in step 2 the usual amount is there, later what overtime takes.
    ban = Strike("export_ban", "b.chip", ["AAA"], 0.0, 1.0)
    nodes = [Node("b.chip", "AAA", buffer=9), Node("b.chip", "BBB", {"cars": 2 * YEAR}, cover=0, essential={"cars": 1.0})]
    habits = Habits(order=inf, stock=0.0, expectation=0.0, sweeps=1, market=Market(prices=False, overtime=0.25))
    case = build(nodes, [Flow("b.chip", "AAA", "BBB", 2 * YEAR)], [ban], habits=habits, n_step=9)
    result = _run(case)
    assert result.want[:, 0] == pytest.approx([2.0, 2.0] + [2.5] * 5 + [2.0, 2.0], abs=1e-12)
    assert result.output[:, 0] == pytest.approx([1.0, 0.0, 1.0] + [1.25] * 4 + [1.0, 1.0], abs=1e-12)
    assert result.product_stock[:, 0] == pytest.approx([2.0, 1.0, 1.0, 1.25, 1.5, 1.75, 2.0, 2.0, 2.0], abs=1e-12)
    assert (result.sold == 1.0).all()


def test_users_of_one_name_in_two_regions_are_two_sectors() -> None:
    nodes = [Node("a.metal", "AAA", buffer=0)] + [
        Node("a.metal", region, {"cars": YEAR}, cover=0, essential={"cars": 1.0}) for region in ("BBB", "CCC")
    ]
    flows = [Flow("a.metal", "AAA", "BBB", YEAR), Flow("a.metal", "AAA", "CCC", YEAR, lead=2)]
    case = build(nodes, flows, [Strike("outage", "a.metal", ["AAA"], 0.0)], habits=STEADY, n_step=3)
    result = _run(case)
    output = result.output[:, [case.sector("cars", "BBB"), case.sector("cars", "CCC")]]
    assert output.tolist() == [[1.0, 1.0], [0.0, 1.0], [0.0, 0.0]]


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
