"""Outcomes of each run, folded step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.model.world import COST_KINDS, TINY, Floats

if TYPE_CHECKING:
    from sim.engine.room import Room

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
PRICE_MEASURES = {
    "forgone_t": "t",
    "forgone_share": "share",
    "price_peak": "multiple",
    "price_peak_days": "days",
    "price_mean": "multiple",
    "origin_price_lowest": "multiple",
    "origin_price_peak": "multiple",
}
"""Measures of a node where prices matter: what its final users do without because it is dear (economised, substituted, priced out),
in t and as a share of what they would use at the usual price; delivered price, and what its producers earn, as multiples of rest."""
SECTOR_MEASURES = {
    "sales_lost_share": "share",
    "sales_lost_share_high": "share",
    "sales_lost_share_low": "share",
    "value_added_lost": "USD",
    "value_added_lost_high": "USD",
    "value_added_lost_low": "USD",
}
"""Measures of a sector at work: with its stock of products between; above, as if any input stopped all of it and nothing were in
stock; below, as if each missing input cost no more than its share in value added, and nothing while products last."""
USER_MEASURES = ("unmet_t", "unmet_share")
FLOOR_MEASURES = {"state_bought_t": "t"}
"""Measures of a price floor: what the state has taken in by the end."""
COST_MEASURES = {"policy_cost_usd": "USD"} | {f"policy_{kind}_usd": "USD" for kind in COST_KINDS}
"""What a policy costs over the whole time, discounted to its start: in all, and by kind; what is earned counts below 0."""
SHOCK_MEASURES = {"shock_days": "days", "longest_shock_days": "days"}
"""Measures of a shock and their units: days in force within the horizon, and its longest strike whether or not it ends within it."""
NEVER = np.nan
ROUNDING = 1e-9
"""Part of a price by which it must rise to set a new peak."""


class Tally:
    """What a batch's runs have come to so far."""

    def __init__(self, room: Room, threshold: float, cost_share: Floats) -> None:
        """Start at nothing.

        Arguments:
            room: the batch.
            threshold: part of a step's wants that must go unmet for the step to count as short.
            cost_share: share of each user's input in the value added of its sector, [user].
        """
        net, n_run = room.plan.net, room.world.n_run
        node, user = (net.n_node, n_run), (len(net.users.node), n_run)
        self.threshold = threshold
        self.stock = room.state.on_hand
        self.unmet_by_user, self.want_by_user = np.zeros(user), np.zeros(user)
        self.unmet, self.want = np.zeros(node), np.zeros(node)
        self.share, self.cover, self.scratch = (np.zeros(node) for _ in range(3))
        self.first, self.last = np.full(node, np.inf), np.full(node, -1.0)
        self.n_short, self.deepest = np.zeros(node), np.zeros(node)
        self.lowest_cover = np.full(node, np.inf)
        self.drawn, self.gap = np.zeros(node), np.zeros(node)
        self.short, self.new = np.empty(node, dtype=bool), np.empty(node, dtype=bool)
        self.has_prices = net.prices
        self.price, self.price_sum = np.empty(node), np.zeros(node)
        self.forgone, self.usual_want = np.zeros(node), np.zeros(node)
        self.peak, self.peak_step = np.ones(node), np.full(node, np.inf)
        self.makers = room.plan.makers
        self.origin_low, self.origin_high = np.zeros((2, len(self.makers), n_run))
        sector = (len(net.sectors.name), n_run)
        self.lost, self.lost_high, self.lost_low, self.lost_now = (np.zeros(sector) for _ in range(4))
        self.cost_share = cost_share[room.plan.sectors.users][:, None]
        self.has_costs = bool(self.cost_share.any())
        self.usual = room.plan.by_dst.sum(np.broadcast_to(room.world.base_flow, (len(net.links.src), n_run)).copy(), np.empty(node))

    def count(self, room: Room, k: int) -> None:
        """Fold step k."""
        f, plan = room.flows, room.plan
        np.add(self.want_by_user, f.want, out=self.want_by_user)
        np.add(self.want, f.wanted, out=self.want)
        if room.is_short:
            self._unmet(room, k)
        elif room.was_short:
            self.share[...] = 0.0
        np.maximum(room.state.expected_use, TINY, out=self.cover)
        np.divide(room.state.on_hand, self.cover, out=self.cover)
        np.minimum(self.lowest_cover, self.cover, out=self.lowest_cover)
        for m, n in enumerate(plan.net.stores.member_node):
            np.add(self.drawn[n], f.released[m], out=self.drawn[n])
        np.subtract(self.usual, room.landed, out=self.scratch)
        np.maximum(self.scratch, 0.0, out=self.scratch)
        np.add(self.gap, self.scratch, out=self.gap)
        if self.has_prices:
            self._prices(room, k)
        if len(self.lost):
            self._sectors(room)

    def _unmet(self, room: Room, k: int) -> None:
        """What users want in vain in step k."""
        f = room.flows
        np.add(self.unmet_by_user, f.unmet, out=self.unmet_by_user)
        # What sectors want to refill their products is no want that goes unmet, so the rest of a node's wants may not be either.
        has_more = room.has_products
        unmet = room.plan.by_user.sum(f.unmet, self.scratch) if has_more else np.subtract(f.wanted, f.served, out=self.scratch)
        np.add(self.unmet, unmet, out=self.unmet)
        np.maximum(f.wanted, TINY, out=self.share)
        np.divide(unmet, self.share, out=self.share)
        np.maximum(self.deepest, self.share, out=self.deepest)
        np.greater(self.share, self.threshold, out=self.short)
        if self.short.any():
            self._date(k)

    def _date(self, k: int) -> None:
        """Count the short steps, and date the first and the last."""
        np.add(self.n_short, self.short, out=self.n_short)
        np.copyto(self.last, k, where=self.short)
        np.logical_and(self.short, np.isinf(self.first, out=self.new), out=self.new)
        np.subtract(k + 1.0, self.share, out=self.scratch)
        np.copyto(self.first, self.scratch, where=self.new)

    def _prices(self, room: Room, k: int) -> None:
        market = room.market
        np.exp(market.price, out=self.price)
        np.add(self.price_sum, self.price, out=self.price_sum)
        # A rise within rounding is none: it would move the date of a peak that is a plateau.
        np.multiply(self.peak, 1.0 + ROUNDING, out=self.scratch)
        np.greater(self.price, self.scratch, out=self.new)
        np.copyto(self.peak, self.price, where=self.new)
        np.copyto(self.peak_step, k, where=self.new)
        np.add(self.usual_want, room.usual_final, out=self.usual_want)
        usual = np.subtract(room.usual_wanted, room.flows.wanted, out=self.scratch)
        np.maximum(usual, 0.0, out=usual)
        np.add(self.forgone, usual, out=self.forgone)
        np.minimum(self.origin_low, market.origin, out=self.origin_low)
        np.maximum(self.origin_high, market.origin, out=self.origin_high)

    def _sectors(self, room: Room) -> None:
        rows = room.plan.sectors
        lost = np.subtract(1.0, room.flows.sold, out=self.lost_now)
        np.add(self.lost, lost, out=self.lost)
        if not room.is_short:
            return
        np.add(self.lost_high, rows.fold(np.maximum, rows.lacking, rows.by_sector), out=self.lost_high)
        if self.has_costs:
            low = rows.fold(np.add, np.multiply(rows.lacking, self.cost_share, out=rows.part), rows.by_sector)
            np.add(self.lost_low, np.minimum(low, lost, out=self.lost_now), out=self.lost_low)

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

    def prices(self, step_days: float, n_step: int) -> dict[str, Floats]:
        """Measures of every node, [node, run], in the units of PRICE_MEASURES; NaN for the origin price where nothing is made."""
        low, high = np.full((2, *self.peak.shape), np.nan)
        low[self.makers], high[self.makers] = np.exp(self.origin_low), np.exp(self.origin_high)
        return {
            "forgone_t": self.forgone,
            "forgone_share": self.forgone / np.maximum(self.usual_want, TINY),
            "price_peak": self.peak,
            "price_peak_days": np.where(np.isfinite(self.peak_step), (self.peak_step + 0.5) * step_days, NEVER),
            "price_mean": self.price_sum / n_step,
            "origin_price_lowest": low,
            "origin_price_peak": high,
        }

    def by_sector(self, value_added: Floats, n_step: int) -> dict[str, Floats]:
        """Measures of every sector at work, [sector, run], in the units of SECTOR_MEASURES.

        Arguments:
            value_added: USD per step, NaN where it is not stated, [sector, run].
            n_step: number of steps.
        """
        lost = {"": self.lost, "_high": self.lost_high, "_low": self.lost_low}
        shares = {f"sales_lost_share{end}": steps / n_step for end, steps in lost.items()}
        return shares | {f"value_added_lost{end}": steps * value_added for end, steps in lost.items()}

    def by_user(self) -> dict[str, Floats]:
        """Measures of every user, [user, run]."""
        return {"unmet_t": self.unmet_by_user, "unmet_share": self.unmet_by_user / np.maximum(self.want_by_user, TINY)}
