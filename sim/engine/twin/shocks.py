"""Shocks of the twin: how hard one event strikes in a step, and the process that opens and closes it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from math import floor, inf
from typing import TYPE_CHECKING

import simpy

from sim.model.world import Events, ShockPlan

if TYPE_CHECKING:
    from sim.engine.twin.entities import Link, Producer, User


@dataclass(frozen=True, kw_only=True, slots=True)
class Profile:
    """The course of one event: instants in steps from the clock's start, levels as fractions of `size`."""

    announced: float
    start: float
    full_end: float
    ramp_end: float
    end: float
    after: float
    size: float

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
    names = ("announced", "start", "full_end", "ramp_end", "end", "after", "size")
    columns = {name: column(getattr(events, name), run) for name in names}
    return [Profile(**{name: columns[name][e] for name in names}) for e in range(len(columns["start"]))]


def column(array, run: int) -> list[float]:
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

    def life(self, calendar: simpy.Environment) -> Generator[simpy.Event, object, None]:
        """SimPy process: wakes at the opening of every step the event touches, and closes it afterwards."""
        course = self.profile
        opens = min(course.announced, course.start)
        if opens == inf:
            return
        yield calendar.timeout(max(0, floor(opens)))
        while calendar.now < course.end:
            step = round(calendar.now)
            self.level = course.mean_level(step)
            self.cover = course.mean_cover(step)
            self.threat = course.mean_threat(step)
            yield calendar.timeout(1)
        self.level = self.cover = self.threat = 0.0
