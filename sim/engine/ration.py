"""Who gets what when there is not enough: one pass over all groups and runs at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.engine.sums import Groups
from sim.model.world import TINY, Floats, Ints

Marks = NDArray[np.bool_]


class Ration(Protocol):
    """A rule that shares each group's supply among its claims, in any number of runs up to that of the batch."""

    total: Floats
    """Sum of the claims last shared, [group, run]; what was given away is the lesser of this and the supply."""

    def __call__(self, supply: Floats, claims: Floats, out: Floats, claimed: Floats | None = None) -> Floats:
        """Tonnes given, [group, run] and [row, run] -> [row, run]; 0 <= given <= claim, and all supply goes while claims last.

        Where the sum of the claims, [group, run], is known already it may be given as `claimed`.
        """
        ...


class Proportional:
    """Everyone gets the same fraction of their claim."""

    def __init__(self, groups: Groups, n_run: int) -> None:
        self.groups = groups
        self._room = np.empty((2, groups.n_group, n_run))
        self.total = self._room[0]

    def __call__(self, supply: Floats, claims: Floats, out: Floats, claimed: Floats | None = None) -> Floats:
        """Share in proportion, `c * min(1, s / sum c)`."""
        self.total, frac = self._room[:, :, : claims.shape[1]]
        if claimed is None:
            self.groups.sum(claims, self.total)
        else:
            self.total = claimed
        np.maximum(self.total, TINY, out=frac)
        np.divide(supply, frac, out=frac)
        np.minimum(frac, 1.0, out=frac)
        return self.groups.scale(claims, frac, out)


class Priority:
    """Class after class is served in full; the class where goods run out shares in proportion."""

    def __init__(self, groups: Groups, rank: Ints, n_run: int) -> None:
        self.proportional = Proportional(groups, n_run)
        self.members = [(rank == c)[:, None].astype(np.float64) for c in np.unique(rank)]
        self._room = np.empty((2, groups.n_group, n_run))
        self._rows = np.empty((2, len(rank), n_run))
        self.total = self._room[0]

    def __call__(self, supply: Floats, claims: Floats, out: Floats, claimed: Floats | None = None) -> Floats:
        """Share class by class."""
        self.total, left = self._room[:, :, : claims.shape[1]]
        rows, given = self._rows[:, :, : claims.shape[1]]
        left[...], self.total[...], given[...] = supply, 0.0, 0.0
        for member in self.members:
            np.multiply(claims, member, out=rows)
            self.proportional(left, rows, rows)
            np.add(given, rows, out=given)
            np.add(self.total, self.proportional.total, out=self.total)
            np.subtract(left, self.proportional.total, out=left)
            np.maximum(left, 0.0, out=left)
        out[...] = given
        return out


class MaxMin:
    """The least served are raised first: everyone gets their claim or the common level times their weight."""

    def __init__(self, groups: Groups, weight: Floats, n_run: int) -> None:
        """Lay out the sharing; `weight` is [row] or [row, run]."""
        self.groups = groups
        self.weight = weight.reshape(len(weight), -1)
        self._room = np.empty((3, groups.n_group, n_run))
        self._rows = np.empty((3, len(weight), n_run))
        self._served = np.empty((len(weight), n_run), dtype=bool)
        self.total = self._room[0]

    def __call__(self, supply: Floats, claims: Floats, out: Floats, claimed: Floats | None = None) -> Floats:
        """Share by water-filling: each pass serves every claim below the level; no more passes than claims in a group."""
        n, groups = claims.shape[1], self.groups
        self.total, left, level = self._room[:, :, :n]
        waiting, offer, given = self._rows[:, :, :n]
        served = self._served[:, :n]
        groups.sum(claims, self.total)
        left[...], given[...], waiting[...] = supply, 0.0, self.weight
        for _ in range(groups.largest):
            self._offer(left, level, waiting, offer)
            np.less_equal(claims, offer, out=served)
            np.copyto(offer, 0.0)
            np.copyto(offer, claims, where=served)
            np.copyto(offer, 0.0, where=waiting == 0.0)
            np.add(given, offer, out=given)
            np.copyto(waiting, 0.0, where=served)
            np.subtract(left, groups.sum(offer, level), out=left)
            np.maximum(left, 0.0, out=left)
        np.add(given, self._offer(left, level, waiting, offer), out=given)
        return np.minimum(given, claims, out=out)

    def _offer(self, left: Floats, level: Floats, waiting: Floats, offer: Floats) -> Floats:
        """What the level now grants each claim that still waits."""
        self.groups.sum(waiting, level)
        np.maximum(level, TINY, out=level)
        np.divide(left, level, out=level)
        return self.groups.scale(waiting, level, offer)


class HighestBid:
    """Claims are served to the same part but for what each bids: everyone gets the lesser of claim, and claim times bid times a level."""

    def __init__(self, groups: Groups, n_run: int) -> None:
        self.groups = groups
        self._room = np.empty(groups.n_group * n_run)
        self.total = self._room.reshape(groups.n_group, n_run)
        self.bid: Floats = np.ones((len(groups.group), 1))
        """What each claim bids, [row, run of the batch]."""
        self.runs: Ints | slice = slice(None)
        """Runs of the batch that the columns of the next call are."""

    def __call__(self, supply: Floats, claims: Floats, out: Floats, claimed: Floats | None = None) -> Floats:
        """Share by water-filling, in the runs in which some seller has not enough."""
        self.total = self.groups.sum(claims, self._room[: supply.size].reshape(supply.shape))
        is_short = np.logical_or.reduce(self.total > supply, axis=0)
        short = np.flatnonzero(is_short)
        if out is not claims:
            out[...] = claims
        if not len(short):
            return out
        bid = self.bid if isinstance(self.runs, slice) else self.bid.take(self.runs, axis=1)
        if 2 * len(short) > claims.shape[1]:
            # Where all have enough the claims themselves: raising a level may miss them by rounding, and so depend on the other runs.
            return self._fill(supply, claims, claims * bid, out, is_short)
        wanted = claims.take(short, axis=1)
        filled = self._fill(supply.take(short, axis=1), wanted, wanted * bid.take(short, axis=1), np.empty_like(wanted))
        out[:, short] = filled
        return out

    def _fill(self, supply: Floats, claims: Floats, waiting: Floats, out: Floats, runs: Marks | bool = True) -> Floats:
        """Raise the level until goods are gone; who has its claim waits no longer, `waiting` being the weights of those who do."""
        groups, level, left = self.groups, np.empty_like(supply), supply.copy()
        offer, now, given = np.empty_like(claims), np.empty_like(claims), np.zeros_like(claims)
        for _ in range(groups.largest):
            np.divide(left, np.maximum(groups.sum(waiting, level), TINY, out=level), out=level)
            groups.scale(waiting, level, offer)
            served = np.less_equal(claims, offer)
            np.logical_and(served, waiting, out=served)
            if not served.any():
                return np.minimum(np.add(given, offer, out=given), claims, out=out, where=runs)
            np.multiply(claims, served, out=now)
            np.add(given, now, out=given)
            np.copyto(waiting, 0.0, where=served)
            np.subtract(left, groups.sum(now, level), out=left)
            np.maximum(left, 0.0, out=left)
        np.divide(left, np.maximum(groups.sum(waiting, level), TINY, out=level), out=level)
        return np.minimum(np.add(given, groups.scale(waiting, level, offer), out=given), claims, out=out, where=runs)
