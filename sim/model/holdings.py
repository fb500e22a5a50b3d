"""Strategic stockpiles and guaranteed prices: whom they serve, and their numbers as written."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from sim.errors import ScenarioError
from sim.model.model import Entry, StoreFacts
from sim.model.strikes import regions_of, stands_still
from sim.model.world import Ints, Network, Stores
from sim.scenario import Scenario
from sim.scenario.policy import PriceFloor, Stockpile
from sim.units import instant

Kind = TypeVar("Kind", Stockpile, PriceFloor)


def compile_stores(scenario: Scenario, net: Network) -> tuple[Stores, tuple[StoreFacts, ...]]:
    """One store a pooled policy, else one a holder; in the order of their names.

    Raises:
        ScenarioError: no holder uses the commodity.
    """
    used = set(net.users.node.tolist())
    names: list[str] = []
    members: list[tuple[int, int]] = []
    facts: list[StoreFacts] = []
    sharing: list[str] = []
    payer: list[int] = []
    for name, policy in _of_kind(scenario, Stockpile):
        commodity = net.commodities.index(policy.commodity)
        regions = [net.regions.index(r) for r in scenario.regions_of(policy.holders)]
        nodes = [n for n in (commodity * len(net.regions) + r for r in regions) if n in used]
        if not nodes:
            what = f"the stockpile serves nobody: no holder uses {policy.commodity}"
            got, remedy = ", ".join(policy.holders), "Name regions that use it."
            raise ScenarioError(scenario.problem(("policies", name, "holders"), what, got, remedy))
        for group in [nodes] if policy.pooled else [[n] for n in nodes]:
            members += [(len(names), n) for n in group]
            here = [net.regions[net.node_region[n]] for n in group]
            names.append(name if policy.pooled else f"{name}.{here[0]}")
            facts.append(_store_facts(scenario, name, policy, here))
            sharing.append(policy.sharing)
            payer.append(net.payers.index(name))
    stores = Stores(
        name=tuple(names),
        member_store=np.array([s for s, _ in members], dtype=np.intp),
        member_node=np.array([n for _, n in members], dtype=np.intp),
        sharing=tuple(sharing),
        payer=tuple(payer),
    )
    return stores, tuple(facts)


def _of_kind(scenario: Scenario, kind: type[Kind]) -> list[tuple[str, Kind]]:
    return [(name, policy) for name, policy in sorted(scenario.policies.items()) if isinstance(policy, kind)]


def _store_facts(scenario: Scenario, name: str, policy: Stockpile, members: list[str]) -> StoreFacts:
    origin = instant(scenario.clock.start)

    def entry(field: str) -> Entry:
        return Entry(f"policies.{name}.{field}", getattr(policy, field))

    leaving = {region: instant(day) - origin for region, day in policy.leaving.items()}
    return StoreFacts(
        target=entry("target"),
        fill=entry("fill"),
        initial=entry("initial"),
        trigger=policy.release.when,
        at_most=Entry(f"policies.{name}.release.at_most", policy.release.at_most),
        start=0.0 if policy.start is None else instant(policy.start) - origin,
        reserve=entry("reserve"),
        rate=None if policy.rate is None else entry("rate"),
        budget=None if policy.budget is None else entry("budget"),
        holding=entry("holding"),
        rotation=entry("rotation"),
        rotation_loss=entry("rotation_loss"),
        leave=tuple(leaving.get(region, math.inf) for region in members),
    )


def compile_floors(scenario: Scenario, net: Network) -> tuple[tuple[Entry, ...], Ints]:
    """Guaranteed price of every node's producers, and the policy that guarantees it; where several do, the last by name.

    Raises:
        ScenarioError: nobody there makes the commodity.
    """
    floors, payer = [Entry("policies.none", 0.0)] * net.n_node, np.full(net.n_node, -1, dtype=np.intp)
    for name, policy in _of_kind(scenario, PriceFloor):
        if not net.prices:
            raise ScenarioError(stands_still(scenario, ("policies", name, "kind"), policy.kind))
        commodity = net.commodities.index(policy.commodity)
        here = regions_of(scenario, net, policy.region)
        nodes = [n for n in np.unique(net.links.src) if net.node_commodity[n] == commodity and net.node_region[n] in here]
        if not nodes:
            what = f"the price floor helps nobody: nobody there makes {policy.commodity}"
            problem = scenario.problem(("policies", name, "region"), what, ", ".join(policy.region), "Name a region that produces it.")
            raise ScenarioError(problem)
        for n in nodes:
            floors[n], payer[n] = Entry(f"policies.{name}.level", policy.level), net.payers.index(name)
    return tuple(floors), payer


def check_budgets(scenario: Scenario, net: Network, price: Sequence[Entry | None]) -> None:
    """Money buys nothing where no price is known.

    Arguments:
        scenario: as written.
        net: structure.
        price: of every node's commodity at rest, where stated, [node].

    Raises:
        ScenarioError: a budget for a commodity without a price.
    """
    problems = []
    for name, policy in sorted(scenario.policies.items()):
        if not isinstance(policy, Stockpile | PriceFloor) or policy.budget is None:
            continue
        if price[net.commodities.index(policy.commodity) * len(net.regions)] is None:
            what = f"a budget, but no price at rest of {policy.commodity} is known"
            remedy = f"State it: network: {{commodities: {{{policy.commodity}: {{price: 100 USD/kg}}}}}}, or take the budget out."
            problems.append(scenario.problem(("policies", name, "budget"), what, None, remedy))
    if problems:
        raise ScenarioError(*problems)


def floor_budgets(scenario: Scenario) -> tuple[Entry | None, ...]:
    """Money for guaranteed prices, None where it has no limit or the policy is of another kind, [policy]."""
    policies = sorted(scenario.policies.items())
    return tuple(
        Entry(f"policies.{name}.budget", policy.budget) if isinstance(policy, PriceFloor) and policy.budget is not None else None
        for name, policy in policies
    )
