"""Estimates from a sample of runs: mean, quantiles, tail mean, chance; each with the error that is right for its sampler."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.model.world import Floats
from sim.scenario.sampler import REPLICATES, Sampler

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
    width: float = Z95
    """Standard errors from the mean to an end of its 95 % interval."""

    def interval(self) -> tuple[float, float]:
        """95 % interval of the mean."""
        return self.mean - self.width * self.se, self.mean + self.width * self.se

    def cvar_interval(self) -> tuple[float, float]:
        """95 % interval of the tail mean."""
        return self.cvar95 - self.width * self.cvar95_se, self.cvar95 + self.width * self.cvar95_se


class Spread(NamedTuple):
    """Standard error of a mean, and how many of them a 95 % interval reaches to either side."""

    se: float
    width: float


class Chance(NamedTuple):
    """A probability and its 95 % interval, exact for plain runs; never a bare 0 or 1 for what was not seen in n runs."""

    probability: float
    low: float
    high: float
    n: int


def estimate(sample: Floats, sampler: Sampler = "plain") -> Estimate:
    """Mean, quantiles and tail mean of a sample.

    The tail mean is `CVaR = q + E[(x - q)+] / (1 - 0.95)` with q the 95 % quantile (Rockafellar and Uryasev 2000); its standard error is
    that of the mean of `q + (x - q)+ / (1 - 0.95)`, since the error of q cancels to first order (Trindade et al. 2007).

    Arguments:
        sample: values, NaN where a thing did not happen, [run].
        sampler: that the runs were drawn with; if not plain, `sample` holds all of them in order.
    """
    x = np.sort(sample[~np.isnan(sample)])
    n = len(x)
    if n == 0:
        nan = float("nan")
        return Estimate(nan, nan, nan, nan, nan, nan, nan, 0)
    q05, q50, q95 = (float(_quantile(x, level)) for level in (0.05, 0.5, TAIL))
    beyond = tail(x)
    error, width = spread(x if sampler == "plain" else sample, sampler)
    if sampler == "plain":
        return Estimate(float(x.mean()), error, q05, q50, q95, float(beyond.mean()), tail_se(beyond), n)
    in_order = np.full(len(sample), np.nan)
    in_order[~np.isnan(sample)] = tail(sample[~np.isnan(sample)])
    return Estimate(float(x.mean()), error, q05, q50, q95, float(beyond.mean()), tail_spread(in_order, sampler).se, n, width)


def spread(sample: Floats, sampler: Sampler = "plain") -> Spread:
    """Standard error of the mean and the width of its interval.

    Plain runs: `s / sqrt(n)`, normal. Otherwise runs depend on each other within a pair or a replicate, and pairs or replicates do not:
    `s(m) / sqrt(r)` of their r means m, with Student's t of r - 1 degrees (Owen 2023, Monte Carlo, 17.1). Where a thing happened in some
    runs only, the mean is a ratio of two means, and m are the means of its linear part, `(x - mean) / share` where it happened and 0
    where not (Cochran 1977, Sampling Techniques, 6.4).

    Arguments:
        sample: values, NaN where a thing did not happen, all runs in order, [run].
        sampler: that they were drawn with.
    """
    known = ~np.isnan(sample)
    if sampler == "plain":
        return Spread(se(sample[known]), Z95)
    if known.sum() < 2:
        return Spread(float("nan"), float("nan"))
    share = known.mean()
    parts = _independent(np.where(known, sample - sample[known].mean(), 0.0) / share, sampler)
    return Spread(se(parts), _student(len(parts) - 1))


def _independent(sample: Floats, sampler: Sampler) -> Floats:
    """Means of pairs or of replicates, [part]."""
    match sampler:
        case "plain":
            return sample
        case "antithetic":
            return sample.reshape(-1, 2).mean(axis=1)
        case "sobol":
            return sample.reshape(-1, REPLICATES).mean(axis=0)
        case "latin-hypercube":
            return sample.reshape(REPLICATES, -1).mean(axis=1)


def _student(freedom: int) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(freedom, 0.975)) if freedom > 0 else float("nan")


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


def tail_spread(parts: Floats, sampler: Sampler = "plain") -> Spread:
    """As `spread`, of a tail mean; the error is NaN where `tail_se` is.

    Arguments:
        parts: of `tail`, or differences of such, NaN where a thing did not happen, all runs in order, [run].
        sampler: that they were drawn with.
    """
    known = parts[~np.isnan(parts)]
    if sampler == "plain":
        return Spread(tail_se(known), Z95)
    error, width = spread(parts, sampler)
    return Spread(error if np.isfinite(tail_se(known)) else float("nan"), width)


def chance(happened: NDArray[Any], sampler: Sampler = "plain") -> Chance:
    """Probability that a thing happens, with the exact (Clopper and Pearson 1934) interval.

    For a thing never or always seen the bound is one-sided, about 3/n from the end. Of runs that depend on each other it is the interval
    of so many plain runs as have the same error, `p (1 - p) / se^2` corrected for the width of Student's t (Korn and Graubard 1998), but
    never of more than there are.

    Arguments:
        happened: 1 or 0, or true or false, NaN where it cannot be said, all runs in order, [run].
        sampler: that they were drawn with.
    """
    from scipy.special import betaincinv

    known = happened[~np.isnan(happened)]
    n, seen = len(known), int(known.sum())
    p, alike = seen / n, float(n)
    if sampler != "plain" and 0 < seen < n:
        error, width = spread(happened.astype(np.float64), sampler)
        half = error * width / Z95
        alike = min(alike, p * (1.0 - p) / half**2) if half > 0.0 else alike
    hits = seen if alike == n else p * alike
    tail = 0.05 if seen in (0, n) else 0.025
    low = float(betaincinv(hits, alike - hits + 1, tail)) if seen > 0 else 0.0
    high = float(betaincinv(hits + 1, alike - hits, 1.0 - tail)) if seen < n else 1.0
    return Chance(p, low, high, n)


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
