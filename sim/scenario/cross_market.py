"""Checks of one part against another that the market brings: shocks that follow shocks, sectors, economies,
by-products, elasticities."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.errors import Fault, near_miss
from sim.scenario.facts import FactPath
from sim.scenario.ring import rings
from sim.scenario.rules import below_short, is_long_below

if TYPE_CHECKING:
    from sim.scenario.cross import Parts


def after_faults(parts: Parts) -> Iterator[Fault]:
    """A shock that follows one that is not there, or itself, directly or through others."""
    after = {name: shock.after.shock for name, shock in parts.shocks.items() if shock.after is not None}
    known = dict.fromkeys((*parts.shocks, *parts.shock_names))
    for name, other in after.items():
        if other not in known:
            remedy = near_miss(other, [shock for shock in known if shock != name], "Shocks") or "There is no other shock to follow."
            yield Fault("unknown shock", repr(other), remedy, ("shocks", name, "after", "shock"))
    for ring in rings({name: [other] for name, other in after.items()}):
        path = ("shocks", ring[-2], "after", "shock")
        if len(ring) == 2:
            yield Fault("a shock cannot follow itself", repr(ring[0]), "Name another shock, or give a start.", path)
        else:
            yield Fault("a chain of shocks that triggers itself", " <- ".join(ring), "Give one of them a start instead.", path)


def sector_faults(parts: Parts) -> Iterator[Fault]:
    """Regions of value added that are unknown, and inputs that a sector of the author's own network does not use."""
    if parts.regions is not None and parts.groups is not None:
        known = [*parts.regions, *parts.groups, "all"]
        for name, sector in parts.sectors.items():
            for region in sector.value_added:
                if region not in known:
                    path = ("sectors", name, "value_added", region)
                    yield Fault("unknown region", repr(region), near_miss(region, known), path, on_key=True)


def economy_faults(parts: Parts) -> Iterator[Fault]:
    """Economies of unknown regions, those that no sector at work hits, and hit sectors that have no final sales to lose."""
    at_work = tuple(dict.fromkeys((*parts.sectors, *parts.sector_names)))
    for region, economy in parts.economies.items():
        if parts.regions is not None and region not in parts.regions:
            yield Fault("unknown region", repr(region), near_miss(region, parts.regions), ("economies", region), on_key=True)
        hit = [name for name in economy.sectors if name in at_work]
        if not hit:
            remedy = f"Sectors at work: {', '.join(at_work)}." if at_work else "Name one of them under `sectors:` at the top level."
            what = "none of these is a sector at work, so nothing hits this economy"
            yield Fault(what, ", ".join(economy.sectors), remedy, ("economies", region, "sectors"))
        for i, name in enumerate(economy.sectors):
            if name in hit and economy.final_demand[i] == 0.0:
                what = f"{name} is a sector at work but sells nothing to final users, so it has nothing to lose"
                yield Fault(what, None, "Give it a final demand.", ("economies", region, "final_demand", i))


def unused_input_faults(parts: Parts, facts: list[FactPath]) -> Iterator[Fault]:
    """Inputs of a sector of the author's own network that nobody of its name uses; they would count for nothing.

    facts: what is replaced under `set`: a demand may be added there.
    """
    network = parts.network
    if network is None:
        return
    used = {(name.rpartition(".")[0], sector) for name, node in network.nodes.items() for sector in node.demand}
    used |= {(fact.commodity, fact.sector) for fact in facts if fact.sector is not None}
    sectors = {sector for _, sector in used}
    for name, sector in parts.sectors.items():
        for key, shares in (("essential", sector.essential), ("cost_share", sector.cost_share)):
            for commodity in shares:
                if name in sectors and commodity in network.commodities and (commodity, name) not in used:
                    inputs = tuple(dict.fromkeys(c for c, s in sorted(used) if s == name))
                    what = f"{name} uses none of this"
                    yield Fault(
                        what, repr(commodity), near_miss(commodity, inputs, "It uses"), ("sectors", name, key, commodity), on_key=True
                    )


def by_product_faults(parts: Parts) -> Iterator[Fault]:
    """A potential at a node of the author's own network whose commodity is nobody's by-product."""
    if parts.network is None:
        return
    for name, node in parts.network.nodes.items():
        spec = parts.network.commodities.get(name.rpartition(".")[0])
        if node.potential is not None and spec is not None and spec.host is None:
            remedy = f"Give {name.rpartition('.')[0]} a host:, or remove potential."
            yield Fault("only a by-product has a potential", None, remedy, ("network", "nodes", name, "potential"))


def elasticity_faults(parts: Parts) -> Iterator[Fault]:
    """A commodity whose demand answers less in the long run than at once; what it does not say comes from the rules."""
    if parts.network is None:
        return
    rules = parts.rules.demand if parts.rules else None
    for name, spec in parts.network.commodities.items():
        if spec.demand_elasticity is None and spec.demand_elasticity_long is None:
            continue
        short = spec.demand_elasticity if spec.demand_elasticity is not None else rules and rules.elasticity
        long = spec.demand_elasticity_long if spec.demand_elasticity_long is not None else rules and rules.elasticity_long
        if short is not None and long is not None and is_long_below(short, long):
            yield below_short(short, long, ("network", "commodities", name, "demand_elasticity_long"))
