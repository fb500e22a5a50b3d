"""Estimates from a sample of runs: mean, quantiles, tail mean, chance; each with its error."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.world import Floats

TAIL = 0.95
Z95 = 1.959963984540054


class Estimate(NamedTuple):
    """A sampled quantity in the unit of its sample."""

    mean: float
    se: float
    p05: float
    p50: float
    p95: float
    cvar95: float
    cvar95_se: float
    n: int

    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean."""
        return self.mean - Z95 * self.se, self.mean + Z95 * self.se

    def cvar_interval(self) -> tuple[float, float]:
        """95 % interval of the tail mean."""
        return self.cvar95 - Z95 * self.cvar95_se, self.cvar95 + Z95 * self.cvar95_se


class Chance(NamedTuple):
    """A probability and its exact 95 % interval; never a bare 0 or 1 for what was not seen in n runs."""

    probability: float
    low: float
    high: float
    n: int


def estimate(sample: Floats) -> Estimate:
    """Mean, quantiles and tail mean of a sample.

    The tail mean is `CVaR = q + E[(x - q)+] / (1 - 0.95)` with q the 95 % quantile (Rockafellar and Uryasev 2000); its standard error is
    that of the mean of `q + (x - q)+ / (1 - 0.95)`, since the error of q cancels to first order (Trindade et al. 2007).

    Arguments:
        sample: values, NaN where a thing did not happen, [run].
    """
    x = np.sort(sample[~np.isnan(sample)])
    n = len(x)
    if n == 0:
        nan = float("nan")
        return Estimate(nan, nan, nan, nan, nan, nan, nan, 0)
    q05, q50, q95 = (float(_quantile(x, level)) for level in (0.05, 0.5, TAIL))
    var = float(x[min(int(np.ceil(TAIL * n)), n) - 1])
    tail = var + np.maximum(x - var, 0.0) / (1.0 - TAIL)
    # With fewer than 10 runs in the tail its spread is not known well enough to state an error.
    tail_se = _se(tail) if n * (1.0 - TAIL) >= 10 else float("nan")
    return Estimate(float(x.mean()), _se(x), q05, q50, q95, float(tail.mean()), tail_se, n)


def chance(happened: NDArray[Any]) -> Chance:
    """Probability that a thing happens, with the exact (Clopper and Pearson 1934) interval.

    For a thing never or always seen the bound is one-sided, about 3/n from the end.

    Arguments:
        happened: 1 or 0, or true or false, [run].
    """
    from scipy.special import betaincinv

    n, seen = len(happened), int(happened.sum())
    tail = 0.05 if seen in (0, n) else 0.025
    low = float(betaincinv(seen, n - seen + 1, tail)) if seen > 0 else 0.0
    high = float(betaincinv(seen + 1, n - seen, 1.0 - tail)) if seen < n else 1.0
    return Chance(seen / n, low, high, n)


def _quantile(ordered: Floats, level: float) -> float:
    at = level * (len(ordered) - 1)
    low = int(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (at - low) * (ordered[high] - ordered[low])


def _se(x: Floats) -> float:
    return float(x.std(ddof=1) / np.sqrt(len(x))) if len(x) > 1 else float("nan")
