"""Outcomes of runs whose nodes order up to fixed levels, folded step by step (MODEL.md, 'Levels to order up to')."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.world import TINY, Floats

if TYPE_CHECKING:
    from sim.engine.room import Room
    from sim.engine.stages import Stage

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
OF_MARKETS = ("stock_drawn_t", "supply_gap_t")
"""Measures of other nodes that these do not have: no store serves them, and what is usual of shipments is no mark where orders vary."""
READY = 1e-9
"""Part of its level above which a stock is none by rounding."""


class Times:
    """How often a thing has happened, and when last, [row, run]. Kept in bytes, for truths among numbers take eight times as long."""

    MOST = 255

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._few, self._at, self._now = (np.zeros(shape, dtype=np.uint8) for _ in range(3))
        self._many, self._last, self._n, self._k = np.zeros(shape), np.full(shape, -1.0), 0, -1

    def add(self, happened: NDArray[np.bool_], k: int) -> None:
        """Count once more where it has happened in step k; steps come one after the other."""
        now = happened.view(np.uint8)
        self._n, self._k = self._n + 1, k
        np.add(self._few, now, out=self._few)
        np.maximum(self._at, np.multiply(now, np.uint8(self._n), out=self._now), out=self._at)
        if self._n == self.MOST:
            self._fold()

    def _fold(self) -> None:
        np.add(self._many, self._few, out=self._many)
        np.copyto(self._last, float(self._k - self._n) + self._at, where=self._at > 0)
        self._few[...], self._at[...], self._n = 0, 0, 0

    def total(self) -> Floats:
        """Times so far."""
        self._fold()
        return self._many

    def last(self) -> Floats:
        """Step in which it last happened, -1 where it never did."""
        self._fold()
        return self._last


class Book(NamedTuple):
    """A node's rows, [run] each, t; what is summed is summed after the warm-up."""

    stage: Stage
    on_hand: Floats
    finished: Floats | None
    """What its maker holds, and what is asked of it; None where final users draw on the node."""
    asked: Floats | None
    held: Floats
    debt: Floats
    stock_sum: Floats
    debt_sum: Floats
    asked_sum: Floats
    late_sum: Floats
    least: Floats
    """Stock that counts as none."""
    is_ready: NDArray[np.bool_]


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
        self.unmet_by_user, self.want_by_user = np.zeros(user), np.zeros(user)
        self.before = self.want_by_user, self.unmet_by_user
        """The same before the warm-up was over."""
        self.by_user_of_node = room.plan.by_user
        self.share, self.first = np.zeros(node), np.full(node, np.inf)
        self.deepest, self.n_short, self.ready = np.zeros(node), Times(node), Times(node)
        self.short, self.is_ready = np.zeros(node, dtype=bool), np.zeros(node, dtype=bool)
        self.never = np.ones(net.n_node, dtype=bool)
        """Whether a node was never short yet in some run, [node]."""
        self.row, self.mask = np.empty((2, n_run)), np.empty(n_run, dtype=bool)
        self.expected_use = np.maximum(room.state.expected_use, TINY)
        self.price = np.ones((0, n_run))
        self.stock, self.lowest = np.zeros(node), np.full(node, np.nan)
        """What nodes hold after the step, finished goods counted, and the least so far where final users draw on it, t, [node, run]."""
        self.lowest[[stage.node for stage in stages.final]] = np.inf
        self.stock_sum, self.under_way, self.debt_sum, self.asked, self.late = (np.zeros(node) for _ in range(5))
        self.debt = stages.debt.copy()
        """What nodes owe after the step, t, [node, run]."""
        self.books = [self._book(room, stage) for stage in stages.stages]

    def _book(self, room: Room, stage: Stage) -> Book:
        n, m, s = stage.node, stage.maker, room.state
        sums = (self.stock_sum[n], self.debt_sum[n], self.asked[n], self.late[n])
        finished, asked = (s.finished[m], self.stages.asked[m]) if m >= 0 else (None, None)
        least = READY * np.broadcast_to(room.world.level, self.stock.shape)[n]
        return Book(stage, s.on_hand[n], finished, asked, self.stock[n], self.debt[n], *sums, least, self.is_ready[n])

    @property
    def last(self) -> Floats:
        """Last step in which a node was short, -1 where it never was, [node, run]."""
        return self.n_short.last()

    @property
    def cover(self) -> Floats:
        """What nodes hold, in steps of use at rest, [node, run]."""
        return self.stock / self.expected_use

    def count(self, room: Room, k: int) -> None:
        """Fold step k."""
        counts = k >= self.warm_up
        if k == self.warm_up:
            self.before = self.want_by_user.copy(), self.unmet_by_user.copy()
        for book in self.books:
            held, stage = book.held, book.stage
            if book.finished is None:
                self._users(room, stage, k)
                held[...] = book.on_hand
                np.minimum(self.lowest[stage.node], held, out=self.lowest[stage.node])
                if stage.waits:
                    book.debt[...] = self._sum(self.stages.owed, stage.users)
            else:
                finished = book.finished
                if stage.t_per_t != 1.0:
                    finished = np.multiply(finished, stage.t_per_t, out=self.row[0])
                np.add(book.on_hand, finished, out=held)
                self._debt(room, book, counts)
            if counts:
                np.add(book.stock_sum, held, out=book.stock_sum)
                np.greater(held, book.least, out=book.is_ready)
                if stage.maker >= 0 or stage.waits:
                    np.add(book.debt_sum, book.debt, out=book.debt_sum)
        self.n_short.add(self.short, k)
        if counts:
            np.add(self.under_way, room.state.on_order, out=self.under_way)
            self.ready.add(self.is_ready, k)

    def _users(self, room: Room, stage: Stage, k: int) -> None:
        """What final users of a node go without, or wait for."""
        f, n = room.flows, stage.node
        for u in stage.users:
            np.add(self.unmet_by_user[u], f.unmet[u], out=self.unmet_by_user[u])
            np.add(self.want_by_user[u], f.want[u], out=self.want_by_user[u])
        share, short = self.share[n], self.short[n]
        np.divide(self._sum(f.unmet, stage.users), np.maximum(f.wanted[n], TINY, out=share), out=share)
        np.maximum(self.deepest[n], share, out=self.deepest[n])
        np.greater(share, self.threshold, out=short)
        if self.never[n]:
            new = np.logical_and(short, np.isinf(self.first[n], out=self.mask), out=self.mask)
            np.copyto(self.first[n], np.subtract(k + 1.0, share, out=self.row[0]), where=new)
            self.never[n] = np.isinf(self.first[n], out=self.mask).any()

    def _sum(self, by_user: Floats, users: list[int]) -> Floats:
        """Sum over some users, [run]."""
        first, *others = (by_user[u] for u in users)
        total = first
        for row in others:
            total = np.add(total, row, out=self.row[1])
        return total

    def _debt(self, room: Room, book: Book, counts: bool) -> None:
        """What a node owes to those who buy what is made from its stock, and what of what they newly ask is late."""
        (new, late), debt, asked, stage = self.row, book.debt, book.asked, book.stage
        assert asked is not None
        if stage.t_per_t != 1.0:
            np.divide(debt, stage.t_per_t, out=debt)
        np.subtract(asked, debt, out=new)
        np.subtract(asked, self.stages.sent(room, stage.maker, late), out=debt)
        if not self.stages.is_serial:
            np.maximum(new, 0.0, out=new)
            np.maximum(debt, 0.0, out=debt)
        for row in (new, debt) if stage.t_per_t != 1.0 else ():
            np.multiply(row, stage.t_per_t, out=row)
        if counts:
            np.add(book.asked_sum, new, out=book.asked_sum)
            np.add(book.late_sum, np.minimum(new, debt, out=late), out=book.late_sum)

    def outcomes(self, step_days: float, n_step: int) -> dict[str, Floats]:
        """Measures of every node, [node, run], in the units of NODE_MEASURES and STOCK_MEASURES; NaN where a thing did not happen."""
        unmet, want = (self.by_user_of_node.sum(rows, np.empty_like(self.stock)) for rows in (self.unmet_by_user, self.want_by_user))
        for stage in self.stages.final:
            sums = ((self.asked, self.want_by_user, self.before[0]), (self.late, self.unmet_by_user, self.before[1]))
            for by_node, now, before in sums:
                by_node[stage.node] = self._sum(now, stage.users).copy() - self._sum(before, stage.users)
        over, n_counted = (self.last >= 0) & (self.last < n_step - 1), n_step - self.warm_up
        return {
            "unmet_t": unmet,
            "unmet_share": unmet / np.maximum(want, TINY),
            "first_shortage_days": np.where(np.isfinite(self.first), self.first * step_days, np.nan),
            "days_short": self.n_short.total() * step_days,
            "deepest_share": self.deepest,
            "recovery_days": np.where(over, (self.last + 1) * step_days, np.nan),
            "lowest_cover_days": self.lowest / self.expected_use * step_days,
            "stock_mean_t": self.stock_sum / n_counted,
            "under_way_mean_t": self.under_way / n_counted,
            "backorders_mean_t": self.debt_sum / n_counted,
            "fill_rate": np.where(self.asked > 0.0, 1.0 - self.late / np.maximum(self.asked, TINY), np.nan),
            "ready_rate": self.ready.total() / n_counted,
        }

    def by_user(self) -> dict[str, Floats]:
        """Measures of every user, [user, run]."""
        return {"unmet_t": self.unmet_by_user, "unmet_share": self.unmet_by_user / np.maximum(self.want_by_user, TINY)}
