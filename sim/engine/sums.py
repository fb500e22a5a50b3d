"""Sums by group and the way back, row by row: the same bits whatever the number of columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from sim.model.world import Floats, Ints

MOST_BLOCKS = 8
"""Blocks from which bringing rows together costs less than a call for each."""


class _Block(NamedTuple):
    """Groups next to each other whose members are laid out alike."""

    groups: slice
    rows: slice
    shape: tuple[int, int, int]
    """The rows as a table, runs last; its columns, or its rows, are the groups."""
    axis: int
    """Axis of that table along which the members of a group lie."""
    lifted: tuple[slice | None, ...]
    """Index that lays a group's value along the table."""


def _block(groups: slice, rows: slice, shape: tuple[int, int], axis: int) -> _Block:
    return _Block(groups, rows, (*shape, -1), axis, (groups, None) if axis == 1 else (None, groups))


class Groups:
    """Rows that belong to groups, in any order.

    Sums add member after member, in stored order. `np.add.reduceat` would do for sorted rows, but it walks the columns one by one (5x
    slower here) and its order of summation depends on their number.
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
        self._blocks = list(_blocks(rows))
        self._order: Ints | None = None
        place = self.used
        if not self._blocks or len(self._blocks) > MOST_BLOCKS:
            # Rows in no regular way, or in too many, are first brought together, groups of one size next to each other.
            by_size = sorted(range(len(rows)), key=lambda g: len(rows[g]))
            rows, place = [rows[g] for g in by_size], self.used[by_size]
            self._order = np.concatenate([*rows, np.array([], dtype=np.intp)]).astype(np.intp)
            ends = np.cumsum([len(r) for r in rows])
            self._blocks = list(_blocks([np.arange(end - len(r), end) for r, end in zip(rows, ends, strict=True)]))
        self._place = None if np.array_equal(place, np.arange(n_group)) else place
        """Groups in the order in which they are summed, where that is not their own."""
        self._lone = self._blocks[0] if self._place is None and self._order is None and len(self._blocks) == 1 else None
        """The block, where one is all there is."""
        self.group: Ints = np.asarray(group, dtype=np.intp)
        """Group of each row, [row]."""
        self._by_group = np.empty((0 if self._place is None else len(self.used), 0))
        self._by_row = np.empty((0 if self._order is None else len(self._order), 0))

    def sum(self, rows: Floats, out: Floats) -> Floats:
        """Sum of the rows of each group, [row, run] -> [group, run]."""
        if self._lone and rows.shape[1] > 1:
            return np.add.reduce(rows.reshape(self._lone.shape), axis=self._lone.axis, out=out)
        self._make_room(rows.shape[1])
        if self._order is not None:
            rows = np.take(rows, self._order, axis=0, out=_narrow(self._by_row, rows.shape[1]), mode="clip")
        sums = out if self._place is None else _narrow(self._by_group, rows.shape[1])
        for block in self._blocks:
            _add_up(rows[block.rows].reshape(block.shape), block.axis, sums[block.groups])
        if self._place is not None:
            if len(self.used) < self.n_group:
                out[...] = 0.0
            out[self._place] = sums
        return out

    def scale(self, rows: Floats, by_group: Floats, out: Floats) -> Floats:
        """Rows times their group's value, [row, run] * [group, run] -> [row, run]."""
        if self._lone:
            shape = self._lone.shape
            np.multiply(rows.reshape(shape), by_group[self._lone.lifted], out=out.reshape(shape))
            return out
        self._make_room(out.shape[1])
        width = by_group.shape[1]
        if self._order is not None:
            each = np.take(by_group, self.group, axis=0, out=_narrow(self._by_row, width), mode="clip")
            return np.multiply(rows, each, out=out)
        factors = by_group
        if self._place is not None:
            factors = np.take(by_group, self._place, axis=0, out=_narrow(self._by_group, width), mode="clip")
        for block in self._blocks:
            table = rows[block.rows].reshape(block.shape)
            np.multiply(table, factors[block.lifted], out=out[block.rows].reshape(block.shape))
        return out

    def _make_room(self, width: int) -> None:
        if self._by_group.shape[1] < width:
            self._by_group = np.empty((len(self._by_group), width))
            self._by_row = np.empty((len(self._by_row), width))


def _narrow(room: Floats, width: int) -> Floats:
    """The first columns of a scratch array, as one contiguous array."""
    return room.reshape(-1)[: len(room) * width].reshape(len(room), width)


def _add_up(table: Floats, axis: int, out: Floats) -> None:
    """Sum along an axis in stored order. NumPy adds a lone column pairwise, so that one is added here, member by member."""
    if table.shape[2] > 1:
        np.add.reduce(table, axis=axis, out=out)
        return
    members = table.swapaxes(0, axis)
    out[...] = members[0]
    for member in members[1:]:
        np.add(out, member, out=out)


def _blocks(rows: list[Ints]) -> Iterator[_Block]:
    """Blocks that cover all groups, or none where the rows are scattered."""
    size = {len(r) for r in rows}
    flat = np.concatenate(rows) if rows else np.array([], dtype=np.intp)
    if (
        len(size) == 1
        and np.array_equal(np.sort(flat), np.arange(len(flat)))
        and np.array_equal(np.stack(rows, axis=1).ravel(), np.arange(len(flat)))
    ):
        yield _block(slice(0, len(rows)), slice(0, len(flat)), (size.pop(), len(rows)), 0)
        return
    if not np.array_equal(flat, np.arange(len(flat))):
        return
    g = 0
    while g < len(rows):
        h = g + 1
        while h < len(rows) and len(rows[h]) == len(rows[g]):
            h += 1
        yield _block(slice(g, h), slice(int(rows[g][0]), int(rows[h - 1][-1]) + 1), (h - g, len(rows[g])), 1)
        g = h
