"""Policies with a course of their own, put to a case by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import inf

import numpy as np

from sim.model.world import Costs, Events, Scrap, ShockPlan
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
    trigger: float = 1.0
    instead: str = ""
    """Commodity to which the users of `buyers` change; none if empty."""
    ratio: float = 1.0
    life: float = 0.0
    """Of what is recycled, steps; nothing was used before the clock."""
    upfront: float = 0.0
    begun: float = 0.0
    per_step: float = 0.0
    per_tonne: float = 0.0
    """USD."""
    name: str = "policy"


def with_policies(case: Case, *policies: Policy) -> Case:
    """The same case with policies after its shocks."""
    old = case.network
    names = tuple(sorted({*old.payers, *(policy.name for policy in policies)}))
    payer = [names.index(name) for name in old.payers]
    network = replace(
        old,
        payers=names,
        floor_payer=np.array([payer[p] if p >= 0 else -1 for p in old.floor_payer]),
        stores=replace(old.stores, payer=tuple(payer[p] for p in old.stores.payer)),
    )
    plans = tuple(replace(_plan(case, policy), payer=names.index(policy.name)) for policy in policies)
    budget = np.full((len(names), 1), inf)
    budget[payer] = case.world.floor_budget
    world = replace(
        case.world,
        floor_budget=budget,
        events=(*case.world.events, *(_events(policy) for policy in policies)),
        costs=_costs(case.world.costs, policies),
        scrap=tuple(_scrap(case, policy, len(old.shocks) + i, plans[i]) for i, policy in enumerate(policies) if policy.kind == "recycling"),
    )
    return Case(replace(network, shocks=(*old.shocks, *plans)), world)


def _costs(shocks: Costs, policies: Sequence[Policy]) -> Costs:
    stated = {
        f: np.array([[getattr(policy, f)] for policy in policies]).reshape(-1, 1) for f in ("upfront", "begun", "per_step", "per_tonne")
    }
    return Costs(**{name: np.concatenate([getattr(shocks, name), rows]) for name, rows in stated.items()})


def _scrap(case: Case, policy: Policy, number: int, plan: ShockPlan) -> Scrap:
    n_step = case.network.n_step
    age = np.arange(n_step + 1.0)
    until = age + 0.5 >= policy.life
    weight = np.where(age > 1.0, until & (age - 0.5 < policy.life), until & (age > 0.0))
    return Scrap(number, weight.astype(np.float64)[:, None], np.zeros((n_step, len(plan.buyers), 1)))


def _plan(case: Case, policy: Policy) -> ShockPlan:
    net = case.network
    bought = np.isin(np.arange(net.n_node), net.links.dst)
    here = _nodes(case, policy, policy.buyers)
    project, saves = policy.kind == "capacity_project", policy.kind in {"demand_reduction", "substitution"}
    buying = policy.kind in {"single_source_cap", "joint_procurement", "early_warning", "recycling"}
    false_alarm = policy.kind == "early_warning" and policy.sellers == ()
    no_links = saves or false_alarm or policy.kind in {"single_source_cap", "recycling"}
    links = [] if no_links else [i for i in range(len(net.links.src)) if _concerns(case, policy, i)]
    users = np.flatnonzero(np.isin(net.users.node, here) & (net.users.feeds < 0)) if saves else np.array([], dtype=np.intp)
    return ShockPlan(
        name=policy.name,
        kind=policy.kind,
        links=np.array(links, dtype=np.intp),
        nodes=_nodes(case, policy, policy.sellers) if project else np.array([], dtype=np.intp),
        users=users,
        instead=np.array([_other(case, policy, int(u)) for u in users], dtype=np.intp),
        ratio=policy.ratio,
        buyers=here[bought[here]] if buying else np.array([], dtype=np.intp),
        parts=np.array([policy.offtake[_region(case, net.links.dst[i])] for i in links]) if project else np.zeros(0),
        commodity=policy.commodity,
        is_policy=True,
    )


def _other(case: Case, policy: Policy, user: int) -> int:
    # The first user of the other material in the same region.
    if not policy.instead:
        return -1
    return int(np.flatnonzero(case.network.users.node == case.node(policy.instead, _region(case, case.network.users.node[user])))[0])


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
        "trigger": policy.trigger,
    }
    return Events(**{name: np.array([[value]]) for name, value in instants.items()})
