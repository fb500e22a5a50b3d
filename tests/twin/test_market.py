"""Prices and what answers them, against answers on paper."""

from __future__ import annotations

from dataclasses import replace
from math import exp, inf, log

import numpy as np
import pytest

from sim.engine.twin import TwinResult, run_twin
from tests.twin.worlds import STEADY, STEPS_PER_YEAR, Case, Flow, Habits, Market, Node, Pile, Strike, build, chain

YEAR = STEPS_PER_YEAR
METAL = "x.metal"
HALF = 1 / log(2.0)
"""A time whose gain is a half."""
COST_ONLY = Market(alpha=0.0)
"""The price is what sellers ask, at once."""


AAA = Node(METAL, "AAA", buffer=0)


def sold_to_bbb(market: Market, strikes: list[Strike], habits: Habits = STEADY, n_step: int = 6, seller: Node = AAA) -> Case:
    """AAA makes 1 t a step and sells it all to the users of BBB, one step away."""
    nodes = [seller, Node(METAL, "BBB", {"cars": YEAR}, cover=2, short=0.0, long=0.0)]
    return build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], strikes, habits=replace(habits, market=market), n_step=n_step)


def two_sellers(market: Market, strikes: list[Strike], n_step: int = 6, buffer: float = 5.0) -> Case:
    """CCC uses 2 t a step, half from AAA and half from BBB; nobody answers the price but sellers and the shares of CCC."""
    nodes = [
        Node(METAL, "AAA", buffer=buffer),
        Node(METAL, "BBB", buffer=buffer),
        Node(METAL, "CCC", {"cars": 2 * YEAR}, cover=5, short=0.0, long=0.0),
    ]
    flows = [Flow(METAL, "AAA", "CCC", YEAR), Flow(METAL, "BBB", "CCC", YEAR)]
    return build(nodes, flows, strikes, habits=replace(STEADY, market=market), n_step=n_step)


def test_the_price_of_two_steps_by_hand() -> None:
    # Half of a capacity of 2 t is lost: works that made 1 t of 2 now run full out, which costs (1 / 0.5) ** (1 / 0.5), fourfold.
    nodes = [
        Node(METAL, "AAA", buffer=0, spare=1.0, supply_elasticity=0.5),
        Node(METAL, "BBB", {"cars": YEAR}, cover=2, short=0.5, long=1.0),
    ]
    market = Market(alpha=1.5, price=HALF, demand=HALF)
    outage = Strike("outage", METAL, ["AAA"], 0.0, size=0.5)
    result = _run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [outage], habits=replace(STEADY, market=market), n_step=2))
    # Stock and pipeline, 2 t and 1 t, are as wanted. In the next step users take less: at once by a root, in the long run by all of it,
    # of which they have grown used to a half.
    use = 2.0 ** -(0.5 + 0.5 * 0.5)
    scarcity = 1.5 * log(3.0 / (4.0 - use))
    assert result.want[:, 0] == pytest.approx([1.0, use], abs=1e-12)
    assert result.log_price[:, 1] == pytest.approx([log(2.0), (log(2.0) + log(4.0) + scarcity) / 2], abs=1e-12)
    assert result.log_origin[:, 0] == pytest.approx(result.log_price[:, 1], abs=1e-12)
    assert not result.log_origin[:, 1].any()


@pytest.mark.parametrize(
    ("surge", "spare", "elasticity", "cost"),
    [
        (-0.2, 0.0, 1.0, log(0.8)),
        (-0.2, 0.0, 2.0, log(0.8) / 2),
        (-0.9, 0.0, 1.0, log(0.7)),  # works shut before the price falls further
        (0.5, 0.2, 0.5, 2 * log(1.2)),  # works run no harder than full out
        (0.5, 0.0, 0.5, 0.0),
        (0.5, 0.0, 0.0, 0.0),
        (0.1, 0.2, 0.5, 2 * log(1.1)),
    ],
)
def test_what_the_last_tonne_costs_follows_how_hard_works_are_run(surge: float, spare: float, elasticity: float, cost: float) -> None:
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)
    strikes = [Strike("demand_surge", METAL, ["BBB"], 0.0, size=surge)]
    case = sold_to_bbb(COST_ONLY, strikes, habits, 1, replace(AAA, spare=spare, supply_elasticity=elasticity))
    result = _run(case)
    assert result.log_price[0, 1] == pytest.approx(cost, abs=1e-12)


def test_an_empty_store_does_not_make_the_price_infinite() -> None:
    nodes = [Node(METAL, "AAA", buffer=0), Node(METAL, "BBB", {"cars": YEAR}, cover=0, short=0.0, long=0.0)]
    case = build(
        nodes,
        [Flow(METAL, "AAA", "BBB", YEAR)],
        [Strike("outage", METAL, ["AAA"], 0.0)],
        habits=replace(STEADY, market=Market(alpha=2.0, ceiling=30.0)),
        n_step=4,
    )
    result = _run(case)
    # Nothing is shipped, so what sellers ask stays as it was.
    assert result.log_price[:, 1] == pytest.approx([log(30.0)] * 4, abs=1e-12)


def test_what_inputs_cost_is_passed_on_a_step_later_and_does_not_count_as_margin() -> None:
    nodes = [
        Node("a.ore", "AAA", spare=1.0, buffer=0),
        Node("b.metal", "AAA", {"cars": YEAR}, {"a.ore": 2.0}, buffer=0, cost_share={"a.ore": 0.25}, short=0.0, long=0.0),
    ]
    flows = [Flow("a.ore", "AAA", "AAA", 2 * YEAR), Flow("b.metal", "AAA", "AAA", YEAR)]
    outage = Strike("outage", "a.ore", ["AAA"], 0.0, size=0.5)
    result = _run(build(nodes, flows, [outage], habits=replace(STEADY, market=COST_ONLY), n_step=3))
    assert result.log_price[:, 0] == pytest.approx([log(2.0)] * 3, abs=1e-12)
    assert result.log_price[:, 1] == pytest.approx([0.0, log(2.0) / 4, log(2.0) / 4], abs=1e-12)
    # In the first step the metal pays more for its ore and earns no more yet.
    assert result.signal[:, 1] == pytest.approx([-log(2.0) / 4, 0.0, 0.0], abs=1e-12)
    assert result.signal[:, 0] == pytest.approx([log(2.0)] * 3, abs=1e-12)


def test_a_tariff_raises_the_price_lowers_what_the_seller_earns_and_turns_shares_away_for_as_long_as_it_is_there() -> None:
    # Half a step of 50 % counts as 25 %.
    tariff = Strike("tariff", METAL, ["AAA"], 1.5, 3.0, size=0.5)
    result = _run(two_sellers(replace(COST_ONLY, switching=2.0), [tariff], 5, buffer=9.0))
    duty = np.array([0.0, log(1.25), log(1.5), 0.0, 0.0])
    # What is left of a share of a half, by the duty of the step before.
    aaa = np.exp(-2 * duty) / (np.exp(-2 * duty) + 1.0)
    assert result.share[:, 0] == pytest.approx(aaa, abs=1e-12)
    shipped = np.array([0.5, *aaa[:-1]])
    assert result.shipped == pytest.approx(2 * np.column_stack([shipped, 1.0 - shipped]), abs=1e-12)
    price = shipped * duty
    assert result.log_price[:, 2] == pytest.approx(price, abs=1e-12)
    assert result.log_origin[:, :2] == pytest.approx(np.column_stack([price - duty, price]), abs=1e-12)
    assert not result.threat.any()


def test_shares_lean_to_who_delivers_and_drift_back() -> None:
    # Half of what AAA is asked for can be served from step 0 to 2; shares move half of the way a step.
    outage = Strike("outage", METAL, ["AAA"], 0.0, 2.0, size=0.5)
    result = _run(two_sellers(Market(alpha=0.0, source=HALF), [outage], 3, buffer=0.0))
    first = 0.5 + (0.5 / (0.5 + 1.0) - 0.5) / 2
    # Of the 2 * first t it is asked for next AAA has half a tonne, and BBB, asked for more than its tonne, serves but part of it, too.
    aaa, bbb = 0.5 / (2 * first), 1.0 / (2 * (1.0 - first))
    second = first + (aaa / (aaa + bbb) - first) / 2
    aaa, bbb = 1.0, 1.0 / (2 * (1.0 - second))
    third = second + (aaa / (aaa + bbb) - second) / 2
    assert result.share[:, 0] == pytest.approx([first, second, third], abs=1e-12)
    assert third > second


def test_a_restriction_turns_shares_away_by_what_it_lets_pass() -> None:
    ban = Strike("export_ban", METAL, ["AAA"], 1.0, 2.0, size=0.25)
    result = _run(two_sellers(Market(alpha=0.0), [ban], 3))
    assert result.share[:, 0] == pytest.approx([0.5, 0.25 / 1.25, 0.5], abs=1e-12)


@pytest.mark.parametrize(
    ("extra", "cost"),
    [
        (0.0, log(0.6)),
        (0.25, log(0.6) + log(1 / 1.25)),
        (1.0, log(0.6) + log(0.7)),  # with twice the works it would be half, but for those that shut
    ],
)
def test_a_dumper_asks_less_than_cost(extra: float, cost: float) -> None:
    dumping = Strike("dumping", METAL, ["BBB"], 0.0, size=0.4, extra=extra)
    result = _run(two_sellers(COST_ONLY, [dumping], 1))
    assert result.log_price[0, 2] == pytest.approx(cost / 2, abs=1e-12)
    assert result.log_origin[0, :2] == pytest.approx([cost / 2] * 2, abs=1e-12)


def test_a_dumper_can_make_more() -> None:
    surge = Strike("demand_surge", METAL, ["BBB"], 0.0, size=0.5)
    dumpings = [Strike("dumping", METAL, ["AAA"], 2.0, size=0.0, extra=extra) for extra in (0.25, 0.04)]
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)
    result = _run(sold_to_bbb(Market(prices=False), [surge, *dumpings], habits, 4))
    assert result.made[:, 0] == pytest.approx([1.0, 1.0, 1.0, 1.3], abs=1e-12)
    assert result.expected_orders[:, 0] == pytest.approx([1.0, 1.0, 1.3, 1.3], abs=1e-12)


def test_a_floor_keeps_works_running_and_takes_in_what_is_left() -> None:
    slump = Strike("demand_surge", METAL, ["BBB"], 0.0, size=-0.5)
    habits = Habits(order=inf, stock=inf, expectation=0.0, sweeps=1)
    result = _run(sold_to_bbb(COST_ONLY, [slump], habits, 4, replace(AAA, floor=0.9, supply_elasticity=2.0)))
    # At a floor of 0.9 works would make 0.81 t; half a tonne is sold.
    assert result.made[:, 0] == pytest.approx([1.0, 0.81, 0.81, 0.81], abs=1e-12)
    assert result.bought[:, 0] == pytest.approx([0.5, 0.81, 1.12, 1.43], abs=1e-12)
    assert not result.finished.any()
    assert result.log_price[:, 1] == pytest.approx([log(0.9)] * 4, abs=1e-12)


def test_a_floor_leaves_the_buffer_alone_and_cannot_make_more_than_works_can() -> None:
    nodes = [Node(METAL, "AAA", buffer=2, floor=3.0, spare=0.1), Node(METAL, "BBB", {"cars": YEAR}, cover=2)]
    case = build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], habits=STEADY, n_step=3)
    result = _run(case)
    assert result.made[:, 0] == pytest.approx([1.1] * 3, abs=1e-12)
    assert result.finished[:, 0] == pytest.approx([2.0] * 3, abs=1e-12)
    assert result.bought[:, 0] == pytest.approx([0.1, 0.2, 0.3], abs=1e-12)


@pytest.mark.parametrize("wide", [False, True])
def test_demand_follows_the_tide(wide: bool) -> None:
    case = sold_to_bbb(Market(prices=False), [Strike("demand_surge", METAL, ["BBB"], 2.0, 3.0, size=0.5)], n_step=4)
    tide = np.array([1.0, 1.1, 1.2, 0.8])
    shape = np.stack([np.full(4, 9.0), tide], axis=1)[:, :, None] if wide else tide[:, None, None]
    result = run_twin(case.network, replace(case.world, tide=shape), 0)
    assert result.want[:, 0] == pytest.approx([1.0, 1.1, 1.8, 0.8], abs=1e-12)


def test_a_tide_may_differ_by_run() -> None:
    case = sold_to_bbb(Market(prices=False), [], n_step=2)
    world = replace(case.world, n_run=2, tide=np.array([[[0.5, 2.0]]]))
    assert [run_twin(case.network, world, run).want[0, 0] for run in (0, 1)] == [0.5, 2.0]


@pytest.mark.parametrize(
    ("spare", "elasticity", "multiple"),
    [
        (0.0, 0.1, 0.7 ** (-1 / 0.2)),  # 5.9499: users do without
        (2.0, 0.1, 0.7 ** (-1 / 0.1 / (1 + 0.2 / 0.1))),  # 3.28352: works are run harder, too
    ],
)
def test_after_a_lasting_loss_of_30_percent_the_price_settles_where_demand_meets_supply(
    spare: float, elasticity: float, multiple: float
) -> None:
    nodes = [Node(METAL, "AAA", spare=spare, supply_elasticity=elasticity), Node(METAL, "BBB", {"cars": YEAR})]
    market = Market(price=8.0, demand=26.0, source=8.0, signal=26.0, entry_growth=0.0)
    outage = Strike("outage", METAL, ["AAA"], 10.0, size=0.3)
    result = _run(build(nodes, [Flow(METAL, "AAA", "BBB", YEAR)], [outage], habits=Habits(market=market), n_step=3000))
    assert exp(result.log_price[-1, 1]) == pytest.approx(multiple, rel=1e-6)
    assert result.unmet[-1, 0] == pytest.approx(0.0, abs=1e-9)


def test_without_feedback_prices_stand_still() -> None:
    strikes = [Strike("outage", "b.metal", ["AAA"], 3.0), Strike("tariff", "c.magnet", ["AAA"], 3.0)]
    result = _run(chain(strikes))
    assert result.unmet.max() > 0.01
    for name in ("log_price", "log_origin", "signal", "building", "capacity_new", "idle", "idle_new", "bought"):
        assert not getattr(result, name).any(), name
    assert (result.share == result.share[:1]).all()


EVERYTHING = Market(
    alpha=1.2, switching=2.0, entry_price=1.6, price=8, demand=52, source=26, signal=26, close=13, restart=26, stage=17, run_in=26,
    front_running=2.0, overtime=0.1,
)  # fmt: skip


def everything(strikes: list[Strike], n_step: int) -> Case:
    """Ore, a by-product of it, metal and magnets, a sector at work, a floor, a link to be approved, a store, all in force."""
    nodes = [
        Node("a.ore", "AAA", spare=0.1, cover=4),
        Node("a.trace", "AAA", host="a.ore", potential=0.3, spare=0.1, floor=0.9, supply_elasticity=0.3),
        Node("b.metal", "AAA", {"alloys": 3.0}, {"a.ore": 2.0, "a.trace": 0.5}, 0.1, cost_share={"a.ore": 0.4, "a.trace": 0.2}),
        Node("b.metal", "BBB", {"alloys": 1.0, "cars": 4.0}, essential={"cars": 0.7}, floor=0.8),
        Node("c.magnet", "AAA", {"cars": 4.0}, {"b.metal": 0.5}, 0.1, cost_share={"b.metal": 0.3}, essential={"cars": 1.0}),
        Node("c.magnet", "BBB", {"cars": 6.0}, essential={"cars": 1.0}, long=0.9),
        Node("c.magnet", "CCC", {"cars": 2.0}, {"b.metal": 0.1}, 0.2),
        Node("b.metal", "CCC"),
    ]
    flows = [
        Flow("a.ore", "AAA", "AAA", 23.0),
        Flow("a.trace", "AAA", "AAA", 5.75),
        Flow("b.metal", "AAA", "AAA", 6.9),
        Flow("b.metal", "AAA", "BBB", 4.4, lead=2.5),
        Flow("b.metal", "AAA", "CCC", 0.2, lead=3.0),
        Flow("c.magnet", "AAA", "AAA", 4.0),
        Flow("c.magnet", "AAA", "BBB", 3.8, lead=6.2),
        Flow("c.magnet", "CCC", "CCC", 2.0),
        Flow("c.magnet", "CCC", "BBB", 0.0, lead=4.0, qualify=20.0),
    ]
    pile = Pile("c.magnet", ["BBB"], 0.5, fill=20.0, trigger=0.05)
    return build(nodes, flows, strikes, [pile], Habits(market=EVERYTHING), n_step)


def test_rest_is_exact_for_ten_years_with_everything_in_force() -> None:
    case = everything([], 520)
    result = _run(case)
    assert np.abs(result.log_price).max() < 1e-9
    for name in ("on_hand", "finished", "made", "order", "share", "signal", "idle", "idle_new", "product_stock", "sold", "output"):
        table = getattr(result, name)
        assert np.abs(table - table[:1]).max() < 1e-9, name
    for name in ("building", "capacity_new", "idle", "bought", "unmet", "log_origin"):
        assert np.abs(getattr(result, name)).max() < 1e-9, name
    assert result.fit[-1].tolist().count(0.0) == 1
    assert result.events == ()


def test_whatever_strikes_all_stays_finite_matter_stays_and_no_amount_is_negative() -> None:
    strikes = [
        Strike("export_licence", "c.magnet", ["AAA"], 30.3, 38.3, 56.0, 90.0, after=0.4, size=0.05, announced=17.2, rush=24.2),
        Strike("outage", "a.ore", ["AAA"], 40.5, 54.0, 80.0, size=0.7),
        Strike("transport", "b.metal", ["AAA"], 50.2, 70.0, size=0.4, extra=1.7),
        Strike("transport", "c.magnet", ["AAA"], 20.5, 27.0, extra=2.4),
        Strike("tariff", "c.magnet", ["AAA"], 60.0, 130.0, size=4.0),
        Strike("dumping", "c.magnet", ["AAA"], 100.0, 180.0, size=0.5, extra=0.4),
        Strike("technology_ban", "c.magnet", ["CCC"], 35.0, size=0.6),
        Strike("demand_surge", "c.magnet", ["BBB"], 80.0, 120.0, size=0.4),
    ]
    case = everything(strikes, 260)
    result = _run(case)  # raises where matter is not conserved
    signed = {"log_price", "log_origin", "signal"}
    for name in result.__dataclass_fields__.keys() - {"events", "paid", "floor_left"}:
        table = getattr(result, name)
        assert np.isfinite(table).all(), name
        assert name in signed or table.min(initial=0.0) > -1e-9, name
    # Each rule had something to do.
    for name in ("log_price", "building", "capacity_new", "idle", "bought", "unmet"):
        assert np.abs(getattr(result, name)).max() > 1e-3, name
    assert result.output.min() < 0.99
    assert result.shipped[:, case.link("c.magnet", "CCC", "BBB")].max() > 1e-3


def _run(case: Case) -> TwinResult:
    return run_twin(case.network, case.world, 0)
