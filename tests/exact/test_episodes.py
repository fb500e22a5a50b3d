"""The past episodes that ship: they score nothing that they state, steer no behaviour, and obey the laws of the model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from sim.api.backtesting import Episode, read_episode
from sim.draw import draw
from sim.engine.batch import simulate
from sim.scenario.library import EPISODE, episodes, find_episode
from tests.property.test_invariants import agree

CASES = episodes()
CALIBRATED = ("order_adjustment", "stock_adjustment", "expectation", "hoarding", "front_running")
OF_DEMAND = ("elasticity", "elasticity_long", "response")
OF_COMMODITY = ("supply_elasticity", "demand_elasticity", "demand_elasticity_long")


@pytest.fixture(scope="module", params=CASES)
def episode(request: pytest.FixtureRequest) -> Episode:
    """Reading it refuses what the scenario states."""
    return read_episode(request.param)


def test_episodes_ship() -> None:
    assert len(CASES) >= 8


def test_none_of_its_observables_is_stated_by_its_scenario(episode: Episode) -> None:
    assert episode.observed


def test_every_number_has_a_band_around_it(episode: Episode) -> None:
    for item in episode.observed:
        assert item.low <= item.observed <= item.high, item.name
        assert item.low < item.high, item.name


def test_every_number_has_a_source_and_its_address(episode: Episode) -> None:
    for item in episode.observed:
        assert len(item.source) > 5, item.name
        has_address = item.url.startswith(("https://", "http://"))
        assert has_address or item.source.startswith("No "), f"{item.name}: a source without an address says that there is none"


def test_it_has_a_title_a_question_and_something_that_happens(episode: Episode) -> None:
    assert episode.scenario.title
    assert episode.scenario.question
    assert episode.scenario.shocks


def calibrated(tree: Any) -> Iterator[str]:
    """Paths of a scenario's tree that write behaviour which is fitted on the episodes."""
    rules = tree.get("rules") or {}
    for name in ("price", "supply", "sourcing", *CALIBRATED):
        if name in rules:
            yield f"rules.{name}"
    yield from (f"rules.demand.{name}" for name in OF_DEMAND if name in (rules.get("demand") or {}))
    for commodity, spec in ((tree.get("network") or {}).get("commodities") or {}).items():
        yield from (f"network.commodities.{commodity}.{name}" for name in OF_COMMODITY if name in (spec or {}))
    for name, patch in (tree.get("variants") or {}).items():
        yield from (f"variants.{name}.{path}" for path in calibrated(patch or {}))


@pytest.mark.parametrize("name", CASES)
def test_it_writes_no_behaviour_that_is_fitted(name: str) -> None:
    tree = yaml.safe_load((find_episode(name) / EPISODE).read_text(encoding="utf-8"))
    assert "extends" not in tree, "what it takes over would have to be looked at too"
    assert list(calibrated(tree)) == []


def test_what_is_fitted_would_be_found() -> None:
    rules = dict.fromkeys(CALIBRATED, 1) | {"demand": {"elasticity": 0.1, "season": 0.2}, "cover": "3 weeks", "price": {"scarcity": 2}}
    network = {"commodities": {"x.made": {"demand_elasticity": 0.2}, "y.made": None}}
    found = list(calibrated({"rules": rules, "network": network, "variants": {"v": {"rules": {"supply": {}}}}}))
    assert found == [
        "rules.price",
        *(f"rules.{name}" for name in CALIBRATED),
        "rules.demand.elasticity",
        "network.commodities.x.made.demand_elasticity",
        "variants.v.rules.supply",
    ]


def test_matter_is_conserved(episode: Episode) -> None:
    net = episode.model.network
    simulate(net, draw(episode.model, 1, 0, 8), lambda room, k: None)


def test_the_twin_tells_the_same(episode: Episode) -> None:
    agree(episode.model, runs=(0,))
