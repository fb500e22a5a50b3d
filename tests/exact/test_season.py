"""A season that users foresee, the most they can hold, and a first day that is not like the others: against answers on paper."""

from __future__ import annotations

import json
import re
from math import pi
from typing import Any, NamedTuple

import numpy as np
import pytest

from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.engine.twin import run_twin
from sim.errors import ScenarioError
from sim.model.compile import compile_model
from sim.model.model import Model
from sim.scenario import load
from tests.property.test_invariants import agree, outcomes
from tests.twin.worlds import STEPS_PER_YEAR, Flow, Node, build
from tests.worlds import write

DAY = 10 / 365.25
"""t that the users of B, and those of C, want in a day."""
NO_PRICES = {"price": {"feedback": False}}
SEASON = 0.2
HALF_SWING = SEASON / (2 * pi) * 365.25
"""Days of use by which the stock goes to either side."""


def world(
    *, buyer: dict[str, Any] | None = None, step: str = "1 week", start: str = "2026-01-01", years: int = 10, **rules: Any
) -> dict[str, Any]:
    """A makes 20 t a year for the users of B and C, who keep 30 days; nothing happens."""
    users = {"cover": "30 days", "demand": {"use": "10 t/year"}}
    nodes = {"x.made.A": {"production": "20 t/year", "spare": "20 %"}, "x.made.B": users | (buyer or {}), "x.made.C": users}
    return {
        "clock": {"start": start, "horizon": f"{years} years", "step": step},
        "runs": {"count": 1},
        "network": {"commodities": {"x.made": {}}, "nodes": nodes},
        "rules": {"lead_abroad": "5 weeks", **rules},
    }


def model_of(mapping: dict[str, Any]) -> Model:
    return compile_model(load(write(json.dumps(mapping))))


class Told(NamedTuple):
    """Of A, B and C, [step, node]; stock in days of use."""

    price: np.ndarray
    stock: np.ndarray
    unmet: np.ndarray
    bought: np.ndarray
    use: np.ndarray


def play(mapping: dict[str, Any]) -> Told:
    model = model_of(mapping)
    kept: list[tuple[np.ndarray, ...]] = []

    def count(room: Room, k: int) -> None:
        stock, use = room.state.on_hand / DAY, room.flows.served / (DAY * model.network.step_days)
        order = room.flows.order / (DAY * model.network.step_days)
        unmet = np.full(3, room.flows.unmet.sum())
        kept.append((np.exp(room.market.price[:, 0]), stock[:, 0].copy(), unmet, order[:, 0].copy(), use[:, 0].copy()))

    simulate(model.network, draw(model, 1, 0, 1), count)
    return Told(*(np.array(part) for part in zip(*kept, strict=True)))


def seasonal(**more: Any) -> dict[str, Any]:
    return {"demand": {"season": SEASON, "season_peak": "01-15", **more}}


def away(told: Told, step_days: float, start_day: float = 0.0) -> np.ndarray:
    """How far stock is, after each step, from `cover - season / (2 pi) sin(2 pi (t - peak))` years of use, in days."""
    t = start_day + (np.arange(len(told.stock)) + 1) * step_days
    return told.stock[:, 1] - (30 - HALF_SWING * np.sin(2 * pi * (t - 14) / 365.25))


@pytest.mark.parametrize(("step", "days"), [("1 day", 1.0), ("1 week", 7.0), ("1 month", 365.25 / 12)])
def test_with_cover_enough_a_season_moves_nothing_but_stocks(step: str, days: float) -> None:
    told = play(world(step=step, **seasonal()))
    assert told.price == pytest.approx(1.0, abs=1e-9)
    assert told.bought[:, 1:] == pytest.approx(1.0, abs=1e-9)
    assert told.unmet.max() == 0.0
    # Use is that of the middle of the step: a step's sum is off by (pi step / year)^2 / 6 of the swing, and the extreme lies within a step.
    off = HALF_SWING * (pi * days / 365.25) ** 2
    assert np.abs(away(told, days)).max() < off
    assert told.stock[:, 1].max() - 30 == pytest.approx(HALF_SWING, abs=2 * off)
    assert 30 - told.stock[:, 1].min() == pytest.approx(HALF_SWING, abs=2 * off)


@pytest.mark.parametrize(("start", "day"), [("2026-04-15", 104.0), ("2026-07-16", 196.0), ("2026-10-15", 287.0)])
def test_the_clock_may_begin_at_any_time_of_the_year(start: str, day: float) -> None:
    told = play(world(step="1 day", start=start, years=2, **seasonal()))
    assert told.price == pytest.approx(1.0, abs=1e-9)
    assert np.abs(away(told, 1.0, day)).max() < 1e-3


def test_use_swings_about_its_mean_and_is_highest_at_the_peak() -> None:
    use = play(world(step="1 day", years=1, **seasonal(season_peak="03-02"))).use[:365, 1]
    assert use == pytest.approx(1 + SEASON * np.cos(2 * pi * (np.arange(365) + 0.5 - 60) / 365.25), abs=1e-9)


def test_a_season_is_one_of_the_regions_named() -> None:
    told = play(world(**seasonal(season_in=["B"])))
    assert np.ptp(told.stock[:, 1]) == pytest.approx(2 * HALF_SWING, rel=2e-3)
    assert np.ptp(told.stock[:, 2]) < 1e-9
    assert np.ptp(told.use[:, 2]) < 1e-9
    assert told.price == pytest.approx(1.0, abs=1e-9)
    everywhere = play(world(**seasonal()))
    np.testing.assert_allclose(told.stock[:, 1], everywhere.stock[:, 1], atol=1e-9)
    np.testing.assert_allclose(everywhere.stock[:, 2], everywhere.stock[:, 1], atol=1e-9)


def test_only_final_use_has_a_season() -> None:
    """Works that use half of what comes to B run evenly, so its stock swings by half as many days."""
    mapping = world(**seasonal())
    mapping["network"]["commodities"]["y.made"] = {"recipe": {"x.made": "1 t/t"}}
    mapping["network"]["nodes"] |= {
        "x.made.B": {"cover": "30 days", "demand": {"use": "5 t/year"}},
        "y.made.B": {"production": "5 t/year", "cover": "60 days", "demand": {"use": "5 t/year"}},
    }
    told = play(mapping)
    assert np.ptp(told.stock[:, 1]) == pytest.approx(HALF_SWING, rel=2e-3)
    assert told.price == pytest.approx(1.0, abs=1e-9)


BAN = {
    "ban": {"kind": "export_ban", "commodity": "x.made", "from": "A", "to": ["B", "C"], "announced": "2026-03-01", "start": "2035-01-01"}
}


def test_fear_fills_a_store_to_what_it_holds_and_no_further() -> None:
    """Told long ahead of a ban, both want twice their 30 days; B has room for 40."""
    rules = {"hoarding": 2, "front_running": 1, **NO_PRICES}
    told = play(world(buyer={"storage": "40 days"}, **rules) | {"shocks": BAN})
    before = told.stock[:460]
    assert before[:, 1].max() <= 40 + 1e-9
    assert before[-1, 1:] == pytest.approx([40.0, 60.0], abs=1e-6)


def test_storage_that_is_large_enough_changes_nothing() -> None:
    plain, roomy = (play(world(buyer=buyer, **seasonal())) for buyer in ({}, {"storage": f"{30 + 1.01 * HALF_SWING} days"}))
    np.testing.assert_allclose(roomy.stock, plain.stock, atol=1e-9)
    assert roomy.price == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("part", [0.0, 0.5, 0.9, 1.3])
@pytest.mark.parametrize("rules", [NO_PRICES, {}], ids=["quantities", "prices"])
def test_a_stock_at_the_start_is_there_and_comes_back(part: float, rules: dict[str, Any]) -> None:
    mapping = world(buyer={"stock_at_start": part}, **rules)
    model = model_of(mapping)
    first = Room(model.network, draw(model, 1, 0, 1)).state.on_hand[:, 0]
    assert first / DAY == pytest.approx([0.0, 30.0 * part, 30.0], abs=1e-9)
    told = play(mapping)
    assert told.stock[-1, 1:] == pytest.approx([30.0, 30.0], abs=1e-3)
    assert told.price[-1] == pytest.approx(1.0, abs=1e-3)
    if not rules:
        side = told.price[:26, 1] - 1
        assert side.max() > 1e-3 if part < 1 else side.min() < -1e-3, "want of stock makes dear, plenty makes cheap"


def test_a_stock_at_the_start_is_a_part_of_that_of_the_season_and_of_what_can_be_held() -> None:
    """In mid-October users have laid by all that they will give out in winter, or as much of it as they can hold."""
    for storage, usual in (({}, 30 + HALF_SWING), ({"storage": "35 days"}, 35.0)):
        model = model_of(world(buyer={"stock_at_start": 0.5, **storage}, start="2026-10-15", **seasonal()))
        first = Room(model.network, draw(model, 1, 0, 1)).state.on_hand[1, 0] / DAY
        assert first == pytest.approx(0.5 * usual, abs=5e-3)


def test_what_the_season_will_take_is_not_plenty() -> None:
    """Six days of use short: as dear in mid-October, when stores are full of what the winter takes, as in mid-April when it is gone."""
    dear = []
    for start, usual in (("2026-10-15", 30 + HALF_SWING), ("2026-04-16", 30 - HALF_SWING)):
        quick = {"price": {"adjustment": "0 days", "prospect": 0}}
        short = world(buyer={"stock_at_start": 1 - 6 / usual}, step="1 day", start=start, years=1, **seasonal(), **quick)
        dear.append(float(np.log(play(short).price[0, 1])))
    assert dear[0] > 0.05
    assert dear[0] == pytest.approx(dear[1], rel=2e-3)


CASES = {
    "season": world(**seasonal()),
    "one region": world(**seasonal(season_in=["B"])),
    "storage": world(buyer={"storage": "33 days"}, **seasonal()) | {"shocks": BAN},
    "half full": world(buyer={"storage": "45 days", "stock_at_start": 0.5}, **seasonal(growth=0.02)),
    "months": world(buyer={"storage": "35 days", "stock_at_start": 1.2}, step="1 month", **seasonal(season_in=["B"])),
    "stockpile": world(buyer={"storage": "50 days"}, **seasonal())
    | {
        "shocks": {"stop": {"kind": "outage", "commodity": "x.made", "region": "A", "start": "2028-01-01", "duration": "4 months"}},
        "policies": {"p": {"kind": "stockpile", "commodity": "x.made", "holders": ["B"], "target": "60 days", "fill": "1 year"}},
    },
}


@pytest.mark.parametrize("name", CASES)
def test_the_twin_tells_the_same_and_matter_is_conserved(name: str) -> None:
    agree(model_of(CASES[name]), runs=(0,))


@pytest.mark.parametrize("name", CASES)
def test_a_world_a_thousand_times_as_large_is_the_same(name: str) -> None:
    text = json.dumps(CASES[name])
    larger = re.sub(r'"([0-9.]+) t/year"', lambda m: f'"{float(m[1]) * 1000!r} t/year"', text)
    small, large = (outcomes(load(write(each))) for each in (text, larger))
    for measure, values in small.items():
        factor = 1000.0 if measure.endswith("_t") else 1.0
        np.testing.assert_allclose(large[measure], values * factor, rtol=1e-6, atol=1e-6 * factor, err_msg=measure)


def test_the_twin_starts_from_what_can_be_held() -> None:
    """BBB uses 1 t a step and keeps 4 t; with 3 t of storage and a half of that at the start, it begins with 1.5 t and goes up to 3 t."""
    nodes = [Node("x.metal", "AAA", buffer=40), Node("x.metal", "BBB", {"cars": STEPS_PER_YEAR}, cover=4, storage=3.0, filled=0.5)]
    case = build(nodes, [Flow("x.metal", "AAA", "BBB", STEPS_PER_YEAR)], n_step=200)
    stock = run_twin(case.network, case.world, 0).on_hand[:, 1]
    # What lands in the first step, the shipment of the step before, is used up in it.
    assert stock[0] == pytest.approx(1.5, abs=1e-12)
    assert stock[-1] == pytest.approx(3.0, abs=1e-6)
    assert stock.max() <= 3.0 + 1e-9


@pytest.mark.parametrize(
    ("buyer", "said"),
    [
        ({"storage": "20 days"}, "storage: below the users' cover, 30 days (got 20 days). Raise storage or lower cover."),
        ({"storage": "60"}, "storage: has no unit (got '60'). Write a duration such as '6 weeks'."),
        ({"stock_at_start": "-10 %"}, "stock_at_start: must be between 0 % and 500 % (got '-10 %')."),
        ({"stock_at_start": 5.5}, "stock_at_start: must be between 0 % and 500 % (got 5.5)."),
    ],
)
def test_what_cannot_be_held_is_refused(buyer: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(write(json.dumps(world(buyer=buyer))))
    (line,) = str(caught.value).splitlines()
    assert line.endswith(f" network.nodes.x.made.B.{said}")


def test_storage_equal_to_cover_is_enough() -> None:
    assert load(write(json.dumps(world(buyer={"storage": "30 days"})))).network


@pytest.mark.parametrize(
    ("demand", "said"),
    [
        ({"season": 0.2, "season_in": ["Z"]}, "rules.demand.season_in[0]: unknown region (got 'Z')"),
        ({"season": 1.5}, "rules.demand.season: must be"),
        ({"season_peak": "02-30"}, "rules.demand.season_peak: no such day in every year (got '02-30')"),
    ],
)
def test_a_season_is_read_strictly(demand: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load(write(json.dumps(world(demand=demand))))
    assert said in str(caught.value)
