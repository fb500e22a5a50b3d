"""Quantiles over runs, week by week: exact while that is small, else a sketch of counts that any batches can be merged into."""

from __future__ import annotations

from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from sim.model.world import Floats

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
ACCURACY = 0.01
SMALLEST, LARGEST = 1e-6, 1e12


class Fan(Protocol):
    """Quantiles over runs of one series, [step, row]."""

    kept: NDArray[Any]
    """All that it knows; who puts it into another fan of the same kind makes that know the same."""

    def add(self, k: int, first: int, values: Floats) -> None:
        """Keep step k of runs first ... , [row, run]."""
        ...

    def merge(self, first: int, other: Self) -> None:
        """Add what another fan of the same kind has kept of runs first ... ."""
        ...

    def quantiles(self) -> Floats:
        """Quantiles at LEVELS, [level, step, row]."""
        ...


class ExactFan:
    """Every value is kept in single precision and sorted at the end."""

    def __init__(self, n_step: int, n_row: int, n_run: int) -> None:
        self.kept = np.empty((n_step, n_row, n_run), dtype=np.float32)

    def add(self, k: int, first: int, values: Floats) -> None:
        """Keep step k of runs first ... , [row, run]."""
        self.kept[k, :, first : first + values.shape[1]] = values

    def merge(self, first: int, other: Self) -> None:
        """Add what another has kept of runs first ... ."""
        self.kept[:, :, first : first + other.kept.shape[2]] = other.kept

    def quantiles(self) -> Floats:
        """Quantiles at LEVELS by linear interpolation between order statistics, [level, step, row]."""
        n_run = self.kept.shape[2]
        out = np.empty((len(LEVELS), *self.kept.shape[:2]))
        for k, by_row in enumerate(self.kept):
            ordered = np.sort(by_row, axis=-1)
            for i, level in enumerate(LEVELS):
                at = level * (n_run - 1)
                low = int(at)
                high = min(low + 1, n_run - 1)
                out[i, k] = ordered[:, low] + (at - low) * (ordered[:, high] - ordered[:, low])
        return out


class SketchFan:
    """Counts in bins whose width grows with the value (Masson, Rim and Lee 2019, DDSketch): quantiles within 1 % of the value.

    Counts are integers, so the result does not depend on the order or size of the batches.
    """

    LOG_GAMMA = float(np.log((1 + ACCURACY) / (1 - ACCURACY)))
    N_BIN = int(np.ceil(np.log(LARGEST / SMALLEST) / LOG_GAMMA)) + 2

    def __init__(self, n_step: int, n_row: int, n_run: int) -> None:
        self.kept = np.zeros((n_step, n_row, self.N_BIN), dtype=np.min_scalar_type(n_run))

    def __getstate__(self) -> tuple[tuple[int, ...], NDArray[np.intp], NDArray[Any]]:
        """Counts that are not nothing, and where: most are, and what a worker has counted travels."""
        places = np.flatnonzero(self.kept)
        return self.kept.shape, places.astype(np.min_scalar_type(self.kept.size)), self.kept.ravel()[places]

    def __setstate__(self, state: tuple[tuple[int, ...], NDArray[np.intp], NDArray[Any]]) -> None:
        """Lay them out again."""
        shape, places, counts = state
        self.kept = np.zeros(shape, dtype=counts.dtype)
        self.kept.ravel()[places] = counts

    def add(self, k: int, first: int, values: Floats) -> None:
        """Count step k of some runs, [row, run]; values up to SMALLEST count as zero."""
        place = np.ceil(np.log(np.clip(values, SMALLEST, LARGEST) / SMALLEST) / self.LOG_GAMMA).astype(np.intp)
        for row, bins in enumerate(place):
            self.kept[k, row] += np.bincount(bins, minlength=self.N_BIN).astype(self.kept.dtype)

    def merge(self, first: int, other: Self) -> None:
        """Add the counts of another; which runs they are of does not matter."""
        self.kept += other.kept

    def quantiles(self) -> Floats:
        """Quantiles at LEVELS, [level, step, row]."""
        middle = SMALLEST * np.exp((np.arange(self.N_BIN) - 0.5) * self.LOG_GAMMA)
        middle[0] = 0.0
        out = np.empty((len(LEVELS), *self.kept.shape[:2]))
        for k, by_row in enumerate(self.kept):
            upto = np.cumsum(by_row, axis=-1, dtype=np.int64)
            for i, level in enumerate(LEVELS):
                rank = level * (upto[:, -1:] - 1)
                out[i, k] = middle[np.argmax(upto > rank, axis=-1)]
        return out


class Mean:
    """Mean over runs of one series, summed as whole multiples of a tiny quantum so that no order of batches changes a bit."""

    def __init__(self, n_step: int, scale: Floats) -> None:
        """Start at zero.

        Arguments:
            n_step: number of steps.
            scale: usual size of each row, [row]; values may be up to some thousand times as large.
        """
        self.quantum = np.exp2(np.ceil(np.log2(np.maximum(scale, 1e-12))) - 30)[:, None]
        self.per_unit = 1.0 / self.quantum
        self.kept = np.zeros((n_step, len(scale)), dtype=np.int64)

    def add(self, k: int | slice, values: Floats) -> None:
        """Add step k, or several steps, of some runs, [row, run]."""
        whole = values * self.per_unit
        np.rint(whole, out=whole)
        self.kept[k] += whole.sum(axis=1).astype(np.int64)

    def merge(self, other: Mean) -> None:
        """Add the sums of another of the same scale."""
        self.kept += other.kept

    def mean(self, n_run: int) -> Floats:
        """Mean, [step, row]."""
        return self.kept * self.quantum[:, 0] / n_run
