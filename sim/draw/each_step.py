"""Final demand that is drawn anew in each step, some steps at a time."""

from __future__ import annotations

import numpy as np

from sim.draw.draws import Draws
from sim.draw.stream import STEPS
from sim.model.model import EachStep
from sim.model.world import TINY, Floats

BEYOND = 1e-18
"""Chance beyond which no table of a Poisson law goes on: no uniform number is so near to 1."""


class Steps:
    """Demand of one user in every step. Only the steps at hand are held, so that memory does not grow with the horizon."""

    def __init__(self, how: EachStep, draws: Draws, mean: Floats) -> None:
        """Lay out the law.

        Arguments:
            how: law and its size.
            draws: of the runs wanted.
            mean: demand at rest, t per step, [run] or [1].
        """
        self.how, self.draws, self.mean = how, draws, mean
        self._part, self._held = -1, np.empty((0, 0))
        certain = how.law == "poisson" and len(mean) == 1
        self._table = _poisson(float(mean[0]) / how.size) if certain else np.empty(0)

    def __call__(self, k: int) -> Floats:
        """Demand of step k, t, [run]."""
        part, row = divmod(k, STEPS)
        if part != self._part:
            draws = self.draws
            self._held = self._drawn(draws.source.steps(self.how.stream, part, draws.first, draws.n_run))
            self._part = part
        return self._held[row]

    def _drawn(self, u: Floats) -> Floats:
        """Quantiles of the law, [step, run]; the uniforms are written over."""
        from scipy.special import ndtri

        if self.how.law == "normal":
            for demand in u:  # a step at a time, while it is in the cache
                ndtri(demand, out=demand)
                np.multiply(demand, self.how.size, out=demand)
                np.add(demand, self.mean, out=demand)
                np.maximum(demand, 0.0, out=demand)
            return u
        if len(self._table):
            return np.searchsorted(self._table, u).astype(np.float64) * self.how.size
        return _poisson_quantile(u, self.mean / self.how.size) * self.how.size


def _poisson(mean: float) -> Floats:
    """Chance of at most 0, 1, 2 ... lots."""
    from scipy.special import pdtr, pdtrc

    most = int(mean + 12.0 * np.sqrt(mean) + 30.0)
    chances = pdtr(np.arange(most), mean)
    return chances[: int(np.argmax(pdtrc(np.arange(most), mean) < BEYOND)) + 1]


def _poisson_quantile(u: Floats, mean: Floats) -> Floats:
    """Least number of lots that is not exceeded with chance u, [step, run]."""
    from scipy.special import pdtr, pdtrik

    lots = np.ceil(pdtrik(u, np.maximum(mean, TINY)))
    fewer = np.maximum(lots - 1.0, 0.0)
    lots = np.where(pdtr(fewer, np.maximum(mean, TINY)) >= u, fewer, lots)
    return np.where(mean > 0.0, lots, 0.0)
