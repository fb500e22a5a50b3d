"""Sums by group and the way back, row by row: the same bits whatever the number of columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.model.world import Floats, Ints


class _Block(NamedTuple):
    """Groups next to each other whose j-th members lie evenly spaced: one slice of rows a member."""

    groups: slice
    members: tuple[slice, ...]


class Groups:
    """Rows that belong to groups, in any order.

    `np.add.reduceat` would do for sorted rows, but it walks the columns one by one (5x slower here) and its order of summation
    depends on their number; adding member after member keeps every pass contiguous and every sum in stored order.
    """

    def __init__(self, group: Ints, n_group: int) -> None:
        """Find the blocks.

        Arguments:
            group: group of each row, [row].
            n_group: number of groups; those without rows sum to zero.
        """
        self.n_group = n_group
        self.used: Ints = np.unique(group)
        """Groups that have rows."""
        rows = [np.flatnonzero(group == g) for g in self.used]
        self.largest = max((len(r) for r in rows), default=0)
        self._is_all = len(self.used) == n_group
        self._blocks = list(_blocks(rows))

    def sum(self, rows: Floats, out: Floats) -> Floats:
        """Sum of the rows of each group, [row, run] -> [group, run]."""
        sums = out if self._is_all else np.empty((len(self.used), rows.shape[1]))
        for block in self._blocks:
            into, members = sums[block.groups], block.members
            if len(members) == 1:
                into[...] = rows[members[0]]
                continue
            np.add(rows[members[0]], rows[members[1]], out=into)
            for member in members[2:]:
                np.add(into, rows[member], out=into)
        if not self._is_all:
            out[...] = 0.0
            out[self.used] = sums
        return out

    def scale(self, rows: Floats, by_group: Floats, out: Floats) -> Floats:
        """Rows times their group's value, [row, run] * [group, run] -> [row, run]."""
        factors = by_group if self._is_all else by_group[self.used]
        for block in self._blocks:
            factor = factors[block.groups]
            for member in block.members:
                np.multiply(rows[member], factor, out=out[member])
        return out


def _blocks(rows: list[Ints]) -> Iterator[_Block]:
    g = 0
    while g < len(rows):
        h, step = g + 1, 1
        if h < len(rows) and len(rows[h]) == len(rows[g]) and rows[h][0] > rows[g][0]:
            step = int(rows[h][0] - rows[g][0])
            while h < len(rows) and np.array_equal(rows[h], rows[g] + (h - g) * step):
                h += 1
            step = step if h > g + 1 else 1
        last = (h - g - 1) * step + 1
        yield _Block(slice(g, h), tuple(slice(int(r), int(r + last), step) for r in rows[g]))
        g = h
