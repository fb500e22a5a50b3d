"""Outcomes of runs whose nodes order up to fixed levels, folded step by step (MODEL.md, 'Levels to order up to')."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.world import TINY, Floats

if TYPE_CHECKING:
    from sim.engine.base_stock import Stage
    from sim.engine.room import Room

STOCK_MEASURES = {
    "stock_mean_t": "t",
    "under_way_mean_t": "t",
    "backorders_mean_t": "t",
    "fill_rate": "share",
    "ready_rate": "share",
}
"""Measures of a node that orders up to a level, all after the warm-up: mean stock, mean of what is under way to it and of what it owes
those who order from it (final users, or buyers of what is made from it) after a step; the part of what is asked that it serves at once
from stock; the part of time in which it has stock left."""
READY = 1e-9
"""Part of its level above which a stock is none by rounding."""


class StockTally:
    """What a batch's runs have come to so far; other measures of a node are those of its final users."""

    def __init__(self, room: Room, threshold: float, warm_up: int) -> None:
        """Start at nothing.

        Arguments:
            room: the batch.
            threshold: part of a step's wants that must go unmet for the step to count as short.
            warm_up: steps at the start that measures of stock leave out.
        """
        net, n_run, stages = room.plan.net, room.world.n_run, room.stages
        assert stages is not None
        node, user = (net.n_node, n_run), (len(net.users.node), n_run)
        self.threshold, self.warm_up, self.stages = threshold, warm_up, stages
        self.unmet_by_user, self.want_by_user, self.unmet, self.want = (np.zeros(shape) for shape in (user, user, node, node))
        self.share, self.first, self.last = np.zeros(node), np.full(node, np.inf), np.full(node, -1.0)
        self.n_short, self.deepest, self.gap = np.zeros(node), np.zeros(node), np.zeros(node)
        self.short, self.new_short = np.empty(node, dtype=bool), np.empty(node, dtype=bool)
        self.scratch, self.row, self.mask = np.empty(node), np.empty((2, n_run)), np.empty(n_run, dtype=bool)
        self.usual = room.plan.by_dst.sum(np.broadcast_to(room.world.base_flow, (len(net.links.src), n_run)).copy(), np.empty(node))
        self.expected_use = np.maximum(room.state.expected_use, TINY)
        self.price = np.ones((0, n_run))
        self.stock, self.lowest = np.zeros(node), np.full(node, np.inf)
        """What nodes hold after the step, finished goods counted, and the least of it so far, t, [node, run]."""
        self.stock_sum, self.under_way, self.debt_sum, self.asked, self.late, self.ready = (np.zeros(node) for _ in range(6))
        self.debt = stages.debt.copy()
        """What nodes owe after the step, t, [node, run]."""
        self.least = READY * stages.level

    @property
    def cover(self) -> Floats:
        """What nodes hold, in steps of use at rest, [node, run]."""
        return self.stock / self.expected_use

    def count(self, room: Room, k: int) -> None:
        """Fold step k."""
        f, s = room.flows, room.state
        for stage in self.stages.final:
            self._users(room, stage, k)
        np.subtract(self.usual, room.landed, out=self.scratch)
        np.maximum(self.scratch, 0.0, out=self.scratch)
        np.add(self.gap, self.scratch, out=self.gap)
        for stage in self.stages.stages:
            n, held = stage.node, self.stock[stage.node]
            held[...] = s.on_hand[n]
            if stage.maker >= 0:
                np.add(held, np.multiply(s.finished[stage.maker], stage.t_per_t, out=self.row[0]), out=held)
        np.minimum(self.lowest, self.stock, out=self.lowest)
        for stage in self.stages.stages:
            self._debts(room, stage, k >= self.warm_up)
        if k < self.warm_up:
            return
        np.add(self.stock_sum, self.stock, out=self.stock_sum)
        np.add(self.under_way, s.on_order, out=self.under_way)
        np.add(self.debt_sum, self.debt, out=self.debt_sum)
        np.add(self.ready, np.greater(self.stock, self.least, out=self.short), out=self.ready)

    def _users(self, room: Room, stage: Stage, k: int) -> None:
        """What final users of a node go without, or wait for."""
        f, n = room.flows, stage.node
        unmet, share, short = self.scratch[n], self.share[n], self.short[n]
        unmet[...] = 0.0
        for u in stage.users:
            np.add(unmet, f.unmet[u], out=unmet)
            np.add(self.unmet_by_user[u], f.unmet[u], out=self.unmet_by_user[u])
            np.add(self.want_by_user[u], f.want[u], out=self.want_by_user[u])
        np.add(self.unmet[n], unmet, out=self.unmet[n])
        np.add(self.want[n], f.wanted[n], out=self.want[n])
        np.divide(unmet, np.maximum(f.wanted[n], TINY, out=share), out=share)
        np.maximum(self.deepest[n], share, out=self.deepest[n])
        if not np.greater(share, self.threshold, out=short).any():
            return
        np.add(self.n_short[n], short, out=self.n_short[n])
        np.copyto(self.last[n], k, where=short)
        new = np.logical_and(short, np.isinf(self.first[n], out=self.mask), out=self.mask)
        if new.any():
            np.copyto(self.first[n], np.subtract(k + 1.0, share, out=self.row[0]), where=new)

    def _debts(self, room: Room, stage: Stage, counts: bool) -> None:
        """What a node owes, and what of the newly asked that makes late."""
        f, n, m = room.flows, stage.node, stage.maker
        new, late, debt = *self.row, self.debt[n]
        if m >= 0:
            asked = self.stages.asked[m]
            np.subtract(asked, debt if stage.t_per_t == 1.0 else np.divide(debt, stage.t_per_t, out=late), out=new)
            np.maximum(new, 0.0, out=new)
            np.subtract(asked, self.stages.sent(room, m, late), out=debt)
            np.maximum(debt, 0.0, out=debt)
            for array in (new, debt) if stage.t_per_t != 1.0 else ():
                np.multiply(array, stage.t_per_t, out=array)
            np.minimum(new, debt, out=late)
        else:
            new, late = f.wanted[n], late
            late[...] = 0.0
            for u in stage.users:
                np.add(late, f.unmet[u], out=late)
            debt[...] = 0.0
            for u in stage.users if stage.waits else ():
                np.add(debt, self.stages.owed[u], out=debt)
        if counts:
            np.add(self.asked[n], new, out=self.asked[n])
            np.add(self.late[n], late, out=self.late[n])

    def outcomes(self, step_days: float, n_step: int) -> dict[str, Floats]:
        """Measures of every node, [node, run], in the units of NODE_MEASURES and STOCK_MEASURES; NaN where a thing did not happen."""
        over, n_counted = (self.last >= 0) & (self.last < n_step - 1), n_step - self.warm_up
        return {
            "unmet_t": self.unmet,
            "unmet_share": self.unmet / np.maximum(self.want, TINY),
            "first_shortage_days": np.where(np.isfinite(self.first), self.first * step_days, np.nan),
            "days_short": self.n_short * step_days,
            "deepest_share": self.deepest,
            "recovery_days": np.where(over, (self.last + 1) * step_days, np.nan),
            "lowest_cover_days": self.lowest / self.expected_use * step_days,
            "stock_drawn_t": np.zeros_like(self.unmet),
            "supply_gap_t": self.gap,
            "stock_mean_t": self.stock_sum / n_counted,
            "under_way_mean_t": self.under_way / n_counted,
            "backorders_mean_t": self.debt_sum / n_counted,
            "fill_rate": np.where(self.asked > 0.0, 1.0 - self.late / np.maximum(self.asked, TINY), np.nan),
            "ready_rate": self.ready / n_counted,
        }

    def by_user(self) -> dict[str, Floats]:
        """Measures of every user, [user, run]."""
        return {"unmet_t": self.unmet_by_user, "unmet_share": self.unmet_by_user / np.maximum(self.want_by_user, TINY)}
