"""Outcomes of each run, folded step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.world import TINY, Floats

if TYPE_CHECKING:
    from sim.engine.state import Room

NODE_MEASURES = {
    "unmet_t": "t",
    "unmet_share": "share",
    "first_shortage_days": "days",
    "days_short": "days",
    "deepest_share": "share",
    "recovery_days": "days",
    "lowest_cover_days": "days",
    "stock_drawn_t": "t",
    "supply_gap_t": "t",
}
"""Measures of a node and their units; the first two are kept for each of its users as well."""
USER_MEASURES = ("unmet_t", "unmet_share")
SHOCK_MEASURES = {"shock_days": "days", "longest_shock_days": "days"}
"""Measures of a shock and their units: days in force within the horizon, and its longest strike whether or not it ends within it."""
NEVER = np.nan


class Tally:
    """What a batch's runs have come to so far."""

    def __init__(self, room: Room, threshold: float) -> None:
        """Start at nothing.

        Arguments:
            room: the batch.
            threshold: part of a step's wants that must go unmet for the step to count as short.
        """
        net, n_run = room.plan.net, room.world.n_run
        node, user = (net.n_node, n_run), (len(net.users.node), n_run)
        self.threshold = threshold
        self.unmet_by_user, self.want_by_user = np.zeros(user), np.zeros(user)
        self.unmet, self.want = np.zeros(node), np.zeros(node)
        self.share, self.cover, self.scratch = np.empty(node), np.empty(node), np.empty(node)
        self.first, self.last = np.full(node, np.inf), np.full(node, -1.0)
        self.n_short, self.deepest = np.zeros(node), np.zeros(node)
        self.lowest_cover = np.full(node, np.inf)
        self.drawn, self.gap = np.zeros(node), np.zeros(node)
        self.short, self.new = np.empty(node, dtype=bool), np.empty(node, dtype=bool)
        self.usual = room.plan.by_dst.sum(np.broadcast_to(room.world.base_flow, (len(net.links.src), n_run)).copy(), np.empty(node))

    def count(self, room: Room, k: int) -> None:
        """Fold step k."""
        f, plan = room.flows, room.plan
        np.add(self.unmet_by_user, f.unmet, out=self.unmet_by_user)
        np.add(self.want_by_user, f.want, out=self.want_by_user)
        unmet = np.subtract(f.wanted, f.served, out=self.scratch)
        np.add(self.unmet, unmet, out=self.unmet)
        np.add(self.want, f.wanted, out=self.want)
        np.maximum(f.wanted, TINY, out=self.share)
        np.divide(unmet, self.share, out=self.share)
        np.maximum(self.deepest, self.share, out=self.deepest)
        np.greater(self.share, self.threshold, out=self.short)
        np.add(self.n_short, self.short, out=self.n_short)
        np.copyto(self.last, k, where=self.short)
        np.logical_and(self.short, np.isinf(self.first, out=self.new), out=self.new)
        np.copyto(self.first, k + 1.0 - self.share, where=self.new)
        np.maximum(room.state.expected_use, TINY, out=self.cover)
        np.divide(room.state.on_hand, self.cover, out=self.cover)
        np.minimum(self.lowest_cover, self.cover, out=self.lowest_cover)
        for members in plan.store_members:
            for m, n in members:
                np.add(self.drawn[n], f.released[m], out=self.drawn[n])
        landed = plan.by_dst.sum(room.arrived, self.scratch)
        np.subtract(self.usual, landed, out=self.scratch)
        np.maximum(self.scratch, 0.0, out=self.scratch)
        np.add(self.gap, self.scratch, out=self.gap)

    def outcomes(self, step_days: float, n_step: int) -> dict[str, Floats]:
        """Measures of every node, [node, run], in the units of NODE_MEASURES; NaN where a thing did not happen.

        Stock lasts through the part of the first short step that could be served: the shortage begins there, not at the step's start.
        """
        over = (self.last >= 0) & (self.last < n_step - 1)
        return {
            "unmet_t": self.unmet,
            "unmet_share": self.unmet / np.maximum(self.want, TINY),
            "first_shortage_days": np.where(np.isfinite(self.first), self.first * step_days, NEVER),
            "days_short": self.n_short * step_days,
            "deepest_share": self.deepest,
            "recovery_days": np.where(over, (self.last + 1) * step_days, NEVER),
            "lowest_cover_days": self.lowest_cover * step_days,
            "stock_drawn_t": self.drawn,
            "supply_gap_t": self.gap,
        }

    def by_user(self) -> dict[str, Floats]:
        """Measures of every user, [user, run]."""
        return {"unmet_t": self.unmet_by_user, "unmet_share": self.unmet_by_user / np.maximum(self.want_by_user, TINY)}
