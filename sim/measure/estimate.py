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
    beyond = tail(x)
    return Estimate(float(x.mean()), se(x), q05, q50, q95, float(beyond.mean()), tail_se(beyond), n)


def tail(sample: Floats) -> Floats:
    """Each run's part in the tail mean, `q + (x - q)+ / (1 - 0.95)` with q the 95 % quantile; the tail mean is their mean.

    Arguments:
        sample: values without NaN, [run], at least one.
    """
    last = min(int(np.ceil(TAIL * len(sample))), len(sample)) - 1
    q = np.partition(sample, last)[last]
    return q + np.maximum(sample - q, 0.0) / (1.0 - TAIL)


def tail_se(parts: Floats) -> float:
    """Standard error of a tail mean, or of the difference of two; NaN with fewer than 10 runs in the tail, too few to know their spread.

    Arguments:
        parts: of `tail`, or differences of such, [run].
    """
    return se(parts) if len(parts) * (1.0 - TAIL) >= 10 else float("nan")


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


def se(x: Floats) -> float:
    """Standard error of the mean, `s / sqrt(n)`; NaN of fewer than two values.

    Arguments:
        x: values without NaN, [run].
    """
    return float(x.std(ddof=1) / np.sqrt(len(x))) if len(x) > 1 else float("nan")
