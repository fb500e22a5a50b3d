"""What the charts of a past episode show: which series carry observed points, how they ran in the runs, and when shocks were in force."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.data.observed import PEAK, REGION, REST, STORAGE, Observable, Period
from sim.draw import draw
from sim.measure.observed import PER_MONTH, Agreement, last_day, months, sample
from sim.record.fan import LEVELS
from sim.show.view import Course, Floats
from sim.show.words import commodity_label

if TYPE_CHECKING:
    from sim.api.backtesting import Scored
    from sim.model.world import Events, Network

PLACED = ("mean", "at", "highest", "lowest")
"""Statistics whose number is a value of the series over some days; the others count months."""
DATED = ("mean", "at")
"""Those whose number belongs to all of the days."""
MONTHLY = (*PER_MONTH, "unmet", "import_share", "world_share")
"""Series shown month by month: week by week they jump with single shipments."""
SHARES = ("unmet", "import_share", "world_share")
PRICES = ("price", "origin_price")
TITLES = {
    "price": "Price",
    "origin_price": "What producers earn",
    "use": "Use",
    "unmet": "Unmet wants",
    "stock": "Users' stock",
    "store": "Strategic stock",
    "production": "Output",
    "exports": "Exports",
    "imports": "Imports",
    "import_share": "Part of imports",
    "world_share": "Part of the world's output",
}
"""What a panel of each series is called."""
MOST_PANELS = 12
DRAWN = 100
"""Worlds drawn to see when shocks are in force."""
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Panel:
    """A series at one place and relative to one base, with all that was observed of it."""

    found: tuple[tuple[int, Agreement], ...]
    """Number in the file, from 1, and what was observed."""

    @property
    def item(self) -> Observable:
        """The first of them; series, place and base are the same in all."""
        return self.found[0][1].item

    @property
    def title(self) -> str:
        """Series, commodity and place in words."""
        item = self.item
        partner = {"exports": "to", "imports": "from", "import_share": "from"}.get(item.series, "")
        place = f"{item.region} {partner} {item.partner}" if item.partner else item.region
        return f"{TITLES[item.series]}: {commodity_label(item.commodity)}, {place}"

    @cached_property
    def scale(self) -> tuple[str, float, str]:
        """How it is told: `ratio` (equal steps may be equal ratios), `multiple`, `percent` or `amount`; a factor; the unit in words."""
        series, base = self.item.series, self.item.base
        if isinstance(base, Period):
            return ("ratio" if series in PRICES else "multiple"), 1.0, f"multiple of {days_in_words(base)}"
        if base == STORAGE:
            return "percent", 100.0, "% of what users can hold"
        if base.startswith(REGION):
            return ("ratio" if series in PRICES else "multiple"), 1.0, f"multiple of that of {base.removeprefix(REGION)}"
        if series in PRICES or base == REST:
            return ("ratio" if series in PRICES else "multiple"), 1.0, "multiple of usual"
        if series in SHARES:
            return "percent", 100.0, "% of what is wanted" if series == "unmet" else "%"
        return "amount", 1.0, "t a month" if series in PER_MONTH else "t"


def panels_of(scored: Scored) -> list[Panel]:
    """Panels of an episode, in the order of its file: series seen twice or more, then those seen once, until there is no room.

    Wants that were met all along, seen once, make an empty panel and are left out.

    Arguments:
        scored: the episode as played.
    """
    groups: dict[tuple[object, ...], list[tuple[int, Agreement]]] = {}
    for number, found in enumerate(scored.agreements, 1):
        item = found.item
        if item.statistic in PLACED and item.base != PEAK:
            groups.setdefault((item.series, item.commodity, item.region, item.partner, item.base), []).append((number, found))
    chosen = {key for key, group in groups.items() if len(group) > 1}
    seen = {key[:4] for key in chosen}
    for key, group in groups.items():
        if key[:4] not in seen and key[0] != "unmet" and group[0][1].item.statistic in DATED and len(chosen) < MOST_PANELS:
            chosen.add(key)
            seen.add(key[:4])
    return [Panel(tuple(group)) for key, group in groups.items() if key in chosen][:MOST_PANELS]


def course_of(panel: Panel, scored: Scored) -> Course:
    """How the runs have the series of a panel over time, in its unit: month by month or step by step, see MONTHLY.

    Arguments:
        panel: from `panels_of`.
        scored: the episode.
    """
    net = scored.network
    spans = _months(net) if panel.item.series in MONTHLY else _steps(net)
    like = replace(panel.item, statistic="mean")
    values = np.stack([sample(replace(like, over=span), net, scored.kept) for span in spans]) * panel.scale[1]
    quantiles = np.quantile(values, LEVELS, axis=1)
    names = ("p05", "p25", "p50", "p75", "p95")
    day = np.array([middle(span) for span in spans])
    return Course(day=day, mean=values.mean(axis=1), **dict(zip(names, quantiles, strict=True)))


def _months(net: Network) -> list[Period]:
    """Calendar months of the clock; of a month that it does not fill, the part that it does, if that is half or more."""
    end, found = last_day(net), []
    for month in months(Period(net.start, end)):
        inside = Period(max(month.first, net.start), min(month.last, end))
        if 2 * (inside.last - inside.first) >= month.last - month.first:
            found.append(inside)
    return found


def _steps(net: Network) -> list[Period]:
    edges = [net.date_of(step) for step in range(net.n_step + 1)]
    return [Period(first, max(last, first + timedelta(1))) for first, last in pairwise(edges)]


def number_of(day: date) -> float:
    """A date as days since 1970-01-01."""
    return float((day - _EPOCH).days)


def middle(days: Period) -> float:
    """The middle of some days, days since 1970-01-01."""
    return (number_of(days.first) + number_of(days.last)) / 2.0


@dataclass(frozen=True)
class Strike:
    """When a shock acts in most runs; instants in days since 1970-01-01."""

    name: str
    commodity: str
    announced: float
    start: float
    end: float
    """Infinite where it lasts to the end of the clock."""
    in_force: Floats
    """Whether it is in force, [step, run]."""


def strikes_of(scored: Scored) -> list[Strike]:
    """The shocks of an episode that happen in at least half of the runs, by their start.

    Arguments:
        scored: the episode.
    """
    model, net = scored.episode.model, scored.network
    n_drawn = min(n_run_of(scored), DRAWN)
    world = draw(model, scored.episode.scenario.runs.rng_seed, 0, n_drawn)
    found = []
    for plan, events in zip(net.shocks, world.events, strict=True):
        first = np.min(events.start, axis=0)
        if not plan.is_policy and np.isfinite(np.median(first)):
            announced, end = np.median(np.min(events.announced, axis=0)), np.median(np.max(events.end, axis=0))
            days = [_day(net, step) for step in (announced, float(np.median(first)), end)]
            found.append(
                Strike(plan.name, plan.commodity, days[0], days[1], days[2], np.broadcast_to(_in_force(net, events), (net.n_step, n_drawn)))
            )
    return sorted(found, key=lambda strike: strike.start)


def _day(net: Network, step: float) -> float:
    return number_of(net.start) + float(step) * net.step_days if step < net.n_step else float("inf")


def _in_force(net: Network, events: Events) -> Floats:
    step = np.arange(net.n_step)[:, None, None]
    return np.any((events.start <= step + 0.5) & (step + 0.5 < events.end), axis=1).astype(np.float64)


def chosen_strikes(strikes: Iterable[Strike], commodity: str) -> list[Strike]:
    """Those that name a commodity; all if none does."""
    every = list(strikes)
    return [strike for strike in every if strike.commodity == commodity] or every


def shade_of(strikes: Iterable[Strike], net: Network) -> dict[str, Course]:
    """Part of the runs in which any of some shocks is in force, as one course; empty for no shock.

    Arguments:
        strikes: of one panel.
        net: the network.
    """
    levels = [strike.in_force for strike in strikes]
    if not levels:
        return {}
    level = np.stack(levels).max(axis=0).mean(axis=1)
    day = number_of(net.start) + np.arange(net.n_step + 1, dtype=np.float64) * net.step_days
    level = np.append(level, level[-1])
    return {"shocks": Course(day=day, mean=level, p05=level, p25=level, p50=level, p75=level, p95=level)}


def day_in_words(day: date) -> str:
    """A day: `3 July 2023`."""
    return f"{day.day} {day:%B} {day.year}"


def days_in_words(days: Period) -> str:
    """Some days: `30 June 2023`, `June 2023`, `2023`, `January to October 2023` or `1 to 10 August 2022`."""
    first, last = days.first, days.last - timedelta(1)
    if first == last:
        return day_in_words(first)
    if first.day != 1 or days.last.day != 1:
        same_month = (first.year, first.month) == (last.year, last.month)
        return f"{first.day if same_month else day_in_words(first)} to {day_in_words(last)}"
    if (first.month, last.month) == (1, 12):
        return str(first.year) if first.year == last.year else f"{first.year} to {last.year}"
    if (first.year, first.month) == (last.year, last.month):
        return f"{first:%B} {first.year}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first:%B}{year} to {last:%B} {last.year}"


def n_run_of(scored: Scored) -> int:
    """How many runs an episode was played in."""
    return next(iter(scored.kept.series.values())).shape[1]


def sources_of(scored: Scored) -> tuple[str, ...]:
    """Where the observed numbers come from, each source once and without what it says."""
    return tuple(dict.fromkeys(found.item.source.partition(":")[0] for found in scored.agreements))
