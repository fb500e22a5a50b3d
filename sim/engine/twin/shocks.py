"""Shocks of the twin: how hard one event strikes in a step, the process that opens and closes it, and what it does to whom."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import floor, inf, log
from typing import TYPE_CHECKING

import simpy

from sim.model.world import TINY, Events, Floats, ShockPlan

if TYPE_CHECKING:
    from sim.engine.twin.entities import Cast, Link, Producer, User


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The course of one event: instants in steps from the clock's start, levels as fractions of `size` and `extra`."""

    announced: float
    rush: float
    start: float
    full_end: float
    ramp_end: float
    end: float
    after: float
    size: float
    extra: float

    def mean_level(self, step: int) -> float:
        """Mean level over [step, step + 1], a fraction (MODEL.md, Shocks)."""
        full = overlap(step, self.start, self.full_end)
        late = overlap(step, self.ramp_end, self.end)
        return full + self._ramp(step) + self.after * late

    def mean_cover(self, step: int) -> float:
        """Part of [step, step + 1] that lies in [start, end], however hard the event strikes then, a fraction."""
        return overlap(step, self.start, self.end)

    def mean_threat(self, step: int) -> float:
        """Part of [step, step + 1] that lies in [announced, end], a fraction."""
        return overlap(step, self.announced, self.end)

    def mean_rush(self, step: int) -> float:
        """Part of [step, step + 1] that lies in [rush, start], a fraction."""
        return overlap(step, self.rush, self.start)

    def _ramp(self, step: int) -> float:
        length = overlap(step, self.full_end, self.ramp_end)
        if length == 0.0:
            return 0.0
        # A straight line has its mean at its middle.
        middle = max(step, self.full_end) + length / 2
        way = (middle - self.full_end) / (self.ramp_end - self.full_end)
        return length * (1.0 + (self.after - 1.0) * way)


def overlap(step: int, opens: float, closes: float) -> float:
    """Length of [step, step + 1] that lies in [opens, closes], in steps; either instant may be `inf`."""
    return max(0.0, min(step + 1.0, closes) - max(float(step), opens))


def profiles(events: Events, run: int) -> list[Profile]:
    """The events of one shock in one run, in stored order; arrays are `[event, run]`, a run axis of length 1 serves all runs."""
    names = ("announced", "rush", "start", "full_end", "ramp_end", "end", "after", "size", "extra")
    columns = {name: column(getattr(events, name), run) for name in names}
    return [Profile(**{name: columns[name][e] for name in names}) for e in range(len(columns["start"]))]


def column(array: Floats, run: int) -> list[float]:
    """One run of a `[axis, run]` array as plain floats; a run axis of length 1 serves all runs."""
    return array[:, run if array.shape[1] > 1 else 0].tolist()


@dataclass(kw_only=True, eq=False, slots=True)
class Strike:
    """One event of one shock: what it strikes, and how hard in the step at hand."""

    plan: ShockPlan
    profile: Profile
    links: list[Link]
    producers: list[Producer]
    users: list[User]
    level: float = 0.0
    cover: float = 0.0
    threat: float = 0.0
    rush: float = 0.0

    @property
    def restricts(self) -> bool:
        """Whether it is a rule about what may pass, and so a threat to those who buy over its links."""
        return self.plan.kind in {"export_ban", "export_licence"}

    @property
    def binds(self) -> bool:
        """Whether it closes its links for as long as it is there, however little is left of it."""
        return self.restricts or (self.plan.kind == "transport" and self.profile.size > 0.0)

    def life(self, calendar: simpy.Environment) -> Generator[simpy.Event, object, None]:
        """SimPy process: wakes at the opening of every step the event touches, and closes it afterwards."""
        course = self.profile
        opens = min(course.announced, course.rush, course.start)
        if opens == inf:
            return
        yield calendar.timeout(max(0, floor(opens)))
        while calendar.now < course.end:
            step = round(calendar.now)
            self.level = course.mean_level(step)
            self.cover = course.mean_cover(step)
            self.threat = course.mean_threat(step)
            self.rush = course.mean_rush(step)
            yield calendar.timeout(1)
        self.level = self.cover = self.threat = self.rush = 0.0


def feel(cast: Cast) -> None:
    """Fold the level of every strike into what it strikes, in stored order (MODEL.md, Shocks)."""
    for producer in cast.producers:
        producer.availability = producer.surplus = producer.skill = 1.0
        producer.rebate = 0.0
    for user in cast.users:
        user.surge = 1.0
    for link in cast.links:
        link.open = link.passing = 1.0
        link.hurry = link.delay = link.duty = 0.0
    for buyer in cast.buyers:
        buyer.threat = 0.0
    for strike in cast.strikes:
        # Losses of capacity go by several names.
        _EFFECTS.get(strike.plan.kind, _lose)(strike)


def _lose(strike: Strike) -> None:
    for producer in strike.producers:
        producer.availability *= 1.0 - strike.profile.size * strike.level


def _surge(strike: Strike) -> None:
    for user in strike.users:
        user.surge *= 1.0 + strike.profile.size * strike.level


def _restrict(strike: Strike) -> None:
    for link in strike.links:
        link.open *= 1.0 - strike.cover
        link.passing *= (1.0 - strike.level) + strike.profile.size * strike.level
        link.hurry = max(link.hurry, strike.rush)
        link.buyer.threat = max(link.buyer.threat, strike.threat)


def _disrupt(strike: Strike) -> None:
    for link in strike.links:
        link.delay += strike.profile.extra * strike.level
        if strike.binds:
            link.open *= 1.0 - strike.cover
            link.passing *= 1.0 - strike.profile.size * strike.level


def _tax(strike: Strike) -> None:
    for link in strike.links:
        link.duty += log(1.0 + strike.profile.size * strike.level)


def _dump(strike: Strike) -> None:
    for producer in strike.producers:
        producer.rebate += log(max(1.0 - strike.profile.size * strike.level, TINY))
        producer.surplus *= 1.0 + strike.profile.extra * strike.level


def _unlearn(strike: Strike) -> None:
    for producer in strike.producers:
        producer.skill *= 1.0 - strike.profile.size * strike.level


_EFFECTS: dict[str, Callable[[Strike], None]] = {
    "demand_surge": _surge,
    "export_ban": _restrict,
    "export_licence": _restrict,
    "transport": _disrupt,
    "tariff": _tax,
    "dumping": _dump,
    "technology_ban": _unlearn,
}
