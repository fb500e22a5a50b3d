"""What must always hold (MODEL.md, model of sections 2 to 8): rest, matter, scale, step, twin, split."""

from __future__ import annotations

import copy
import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from sim.draw import draw
from sim.engine import recycling
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.engine.twin import run_twin
from sim.errors import RunError
from sim.model.compile import compile_model
from sim.model.model import Entry, Model
from sim.scenario import Scenario, load, shipped, variants
from sim.study.ensemble import ensemble
from sim.study.execution import Execution
from tests.property.networks import levelled, networks, shaken
from tests.worlds import write

CASES = sorted(shipped())
FEW = ("gallium-export-halt", "germanium-licence", "magnet-export-licence")
"""Scenarios that stand for all where the rule at test has nothing to do with what is done about a shock."""
TWIN_NAMES = {
    "log_price": ("market", "price"),
    "log_origin": ("market", "origin"),
    "share": ("market", "share"),
    "signal": ("works", "signal"),
    "capacity_new": ("works", "new"),
    "idle": ("works", "idle"),
    "idle_new": ("works", "idle_new"),
    "product_stock": ("state", "products"),
}
"""What the twin calls a part of the batch's market, works or state."""
OF_MAKERS = ("finished", "made", "log_origin", "signal", "capacity_new", "idle", "idle_new")
"""What the batch engine keeps for makers only."""


def by_node(room: Room, by_maker: np.ndarray) -> np.ndarray:
    """Rows of makers at their nodes, the others 0, [node, run]."""
    out = np.zeros((room.plan.net.n_node, room.world.n_run))
    out[room.plan.makers] = by_maker
    return out


def scenario_of(mapping: dict[str, Any]) -> Scenario:
    """The mapping read as an author's file would be; JSON is YAML."""
    return load(write(json.dumps(mapping)))


def worst_move(model: Model, n_run: int = 2) -> float:
    """Largest change of any stock relative to throughput over all steps, and largest unmet demand."""
    net = model.network
    world = replace(draw(model, 7, 0, n_run), stock_frac=np.ones((1, 1)))
    scale = np.maximum(1e-12, np.maximum(world.production, 0).sum() / max(1, len(net.commodities)))
    first: dict[str, np.ndarray] = {}
    worst = 0.0

    def count(room: Room, k: int) -> None:
        nonlocal worst
        now = {name: getattr(room.state, name) for name in ("on_hand", "finished", "on_order", "expected_orders", "held")}
        now |= {name: scale * getattr(room.market, name) for name in ("price", "origin", "slow", "share")}
        now |= {name: getattr(room.works, name) for name in ("building", "new", "idle")}
        if k == 0:
            first.update({name: array.copy() for name, array in now.items()})
        moved = max(float(np.abs(array - first[name]).max(initial=0.0)) for name, array in now.items())
        worst = max(worst, moved / scale, float(room.flows.unmet.max(initial=0.0)) / scale)

    simulate(net, world, count)
    return worst


def without_shocks(mapping: dict[str, Any], years: int) -> dict[str, Any]:
    """The same world in which nothing happens, for longer."""
    quiet = {k: v for k, v in mapping.items() if k not in ("shocks", "policies")}
    return {**quiet, "clock": {**mapping["clock"], "horizon": f"{years} years"}}


@settings(max_examples=25)
@given(networks())
def test_rest(mapping: dict[str, Any]) -> None:
    assert worst_move(compile_model(scenario_of(without_shocks(mapping, 10)))) < 1e-9


@pytest.mark.parametrize("name", CASES)
def test_shipped_worlds_rest(name: str) -> None:
    still = [f"rules.demand.{what}=0" for what in ("growth", "season", "noise")]
    quiet = load(name, sets=["shocks={}", "policies={}", "clock.horizon=10 years", *still])
    assert worst_move(compile_model(quiet)) < 1e-9


@settings(max_examples=25)
@given(shaken())
def test_matter_is_conserved(mapping: dict[str, Any]) -> None:
    model = compile_model(scenario_of(mapping))
    simulate(model.network, draw(model, 1, 0, 3), lambda room, k: None)


@pytest.mark.parametrize("name", CASES)
def test_matter_is_conserved_in_shipped_scenarios(name: str) -> None:
    model = compile_model(load(name))
    simulate(model.network, draw(model, 1, 0, 64), lambda room, k: None)


def test_a_breach_names_node_and_step(monkeypatch: pytest.MonkeyPatch) -> None:
    model = compile_model(load("gallium-export-halt"))
    recycle = recycling.recycle

    def leaking(room: Room, k: int) -> None:
        recycle(room, k)
        if room.next_step == 40:
            room.state.on_hand[2, 1] *= 1 - 1e-6

    monkeypatch.setattr(recycling, "recycle", leaking)
    with pytest.raises(RunError, match=r"gallium\.refined\.JPN: matter was not conserved in step 40 \(2027-07-08\), run 1 .*got -"):
        simulate(model.network, draw(model, 1, 0, 4), lambda room, k: None)


def outcomes(scenario: Scenario, n_batch: int | None = None) -> dict[str, np.ndarray]:
    """Measures of every place, [place, run]."""
    return dict(ensemble(scenario, compile_model(scenario), Execution(n_batch=n_batch)).outcomes)


@settings(max_examples=15)
@given(shaken())
def test_scale(mapping: dict[str, Any]) -> None:
    text = json.dumps(mapping)
    larger = json.loads(re.sub(r'"([0-9.e+-]+) t/year"', lambda m: f'"{float(m[1]) * 1000!r} t/year"', text))
    small, large = outcomes(scenario_of(mapping)), outcomes(scenario_of(larger))
    for measure, values in small.items():
        factor = 1000.0 if measure.endswith("_t") else 1.0
        whole = 1e9 if "value_added" in measure else factor  # a sector of these networks is worth 1 bn USD a year
        np.testing.assert_allclose(large[measure], values * factor, rtol=1e-6, atol=1e-6 * whole, err_msg=measure)


@settings(max_examples=15)
@given(shaken())
def test_order_and_names_of_regions_do_not_matter(mapping: dict[str, Any]) -> None:
    other = copy.deepcopy(mapping)
    other["regions"] = other["regions"][::-1]
    other["shocks"] = dict(reversed(other["shocks"].items()))
    here, there = (ensemble(s, compile_model(s)) for s in (scenario_of(mapping), scenario_of(other)))
    assert set(here.places) == set(there.places)
    for place in here.places:
        if not place.commodity or place.sector.startswith("shock:"):  # sectors at work have sales instead
            continue
        if place.sector == "price floor":
            bought = (record.outcome("state_bought_t", *place) for record in (here, there))
            np.testing.assert_allclose(*bought, rtol=1e-7, atol=1e-7)
            continue
        np.testing.assert_allclose(
            here.outcome("unmet_t", *place), there.outcome("unmet_t", *place), rtol=1e-7, atol=1e-7, err_msg=str(place)
        )
        if place.sector == "all":  # a step may fall either side of the threshold by rounding
            days = here.outcome("days_short", *place) - there.outcome("days_short", *place)
            assert np.abs(days).max() <= 7, place


@settings(max_examples=20)
@given(shaken())
def test_twin(mapping: dict[str, Any]) -> None:
    agree(compile_model(scenario_of(mapping)), runs=(0, 2))


@settings(max_examples=25)
@given(levelled())
def test_twin_where_nodes_order_up_to_levels(mapping: dict[str, Any]) -> None:
    agree(compile_model(scenario_of(mapping)), runs=(0, 2))


def test_twin_where_two_inputs_are_put_together() -> None:
    """Levels out of step, so that now one input lacks and now the other; a buyer far away and one at home; the world rests all the same."""
    demand = {"amount": "3 t/week", "each_step": {"kind": "normal", "sd": "1 t"}}
    nodes = {
        "frame.made.A": {"production": "12 t/week", "order_up_to": "13 t"},
        "glass.made.A": {"production": "3 t/week", "order_up_to": "8 t"},
        "door.made.A": {"production": "6 t/week", "order_up_to": "5 t", "unmet": "backordered", "demand": {"use": demand}},
        "door.made.B": {"order_up_to": "14 t", "demand": {"use": demand, "more": {"amount": "0 t/week"}}},
    }
    leads = {("frame.made", "A"): "1 week", ("glass.made", "A"): "3 weeks", ("door.made", "A"): "1 week", ("door.made", "B"): "30 days"}
    recipe = {"recipe": {"frame.made": 2, "glass.made": 0.5}}
    mapping = {
        "clock": {"start": "2026-01-01", "horizon": "2 years", "step": "1 week"},
        "runs": {"count": 5},
        "rules": {"spare": "900 %", "price": {"feedback": False}},
        "network": {
            "commodities": {"frame.made": {}, "glass.made": {}, "door.made": recipe},
            "nodes": nodes,
            "trade": [{"commodity": c, "from": "A", "to": r, "lead": lead} for (c, r), lead in leads.items()],
        },
    }
    scenario = scenario_of(mapping)
    agree(compile_model(scenario), runs=(0, 2))
    fill = ensemble(scenario, compile_model(scenario)).outcomes["fill_rate"]
    assert ((fill > 0.3) & (fill < 1.0)).any(axis=1).sum() >= 3


@settings(max_examples=10)
@given(networks())
def test_twin_where_demand_is_drawn_step_by_step(mapping: dict[str, Any]) -> None:
    for node in mapping["network"]["nodes"].values():
        for sector, demand in node.get("demand", {}).items():
            node["demand"][sector] = demand | {"each_step": {"kind": "normal", "sd": "200 kg"}}
    agree(compile_model(scenario_of(mapping)), runs=(0, 2))


@pytest.mark.parametrize("name", CASES)
def test_twin_on_shipped_scenarios(name: str) -> None:
    agree(compile_model(load(name)), runs=(0, 3) if name in FEW else (0,))


@pytest.mark.parametrize("name", FEW)
def test_twin_on_variants_and_months(name: str) -> None:
    for variant in load(name).variants:
        agree(compile_model(load(name, variant=variant)), runs=(0, 3))
    agree(compile_model(load(name, sets=["clock.step=1 month"])), runs=(0, 3))  # lead times between whole steps


@pytest.mark.long
@pytest.mark.parametrize(("name", "variant"), [(name, variant) for name in CASES if name not in FEW for variant in variants(name)])
def test_twin_on_every_variant(name: str, variant: str) -> None:
    agree(compile_model(load(name, variant=variant)), runs=(0,))


def agree(model: Model, runs: tuple[int, ...]) -> None:
    """Both engines, same worlds: every stock and flow at every step within 1e-9 of the throughput."""
    net = model.network
    world = draw(model, 11, 0, max(runs) + 1)
    kept: dict[str, list[np.ndarray]] = {
        name: [] for name in ("on_hand", "finished", "held", "unmet", "made", "order", "shipped", "released", "sold", "output")
    }
    kept |= {name: [] for name in TWIN_NAMES}
    if net.up_to_level:
        kept |= {"on_order": [], "expected_use": [], "expected_lead": [], "want": [], "got": [], "arrived": []}

    def count(room: Room, k: int) -> None:
        for name, arrays in kept.items():
            home, field = TWIN_NAMES.get(name, ("state" if hasattr(room.state, name) else "flows", name))
            rows = room.arrived if name == "arrived" else getattr(getattr(room, home), field)
            arrays.append(by_node(room, rows) if name in OF_MAKERS else rows.copy())

    room = simulate(net, world, count)
    tolerance = 1e-9 * max(1.0, float(world.production.sum(0).max()))
    for run in runs:
        twin = run_twin(net, world, run)
        for name, arrays in kept.items():
            batch = np.array(arrays)[..., run]
            np.testing.assert_allclose(np.asarray(getattr(twin, name)), batch, rtol=1e-9, atol=tolerance, err_msg=f"{name}, run {run}")
        if room.purse is not None:
            paid = room.purse.paid[:, :, run]
            np.testing.assert_allclose(twin.paid, paid, rtol=1e-9, atol=1e-9 * max(1.0, float(np.nan_to_num(np.abs(paid)).max())))


@settings(max_examples=10)
@given(shaken())
def test_split(mapping: dict[str, Any]) -> None:
    mapping["runs"]["count"] = 7
    scenario = scenario_of(mapping)
    whole = outcomes(scenario)
    for n_batch in (1, 2, 5):
        for measure, values in outcomes(scenario, n_batch).items():
            np.testing.assert_array_equal(values, whole[measure], err_msg=f"{measure}, batches of {n_batch}")


@settings(max_examples=10)
@given(levelled())
def test_split_where_nodes_order_up_to_levels(mapping: dict[str, Any]) -> None:
    mapping["runs"]["count"] = 270
    scenario = scenario_of(mapping)
    whole = outcomes(scenario)
    for n_batch in (100, 257):
        for measure, values in outcomes(scenario, n_batch).items():
            np.testing.assert_array_equal(values, whole[measure], err_msg=f"{measure}, batches of {n_batch}")


@pytest.mark.parametrize("name", FEW)
def test_split_of_shipped_scenarios(name: str) -> None:
    scenario = load(name, variant="pooled-60" if name.startswith("gallium") else None, sets=["runs.count=300"])
    model = compile_model(scenario)
    records = [ensemble(scenario, model, Execution(n_batch=n_batch)) for n_batch in (None, 299, 64, 16)]
    for other in records[1:]:
        for kept in ("outcomes", "fans", "means"):
            for key, values in getattr(records[0], kept).items():
                np.testing.assert_array_equal(values, getattr(other, kept)[key], err_msg=f"{kept} {key}")


@pytest.mark.parametrize("name", [*FEW, "eu-plan"])
def test_start_order_of_the_calendar_does_not_matter(name: str) -> None:
    model = compile_model(load(name))
    world = draw(model, 3, 0, 16)
    n = len(model.network.shocks) + 1
    ends = [simulate(model.network, world, lambda room, k: None, order).state for order in (range(n), range(n)[::-1])]
    np.testing.assert_array_equal(ends[0].on_hand, ends[1].on_hand)
    np.testing.assert_array_equal(ends[0].finished, ends[1].finished)


def scaled(entries: tuple[Entry | None, ...], factor: float) -> tuple[Any, ...]:
    """Certain numbers times a factor."""
    return tuple(e._replace(amount=e.amount * factor) if e and isinstance(e.amount, float) else e for e in entries)


@pytest.mark.parametrize("name", FEW)
def test_scale_of_shipped_scenarios(name: str) -> None:
    scenario = load(name, sets=["runs.count=20"])
    model = compile_model(scenario)
    tonnes = {key: scaled(getattr(model.facts, key), 1000.0) for key in ("production", "capacity", "recycled", "demand")}
    larger = replace(model, facts=replace(model.facts, trade=model.facts.trade * 1000.0, **tonnes))
    small, large = ensemble(scenario, model).outcomes, ensemble(scenario, larger).outcomes
    for measure, values in small.items():
        factor = 1000.0 if measure.endswith("_t") else 1.0
        whole = 1e9 if "value_added" in measure else factor  # a sector of these networks is worth 1 bn USD a year
        np.testing.assert_allclose(large[measure], values * factor, rtol=1e-6, atol=1e-6 * whole, err_msg=measure)
