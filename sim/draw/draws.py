"""Values of a scenario's numbers in a range of runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.draw.quantile import quantile
from sim.draw.stream import uniforms
from sim.model.model import Entry
from sim.model.world import Floats


@dataclass(frozen=True)
class Draws:
    """The chance of runs first ... first + n_run - 1."""

    rng_seed: int
    first: int
    n_run: int

    def uniform(self, name: str) -> Floats:
        """Uniforms of a named stream, [run]."""
        return uniforms(self.rng_seed, name, self.first, self.n_run)

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
