"""Checks of one part of a scenario against another: names, dates, sums. They see whatever parts are sound by themselves."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from sim.errors import BadValue, Fault, near_miss
from sim.scenario.cross_market import (
    after_faults,
    by_product_faults,
    economy_faults,
    elasticity_faults,
    sector_faults,
    unused_input_faults,
)
from sim.scenario.cross_policies import expand, policy_faults
from sim.scenario.facts import FactPath, split_fact
from sim.scenario.headline import OF_USERS, WHOLE, Headline, headline_faults
from sim.scenario.law import support
from sim.scenario.measure import AtUsers
from sim.scenario.network import WORD, NetworkSpec, split_node
from sim.scenario.policy import ExportControl, Policy, Substitution, regions_named
from sim.scenario.shock import DemandSurge, ExportBan, ExportLicence, ExportQuota, Shock, Tariff, Transport
from sim.scenario.stocks import stock_faults
from sim.units import day_of, instant

if TYPE_CHECKING:
    from sim.scenario.economy import Economy
    from sim.scenario.rules import Rules
    from sim.scenario.scenario import Clock
    from sim.scenario.sector import Sector

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Parts:
    """The parts of a scenario that could be read; None or absent where one could not."""

    clock: Clock | None = None
    rules: Rules | None = None
    network: NetworkSpec | None = None
    materials: tuple[str, ...] | None = None
    regions: tuple[str, ...] | None = None
    groups: Mapping[str, tuple[str, ...]] | None = None
    set: Mapping[str, Any] = field(default_factory=dict)
    shocks: Mapping[str, Shock] = field(default_factory=dict)
    sectors: Mapping[str, Sector] = field(default_factory=dict)
    economies: Mapping[str, Economy] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    variants: Mapping[str, Any] = field(default_factory=dict)
    headline: Headline | None = None
    shock_names: tuple[str, ...] = ()
    """Shocks that were written, those that could not be read too."""
    sector_names: tuple[str, ...] = ()
    """Sectors that were written, those that could not be read too."""
    economy_names: tuple[str, ...] = ()
    """Regions whose economies were written, those that could not be read too."""
    is_network_bad: bool = False
    """A network was written but could not be read: do not say that it is missing."""


def cross_faults(parts: Parts) -> list[Fault]:
    """Everything that is wrong between the parts, as faults with paths from the top of the scenario."""
    checks: tuple[Callable[[Parts], Iterator[Fault]], ...] = (
        _world,
        _names,
        _regions,
        _groups,
        _region_names,
        _clock,
        _bans,
        policy_faults,
        _shares,
        _network,
        _nothing_struck,
        after_faults,
        sector_faults,
        economy_faults,
        elasticity_faults,
        headline_faults,
        stock_faults,
    )
    return [fault for check in checks for fault in check(parts)]


def commodity_faults(parts: Parts, commodities: Collection[str], sectors: Collection[str] | None) -> Iterator[Fault]:
    """Names of commodities and sectors that are not among those known.

    commodities: every name the model will have. sectors: every final sector, or None to leave sectors unchecked.
    """
    for path, name in _commodity_names(parts):
        if name not in commodities:
            yield Fault(
                "unknown commodity", repr(name), near_miss(name, commodities), path, on_key=path[-1] not in ("commodity", "host", "to")
            )
    if sectors is None:
        return
    for path, name in _sector_names(parts):
        if name not in sectors:
            yield Fault("unknown sector", repr(name), near_miss(name, sectors), path, on_key=path[0] in ("set", "sectors"))


def _commodity_names(parts: Parts) -> Iterator[tuple[Path, str]]:
    for shock_name, shock in parts.shocks.items():
        yield ("shocks", shock_name, "commodity"), shock.commodity
    for policy_name, policy in parts.policies.items():
        yield ("policies", policy_name, "commodity"), policy.commodity
        if isinstance(policy, ExportControl) and policy.counter is not None:
            yield ("policies", policy_name, "counter", "commodity"), policy.counter.commodity
        if isinstance(policy, Substitution) and policy.to is not None:
            yield ("policies", policy_name, "to"), policy.to
    for sector_name, sector in parts.sectors.items():
        for key, shares in (("essential", sector.essential), ("cost_share", sector.cost_share)):
            for name in shares:
                yield ("sectors", sector_name, key, name), name
    for path, fact in _facts(parts):
        yield ("set", path), fact.commodity
    if parts.network:
        for name in parts.network.nodes:
            yield ("network", "nodes", name), split_node(name)[0]
        for name, spec in parts.network.commodities.items():
            for needed in spec.recipe:
                yield ("network", "commodities", name, "recipe", needed), needed
            for host in spec.hosts():
                yield ("network", "commodities", name, "host") + (() if isinstance(spec.host, str) else (host,)), host
        for i, trade in enumerate(parts.network.trade):
            yield ("network", "trade", i, "commodity"), trade.commodity
    if parts.headline and parts.headline.commodity is not None:
        yield ("headline", "commodity"), parts.headline.commodity


def _sector_names(parts: Parts) -> Iterator[tuple[Path, str]]:
    for name in parts.sectors:
        yield ("sectors", name), name
    for name, shock in parts.shocks.items():
        if isinstance(shock, DemandSurge) and shock.sector is not None:
            for i, sector in enumerate(shock.sector):
                yield ("shocks", name, "sector", i), sector
    for name, policy in parts.policies.items():
        if isinstance(policy, AtUsers) and policy.sector is not None:
            for i, sector in enumerate(policy.sector):
                yield ("policies", name, "sector", i), sector
    for path, fact in _facts(parts):
        if fact.sector is not None:
            yield ("set", path), fact.sector
    if parts.headline and parts.headline.measure in OF_USERS and parts.headline.sector != WHOLE:
        yield ("headline", "sector"), parts.headline.sector


def _facts(parts: Parts) -> Iterator[tuple[str, FactPath]]:
    for path in parts.set:
        try:
            yield path, split_fact(path)
        except BadValue:  # reported when `set` itself was read
            continue


def _world(parts: Parts) -> Iterator[Fault]:
    if parts.materials == () and parts.network is None and not parts.is_network_bad:
        yield Fault("neither materials nor a network is given", None, "Write materials: [gallium], or network: with nodes of your own.")
    if parts.materials and parts.regions == ():
        yield Fault("is missing", None, "Name the regions to tell apart, such as [CHN, EU27, ROW].", ("regions",))
    if parts.materials is not None:
        yield from _repeats(parts.materials, ("materials",))


def _names(parts: Parts) -> Iterator[Fault]:
    named: dict[str, Mapping[str, Any]] = {
        "sectors": parts.sectors,
        "shocks": parts.shocks,
        "policies": parts.policies,
        "variants": parts.variants,
    }
    for section, entries in named.items():
        for name in entries:
            if not re.fullmatch(WORD, name):
                yield Fault("not a name", repr(name), "Use letters, digits, - and _, beginning with a letter.", (section, name))


def _regions(parts: Parts) -> Iterator[Fault]:
    if parts.regions is None:
        return
    yield from _repeats(parts.regions, ("regions",))
    for i, name in enumerate(parts.regions):
        if name == "all":
            yield Fault("'all' already means every region", None, "Choose another name.", ("regions", i))
        elif not re.fullmatch(WORD, name):
            yield Fault("not a name", repr(name), "Use letters, digits, - and _, beginning with a letter.", ("regions", i))


def _repeats(names: Sequence[str], path: Path) -> Iterator[Fault]:
    for i, name in enumerate(names):
        if name in names[:i]:
            yield Fault("is named twice", repr(name), "Name each once.", (*path, i))


def _groups(parts: Parts) -> Iterator[Fault]:
    if parts.groups is None or parts.regions is None:
        return
    for name, members in parts.groups.items():
        path = ("groups", name)
        if name in parts.regions or name == "all":
            yield Fault("a group has the name of a region" if name != "all" else "'all' already means every region", repr(name), None, path)
        elif not re.fullmatch(WORD, name):
            yield Fault("not a name", repr(name), "Use letters, digits, - and _, beginning with a letter.", path)
        if len(set(members)) < 2:
            yield Fault("a group needs at least two regions", f"{len(members)}", "Use the region itself instead.", path)
        for i, member in enumerate(members):
            if member not in parts.regions:
                yield _unknown_region(member, parts.regions, (*path, i))
        yield from _repeats(members, path)


def _unknown_region(name: str, known: Collection[str], path: Path) -> Fault:
    return Fault("unknown region", repr(name), near_miss(name, known), path, on_key=path[0] == "set")


def _regions_of_shock(shock: Shock) -> dict[str, Sequence[str]]:
    """Regions a shock names, by key; where it strikes comes first."""
    if isinstance(shock, _ON_TRADE):
        return {"from": shock.source, "to": shock.to}
    return {"region": shock.region}


_ON_TRADE = (ExportBan, ExportQuota, ExportLicence, Tariff, Transport)


def _region_lists(parts: Parts) -> Iterator[tuple[Path, Sequence[str]]]:
    for name, shock in parts.shocks.items():
        for key, names in _regions_of_shock(shock).items():
            yield ("shocks", name, key), names
    for name, policy in parts.policies.items():
        for key, names in regions_named(policy).items():
            yield ("policies", name, key), names
    if parts.rules and parts.rules.allies:
        yield ("rules", "allies"), parts.rules.allies
    if parts.rules:
        yield ("rules", "demand", "season_in"), parts.rules.demand.season_in


def _region_names(parts: Parts) -> Iterator[Fault]:
    if parts.regions is None or parts.groups is None:
        return
    known = [*parts.regions, *parts.groups, "all"]
    for path, names in _region_lists(parts):
        for i, name in enumerate(names):
            if name not in known:
                yield _unknown_region(name, known, (*path, i))
    for path, fact in _facts(parts):
        if fact.region not in known:
            yield _unknown_region(fact.region, known, ("set", path))


def _clock(parts: Parts) -> Iterator[Fault]:
    if parts.clock is None:
        return
    first = instant(parts.clock.start)
    last = first + parts.clock.horizon
    for name, shock in parts.shocks.items():
        if shock.start is None:
            continue
        low, high = support(shock.start)
        if low < first or high >= last:
            got = day_of(low).isoformat() if low == high else f"{day_of(low)} to {day_of(high)}"
            remedy = f"The clock runs from {parts.clock.start} to {_last_day(last)}."
            yield Fault("outside the horizon", got, remedy, ("shocks", name, "start"))


def _last_day(last: float) -> date:
    return day_of(last - 1e-9)


def _bans(parts: Parts) -> Iterator[Fault]:
    if parts.regions is None or parts.groups is None:
        return
    for name, shock in parts.shocks.items():
        if not isinstance(shock, _ON_TRADE):
            continue
        sellers = set(expand(shock.source, parts.regions, parts.groups))
        buyers = set(expand(shock.to, parts.regions, parts.groups))
        if sellers and buyers and _strikes_home_only(shock, sellers, buyers):
            got = f"from {', '.join(shock.source)} to {', '.join(shock.to)}"
            what = f"from and to name the same regions, so nothing is {_STRUCK.get(shock.kind, 'stopped')}"
            yield Fault(what, got, "Name buyers other than the sellers.", ("shocks", name, "to"))


_STRUCK = {"tariff": "taxed", "transport": "held up"}


def _strikes_home_only(shock: Shock, sellers: set[str], buyers: set[str]) -> bool:
    # A tariff is on imports from all others, and trouble on the way is between any two: there both may name the same regions in part.
    if isinstance(shock, Transport):
        return len(sellers | buyers) == 1
    return buyers == sellers if isinstance(shock, Tariff) else buyers <= sellers


def _shares(parts: Parts) -> Iterator[Fault]:
    if parts.regions is None or parts.groups is None:
        return
    shares: dict[str, dict[str, float]] = {}
    last: dict[str, str] = {}
    for path, fact in _facts(parts):
        if fact.quantity == "share":
            greatest = support(parts.set[path])[1]
            shares.setdefault(fact.commodity, {}).update(dict.fromkeys(expand((fact.region,), parts.regions, parts.groups), greatest))
            last[fact.commodity] = path
    for commodity, by_region in shares.items():
        total = math.fsum(by_region.values())
        if total > 1 + 1e-9:
            what = f"the shares of {commodity} can add up to more than 100 %"
            yield Fault(what, f"{100 * total:.6g} %", "Lower one of them; each region of a group counts.", ("set", last[commodity]))


def _network(parts: Parts) -> Iterator[Fault]:
    """Names inside a network of one's own; with materials, commodities are known only to the data pack and checked later."""
    network = parts.network
    if network is None:
        return
    if parts.regions is not None:
        for name in network.nodes:
            region = split_node(name)[1]
            if region and region not in parts.regions:
                yield _unknown_region(region, parts.regions, ("network", "nodes", name))
    if parts.materials is None or parts.materials:
        return
    yield from commodity_faults(parts, network.commodities, network.sectors())
    yield from unused_input_faults(parts, [fact for _, fact in _facts(parts)])
    yield from by_product_faults(parts)
    regions = network.regions()
    for i, trade in enumerate(network.trade):
        for key, region in (("from", trade.source), ("to", trade.to)):
            if region not in regions:
                yield _unknown_region(region, regions, ("network", "trade", i, key))
            elif trade.commodity in network.commodities and f"{trade.commodity}.{region}" not in network.nodes:
                got, remedy = f"{trade.commodity}.{region}", "Add the node, if only with a demand."
                yield Fault("trade with a node that is not there", repr(got), remedy, ("network", "trade", i, key))


def _nothing_struck(parts: Parts) -> Iterator[Fault]:
    """A shock or policy that meets no node of the author's own network would run and do nothing."""
    network = parts.network
    if network is None or parts.materials is None or parts.materials:
        return
    for name, shock in parts.shocks.items():
        if shock.commodity in network.commodities:
            key, names = next(iter(_regions_of_shock(shock).items()))
            yield from _absent(parts, shock.commodity, names, ("shocks", name, key))
    for name, policy in parts.policies.items():
        if policy.commodity in network.commodities:
            key, names = next(iter(regions_named(policy).items()))
            yield from _absent(parts, policy.commodity, names, ("policies", name, key))


def _absent(parts: Parts, commodity: str, names: Sequence[str], path: Path) -> Iterator[Fault]:
    if parts.network is None or parts.regions is None or parts.groups is None:
        return
    regions = expand(names, parts.regions, parts.groups)
    if regions and not any(f"{commodity}.{region}" in parts.network.nodes for region in regions):
        remedy = "Name a region that has a node of it."
        yield Fault(f"no node of {commodity} here", ", ".join(names), remedy, path)
