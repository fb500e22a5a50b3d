"""Values of a scenario's numbers in a range of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.draw.quantile import quantile
from sim.draw.source import Source
from sim.model.model import Entry
from sim.model.world import Floats


@dataclass(frozen=True)
class Draws:
    """The chance of runs first ... first + n_run - 1."""

    source: Source
    first: int
    n_run: int

    def uniform(self, name: str) -> Floats:
        """Uniforms of a named stream, [run]."""
        return self.source.law(name, self.first, self.n_run)

    def noise(self, name: str) -> Floats:
        """Uniforms of a named stream that is one of very many, [run]."""
        return self.source.noise(name, self.first, self.n_run)

    def happens(self, name: str, chance: Floats) -> NDArray[np.bool_]:
        """Whether a thing happens, [run]; what is certain asks no stream.

        Arguments:
            name: of its stream.
            chance: its probability, [run] or [1].
        """
        return np.ones(self.n_run, dtype=np.bool_) if (chance >= 1.0).all() else self.uniform(name) < chance

    def value(self, entry: Entry) -> Floats:
        """One number, [run], or [1] if it is certain, in the entry's own unit."""
        if isinstance(entry.amount, float | int):
            return np.array([float(entry.amount)])
        return quantile(entry.amount, self.uniform(entry.name))

    def rows(self, entries: Sequence[Entry]) -> Floats:
        """Several numbers as one array, [row, run], or [row, 1] if all are certain."""
        values = [self.value(entry) for entry in entries]
        width = max((len(v) for v in values), default=1)
        out = np.empty((len(values), width))
        for row, v in enumerate(values):
            out[row] = v
        return out
