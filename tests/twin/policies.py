"""Policies with a course of their own, put to a case by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from sim.model.world import Events, ShockPlan
from tests.twin.worlds import Case

HOME_TOO = frozenset({"beyond_price", "joint_procurement", "capacity_project"})
"""Kinds that concern trade within a region too."""


@dataclass(frozen=True)
class Policy:
    """A policy with one event; instants in steps. It is in full force `ramp` steps after its start."""

    kind: str
    commodity: str
    sellers: Sequence[str] | None = None
    """Of the links concerned; None: all. Of a project, where it stands."""
    buyers: Sequence[str] | None = None
    """Of the links concerned, or whose users are; None: all."""
    start: float = 0.0
    ramp: float = 0.0
    end: float = inf
    size: float = 0.0
    extra: float = 0.0
    announced: float | None = None
    rush: float | None = None
    offtake: Mapping[str, float] = field(default_factory=dict)
    """Of a project: part of its output by buyer."""
    name: str = "policy"


def with_policies(case: Case, *policies: Policy) -> Case:
    """The same case with policies after its shocks."""
    plans = tuple(_plan(case, policy) for policy in policies)
    events = tuple(_events(policy) for policy in policies)
    network = replace(case.network, shocks=(*case.network.shocks, *plans))
    return Case(network, replace(case.world, events=(*case.world.events, *events)))


def _plan(case: Case, policy: Policy) -> ShockPlan:
    net = case.network
    bought = np.isin(np.arange(net.n_node), net.links.dst)
    here = _nodes(case, policy, policy.buyers)
    project, saves = policy.kind == "capacity_project", policy.kind == "demand_reduction"
    buying = policy.kind in {"single_source_cap", "joint_procurement", "early_warning"}
    false_alarm = policy.kind == "early_warning" and policy.sellers == ()
    no_links = saves or false_alarm or policy.kind == "single_source_cap"
    links = [] if no_links else [i for i in range(len(net.links.src)) if _concerns(case, policy, i)]
    return ShockPlan(
        name=policy.name,
        kind=policy.kind,
        links=np.array(links, dtype=np.intp),
        nodes=_nodes(case, policy, policy.sellers) if project else np.array([], dtype=np.intp),
        users=np.flatnonzero(np.isin(net.users.node, here) & (net.users.feeds < 0)) if saves else np.array([], dtype=np.intp),
        buyers=here[bought[here]] if buying else np.array([], dtype=np.intp),
        parts=np.array([policy.offtake[_region(case, net.links.dst[i])] for i in links]) if project else np.zeros(0),
        commodity=policy.commodity,
        is_policy=True,
    )


def _nodes(case: Case, policy: Policy, regions: Sequence[str] | None) -> np.ndarray:
    net = case.network
    of = net.node_commodity == net.commodities.index(policy.commodity)
    named = [regions is None or region in regions for region in (net.regions[r] for r in net.node_region)]
    return np.flatnonzero(of & np.array(named))


def _concerns(case: Case, policy: Policy, i: int) -> bool:
    links = case.network.links
    seller, buyer = _region(case, links.src[i]), _region(case, links.dst[i])
    if links.src[i] not in _nodes(case, policy, policy.sellers) or links.dst[i] not in _nodes(case, policy, policy.buyers):
        return False
    if policy.kind == "capacity_project" and buyer not in policy.offtake:
        return False
    if policy.kind == "supplier_qualification" and links.qualify_steps[i] <= 0.0:
        return False
    return seller != buyer or policy.kind in HOME_TOO


def _region(case: Case, node: int) -> str:
    return case.network.regions[case.network.node_region[node]]


def _events(policy: Policy) -> Events:
    ramp_end = min(policy.start + policy.ramp, policy.end)
    done = (ramp_end - policy.start) / policy.ramp if policy.ramp > 0.0 else 1.0
    announced = policy.start if policy.announced is None else policy.announced
    instants = {
        "announced": announced,
        "rush": policy.start if policy.rush is None else policy.rush,
        "start": policy.start,
        "full_end": policy.start,
        "ramp_end": ramp_end,
        "end": policy.end,
        "after": 1.0 - done,
        "size": policy.size,
        "extra": policy.extra,
    }
    return Events(**{name: np.array([[value]]) for name, value in instants.items()})
