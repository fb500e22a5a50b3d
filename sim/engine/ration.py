"""Who gets what when there is not enough: one pass over all groups and runs at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from sim.engine.sums import Groups
from sim.model.world import Floats, Ints

TINY = 1e-200


class Ration(Protocol):
    """A rule that shares each group's supply among its claims."""

    def __call__(self, supply: Floats, claims: Floats, out: Floats) -> Floats:
        """Tonnes given, [group, run] and [row, run] -> [row, run]; 0 <= given <= claim, and all supply goes while claims last."""
        ...


class Proportional:
    """Everyone gets the same fraction of their claim."""

    def __init__(self, groups: Groups, n_run: int) -> None:
        self.groups = groups
        self.frac = np.empty((groups.n_group, n_run))

    def __call__(self, supply: Floats, claims: Floats, out: Floats) -> Floats:
        """Share in proportion, `c * min(1, s / sum c)`."""
        self.groups.sum(claims, self.frac)
        np.maximum(self.frac, TINY, out=self.frac)
        np.divide(supply, self.frac, out=self.frac)
        np.minimum(self.frac, 1.0, out=self.frac)
        return self.groups.scale(claims, self.frac, out)


class Priority:
    """Class after class is served in full; the class where goods run out shares in proportion."""

    def __init__(self, groups: Groups, rank: Ints, n_run: int) -> None:
        self.proportional = Proportional(groups, n_run)
        self.members = [(rank == c)[:, None].astype(np.float64) for c in np.unique(rank)]
        self.left = np.empty((groups.n_group, n_run))
        self.total = np.empty((groups.n_group, n_run))
        self.rows = np.empty((len(rank), n_run))
        self.given = np.empty((len(rank), n_run))

    def __call__(self, supply: Floats, claims: Floats, out: Floats) -> Floats:
        """Share class by class."""
        groups = self.proportional.groups
        self.left[...] = supply
        self.given[...] = 0.0
        for member in self.members:
            np.multiply(claims, member, out=self.rows)
            self.proportional(self.left, self.rows, self.rows)
            np.add(self.given, self.rows, out=self.given)
            np.subtract(self.left, groups.sum(self.rows, self.total), out=self.left)
            np.maximum(self.left, 0.0, out=self.left)
        out[...] = self.given
        return out


class MaxMin:
    """The least served are raised first: everyone gets their claim or the common level times their weight."""

    def __init__(self, groups: Groups, weight: Floats, n_run: int) -> None:
        shape, rows = (groups.n_group, n_run), (len(weight), n_run)
        self.groups = groups
        self.weight = weight[:, None]
        self.left, self.level = np.empty(shape), np.empty(shape)
        self.open, self.offer, self.given = np.empty(rows), np.empty(rows), np.empty(rows)
        self.served = np.empty(rows, dtype=bool)

    def __call__(self, supply: Floats, claims: Floats, out: Floats) -> Floats:
        """Share by water-filling: each pass serves every claim below the level; no more passes than claims in a group."""
        groups = self.groups
        self.left[...] = supply
        self.given[...] = 0.0
        self.open[...] = self.weight
        for _ in range(groups.largest):
            self._offer()
            np.less_equal(claims, self.offer, out=self.served)
            np.copyto(self.offer, 0.0)
            np.copyto(self.offer, claims, where=self.served)
            np.copyto(self.offer, 0.0, where=self.open == 0.0)
            np.add(self.given, self.offer, out=self.given)
            np.copyto(self.open, 0.0, where=self.served)
            np.subtract(self.left, groups.sum(self.offer, self.level), out=self.left)
            np.maximum(self.left, 0.0, out=self.left)
        np.add(self.given, self._offer(), out=self.given)
        np.minimum(self.given, claims, out=out)
        return out

    def _offer(self) -> Floats:
        """What the level now grants each claim still open."""
        self.groups.sum(self.open, self.level)
        np.maximum(self.level, TINY, out=self.level)
        np.divide(self.left, self.level, out=self.level)
        return self.groups.scale(self.open, self.level, self.offer)
