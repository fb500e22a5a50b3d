"""Checks of policies against the other parts of a scenario: regions, dates, members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from sim.errors import Fault, near_miss
from sim.scenario.law import support
from sim.scenario.measure import Measure, OnTrade
from sim.scenario.policy import CapacityProject, Stockpile
from sim.units import day_of, instant

if TYPE_CHECKING:
    from sim.scenario.cross import Parts


def expand(names: Sequence[str], regions: Sequence[str], groups: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Regions meant by regions, groups and `all`, each once, in the order of `regions`."""
    meant = {region for name in names for region in (regions if name == "all" else groups.get(name, (name,)))}
    return tuple(region for region in regions if region in meant)


def policy_faults(parts: Parts) -> Iterator[Fault]:
    """Policies that begin after the horizon, concern trade of a region with itself, or name regions that have no part in them."""
    yield from _late(parts)
    if parts.regions is None or parts.groups is None:
        return
    for name, policy in parts.policies.items():
        match policy:
            case OnTrade():
                yield from _home_only(parts, name, policy)
            case CapacityProject():
                for region in policy.offtake:
                    if region not in parts.regions:
                        path = ("policies", name, "offtake", region)
                        yield Fault("unknown region", repr(region), near_miss(region, parts.regions), path, on_key=True)
            case Stockpile():
                yield from _leaving(parts, name, policy)
            case _:
                pass


def _late(parts: Parts) -> Iterator[Fault]:
    if parts.clock is None:
        return
    last = instant(parts.clock.start) + parts.clock.horizon
    for name, policy in parts.policies.items():
        if isinstance(policy, Measure) and policy.start is not None and support(policy.start)[0] >= last:
            remedy = f"The clock runs from {parts.clock.start} to {day_of(last - 1e-9)}."
            yield Fault("after the horizon", day_of(support(policy.start)[0]).isoformat(), remedy, ("policies", name, "start"))


def _home_only(parts: Parts, name: str, policy: OnTrade) -> Iterator[Fault]:
    sellers, buyers = (set(expand(names, parts.regions or (), parts.groups or {})) for names in (policy.source, policy.to))
    if sellers and buyers and len(sellers | buyers) == 1:
        got = f"from {', '.join(policy.source)} to {', '.join(policy.to)}"
        what = "from and to name the same region, so no trade is concerned"
        yield Fault(what, got, "Name buyers other than the sellers.", ("policies", name, "to"))


def _leaving(parts: Parts, name: str, policy: Stockpile) -> Iterator[Fault]:
    holders = expand(policy.holders, parts.regions or (), parts.groups or {})
    for region in policy.leaving:
        if region not in holders or not policy.pooled:
            what = "leaves a stock that it is no holder of" if region not in holders else "leaves a stock that is not pooled"
            path = ("policies", name, "leaving", region)
            yield Fault(what, repr(region), f"Holders: {', '.join(holders)}; pooled: true.", path, on_key=True)
