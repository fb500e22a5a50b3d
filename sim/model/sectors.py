"""Sectors at work: which users make one output together, and what it is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.errors import ScenarioError
from sim.model.model import Entry, SectorFacts
from sim.model.world import Network, Sectors, Users
from sim.scenario import Scenario

if TYPE_CHECKING:
    from sim.data import Fact


def compile_sectors(scenario: Scenario, users: Users, names: Sequence[tuple[str, str]]) -> tuple[Users, Sectors]:
    """Join the final users of a name in a region into the sector that the scenario describes.

    Arguments:
        scenario: as written.
        users: users that stand for themselves.
        names: commodity and region of each node.
    """
    found: dict[tuple[str, str], int] = {}
    in_sector, essential = users.in_sector.copy(), users.essential.copy()
    for name in sorted(scenario.sectors):
        for region in scenario.regions:
            members = [u for u, n in enumerate(users.node) if users.feeds[u] < 0 and users.sector[u] == name and names[n][1] == region]
            if not members:
                continue
            found[name, region] = len(found)
            in_sector[members] = found[name, region]
            essential[members] = [scenario.sectors[name].essential.get(names[users.node[u]][0], 1.0) for u in members]
    region_of = np.array([scenario.regions.index(region) for _, region in found], dtype=np.intp)
    return replace(users, in_sector=in_sector, essential=essential), Sectors(name=tuple(n for n, _ in found), region=region_of)


def sector_facts(scenario: Scenario, net: Network) -> SectorFacts:
    """What the scenario says of each sector in each region; value added that it does not state comes from the data pack.

    Arguments:
        scenario: as written.
        net: its network, with the sectors at work.

    Raises:
        ScenarioError: the materials named give a sector different value added, and the scenario gives none.
    """
    rows = [(name, net.regions[region]) for name, region in zip(net.sectors.name, net.sectors.region, strict=True)]
    sectors = scenario.sectors
    commodity = [net.commodities[net.node_commodity[n]] for n in net.users.node]
    cost_share = [
        sectors[name].cost_share.get(c, 0.0) if s >= 0 else 0.0
        for name, c, s in zip(net.users.sector, commodity, net.users.in_sector, strict=True)
    ]
    return SectorFacts(
        product_stock=tuple(Entry(f"sectors.{name}.product_stock", sectors[name].product_stock) for name, _ in rows),
        overtime=tuple(Entry(f"sectors.{name}.overtime", sectors[name].overtime) for name, _ in rows),
        value_added=_values_added(scenario, net, rows),
        cost_share=np.array(cost_share, dtype=np.float64),
    )


def _values_added(scenario: Scenario, net: Network, rows: Sequence[tuple[str, str]]) -> tuple[Entry | None, ...]:
    stated = [_stated(scenario, name, region) for name, region in rows]
    known = _known(scenario) if None in stated else []
    uses = {(s, net.commodities[net.node_commodity[n]]) for s, n in zip(net.users.in_sector, net.users.node, strict=True)}
    found, problems = list(stated), []
    for s, (name, region) in enumerate(rows):
        facts = [f for f in known if (f.sector, f.region) == (name, region) and (s, f.commodity) in uses] if stated[s] is None else []
        if facts:
            found[s] = Entry(facts[0].what, facts[0].value)
        if len({fact.value for fact in facts}) > 1:
            what, got = (
                f"the facts give its value added in {region} differently",
                " and ".join(f"{f.text} for {f.commodity}" for f in facts),
            )
            problems.append(scenario.problem(("sectors", name), what, got, f"State value_added of {region} here."))
    if problems:
        raise ScenarioError(*problems)
    return tuple(found)


def _known(scenario: Scenario) -> list[Fact]:
    """Value added in the facts of the materials named; none are read where none are."""
    if not scenario.materials:
        return []
    from sim.data import facts

    return [f for name in scenario.materials for f in facts(name, scenario.data) if f.quantity == "value_added" and f.role == "base"]


def _stated(scenario: Scenario, name: str, region: str) -> Entry | None:
    """That of the region itself before that of a group it belongs to, the smallest group first."""
    stated: Mapping[str, object] = scenario.sectors[name].value_added
    holding = [who for who in stated if region in scenario.regions_of(who)]
    if not holding:
        return None
    who = min(holding, key=lambda who: len(scenario.regions_of(who)))
    return Entry(f"sectors.{name}.value_added.{region}", scenario.sectors[name].value_added[who])
