"""A batch's arrays laid before the compiled passes; what these do not cover is left to NumPy's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.engine import market, trade
from sim.engine.fast import again, kernels, links
from sim.engine.fast.rows import Rows, Table
from sim.engine.passes import Passes
from sim.engine.ration import HighestBid
from sim.engine.sums import Groups
from sim.model.world import Floats, Ints

if TYPE_CHECKING:
    from sim.engine.room import Room

_KINDS = {np.dtype(np.float64), np.dtype(np.int64), np.dtype(np.bool_)}


def members(groups: Groups) -> tuple[Ints, Ints]:
    """Where each group begins among the rows of all, and these, group by group in stored order."""
    size = np.bincount(groups.group, minlength=groups.n_group)
    return np.concatenate([[0], np.cumsum(size)]).astype(np.intp), np.argsort(groups.group, kind="stable").astype(np.intp)


def wide(array: Floats, n_row: int, n_run: int) -> Floats:
    """A number of the world for every row and run, one row after the other in memory; itself where it is so."""
    return np.ascontiguousarray(np.broadcast_to(array, (n_row, n_run)))


def load() -> None:
    """Load what is compiled, or compile it: arguments are of the same types whatever the scenario, so a batch without runs will do."""
    table = np.zeros((1, 3), dtype=np.int64)
    kernels.ship(table, 0, np.zeros((1, 1)))
    kernels.learn(table, 0, False)
    kernels.could_come(table, 0, False)
    kernels.lean(table, 0)


class Tables:
    """Tables of a batch's arrays, which are kept for as long as the kernels work on them."""

    def __init__(self, room: Room) -> None:
        """Look up who buys and sells over each link."""
        p = room.plan
        self.n_link, self.n_run = len(p.net.links.src), room.world.n_run
        self.by_dst, self.by_src = members(p.by_dst), members(p.by_src)
        self.buyer, self.seller = p.net.links.dst.astype(np.intp), p.seller.astype(np.intp)
        self.kept: list[list[Floats | Ints]] = []

    def table(self, names: type[Rows], *arrays: Floats | Ints | tuple[Ints, Ints]) -> Table:
        """Where arrays lie in memory, in the order of their names."""
        flat = [array for some in arrays for array in (some if isinstance(some, tuple) else (some,))]
        if len(flat) != len(names):
            raise ValueError(f"{names.__name__} names {len(names)} arrays, not {len(flat)}")
        for name, array in zip(names, flat, strict=True):
            if not array.flags.c_contiguous or array.dtype not in _KINDS:
                raise ValueError(f"{names.__name__}.{name.name}: {array.dtype} array, one row after the other in memory or not")
        self.kept.append(flat)
        return np.array([(array.ctypes.data, array.shape[-1], len(array)) for array in flat], dtype=np.int64)

    def by_run(self, number: Floats) -> Floats:
        """A number of the world for every run, [run]."""
        return wide(number, 1, self.n_run)[0]

    def ship(self, room: Room, bids: Floats, bid_of: Ints) -> Table:
        """8, 8b. What the kernels of `trade` work on.

        Arguments:
            room: the batch.
            bids: what is offered, by buyer or by link, [row, run].
            bid_of: row of it of each link, [link].
        """
        s, f, p = room.state, room.flows, room.plan
        return self.table(
            again.Ship,
            *(room.passable, f.shipped, room.market.share, room.way, room.effects.open, room.leak_t, bids, bid_of),
            *(p.limited.astype(np.intp), self.seller, self.buyer, self.by_dst, self.by_src),
            *(s.finished, room.served_part, f.order, room.received, room.need, room.half_open, np.array([p.net.sweeps])),
            *(room.nothing_came, s.on_order, room.lead_steps[:, 0].copy(), s.expected_lead, room.works.full, s.expected_orders),
            self.by_run(room.world.g_expect),
        )

    def come(self, room: Room) -> Table:
        """9b. What `links.could_come` works on."""
        works = room.works
        return self.table(
            links.Come,
            *(room.need, room.node_a, works.full, works.working, room.state.expected_orders, room.served_part, room.way, room.base_flow),
            *(room.promised_t, self.seller, self.by_dst),
        )

    def lean(self, room: Room) -> Table:
        """10a. What `links.lean` works on."""
        g_source = self.by_run(room.world.g_source)
        return self.table(links.Lean, room.make_a, room.served_part, room.usual, room.market.share, g_source, self.seller, self.by_dst)


class Compiled(Passes):
    """The compiled passes of one batch."""

    def __init__(self, room: Room) -> None:
        """Lay out what the kernels work on, once the board of shocks has its arrays."""
        p = room.plan
        if p.net.up_to_level:
            return
        rows = Tables(room)
        self._rows, self._n_run = rows, room.world.n_run
        self._has_bids = isinstance(p.ship_ration, HighestBid) and p.net.prices
        ways = [slice(slot * rows.n_link, (slot + 1) * rows.n_link) for slot in range(p.n_slot)]
        self._under_way = [room.state.pipeline[way] for way in ways]
        """Rows of the pipeline that what is shipped goes to, by step modulo their number."""
        self._come, self._lean = rows.come(room), rows.lean(room)
        self._ship = rows.ship(room, room.node_b, rows.buyer)
        self._ship_taxed = rows.ship(room, room.bid, np.arange(rows.n_link)) if self._has_bids else self._ship

    def ship(self, room: Room, k: int) -> None:
        """8. Goods are rationed among orders and shipped in step k."""
        if not self._has_bids or room.is_joint or room.is_delayed:
            super().ship(room, k)
            return
        offered = trade.offers(room)
        if room.is_taxed:
            trade.bid(room, offered)
        under_way = self._under_way[k % len(self._under_way)]
        room.in_need = kernels.ship(self._ship_taxed if room.is_taxed else self._ship, self._n_run, under_way)
        room.next_step = k + 1

    def learn(self, room: Room) -> None:
        """8b. Sellers see what they were asked."""
        kernels.learn(self._ship, self._n_run, bool(room.in_need))

    def could_come(self, room: Room, bought: Floats) -> Floats:
        """9b. What sellers could send, as a part of what buyers would buy at the usual price; bought: `room.need`, t, [node, run]."""
        assert bought is room.need
        kernels.could_come(self._come, self._n_run, bool(len(room.plan.limited)))
        return room.node_a

    def switch(self, room: Room) -> None:
        """10a. Shares lean to sellers that deliver and are cheap."""
        if len(room.plan.new_links) or room.is_capped:
            super().switch(room)
            return
        market.appeal(room)
        kernels.lean(self._lean, self._n_run)
