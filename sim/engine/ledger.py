"""Matter: what came in less what went out must equal what is there."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.engine.room import Room
from sim.model.world import Floats, Ints

TOLERANCE = 1e-9
"""Part of what passed through that may be lost to rounding."""
LEAST_T = 1e-12
"""Tonnes too small to matter in any network."""


class Breach(NamedTuple):
    """Matter made or lost."""

    place: str
    """Commodity, or commodity and region."""
    run: int
    """Number of the run in its batch."""
    gap_t: float
    """Tonnes too many; negative if lost."""
    scale_t: float
    """Tonnes there and passed through."""


class Ledger:
    """Output, consumption and stocks of a whole batch, compared once at the end."""

    def __init__(self, room: Room) -> None:
        self.made, self.consumed = np.zeros(room.state.finished.shape), np.zeros(room.state.on_hand.shape)
        self.more = np.zeros_like(room.more)
        self.opening = _stock(room)

    def count(self, room: Room, k: int) -> None:
        """Add this step's output and consumption."""
        np.add(self.made, room.flows.made, out=self.made)
        np.add(self.consumed, room.flows.consumed, out=self.consumed)
        if room.recycles:
            np.add(self.more, room.more, out=self.more)

    def breach(self, room: Room) -> Breach | None:
        """The worst commodity and run in which the stocks at the end are not what they should be, goods afloat counted one by one."""
        net = room.plan.net
        recycled = room.world.recycled * room.next_step
        if room.recycles:
            recycled = recycled + self.more
        gained = _add(_by_commodity(room, recycled - self.consumed), net.node_commodity[room.plan.makers], self.made)
        return _worst(_stock(room) - self.opening - gained, self.opening + _by_commodity(room, self.consumed), net.commodities)


class Watch:
    """The same, node by node after every step: slow, used only to name the node and the step of a breach."""

    def __init__(self) -> None:
        self.before: tuple[Floats, Floats] | None = None
        self.bought: Floats | None = None
        self.found: tuple[int, Breach] | None = None

    def count(self, room: Room, k: int) -> None:
        """Compare users' and producers' stocks with what moved in step k."""
        s, f, p = room.state, room.flows, room.plan
        if self.before is not None and self.found is None:
            shape = s.on_hand.shape
            stores = np.zeros(shape)
            np.add.at(stores, p.net.stores.member_node, f.released - f.filled)
            came = p.by_dst.sum(room.arrived, np.empty(shape)) + room.world.recycled + stores + (room.more if room.recycles else 0.0)
            went = p.by_src.sum(f.shipped, np.empty(s.finished.shape))
            went = _by_node(room, went)
            went[p.makers[p.floors]] += s.bought - (0.0 if self.bought is None else self.bought)
            made, finished = _by_node(room, f.made), _by_node(room, s.finished)
            gap = (s.on_hand - self.before[0] - came + f.consumed) + (finished - self.before[1] - made + went)
            worst = _worst(gap, sum(self.before) + came + made, _node_names(room))
            self.found = (k, worst) if worst else None
        self.before, self.bought = (s.on_hand.copy(), _by_node(room, s.finished)), s.bought.copy()


def _worst(gap: Floats, scale: Floats, names: tuple[str, ...]) -> Breach | None:
    bad = np.abs(gap) - TOLERANCE * scale - LEAST_T
    row, run = np.unravel_index(int(np.argmax(bad)), bad.shape)
    if bad[row, run] <= 0:  # false for NaN, which is a breach too
        return None
    return Breach(names[row], int(run), float(gap[row, run]), float(scale[row, run]))


def _node_names(room: Room) -> tuple[str, ...]:
    net = room.plan.net
    return tuple(f"{net.commodities[c]}.{net.regions[r]}" for c, r in zip(net.node_commodity, net.node_region, strict=True))


def _by_node(room: Room, by_maker: Floats) -> Floats:
    out = np.zeros((room.plan.net.n_node, by_maker.shape[1]))
    out[room.plan.makers] = by_maker
    return out


def _by_commodity(room: Room, by_node: Floats) -> Floats:
    return _add(np.zeros((len(room.plan.net.commodities), room.world.n_run)), room.plan.net.node_commodity, by_node)


def _add(total: Floats, rows: Ints, values: Floats) -> Floats:
    np.add.at(total, rows, values)
    return total


def _stock(room: Room) -> Floats:
    """All tonnes in the system, [commodity, run]."""
    net, s, plan = room.plan.net, room.state, room.plan
    ago = (room.next_step - 1 - np.arange(plan.n_slot)[:, None]) % plan.n_slot + 1
    owed = np.clip(plan.lead_whole + plan.lead_rest[:, 0] - ago + 1.0, 0.0, 1.0)
    afloat = (s.pipeline.reshape(plan.n_slot, -1, room.world.n_run) * owed[:, :, None]).sum(0)
    total = _by_commodity(room, s.on_hand)
    _add(total, net.node_commodity[plan.makers], s.finished)
    _add(total, net.node_commodity[net.links.dst], afloat)
    _add(total, net.node_commodity[net.links.dst[plan.routes]], s.late.sum(0))
    _add(total, net.node_commodity[plan.makers[plan.floors]], s.bought)
    return _add(total, net.node_commodity[net.stores.member_node], s.held)
