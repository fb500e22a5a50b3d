"""On whom a buyer depends: its purchases at rest, and what stands behind them along the chain."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.model.world import Network, World


@dataclass(frozen=True)
class Rest:
    """A world at rest by name; all amounts t per step, keys (commodity, region). The flows are those a simulation starts from."""

    bought: Mapping[tuple[str, str], Mapping[str, float]]
    """Purchases by seller, home included, secondary supply left out; empty where nothing is bought."""
    inputs: Mapping[tuple[str, str], tuple[str, ...]]
    """Commodities a maker needs."""
    use: Mapping[tuple[str, str], float]
    production: Mapping[tuple[str, str], float]
    recycled: Mapping[tuple[str, str], float]


def at_rest(net: Network, world: World) -> Rest:
    """Purchases, use and supply of the first run of a world.

    Arguments:
        net: structure.
        world: numbers, [axis, run].
    """
    names = [(net.commodities[c], net.regions[r]) for c, r in zip(net.node_commodity, net.node_region, strict=True)]
    bought: dict[tuple[str, str], dict[str, float]] = {name: {} for name in names}
    for src, dst, amount in zip(net.links.src, net.links.dst, world.base_flow[:, 0], strict=True):
        if amount > 0:
            bought[names[dst]][names[src][1]] = float(amount)
    users = net.users
    processed = users.t_per_t * np.where(users.feeds >= 0, world.production[users.feeds, 0], 0.0)
    wanted = np.where(users.feeds >= 0, processed, world.demand[:, 0])
    use, inputs = dict.fromkeys(names, 0.0), {name: tuple[str, ...]() for name in names}
    for node, feeds, amount in zip(users.node, users.feeds, wanted, strict=True):
        use[names[node]] += float(amount)
        if feeds >= 0:
            inputs[names[feeds]] += (names[node][0],)
    made, again = (np.broadcast_to(x, (len(names), x.shape[1]))[:, 0] for x in (world.production, world.recycled))
    return Rest(
        bought=bought,
        inputs=inputs,
        use=use,
        production={name: float(amount) for name, amount in zip(names, made, strict=True)},
        recycled={name: float(amount) for name, amount in zip(names, again, strict=True)},
    )


def direct(rest: Rest, commodity: str, buyer: str, origin: str) -> float:
    """Share of a buyer's purchases made in an origin, 0 to 1; NaN where it buys nothing.

    Arguments:
        rest: the flows.
        commodity: what is bought.
        buyer: region.
        origin: region.
    """
    bought = rest.bought.get((commodity, buyer), {})
    total = sum(bought.values())
    return bought.get(origin, 0.0) / total if total > 0 else math.nan


def through_chain(rest: Rest, commodity: str, buyer: str, origin: str) -> float:
    """Share of a buyer's purchases that stops if the origin stops at every stage, 0 to 1; NaN where it buys nothing.

    `D(c, b) = sum_s share(c, s, b) [1 if s is the origin, else max over inputs i of s of D(i, s)]`: every input is needed, so the
    scarcest decides (Leontief). Never below `direct`. Stocks, recycling and other sellers are not called upon.

    Arguments:
        rest: the flows; recipes hold no circle.
        commodity: what is bought.
        buyer: region.
        origin: region.
    """
    bought = rest.bought.get((commodity, buyer), {})
    total = sum(bought.values())
    if total <= 0:
        return math.nan
    return sum(amount / total * _of_maker(rest, commodity, seller, origin) for seller, amount in bought.items())


def _of_maker(rest: Rest, commodity: str, maker: str, origin: str) -> float:
    """Part of a maker's output that the origin carries."""
    if maker == origin:
        return 1.0
    behind = (through_chain(rest, needed, maker, origin) for needed in rest.inputs.get((commodity, maker), ()))
    return max((part for part in behind if not math.isnan(part)), default=0.0)
