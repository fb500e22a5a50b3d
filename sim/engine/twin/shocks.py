"""Shocks and policies of the twin: how hard one event strikes in a step, the process that opens and closes it, what it does to whom."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from math import exp, floor, inf, log
from typing import TYPE_CHECKING

import simpy

from sim.model.world import TINY, Events, Floats, ShockPlan

if TYPE_CHECKING:
    from sim.engine.twin.entities import Buyer, Cast, Link, Producer, User

RESTRICTIONS = frozenset({"export_ban", "export_quota", "export_licence", "export_control"})
"""Rules about what may leave, and so threats to those who buy over their links."""
JOINT = "joint_procurement"
"""The kind of a joint purchase, whose members share what sellers grant them."""
AT_ONCE = 1e-9
"""Steps that count as none where a policy has sellers approved."""


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
    trigger: float

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
    names = ("announced", "rush", "start", "full_end", "ramp_end", "end", "after", "size", "extra", "trigger")
    columns = {name: column(getattr(events, name), run) for name in names}
    return [Profile(**{name: columns[name][e] for name in names}) for e in range(len(columns["start"]))]


def column(array: Floats, run: int) -> list[float]:
    """One run of a `[axis, run]` array as plain floats; a run axis of length 1 serves all runs."""
    return array[:, run if array.shape[1] > 1 else 0].tolist()


@dataclass(kw_only=True, eq=False, slots=True)
class Strike:
    """One event of one shock or policy: what it strikes, and how hard in the step at hand."""

    plan: ShockPlan
    number: int
    """Of its shock or policy among those of the network."""
    profile: Profile
    links: list[Link]
    producers: list[Producer]
    users: list[User]
    buyers: list[Buyer]
    parts: list[float]
    """Part of a project's output that goes over each of its links first, fractions."""
    level: float = 0.0
    cover: float = 0.0
    threat: float = 0.0
    rush: float = 0.0

    @property
    def restricts(self) -> bool:
        """Whether it is a rule about what may leave, and so a threat to those who buy over its links."""
        return self.plan.kind in RESTRICTIONS

    @property
    def binds(self) -> bool:
        """Whether it closes its links for as long as it is there, however little is left of it."""
        return self.restricts or (self.plan.kind == "transport" and self.profile.size > 0.0)

    @property
    def force(self) -> float:
        """How far a policy is in force, a fraction: its level falls from 1 as the force rises."""
        return self.cover - self.level

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
    """Fold how hard every strike is into what it strikes, in stored order (MODEL.md, Shocks)."""
    for producer in cast.producers:
        producer.availability = producer.surplus = producer.skill = 1.0
        producer.rebate = producer.added = 0.0
    for user in cast.users:
        user.surge = 1.0
        user.may = 0.0
    for link in cast.links:
        link.open = link.passing = link.promised = 1.0
        link.hurry = link.delay = link.duty = link.favour = link.effort = link.pledge = 0.0
    for buyer in cast.buyers:
        buyer.threat = buyer.bite = buyer.calm = buyer.aim = 0.0
        buyer.cap = 1.0
    for strike in cast.strikes:
        _EFFECTS[strike.plan.kind](strike)


def _lose(strike: Strike) -> None:
    for producer in strike.producers:
        producer.availability *= 1.0 - strike.profile.size * strike.level
    links = [link for producer in strike.producers for link in producer.outbound]
    for buyer, part in _dependence(links):
        buyer.threat = max(buyer.threat, strike.threat * strike.profile.size * part)
        buyer.bite = max(buyer.bite, strike.cover * strike.profile.size * part)


def _surge(strike: Strike) -> None:
    for user in strike.users:
        user.surge *= 1.0 + strike.profile.size * strike.level


def _restrict(strike: Strike) -> None:
    _hold(strike, strike.level)
    _threaten(strike)


def _license(strike: Strike) -> None:
    # Buyers count on what will be approved once the queue has been worked off.
    _hold(strike, strike.level, strike.cover * strike.profile.after)
    _threaten(strike)


def _control(strike: Strike) -> None:
    _hold(strike, strike.force)
    _threaten(strike)


def _admit(strike: Strike) -> None:
    _hold(strike, strike.force)


def _hold(strike: Strike, part: float, at_last: float | None = None) -> None:
    at_last = part if at_last is None else at_last
    for link in strike.links:
        link.open *= 1.0 - strike.cover
        link.passing *= (1.0 - part) + strike.profile.size * part
        link.promised *= (1.0 - at_last) + strike.profile.size * at_last


def _threaten(strike: Strike) -> None:
    for link in strike.links:
        link.hurry = max(link.hurry, strike.rush)
    for buyer, part in _dependence(strike.links):
        buyer.threat = max(buyer.threat, strike.threat * part)
        buyer.bite = max(buyer.bite, strike.cover * part)


def _dependence(links: Sequence[Link]) -> list[tuple[Buyer, float]]:
    # Buyers over the links, each with the part of its usual purchases that comes over them.
    part: dict[int, float] = {}
    for link in links:
        part[id(link.buyer)] = part.get(id(link.buyer), 0.0) + link.rest_share
    return [(buyer, part[id(buyer)]) for buyer in {id(link.buyer): link.buyer for link in links}.values()]


def _disrupt(strike: Strike) -> None:
    for link in strike.links:
        link.delay += strike.profile.extra * strike.level
        if strike.binds:
            link.open *= 1.0 - strike.cover
            link.passing *= 1.0 - strike.profile.size * strike.level
            link.promised *= 1.0 - strike.profile.size * strike.level


def _tax(strike: Strike) -> None:
    # A tariff may be a shock or a policy of one's own.
    part = strike.force if strike.plan.is_policy else strike.level
    for link in strike.links:
        link.duty += log(1.0 + strike.profile.size * part)


def _dump(strike: Strike) -> None:
    for producer in strike.producers:
        producer.rebate += log(max(1.0 - strike.profile.size * strike.level, TINY))
        producer.surplus *= 1.0 + strike.profile.extra * strike.level


def _unlearn(strike: Strike) -> None:
    for producer in strike.producers:
        producer.skill *= 1.0 - strike.profile.size * strike.level


def _save(strike: Strike) -> None:
    for user in strike.users:
        user.surge *= 1.0 - strike.profile.size * strike.force


def _prefer(strike: Strike) -> None:
    for link in strike.links:
        link.favour += log(1.0 + strike.profile.size) * strike.force


def _cap(strike: Strike) -> None:
    for buyer in strike.buyers:
        buyer.cap = min(buyer.cap, 1.0 - (1.0 - strike.profile.size) * strike.force)


def _approve(strike: Strike) -> None:
    for link in strike.links:
        link.effort = max(link.effort, strike.force / max(strike.profile.extra, AT_ONCE))


def _join(strike: Strike) -> None:
    for buyer in strike.buyers:
        buyer.calm = max(buyer.calm, strike.profile.size * strike.force)


def _warn(strike: Strike) -> None:
    parts = {id(buyer): part for buyer, part in _dependence(strike.links)}
    for buyer in strike.buyers:
        buyer.threat = max(buyer.threat, strike.threat * (parts.get(id(buyer), 0.0) if strike.links else 1.0))
    for link in strike.links:
        link.hurry = max(link.hurry, strike.rush)


def _recycle(strike: Strike) -> None:
    for buyer in strike.buyers:
        buyer.aim = max(buyer.aim, strike.profile.size * strike.profile.extra * strike.force)


def _change(strike: Strike) -> None:
    course = strike.profile
    for user in strike.users:
        user.may = max(user.may, course.size * strike.force)
        user.pace = 1.0 - exp(-1.0 / course.extra) if course.extra > 0.0 else 1.0
        user.change_price = log(max(course.trigger, TINY))


def _run_in(strike: Strike) -> None:
    added = strike.profile.size * strike.force
    for producer in strike.producers:
        producer.added += added
    for link, part in zip(strike.links, strike.parts, strict=True):
        link.pledge += part * added
        # Who has agreed to take the output approves of it as soon as there is some.
        link.effort = max(link.effort, 1.0 if strike.force > AT_ONCE else 0.0)


_EFFECTS: dict[str, Callable[[Strike], None]] = {
    "outage": _lose,
    "demand_surge": _surge,
    "export_ban": _restrict,
    "export_quota": _restrict,
    "export_licence": _license,
    "transport": _disrupt,
    "tariff": _tax,
    "dumping": _dump,
    "technology_ban": _unlearn,
    "export_control": _control,
    "import_quota": _admit,
    "demand_reduction": _save,
    "beyond_price": _prefer,
    "single_source_cap": _cap,
    "supplier_qualification": _approve,
    JOINT: _join,
    "early_warning": _warn,
    "capacity_project": _run_in,
    "recycling": _recycle,
    "substitution": _change,
}
"""What a shock or a policy of each kind does in a step."""
