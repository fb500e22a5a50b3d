"""Simulated counterparts of what was observed, and how well they agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.data.observed import PEAK, REGION, REST, STORAGE, Observable, Period
from sim.model.world import TINY, Floats, Ints, Network
from sim.record.probe import Probe
from sim.units import DAYS_PER_MONTH

PER_MONTH = ("use", "production", "exports", "imports")
"""Series told in t per month where they are relative to nothing."""
DIRECT = {"price": "price", "origin_price": "origin_price", "use": "use", "stock": "stock", "store": "store", "production": "production"}


class Ratio(NamedTuple):
    """A series as one reading over another, summed over time each; over time itself where there is no other."""

    top: Probe
    bottom: Probe | None


class Place(NamedTuple):
    """Where a series is found at all."""

    does: str
    rows: Callable[[Network], Ints]


_MADE, _USED = Place("makes", lambda net: net.links.src), Place("uses", lambda net: net.users.node)
PLACES = {
    **dict.fromkeys(("origin_price", "production", "world_share"), _MADE),
    **dict.fromkeys(("use", "unmet", "stock"), _USED),
    "price": Place("buys", lambda net: net.links.dst),
    "store": Place("stores", lambda net: net.stores.member_node),
}


class Kept(NamedTuple):
    """Readings of all runs and their values at rest."""

    series: Mapping[Probe, Floats]
    """[step, run]."""
    rest: Mapping[Probe, Floats]
    """[step or 1, run]."""


def ratio_of(item: Observable, net: Network, region: str | None = None) -> Ratio:
    """The readings that a series is made of.

    Arguments:
        item: what was observed.
        net: the network of the episode.
        region: look there instead of at the observable's own region.

    Raises:
        KeyError: the network has no such node or flow; its argument says which.
    """
    node = node_of(net, item.commodity, region or item.region)
    if item.series in PLACES and node not in PLACES[item.series].rows(net):
        raise KeyError(f"nobody {PLACES[item.series].does} {item.commodity} in {region or item.region}")
    if item.series in DIRECT:
        return Ratio(Probe(DIRECT[item.series], (node,)), None)
    if item.series == "unmet":
        return Ratio(Probe("use", (node,)), Probe("wanted", (node,)))
    if item.series == "world_share":
        commodity = net.node_commodity[node]
        return Ratio(Probe("production", (node,)), Probe("production", tuple(np.flatnonzero(net.node_commodity == commodity).tolist())))
    here, there = (net.links.src, net.links.dst) if item.series == "exports" else (net.links.dst, net.links.src)
    abroad = (here == node) & (there != node)
    chosen = abroad & (there == node_of(net, item.commodity, item.partner)) if item.partner else abroad
    if not chosen.any():
        raise KeyError(f"no trade of {item.commodity} between {region or item.region} and {item.partner or 'any other'}")
    reading = "shipped" if item.series == "exports" else "arrived"
    top = Probe(reading, tuple(np.flatnonzero(chosen).tolist()))
    return Ratio(top, Probe(reading, tuple(np.flatnonzero(abroad).tolist())) if item.series == "import_share" else None)


def node_of(net: Network, commodity: str, region: str) -> int:
    """Number of the node of a commodity in a region. Raises KeyError, as `ratio_of` does, where there is none."""
    if commodity not in net.commodities or region not in net.regions:
        raise KeyError(f"no {commodity} in {region}")
    here = (net.node_commodity == net.commodities.index(commodity)) & (net.node_region == net.regions.index(region))
    return int(np.flatnonzero(here)[0])


def probes_of(item: Observable, net: Network) -> tuple[Probe, ...]:
    """Readings that `sample` needs of the observable. Raises KeyError as `ratio_of` does."""
    regions = (None, str(item.base).removeprefix(REGION)) if str(item.base).startswith(REGION) else (None,)
    found = [probe for region in regions for probe in ratio_of(item, net, region) if probe is not None]
    if item.base == STORAGE:
        found.append(Probe("storage", found[0].rows))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class _Watcher:
    """One observable's series, ready to be read over any days."""

    item: Observable
    ratio: Ratio
    kept: Kept
    net: Network

    def over(self, days: Period) -> Floats:
        """Its mean over some days, [run]."""
        weights = overlap(self.net, days)
        top = weights @ self.kept.series[self.ratio.top]
        bottom = weights.sum() if self.ratio.bottom is None else weights @ self.kept.series[self.ratio.bottom]
        return self._told(top, bottom)

    def at_rest(self, days: Period) -> Floats:
        """Its mean over the same days at rest, [run]."""
        weights = overlap(self.net, days)
        top = _mean(self.kept.rest[self.ratio.top], weights)
        return self._told(top, 1.0 if self.ratio.bottom is None else _mean(self.kept.rest[self.ratio.bottom], weights))

    def monthly(self, days: Period) -> Floats:
        """Its monthly means, [month, run]."""
        return np.stack([self.over(month) for month in months(days)])

    def _told(self, top: Floats, bottom: Floats | float) -> Floats:
        value = top / np.maximum(bottom, TINY)
        if self.item.series == "unmet":
            return np.maximum(1.0 - value, 0.0)
        return value * (DAYS_PER_MONTH / self.net.step_days) if self.item.series in PER_MONTH else value


def _mean(values: Floats, weights: Floats) -> Floats:
    return values[0] if len(values) == 1 else weights @ values / weights.sum()


def overlap(net: Network, days: Period) -> Floats:
    """Days that each step shares with a period, [step].

    Arguments:
        net: says when steps are.
        days: the period.
    """
    first = (days.first - net.start).days
    last = first + (days.last - days.first).days
    begins = np.arange(net.n_step) * net.step_days
    return np.maximum(np.minimum(begins + net.step_days, last) - np.maximum(begins, first), 0.0)


def months(days: Period) -> list[Period]:
    """The calendar months that a period touches, whole."""
    found, day = [], days.first.replace(day=1)
    while day < days.last:
        after = (day + timedelta(31)).replace(day=1)
        found.append(Period(day, after))
        day = after
    return found


def sample(item: Observable, net: Network, kept: Kept) -> Floats:
    """What each run has in place of the observed number, in its unit, [run].

    Arguments:
        item: what was observed.
        net: the network of the episode.
        kept: the readings named by `probes_of`.
    """
    watcher = _Watcher(item, ratio_of(item, net), kept, net)
    base = _base(watcher)
    if item.statistic in ("mean", "at"):
        return watcher.over(item.over) / base
    return OVER_MONTHS[item.statistic](watcher.monthly(item.over) / base, item.level)


def _base(watcher: _Watcher) -> Floats | float:
    item, base = watcher.item, watcher.item.base
    if isinstance(base, Period):
        found = watcher.over(base)
    elif base == REST:
        found = watcher.at_rest(item.over)
    elif base == STORAGE:
        found = watcher.kept.rest[Probe("storage", watcher.ratio.top.rows)][0]
    elif base == PEAK:
        found = watcher.monthly(Period(watcher.net.start, item.over.last)).max(axis=0)
    elif base.startswith(REGION):
        found = _Watcher(item, ratio_of(item, watcher.net, base.removeprefix(REGION)), watcher.kept, watcher.net).over(item.over)
    else:
        return 1.0
    return np.maximum(found, TINY)


def _first(is_there: NDArray[np.bool_]) -> Floats:
    return np.where(is_there.any(axis=0), is_there.argmax(axis=0), len(is_there)).astype(np.float64)


OVER_MONTHS: dict[str, Callable[[Floats, float], Floats]] = {
    "highest": lambda by_month, level: by_month.max(axis=0),
    "lowest": lambda by_month, level: by_month.min(axis=0),
    "months_to_highest": lambda by_month, level: by_month.argmax(axis=0).astype(np.float64),
    "months_until_above": lambda by_month, level: _first(by_month >= level),
    "months_until_below": lambda by_month, level: _first(by_month <= level),
    "months_below": lambda by_month, level: (by_month < level).sum(axis=0).astype(np.float64),
}
"""Statistics of monthly means, [month, run] -> [run]."""


@dataclass(frozen=True)
class Agreement:
    """An observed number beside what the runs have in its place."""

    item: Observable
    p05: float
    p50: float
    p95: float
    crps: float
    """Continuous ranked probability score in half widths of the band: 0 for a forecast that is sure and right, 1 for one that is sure and
    at the edge of a band about the observed number."""

    @property
    def inside(self) -> bool:
        """Whether the median lies in the band."""
        return self.item.low <= self.p50 <= self.item.high


def agreement(item: Observable, values: Floats) -> Agreement:
    """Hold a sample against what was observed.

    Arguments:
        item: what was observed.
        values: of `sample`, [run].
    """
    p05, p50, p95 = np.quantile(values, (0.05, 0.5, 0.95))
    return Agreement(item, float(p05), float(p50), float(p95), crps(values, item.observed) / ((item.high - item.low) / 2.0))


def crps(values: Floats, observed: float) -> float:
    """Continuous ranked probability score of a sample, `E|X - y| - E|X - X'| / 2` (Gneiting and Raftery 2007), in the sample's unit.

    Arguments:
        values: a sample of the forecast, [run].
        observed: what came true.
    """
    ordered, n = np.sort(values), len(values)
    between = 2.0 * float((2.0 * np.arange(1, n + 1) - n - 1) @ ordered) / n**2
    return float(np.abs(ordered - observed).mean()) - between / 2.0


def last_day(net: Network) -> date:
    """The day after the last step."""
    return net.start + timedelta(net.n_step * net.step_days)
