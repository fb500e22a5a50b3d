"""Networks whose nodes order up to fixed levels, and final demand that is drawn step by step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from sim.errors import ScenarioError
from sim.model.model import EachStep
from sim.model.world import Network, Users
from sim.scenario import Scenario
from sim.scenario.network import Demand, NodeSpec

Name = tuple[str, str]
"""Commodity and region of a node."""


def with_levels(scenario: Scenario, net: Network, nodes: Mapping[Name, NodeSpec]) -> Network:
    """The network with its stock policy, where its nodes state one.

    Arguments:
        scenario: as written.
        net: structure.
        nodes: as written, by commodity and region, in the order of the network's.

    Raises:
        ScenarioError: some nodes with users state a level and others do not, or a node's stock serves several ends.
    """
    names = list(nodes)
    stated = {n for n, name in enumerate(names) if nodes[name].order_up_to is not None}
    if not stated:
        return net
    used = set(net.users.node.tolist())
    problems = []
    for n in sorted(used | stated):
        path = ("network", "nodes", ".".join(names[n]), "order_up_to")
        if n not in stated:
            other, remedy = ".".join(names[min(stated)]), "Give it a level too, or take it from all nodes."
            problems.append(scenario.problem(path[:-1], f"has users but no order_up_to, which {other} has", None, remedy))
        elif n not in used:
            problems.append(scenario.problem(path, "nobody uses it there, so nothing is ordered", None, "Remove order_up_to."))
        elif len(here := np.flatnonzero(net.users.node == n)) > 1 and (net.users.feeds[here] >= 0).any():
            what, got = "a level for a stock that serves several ends", ", ".join(net.users.sector[u] for u in here)
            remedy = "Let one commodity be made from it there, or final users alone draw on it."
            problems.append(scenario.problem(path, what, got, remedy))
    if problems:
        raise ScenarioError(*problems)
    waiting = [n for n, name in enumerate(names) if nodes[name].unmet == "backordered"]
    return replace(net, up_to_level=True, backordered=np.array(waiting, dtype=np.intp))


def each_step(users: Users, names: Sequence[Name], demand: Mapping[Name, Mapping[str, Demand]]) -> Iterator[EachStep]:
    """Final users whose demand is drawn in each step, in stored order.

    Arguments:
        users: who draws on which node.
        names: of the nodes.
        demand: by node and sector, as written.
    """
    for u, n in enumerate(users.node):
        stated = demand[names[n]].get(users.sector[u])
        if users.feeds[u] < 0 and stated is not None and stated.each_step is not None:
            law, place = stated.each_step, ".".join(names[n])
            size = law.sd if law.kind == "normal" else law.lot
            yield EachStep(u, f"{place}.demand.{users.sector[u]}.each_step", law.kind, 1.0 if size is None else size)
