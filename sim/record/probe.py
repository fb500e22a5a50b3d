"""Series of single places kept run by run, step by step: what past observations are held against."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from sim.model.world import Floats, Ints

if TYPE_CHECKING:
    from sim.engine.room import Room


class Probe(NamedTuple):
    """What to keep: one of READINGS, summed over rows."""

    reading: str
    rows: tuple[int, ...]
    """Nodes; links for `shipped` and `arrived`."""


class Probes:
    """Readings of one batch, [step, run] each."""

    def __init__(self, probes: Sequence[Probe], n_step: int, n_run: int) -> None:
        self.kept = {probe: np.empty((n_step, n_run)) for probe in probes}

    def count(self, room: Room, k: int) -> None:
        """Keep step k."""
        for probe, values in self.kept.items():
            values[k] = READINGS[probe.reading](room, np.array(probe.rows, dtype=np.intp))


def _of_makers(values: Callable[[Room], Floats]) -> Callable[[Room, Ints], Floats]:
    def read(room: Room, nodes: Ints) -> Floats:
        makers = room.plan.makers
        return values(room)[np.searchsorted(makers, nodes[np.isin(nodes, makers)])].sum(axis=0)

    return read


def _stored(room: Room, nodes: Ints) -> Floats:
    members = np.isin(room.plan.net.stores.member_node, nodes)
    return room.state.held[members].sum(axis=0)


READINGS: dict[str, Callable[[Room, Ints], Floats]] = {
    "price": lambda room, nodes: np.exp(room.market.price[nodes]).sum(axis=0),
    "origin_price": _of_makers(lambda room: np.exp(room.market.origin)),
    "use": lambda room, nodes: room.flows.served[nodes].sum(axis=0),
    "wanted": lambda room, nodes: room.flows.wanted[nodes].sum(axis=0),
    "stock": lambda room, nodes: room.state.on_hand[nodes].sum(axis=0),
    "storage": lambda room, nodes: np.broadcast_to(room.world.storage_t, room.state.on_hand.shape)[nodes].sum(axis=0),
    "store": _stored,
    "production": _of_makers(lambda room: room.flows.made),
    "shipped": lambda room, links: room.flows.shipped[links].sum(axis=0),
    "arrived": lambda room, links: room.arrived[links].sum(axis=0),
}
"""How each is read after a step: prices as multiples of rest, tonnes, or t in the step."""
