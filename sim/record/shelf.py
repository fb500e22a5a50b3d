"""Outcomes that are too many for memory, in a file."""

from __future__ import annotations

import weakref
from collections.abc import Mapping
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

import numpy as np

from sim.model.world import Floats

ITEM = np.dtype(np.float64).itemsize


@dataclass(frozen=True)
class Shelf:
    """Some rows of a file of numbers, [row, run]; each row is read when it is asked for, so memory holds one at a time."""

    file: BinaryIO
    shape: tuple[int, int]
    first_row: int
    """Row of the file at which these begin."""
    owner: object = None
    """Who closes the file when nobody needs it any more."""

    def __len__(self) -> int:
        """Number of rows."""
        return self.shape[0]

    def __getitem__(self, where: tuple[int, slice]) -> Floats:
        """Some runs of one row, [run]."""
        row, runs = where[0], range(self.shape[1])[where[1]]
        if not 0 <= row < len(self):
            raise IndexError(row)
        self._go_to(row, runs.start)
        return np.fromfile(self.file, dtype=np.float64, count=len(runs))

    def put(self, first: int, values: Floats) -> None:
        """Write runs first ... of all rows, [row, run]."""
        for row, of_runs in enumerate(values):
            self._go_to(row, first)
            self.file.write(np.ascontiguousarray(of_runs).data)

    def _go_to(self, row: int, run: int) -> None:
        self.file.seek(ITEM * ((self.first_row + row) * self.shape[1] + run))


class _Nameless:
    """A file of its own that is gone with the last shelf in it."""

    def __init__(self) -> None:
        self.file = TemporaryFile(buffering=0)  # noqa: SIM115  it lives as long as its shelves do
        weakref.finalize(self, self.file.close)


def shelves(rows: Mapping[str, int], n_run: int, file: BinaryIO | None = None) -> dict[str, Shelf]:
    """One shelf a measure, all in one file.

    Arguments:
        rows: number of rows of each measure.
        n_run: number of runs.
        file: unbuffered, to read and write, whose numbers stay if it has the right size; a nameless one if not given.
    """
    owner = file or _Nameless()
    kept = owner.file if isinstance(owner, _Nameless) else owner
    kept.truncate(ITEM * sum(rows.values()) * n_run)
    first_row = np.cumsum([0, *rows.values()])
    return {name: Shelf(kept, (n_row, n_run), int(first), owner) for (name, n_row), first in zip(rows.items(), first_row, strict=False)}
