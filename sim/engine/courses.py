"""What policies that change use and recycling remember from step to step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.model.world import Floats, Ints, Network, World


@dataclass(frozen=True)
class InUse:
    """Products in use under a recycling policy."""

    nodes: Ints
    """Nodes concerned."""
    weight: Floats
    """Part of what was consumed that comes out of use so many steps later, [step, run]."""
    before: Floats
    """What comes out of use of that consumed before the clock, t, [step, node, run]."""
    past: Floats
    """Final consumption so far, t, [step, node, run]."""
    processors: list[list[tuple[int, int]]]
    """(user, maker fed) of the processors at each node: what they take in is not used up there."""


@dataclass(frozen=True)
class Swap:
    """Users who may change to another material."""

    users: Ints
    nodes: Ints
    """Node of each of the users."""
    threshold: Floats
    """Logarithm of the price from which they change, [1, run]."""
    pace: Floats
    """Part of the way made in a step, [1, run]."""
    changed: Floats
    """How far they have changed, 0 to 1, [user, run]."""
    moved: Floats
    """What they leave to others in the step, t, [user, run]."""
    instead: list[tuple[int, int]]
    """(number among the users, user that wants more of the other material)."""
    ratio: float
    """Tonnes of the other material per tonne left."""


def in_use(net: Network, world: World, feeds: list[tuple[int, int]]) -> list[InUse]:
    """Products in use under each recycling policy; feeds: (user, maker fed) of every processor."""
    found = []
    for scrap in world.scrap:
        nodes = net.shocks[scrap.shock].buyers
        at = [[(u, made) for u, made in feeds if net.users.node[u] == n] for n in nodes]
        past = np.zeros((net.n_step, len(nodes), world.n_run))
        found.append(InUse(nodes, scrap.weight, scrap.before, past, at))
    return found


def swaps(net: Network, world: World) -> list[Swap]:
    """Users under each policy of substitution."""
    found = []
    for plan, events in zip(net.shocks, world.events, strict=True):
        if plan.kind != "substitution":
            continue
        shape = (len(plan.users), world.n_run)
        with np.errstate(divide="ignore"):
            pace = np.where(events.extra[:1] > 0.0, -np.expm1(-1.0 / np.maximum(events.extra[:1], 1e-300)), 1.0)
        found.append(
            Swap(
                users=plan.users,
                nodes=net.users.node[plan.users],
                threshold=np.log(events.trigger[:1]),
                pace=pace,
                changed=np.zeros(shape),
                moved=np.zeros(shape),
                instead=[(row, int(to)) for row, to in enumerate(plan.instead) if to >= 0],
                ratio=plan.ratio,
            )
        )
    return found
