"""Policies with a course of their own: what they touch, and when and how hard as written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from sim.errors import Problem, ScenarioError
from sim.model.model import After, Build, Cost, Entry, ShockFacts
from sim.model.world import Floats, Ints, Network, ShockPlan
from sim.scenario import Scenario
from sim.scenario.law import Amount
from sim.scenario.measure import AtUsers, Measure, OnTrade
from sim.scenario.policy_supply import AdvancedMaterials, CapacityProject, DemandReduction, Recycling, Substitution
from sim.scenario.policy_trade import (
    BeyondPrice,
    EarlyWarning,
    ExportControl,
    HomeTariff,
    ImportQuota,
    JointProcurement,
    SingleSourceCap,
    SupplierQualification,
)
from sim.units import instant

RESTRICTIONS = ("export_ban", "export_quota", "export_licence")
"""Kinds of shock that buyers can be warned of."""

Compiled = tuple[ShockPlan, ShockFacts]


class Touched(NamedTuple):
    """What a policy acts on: rows of the network."""

    links: Ints = np.array([], dtype=np.intp)
    nodes: Ints = np.array([], dtype=np.intp)
    users: Ints = np.array([], dtype=np.intp)
    buyers: Ints = np.array([], dtype=np.intp)
    parts: Floats = np.zeros(0)
    instead: Ints = np.array([], dtype=np.intp)

    @property
    def is_empty(self) -> bool:
        """It acts on nothing."""
        return not (len(self.links) or len(self.nodes) or len(self.users) or len(self.buyers))


def compile_measures(scenario: Scenario, net: Network, shocks: Sequence[ShockPlan]) -> tuple[Compiled, ...]:
    """Policies in the order of their names, each with what it consists of.

    Arguments:
        scenario: as written.
        net: structure, without shocks.
        shocks: the shocks, in order; policies are numbered after them.

    Raises:
        ScenarioError: a policy touches no trade, no producer or no user.
    """
    found: list[Compiled] = []
    problems: list[Problem] = []
    for name in sorted(scenario.policies):
        policy = scenario.policies[name]
        if not isinstance(policy, Measure):
            continue
        if not net.prices and isinstance(policy, HomeTariff | BeyondPrice | SingleSourceCap):
            what, remedy = f"a {policy.kind} changes nothing while prices stand still", "Let prices answer, or take it out."
            problems.append(scenario.problem(("policies", name, "kind"), what, "rules.price.feedback: false", remedy))
        part = _Part(scenario, net, name, policy)
        pieces = list(_compiled(part, policy, len(shocks) + len(found), shocks))
        if not pieces or any(touched.is_empty for _, touched, _ in pieces):
            problems.append(_nothing(part, policy))
        for i, (kind, touched, facts) in enumerate(pieces):
            # A policy of several pieces pays once.
            found.append((part.plan(kind, policy.commodity, touched), facts if i == 0 else replace(facts, cost=None)))
        if isinstance(policy, ExportControl) and policy.counter is not None:
            found.append(_counter(part, policy, len(shocks) + len(found) - 1))
    if problems:
        raise ScenarioError(*problems)
    return tuple(found)


@dataclass(frozen=True)
class _Part:
    """One policy being compiled."""

    scenario: Scenario
    net: Network
    name: str
    policy: Measure

    def plan(self, kind: str, commodity: str, touched: Touched) -> ShockPlan:
        kind, _, piece = kind.partition(":")
        return ShockPlan(
            name=f"{self.name}.{piece}" if piece else self.name,
            kind=kind,
            links=touched.links,
            nodes=touched.nodes,
            users=touched.users,
            buyers=touched.buyers,
            parts=touched.parts,
            commodity=commodity,
            is_policy=True,
            instead=touched.instead,
            ratio=getattr(self.policy, "ratio", 1.0),
            payer=self.net.payers.index(self.name),
        )

    def entry(self, field: str, amount: Amount) -> Entry:
        return Entry(f"policies.{self.name}.{field}", amount)

    def facts(self, policy: Measure, size: tuple[str, Amount]) -> ShockFacts:
        """The course of a policy: in force from `start`, in full after `ramp`."""
        origin = instant(self.scenario.clock.start)
        return ShockFacts(
            origin=origin,
            announced=None,
            start=self.entry("start", origin if policy.start is None else policy.start),
            rate=None,
            after=None,
            overlap=False,
            duration=None if policy.duration is None else self.entry("duration", policy.duration),
            end=None if policy.end is None else instant(policy.end) - origin,
            recovery=self.entry("ramp", policy.ramp),
            processing=self.entry("none", 0.0),
            approval=self.entry("all", 1.0),
            probability=self.entry("probability", policy.probability),
            size=self.entry(*size),
            extra=self.entry("none", 0.0),
            is_extra_time=False,
            cost=Cost(
                upfront=self.entry("upfront", policy.upfront),
                yearly=self.entry("yearly", policy.yearly),
                per_tonne=self.entry("per_tonne", getattr(policy, "per_tonne", 0.0)),
            ),
        )

    def regions(self, names: Sequence[str]) -> Ints:
        return np.array([self.net.regions.index(r) for r in self.scenario.regions_of(tuple(names))], dtype=np.intp)

    def links(self, commodity: str, sellers: Sequence[str], buyers: Sequence[str]) -> Ints:
        """Trade of a commodity from some regions to others, home trade too."""
        net, c = self.net, self.net.commodities.index(commodity)
        of = net.node_commodity[net.links.dst] == c
        src, dst = net.node_region[net.links.src], net.node_region[net.links.dst]
        return np.flatnonzero(of & np.isin(src, self.regions(sellers)) & np.isin(dst, self.regions(buyers)))

    def abroad(self, policy: OnTrade) -> Touched:
        links, region = self.links(policy.commodity, policy.source, policy.to), self.net.node_region
        return Touched(links[region[self.net.links.src[links]] != region[self.net.links.dst[links]]])

    def buyers(self, commodity: str, names: Sequence[str]) -> Ints:
        """Nodes of a commodity in some regions that buy it."""
        return np.unique(self.net.links.dst[self.links(commodity, ("all",), names)])

    def users(self, policy: AtUsers) -> Touched:
        net, at = self.net, self.net.users.node
        here = np.isin(net.node_region[at], self.regions(policy.region)) & (
            net.node_commodity[at] == net.commodities.index(policy.commodity)
        )
        named = np.array([policy.sector is None or s in policy.sector for s in net.users.sector], dtype=bool)
        return Touched(users=np.flatnonzero(here & named & (net.users.feeds < 0)))


Piece = tuple[str, Touched, ShockFacts]


def _compiled(part: _Part, policy: Measure, number: int, shocks: Sequence[ShockPlan]) -> Iterator[Piece]:
    """What a policy consists of: kind, what it touches, its course."""
    match policy:
        case HomeTariff():
            yield "tariff", part.abroad(policy), part.facts(policy, ("rate", policy.rate))
        case ImportQuota():
            yield "import_quota", part.abroad(policy), part.facts(policy, ("quota", policy.quota))
        case ExportControl():
            yield "export_control", part.abroad(policy), part.facts(policy, ("leakage", policy.leakage))
        case SupplierQualification():
            links = part.abroad(policy).links
            new = Touched(links[part.net.links.qualify_steps[links] > 0])
            facts = replace(part.facts(policy, ("none", 0.0)), extra=part.entry("time", policy.time), is_extra_time=True)
            yield "supplier_qualification", new, facts
        case BeyondPrice():
            trusted = Touched(part.links(policy.commodity, policy.trusted, policy.region))
            yield "beyond_price", trusted, part.facts(policy, ("weight", policy.weight))
        case SingleSourceCap():
            yield "single_source_cap", Touched(buyers=part.buyers(policy.commodity, policy.region)), part.facts(policy, ("cap", policy.cap))
        case JointProcurement():
            touched = Touched(part.links(policy.commodity, ("all",), policy.members), buyers=part.buyers(policy.commodity, policy.members))
            yield "joint_procurement", touched, part.facts(policy, ("discipline", policy.discipline))
        case EarlyWarning():
            yield from _warnings(part, policy, shocks)
        case CapacityProject():
            yield _project(part, policy)
        case Recycling():
            facts = replace(
                part.facts(policy, ("collection", policy.collection)),
                extra=part.entry("recovery", policy.recovery),
                life=(part.entry("life", policy.life), part.entry("life_sd", policy.life_sd)),
            )
            yield "recycling", Touched(buyers=part.buyers(policy.commodity, policy.region)), facts
        case Substitution():
            facts = replace(
                part.facts(policy, ("share", policy.share)),
                extra=part.entry("time", policy.time),
                is_extra_time=True,
                trigger=part.entry("price", policy.price),
            )
            yield "substitution", _changing(part, policy), facts
        case DemandReduction():
            yield "demand_reduction", part.users(policy), part.facts(policy, ("size", policy.size))
        case AdvancedMaterials():
            delay = Build(mean=part.entry("research", policy.research), stages=0, slip=part.entry("none", 1.0))
            facts = replace(part.facts(policy, ("saving", policy.saving)), build=delay)
            yield "demand_reduction", part.users(policy), facts


def _changing(part: _Part, policy: Substitution) -> Touched:
    """Users who may change, and for each the user by which the other material is wanted."""
    net, users = part.net, part.users(policy).users
    users = users[np.array([net.users.sector[u] != part.name for u in users], dtype=bool)]
    other = -1 if policy.to is None else net.commodities.index(policy.to)
    at = net.users.node
    to = {
        int(net.node_region[at[u]]): u for u, name in enumerate(net.users.sector) if (name, net.node_commodity[at[u]]) == (part.name, other)
    }
    instead = [to.get(int(net.node_region[at[u]]), -1) for u in users]
    return Touched(users=users, instead=np.array(instead, dtype=np.intp))


def _warnings(part: _Part, policy: EarlyWarning, shocks: Sequence[ShockPlan]) -> Iterator[Piece]:
    """One a restriction that strikes the members, and false alarms."""
    buyers, facts = part.buyers(policy.commodity, policy.region), part.facts(policy, ("none", 0.0))
    for i, shock in enumerate(shocks):
        if shock.kind in RESTRICTIONS and shock.commodity == policy.commodity:
            links = shock.links[np.isin(part.net.links.dst[shock.links], buyers)]
            after = After(shock=i, probability=part.entry(f"detection.{shock.name}", policy.detection), delay=part.entry("none", 0.0))
            seen = replace(facts, start=None, after=after, notice=part.entry("notice", policy.notice))
            if len(links):
                yield f"early_warning:{shock.name}", Touched(links, buyers=np.unique(part.net.links.dst[links])), seen
    if policy.false_alarms is not None:
        rate, alarm = part.entry("false_alarms", policy.false_alarms), part.entry("alarm", policy.alarm)
        yield "early_warning:false-alarms", Touched(buyers=buyers), replace(facts, start=None, rate=rate, duration=alarm)


def _project(part: _Part, policy: CapacityProject) -> Piece:
    """New works, and the trade over which buyers have agreed to take their output."""
    net = part.net
    node = net.commodities.index(policy.commodity) * len(net.regions) + net.regions.index(policy.region)
    makes = bool(np.isin(node, net.links.src))
    links = [part.links(policy.commodity, (policy.region,), (buyer,)) for buyer in policy.offtake]
    shares = [np.full(len(found), share) for found, share in zip(links, policy.offtake.values(), strict=True)]
    touched = Touched(
        links=np.concatenate([*links, Touched().links]).astype(np.intp),
        nodes=np.array([node] if makes else [], dtype=np.intp),
        parts=np.concatenate([*shares, Touched().parts]),
    )
    build = Build(mean=part.entry("build", policy.build), stages=policy.stages, slip=part.entry("slip", policy.slip))
    return "capacity_project", touched, replace(part.facts(policy, ("capacity", policy.capacity)), build=build, is_size_rate=True)


def _counter(part: _Part, policy: ExportControl, parent: int) -> Compiled:
    """The other side's answer: a ban that follows the control."""
    counter = policy.counter
    assert counter is not None
    touched = part.abroad(policy.model_copy(update={"commodity": counter.commodity, "source": policy.to, "to": policy.source}))
    if touched.is_empty:
        what = f"the answer strikes nothing: there is no trade in {counter.commodity} between these"
        got = f"{', '.join(policy.to)} to {', '.join(policy.source)}"
        raise ScenarioError(part.scenario.problem(("policies", part.name, "counter", "commodity"), what, got, "Name what they sell."))
    after = After(
        shock=parent, probability=part.entry("counter.probability", counter.probability), delay=part.entry("counter.delay", counter.delay)
    )
    facts = replace(
        part.facts(policy, ("counter.leakage", counter.leakage)),
        start=None,
        end=None,
        after=after,
        duration=None if counter.duration is None else part.entry("counter.duration", counter.duration),
        recovery=part.entry("none", 0.0),
        processing=None,
        approval=None,
        probability=part.entry("counter.sure", 1.0),
        cost=None,
    )
    plan = replace(part.plan("export_ban", counter.commodity, touched), name=f"{part.name}-counter", is_policy=False, payer=-1)
    return plan, facts


def _nothing(part: _Part, policy: Measure) -> Problem:
    match policy:
        case SupplierQualification():
            key, got = "from", f"{', '.join(policy.source)} to {', '.join(policy.to)}"
            what, remedy = "there is no seller to approve between these", "Name trade that the network marks with qualify."
        case OnTrade():
            key, got = "from", f"{', '.join(policy.source)} to {', '.join(policy.to)}"
            what, remedy = f"there is no trade in {policy.commodity} between these", "Name regions that trade it."
        case EarlyWarning():
            key, got = "region", ", ".join(policy.region)
            what = f"no ban, quota or licence on {policy.commodity} strikes these"
            remedy = "Name buyers that a shock strikes, or give false_alarms."
        case CapacityProject():
            key, got, what, remedy = "region", policy.region, f"nobody uses {policy.commodity}", "Name a commodity with users."
        case AtUsers():
            key, got = "region", ", ".join(policy.region)
            what, remedy = f"no such sector there uses {policy.commodity}", "Name a region and a sector that use it."
        case BeyondPrice():
            key, got = "trusted", ", ".join(policy.trusted)
            what, remedy = f"they sell no {policy.commodity} to these buyers", "Name sellers that these buyers buy from."
        case _:
            names = policy.members if isinstance(policy, JointProcurement) else getattr(policy, "region", ())
            key, got = "members" if isinstance(policy, JointProcurement) else "region", ", ".join(names)
            what, remedy = f"nobody there buys {policy.commodity}", "Name regions that use it."
    return part.scenario.problem(("policies", part.name, key), f"the policy touches nothing: {what}", got, remedy)
