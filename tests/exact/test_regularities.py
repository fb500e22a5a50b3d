"""Seven things that past disruptions have in common, each on a plain made-up case with the product's own laws, in the median of runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from sim.draw import draw
from sim.engine.batch import simulate
from sim.engine.room import Room
from sim.model.compile import compile_model
from sim.model.world import Floats
from sim.scenario import load
from tests.worlds import write

WEEKS_A_MONTH = 4
YEAR = 52
START = 10
"""Weeks before the shock; the clock starts on 1 January 2026."""

CASE = """
clock: {{start: 2026-01-01, horizon: {years} years, step: 1 week}}
runs: {{count: {runs}}}
network:
  commodities: {{x.made: {{}}}}
  nodes:
    x.made.HOME: {{production: 106 t/year, demand: {{use: 80 t/year}}}}
    x.made.AWAY: {{production: 52 t/year, demand: {{use: 78 t/year}}}}
{rest}
"""
"""HOME makes two thirds of the world's supply, uses three quarters of that, and sells AWAY a third of what it uses. The rest is default.

An exporter that sells two fifths of what it makes fails one of these, the rush announced 42 days ahead (1.8 times normal): DESIGN.md."""


@dataclass
class Story:
    """What a case did, week by week, [week, run]; prices as multiples of those at rest."""

    home: list[Floats] = field(default_factory=list)
    away: list[Floats] = field(default_factory=list)
    exports: list[Floats] = field(default_factory=list)
    unmet: list[Floats] = field(default_factory=list)
    begun: list[Floats] = field(default_factory=list)
    finished: list[Floats] = field(default_factory=list)
    new: list[Floats] = field(default_factory=list)
    shut: list[Floats] = field(default_factory=list)

    def __getitem__(self, name: str) -> Floats:
        return np.array(getattr(self, name))

    def median(self, name: str) -> Floats:
        """Median over the runs, week by week, [week]."""
        return np.median(self[name], axis=1)


def play(rest: str, *, years: int, runs: int = 64) -> Story:
    """Run the case: nodes are HOME and AWAY, links HOME-HOME, AWAY-HOME, HOME-AWAY, AWAY-AWAY."""
    model = compile_model(load(write(CASE.format(rest=rest, years=years, runs=runs))))
    net, story = model.network, Story()
    assert net.regions == ("HOME", "AWAY")
    world = draw(model, 0, 0, runs)
    link = int(np.flatnonzero((net.links.src == 0) & (net.links.dst == 1))[0])

    def count(room: Room, k: int) -> None:
        price, works = np.exp(room.market.price), room.works
        story.home.append(price[0])
        story.away.append(price[1])
        story.exports.append(room.flows.shipped[link] / world.base_flow[link])
        story.unmet.append(room.flows.unmet[-1] / room.flows.want[-1])
        story.begun.append((works.building.sum(0) + works.starting + works.new)[1])
        story.finished.append((works.starting + works.new)[1])
        story.new.append(works.new[1].copy())
        story.shut.append(works.idle_new[1].copy())

    simulate(net, world, count)
    return story


def stop(**more: Any) -> str:
    """HOME stops its exports to AWAY, but for a tenth, ten weeks after the clock starts."""
    lines = {"kind": "export_ban", "commodity": "x.made", "from": "HOME", "to": "AWAY", "start": "2026-03-12", "leakage": "10 %", **more}
    return "shocks: {stop: {" + ", ".join(f"{key}: {value}" for key, value in lines.items()) + "}}"


@pytest.mark.parametrize("days", [29, 42])
def test_1_announced_controls_are_front_run(days: int) -> None:
    """Two to five times normal exports in the last free month; none before a control nobody knew of."""
    announced = np.datetime64("2026-03-12") - days
    told, untold = play(stop(announced=announced), years=1), play(stop(), years=1)
    last_month = slice(START - WEEKS_A_MONTH, START)
    assert 2.0 <= np.median(told["exports"][last_month].mean(axis=0)) <= 5.0
    np.testing.assert_allclose(untold["exports"][:START], 1.0, atol=1e-9)


def test_2_a_licence_regime_is_a_stop_and_then_a_part() -> None:
    """Next to nothing for one to three months, then a part of what it was, for as long as the regime lasts."""
    rest = "shocks: {licences: {kind: export_licence, commodity: x.made, from: HOME, to: AWAY, start: 2026-03-12}}"
    exports = play(rest, years=2).median("exports")[START:]
    closed = int(np.argmax(exports > 0.05))
    assert WEEKS_A_MONTH <= closed <= 3 * WEEKS_A_MONTH + 1
    assert 0.3 <= exports[26:].min() <= exports[26:].max() <= 0.9


def test_3_prices_part() -> None:
    """Inside flat or falling at first; outside 1.5 to 2 times in three months, three to six times after nine months to two years."""
    story = play(stop(), years=3)
    inside, outside = story.median("home")[START:], story.median("away")[START:]
    assert inside[:13].max() <= 1.05
    assert 1.5 <= outside[12] <= 2.0
    assert 3.0 <= outside[39 : 2 * YEAR].max() <= 6.0


def test_4_plants_stop_far_more_rarely_than_prices_spike() -> None:
    """Cuts of any depth and length: users' stocks carry the first months, and most spikes pass without a stop."""
    any_cut = stop(duration="{uniform: [1 month, 18 months]}", leakage="{uniform: [0 %, 100 %]}")
    story = play(any_cut, years=4, runs=400)
    spikes = story["away"].max(0) > 1.5
    stops = story["unmet"].max(0) > 0.05
    assert spikes.mean() > 0.3
    assert stops.sum() < spikes.sum() / 3
    assert story["unmet"][: START + 2 * WEEKS_A_MONTH].max() < 0.01


def test_5_new_supply_slips() -> None:
    """Works come one and a half to twice as late as announced; a quarter of them runs a year after they are finished."""
    announced_weeks = 17 * 365.25 / 12 / 7
    held = "policies: {floor: {kind: price_floor, commodity: x.made, region: AWAY, level: 3}}\n"
    story = play(held, years=30)
    begun, finished, new = (story[name] for name in ("begun", "finished", "new"))
    assert np.median(begun[-1]) > 0.1 * 52 * 7 / 365.25
    np.testing.assert_allclose(finished[-1], begun[-1], rtol=0.01)
    lateness = (begun - finished).sum(axis=0) / begun[-1] / announced_weeks
    assert 1.5 <= np.median(lateness) <= 2.0
    # Works finish over years; each tonne, wherever it falls, is run in alike: the mean wait for it tells how much runs after a year.
    wait = np.median((finished - new).sum(axis=0) / finished[-1])
    assert 1 - np.exp(-YEAR / wait) == pytest.approx(0.25, abs=0.03)


def test_6_boom_then_bust() -> None:
    """Prices fall by half to three quarters within nine months of their peak, and what was built in the boom shuts unless it is held."""
    free = play(stop(duration="18 months"), years=12)
    away, ends = free["away"], START + 78
    fall = 1 - away[ends : ends + 39].min(axis=0) / away[ends]
    assert np.median(away.max(axis=0)) > 3
    assert 0.5 <= np.median(fall) <= 0.75
    assert np.median(free["new"][-1]) > 0
    assert np.median(free["shut"][-1]) > 0.5
    held = play(
        stop(duration="18 months") + "\npolicies: {floor: {kind: price_floor, commodity: x.made, region: AWAY, level: 1.8}}", years=12
    )
    assert np.median(held["shut"][-1]) < 0.05


def test_7_an_alarm_without_a_cut() -> None:
    """A small move that is gone in three months; nobody runs short."""
    story = play(stop(leakage="100 %", duration="1 month"), years=2)
    away = story.median("away")[START:]
    assert 1.03 <= away.max() <= 1.25
    assert away.argmax() <= 2 * WEEKS_A_MONTH
    assert away[13:].max() <= 1.05
    assert story["unmet"].max() < 1e-9
