"""With no shock nothing moves; with any, matter is conserved and the order of starting processes is of no account."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import fields, replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.engine.twin import TwinResult, run_twin
from sim.engine.twin import market as twin_market
from sim.engine.twin.entities import Cast
from sim.errors import ModelError, RunError
from tests.twin.worlds import STEPS_PER_YEAR, Case, Flow, Habits, Node, Pile, Strike, build, chain, cycle, pair, stretched

TEN_YEARS = round(10 * STEPS_PER_YEAR)
TABLES = [field.name for field in fields(TwinResult) if field.name not in {"events", "paid", "floor_left"}]
"""What is told of amounts at every step."""

TROUBLE = (
    Strike("export_licence", "c.magnet", ["AAA"], 10.3, 18.3, 26.0, 60.0, after=0.4, size=0.05, announced=7.2, name="licence"),
    Strike("outage", "b.metal", ["AAA"], 20.5, 24.0, 40.0, size=0.7, name="fire"),
    Strike("demand_surge", "c.magnet", ["CCC", "BBB"], 15.0, 50.5, size=0.3, name="boom"),
    Strike("export_ban", "a.ore", ["BBB"], 30.0, 45.0, size=0.1, name="ban"),
)
STRETCHES = (1.0, 1.38)
"""Leads in whole steps, and leads that are not."""
PILES = (
    Pile("c.magnet", ["BBB", "CCC"], 3.0, 0.5, fill=30.0, trigger=0.05, at_most=0.8, name="pool"),
    Pile("c.magnet", ["CCC"], 0.5, fill=10.0, name="own"),
    Pile("b.metal", ["BBB"], 1.0, 0.2, fill=20.0, name="metal"),
)


def two_regions() -> Case:
    nodes = [Node("x.metal", "AAA", {"cars": 3.0}, spare=0.1), Node("x.metal", "BBB", {"cars": 8.0, "wind": 2.0}, spare=0.2)]
    flows = [Flow("x.metal", "AAA", "AAA", 2.5), Flow("x.metal", "AAA", "BBB", 6.0, lead=6), Flow("x.metal", "BBB", "BBB", 3.0)]
    return build(nodes, flows, n_step=TEN_YEARS)  # 0.5 t/year of AAA's use and 1 t/year of BBB's is recycled


@pytest.mark.parametrize(
    "case",
    [two_regions(), chain(n_step=TEN_YEARS), cycle(3, TEN_YEARS), stretched(chain(n_step=TEN_YEARS), 1.38)],
    ids=["two regions", "three stages", "trade", "leads that are not whole"],
)
def test_rest_is_exact_for_ten_years(case: Case) -> None:
    result = run_twin(case.network, case.world, 0)
    for name in TABLES:
        table = getattr(result, name)
        assert table.shape[0] == TEN_YEARS
        assert np.abs(table - table[:1]).max(initial=0.0) < 1e-9, name
    assert np.abs(result.shipped - case.world.base_flow[:, 0]).max() < 1e-9
    assert np.abs(result.made - case.world.production[:, 0]).max() < 1e-9
    assert np.abs(result.on_hand - case.world.cover_steps[:, 0] * _use(case)).max() < 1e-9
    assert np.abs(result.unmet).max() == 0.0
    assert result.events == ()


def test_rest_is_exact_under_other_habits() -> None:
    habits = Habits(order=0.0, stock=0.0, expectation=0.0, uneven=0.8, sweeps=1, use_rule="max-min", ship_rule="priority")
    case = chain(habits=habits, n_step=TEN_YEARS)
    result = run_twin(case.network, case.world, 0)
    assert max(np.abs(getattr(result, name) - getattr(result, name)[:1]).max(initial=0.0) for name in TABLES) < 1e-9
    assert np.abs(result.unmet).max() < 1e-9


@pytest.mark.parametrize("by", STRETCHES)
def test_matter_is_conserved_per_commodity_as_the_records_tell_it(by: float) -> None:
    case = stretched(chain(TROUBLE, PILES), by)
    result = run_twin(case.network, case.world, 0)
    links, users, n_step = case.network.links, case.network.users, case.network.n_step
    flow, lead = case.world.base_flow[:, 0], links.lead_steps
    assert result.unmet.max() > 0.01
    assert result.released.sum() > 0.1
    assert result.stored.sum() > 0.1
    for commodity in range(len(case.network.commodities)):
        nodes = case.network.node_commodity == commodity
        ours = nodes[links.dst]
        afloat = (flow * lead)[ours].sum() + (result.shipped - result.arrived)[:, ours].sum(axis=1).cumsum()
        stores = [s for s in range(3) if nodes[case.network.stores.member_node[case.network.stores.member_store == s]].any()]
        there = (
            result.on_hand[:, nodes].sum(axis=1)
            + result.finished[:, nodes].sum(axis=1)
            + afloat
            + result.held[:, nodes[case.network.stores.member_node]].sum(axis=1)
        )
        world = case.world
        start = (world.cover_steps[:, 0] * _use(case) + world.buffer_steps[:, 0] * world.production[:, 0])[nodes].sum()
        start += (flow * lead)[ours].sum() + (world.store_initial_frac * world.store_target)[stores].sum()
        came = result.made[:, nodes].sum(axis=1).cumsum() + world.recycled[nodes, 0].sum() * np.arange(1, n_step + 1)
        went = result.consumed[:, nodes[users.node]].sum(axis=1).cumsum()
        assert there == pytest.approx(start + came - went, abs=1e-9)


@pytest.mark.parametrize("by", STRETCHES)
def test_on_order_is_what_is_under_way(by: float) -> None:
    case = stretched(chain(TROUBLE), by)
    result = run_twin(case.network, case.world, 0)
    links = case.network.links
    for node in range(case.network.n_node):
        ours = np.flatnonzero(links.dst == node)
        begun = sum(case.world.base_flow[i, 0] * links.lead_steps[i] for i in ours)
        assert result.on_order[:, node] == pytest.approx(begun + (result.shipped - result.arrived)[:, ours].sum(axis=1).cumsum(), abs=1e-9)


def test_what_is_shipped_arrives_whole_after_its_lead() -> None:
    case = chain(TROUBLE)
    result = run_twin(case.network, case.world, 0)
    for link, lead in enumerate(case.network.links.lead_steps.astype(int)):
        assert (result.arrived[:lead, link] == case.world.base_flow[link, 0]).all()
        assert (result.arrived[lead:, link] == result.shipped[:-lead, link]).all()


def test_matter_lost_names_node_step_and_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    recycle = twin_market.recycle
    steps = iter(range(20))

    def leaking(cast: Cast, step: int) -> None:
        recycle(cast, step)
        if next(steps) == 7:
            cast.buyers[1].on_hand -= 0.25

    monkeypatch.setattr(twin_market, "recycle", leaking)
    case = pair()
    with pytest.raises(RunError, match=r"x\.metal\.BBB: x\.metal is not conserved in step 7 \(got a gap of -0\.25 t\)") as caught:
        run_twin(case.network, case.world, 0)
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("by", STRETCHES)
def test_the_order_in_which_processes_start_changes_no_bit(seed: int, by: float) -> None:
    case = stretched(chain(TROUBLE, PILES), by)
    told = run_twin(case.network, case.world, 0)
    shuffled = run_twin(case.network, case.world, 0, arrange=lambda processes: random.Random(seed).sample(processes, len(processes)))
    assert told.events
    assert _bits(shuffled) == _bits(told)


def test_the_market_started_first_or_last_is_the_same() -> None:
    case = chain(TROUBLE, PILES)
    assert _bits(run_twin(case.network, case.world, 0, arrange=_backwards)) == _bits(run_twin(case.network, case.world, 0))


def test_a_run_reads_its_own_column_and_shares_what_is_certain() -> None:
    mild, hard = (chain([replace(TROUBLE[1], size=size)]) for size in (0.2, 0.9))
    sizes = replace(mild.world.events[0], size=np.array([[0.2, 0.9]]))
    both = replace(mild.world, n_run=2, events=(sizes,), capacity=np.repeat(mild.world.capacity, 2, axis=1))
    first, second = run_twin(mild.network, both, 0), run_twin(mild.network, both, 1)
    assert _bits(first) == _bits(run_twin(mild.network, mild.world, 0))
    assert _bits(second) == _bits(run_twin(hard.network, hard.world, 0))
    assert second.unmet.sum() > first.unmet.sum()


@pytest.mark.parametrize("run", [-1, 1])
def test_a_run_that_does_not_exist_is_refused(run: int) -> None:
    case = pair()
    with pytest.raises(ModelError, match="no such run"):
        run_twin(case.network, case.world, run)


def test_records_cannot_be_written_over() -> None:
    case = pair()
    result = run_twin(case.network, case.world, 0)
    with pytest.raises(ValueError, match="read-only"):
        result.on_hand[0, 0] = 1.0


instants = st.floats(0.0, 40.0)
shocks = st.builds(
    lambda kind, times, size, after: Strike(kind[0], kind[1], ["AAA"], *sorted(times)[1:], announced=min(times), size=size, after=after),
    st.sampled_from([("export_ban", "c.magnet"), ("export_licence", "b.metal"), ("outage", "a.ore"), ("demand_surge", "c.magnet")]),
    st.lists(instants, min_size=5, max_size=5),
    st.floats(0.0, 1.0),
    st.floats(0.0, 1.0),
)


@settings(max_examples=25)
@given(
    strikes=st.lists(shocks, max_size=3),
    times=st.sampled_from([0.0, 2.0, 8.0, inf]),
    uneven=st.floats(0.0, 1.0),
    rules=st.tuples(*[st.sampled_from(["proportional", "priority", "max-min"])] * 2),
    sweeps=st.integers(1, 4),
    stretch=st.floats(1.0, 3.0),
)
def test_whatever_strikes_matter_stays_and_no_amount_is_negative(
    strikes: list[Strike], times: float, uneven: float, rules: tuple[str, str], sweeps: int, stretch: float
) -> None:
    habits = Habits(times, times, times, 1.5, uneven, sweeps, *rules)
    case = stretched(chain(strikes, PILES, habits, n_step=60), stretch)
    result = run_twin(case.network, case.world, 0)  # raises where matter is not conserved
    for name in TABLES:
        assert getattr(result, name).min(initial=0.0) > -1e-9, name
        assert np.isfinite(getattr(result, name)).all(), name


def _use(case: Case) -> np.ndarray:
    users, use = case.network.users, np.zeros(case.network.n_node)
    for u, node in enumerate(users.node):
        fed = users.feeds[u]
        use[node] += case.world.demand[u, 0] if fed < 0 else users.t_per_t[u] * case.world.production[fed, 0]
    return use


def _bits(result: TwinResult) -> list[object]:
    return [getattr(result, name).tobytes() for name in TABLES] + [result.events]


def _backwards(processes: list) -> Iterable:
    return reversed(processes)
