"""Shocks and policies of a scenario: what they touch, and when and how hard as written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.model.model import After, Entry, ShockFacts
from sim.model.world import Ints, Network, ShockPlan
from sim.scenario import Scenario
from sim.scenario.law import Amount
from sim.scenario.shock import DemandSurge, Dumping, ExportBan, ExportLicence, ExportQuota, Outage, Shock, Tariff, TechnologyBan, Transport
from sim.units import instant


def compile_shocks(scenario: Scenario, net: Network) -> tuple[tuple[ShockPlan, ...], tuple[ShockFacts, ...]]:
    """Shocks in the order of their names, so that the order in the file does not matter.

    Raises:
        ScenarioError: a shock touches no trade, no producer or no user.
    """
    names = sorted(scenario.shocks)
    plans, problems = [], []
    for name in names:
        plan = _plan(scenario, net, name, scenario.shocks[name])
        if not net.prices and isinstance(scenario.shocks[name], Tariff | TechnologyBan):
            problems.append(stands_still(scenario, ("shocks", name, "kind"), scenario.shocks[name].kind))
        if not (len(plan.links) or len(plan.nodes) or len(plan.users)):
            problems.append(_nothing(scenario, name, scenario.shocks[name]))
        plans.append(plan)
    if problems:
        raise ScenarioError(*problems)
    origin = instant(scenario.clock.start)
    return tuple(plans), tuple(_shock_facts(name, scenario.shocks[name], origin, names) for name in names)


def _plan(scenario: Scenario, net: Network, name: str, shock: Shock) -> ShockPlan:
    commodity = net.commodities.index(shock.commodity)
    links = nodes = users = np.array([], dtype=np.intp)
    match shock:
        case ExportBan() | ExportQuota() | ExportLicence() | Tariff() | Transport():
            src, dst = net.node_region[net.links.src], net.node_region[net.links.dst]
            of = net.node_commodity[net.links.dst] == commodity
            between = np.isin(src, regions_of(scenario, net, shock.source)) & np.isin(dst, regions_of(scenario, net, shock.to))
            links = np.flatnonzero(of & between & (src != dst))
        case Outage() | Dumping() | TechnologyBan():
            made = np.isin(np.arange(net.n_node), net.links.src)
            here = np.isin(net.node_region, regions_of(scenario, net, shock.region))
            nodes = np.flatnonzero(made & here & (net.node_commodity == commodity))
        case DemandSurge():
            at = net.users.node
            here = np.isin(net.node_region[at], regions_of(scenario, net, shock.region)) & (net.node_commodity[at] == commodity)
            named = np.array([shock.sector is None or s in shock.sector for s in net.users.sector], dtype=bool)
            users = np.flatnonzero(here & named & (net.users.feeds < 0))
    return ShockPlan(name=name, kind=shock.kind, links=links, nodes=nodes, users=users, commodity=shock.commodity)


def regions_of(scenario: Scenario, net: Network, names: Iterable[str]) -> Ints:
    """Numbers of the regions that regions and groups mean."""
    return np.array([net.regions.index(r) for r in scenario.regions_of(tuple(names))], dtype=np.intp)


def _nothing(scenario: Scenario, name: str, shock: Shock) -> Problem:
    match shock:
        case ExportBan() | ExportQuota() | ExportLicence() | Tariff() | Transport():
            key, got = "from", f"{', '.join(shock.source)} to {', '.join(shock.to)}"
            what, remedy = f"there is no trade in {shock.commodity} between these", "Name regions that trade it."
        case Outage() | Dumping() | TechnologyBan():
            key, got = "region", ", ".join(shock.region)
            what, remedy = f"nobody there makes {shock.commodity}", "Name a region that produces it."
        case DemandSurge():
            key, got = "region", ", ".join(shock.region)
            what, remedy = f"no such sector there uses {shock.commodity}", "Name a region and a sector that use it."
    return scenario.problem(("shocks", name, key), f"the shock strikes nothing: {what}", got, remedy)


def stands_still(scenario: Scenario, path: tuple[str, ...], kind: str) -> Problem:
    """What is wrong with a kind that needs prices to move."""
    what = f"a {kind} changes nothing while prices stand still"
    return scenario.problem(path, what, "rules.price.feedback: false", "Let prices answer, or take it out.")


def _shock_facts(name: str, shock: Shock, origin: float, names: Sequence[str]) -> ShockFacts:
    def entry(field: str, amount: Amount) -> Entry:
        return Entry(f"shocks.{name}.{field}", amount)

    every, after = shock.every, shock.after
    licence = shock if isinstance(shock, ExportLicence) else None
    size, extra = _size(shock)
    recovery = shock.ramp if isinstance(shock, ExportLicence) else shock.recovery
    return ShockFacts(
        origin=origin,
        announced=None if shock.announced is None else instant(shock.announced) - origin,
        start=None if shock.start is None else entry("start", shock.start),
        rate=entry("every.rate", every.rate) if every else None,
        after=After(
            shock=names.index(after.shock),
            probability=entry("after.probability", after.probability),
            delay=entry("after.delay", after.delay),
        )
        if after
        else None,
        overlap=every.overlap if every else False,
        duration=None if shock.duration is None else entry("duration", shock.duration),
        end=None if shock.end is None else instant(shock.end) - origin,
        recovery=entry("recovery", recovery),
        processing=entry("processing", licence.processing) if licence else None,
        approval=entry("approval", licence.approval) if licence else None,
        probability=entry("probability", shock.probability),
        size=entry("size", size),
        extra=entry("extra", extra),
        is_extra_time=isinstance(shock, Transport),
    )


def _size(shock: Shock) -> tuple[Amount, Amount]:
    """How hard a shock strikes: `size` and `extra` of `ShockFacts`."""
    match shock:
        case Outage() | TechnologyBan():
            return shock.severity, 0.0
        case DemandSurge():
            return shock.size, 0.0
        case ExportBan() | ExportLicence():
            return shock.leakage, 0.0
        case ExportQuota():
            return shock.quota, 0.0
        case Tariff():
            return shock.rate, 0.0
        case Dumping():
            return shock.discount, shock.capacity
        case Transport():
            return shock.closed, shock.delay
