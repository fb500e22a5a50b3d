"""Quantile functions of the laws a scenario may state."""

from __future__ import annotations

import numpy as np

from sim.model.world import Floats
from sim.scenario import law as laws


def quantile(law: laws.Law, u: Floats) -> Floats:
    """Value of the law below which the fraction u of its draws fall.

    Arguments:
        law: any law of `sim.scenario.law`.
        u: fractions in (0, 1), any shape.

    Raises:
        TypeError: the law is not one of those.
    """
    match law:
        case laws.Uniform():
            return law.low + u * (law.high - law.low)
        case laws.Triangular():
            return _triangular(law, u)
        case laws.Exponential():
            return -law.mean * np.log1p(-u)
        case laws.Choice():
            weights = np.asarray(law.weights if law.weights else [1.0] * len(law.values))
            return np.asarray(law.values)[np.minimum(np.searchsorted(np.cumsum(weights) / weights.sum(), u), len(weights) - 1)]
        case laws.Empirical():
            return np.sort(np.asarray(law.values))[(u * len(law.values)).astype(np.intp)]
        case _:
            return _special(law, u)


def _triangular(law: laws.Triangular, u: Floats) -> Floats:
    width, left = law.high - law.low, law.mode - law.low
    if width == 0.0:
        return np.full_like(u, law.low)
    rising = law.low + np.sqrt(u * width * left)
    falling = law.high - np.sqrt((1.0 - u) * width * (law.high - law.mode))
    return np.where(u < left / width, rising, falling)


def _special(law: laws.Law, u: Floats) -> Floats:
    from scipy.special import betaincinv, ndtri

    match law:
        case laws.Normal():
            return law.mean + law.sd * ndtri(u)
        case laws.Lognormal():
            return law.median * np.exp(law.sigma * ndtri(u))
        case laws.Beta():
            return law.low + (law.high - law.low) * betaincinv(law.a, law.b, u)
        case laws.Pert():
            width = law.high - law.low
            a = 1.0 + 4.0 * (law.mode - law.low) / width
            return law.low + width * betaincinv(a, 6.0 - a, u)
        case _:
            raise TypeError(f"no quantile function for {type(law).__name__}")
