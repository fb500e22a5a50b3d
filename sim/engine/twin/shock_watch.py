"""What the twin's log tells of shocks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from math import inf

from sim.engine.twin.news import Told, lasting, listed, percent
from sim.engine.twin.shocks import Strike
from sim.model.world import Network

STRIKE_KINDS = {
    "export_ban": ("restriction starts", "restriction eases", "restriction ends"),
    "export_quota": ("restriction starts", "restriction eases", "restriction ends"),
    "export_licence": ("restriction starts", "approvals begin", "restriction ends"),
    "outage": ("outage starts", "recovery begins", "outage ends"),
    "demand_surge": ("surge starts", "surge fades", "surge ends"),
    "transport": ("disruption starts", "disruption eases", "disruption ends"),
    "tariff": ("tariff starts", "tariff falls", "tariff ends"),
    "dumping": ("dumping starts", "dumping fades", "dumping ends"),
    "technology_ban": ("technology ban starts", "technology ban eases", "technology ban ends"),
}
"""Kinds of event that tell how a shock starts, eases and ends."""


class CourseWatch(ABC):
    """Tells the course of one event of a shock or a policy."""

    def __init__(self, strike: Strike, network: Network) -> None:
        """The whole course is known beforehand; an event that does not happen has its instants at `inf` and is never told."""
        self._strike = strike
        self._network = network
        self._course = list(self._tell())

    def look(self, step: int) -> Iterator[Told]:
        """What happens in this step; the first step also tells what was announced before the clock started."""
        since = step if step > 0 else -inf
        return (told for told in self._course if since <= told.at < step + 1)

    @abstractmethod
    def _tell(self) -> Iterator[Told]: ...

    @abstractmethod
    def _where(self) -> Iterator[str]: ...

    def _told(self, at: float, kind: str, amount: float, unit: str, text: str) -> Told:
        return Told(at, kind, self._strike.plan.commodity, listed(self._where()), amount, unit, text)

    def _day(self, at: float) -> str:
        return self._network.date_of(at).isoformat() if at < self._network.n_step else "a day beyond the horizon"


class StrikeWatch(CourseWatch):
    """Tells how one event of a shock opens, eases and closes."""

    def _tell(self) -> Iterator[Told]:
        plan, course = self._strike.plan, self._strike.profile
        starts, eases, ends = STRIKE_KINDS[plan.kind]
        whole, (depth, unit) = self._whole(), self._depth()
        if course.announced < course.start:
            text = f"{plan.name} is announced for {self._day(course.start)}: {whole}"
            yield self._told(course.announced, "announced", depth, unit, text)
        yield self._told(course.start, starts, depth, unit, f"{plan.name} begins: {whole} {self._effect()}")
        # With nothing left after the ramp, a shock is over when the ramp is; but a restriction, even one that approves all of the
        # normal flow, binds what goes beyond it until its end.
        end = course.end if self._strike.binds or course.after > 0.0 else course.ramp_end
        if course.full_end < end:
            passes = self._passes_after_ramp() if self._strike.binds else 1.0 - course.after
            text = f"{plan.name} eases: {self._easing(passes)} from {self._day(course.ramp_end)}"
            yield self._told(course.full_end, eases, passes, "share", text)
        if end < self._network.n_step:
            lasted = (end - course.start) * self._network.step_days
            yield self._told(end, ends, lasted, "days", f"{plan.name} ends after {lasting(lasted)}: {whole}")

    def _depth(self) -> tuple[float, str]:
        course = self._strike.profile
        if self._strike.plan.kind == "transport" and not self._strike.binds:
            return course.extra * self._network.step_days, "days"
        return (1.0 - course.size if self._strike.restricts else course.size), "share"

    def _passes_after_ramp(self) -> float:
        # Where the ramp runs into the end, the restriction is gone.
        course = self._strike.profile
        if course.ramp_end >= course.end:
            return 1.0
        return (1.0 - course.after) + course.size * course.after if self._strike.restricts else 1.0 - course.size * course.after

    def _easing(self, passes: float) -> str:
        course = self._strike.profile
        if not self._strike.binds:
            return "nothing is left of it" if course.after <= 0.0 else f"{percent(course.after)} of it remains"
        return "all orders pass again" if course.ramp_end >= course.end else f"at most {percent(passes)} of the normal flow passes"

    def _where(self) -> Iterator[str]:
        strike = self._strike
        parties = [link.seller for link in strike.links] or strike.producers or [user.buyer for user in strike.users]
        return (party.region for party in parties)

    def _whole(self) -> str:
        strike, what, where = self._strike, self._strike.plan.commodity or "goods", listed(self._where())
        way = f"{what} from {where} to {listed(link.buyer.region for link in strike.links)}"
        match strike.plan.kind:
            case "export_ban" | "export_quota" | "export_licence":
                return f"exports of {way}"
            case "transport":
                return f"shipments of {way}"
            case "tariff":
                return f"imports of {way}"
            case "demand_surge":
                return f"demand for {what} by {listed(user.sector for user in strike.users)} in {where}"
            case "dumping":
                return f"{where} sellers of {what}"
            case "technology_ban":
                return f"building of works for {what} in {where}"
        return f"output of {what} in {where}"

    def _effect(self) -> str:
        size = self._strike.profile.size
        match self._strike.plan.kind:
            case "export_ban":
                return f"stop, but {percent(size)} of the normal flow leaks through" if size > 0.0 else "stop"
            case "export_quota":
                return f"are held to {percent(size)} of the normal flow"
            case "export_licence":
                passing = f"but {percent(size)} of the normal flow passes"
                return f"wait for licences, {passing}" if size > 0.0 else "wait for licences; none passes yet"
            case "transport":
                return self._detour()
            case "tariff":
                return f"pay a duty of {percent(size)}"
            case "demand_surge":
                return f"rises by {percent(size)}"
            case "dumping":
                more = self._strike.profile.extra
                return f"ask {percent(size)} less than cost" + (f" and can make {percent(more)} more" if more > 0.0 else "")
            case "technology_ban":
                return f"slows by {percent(size)}"
        return f"falls by {percent(size)}"

    def _detour(self) -> str:
        course = self._strike.profile
        longer = [f"take {lasting(course.extra * self._network.step_days)} longer"] if course.extra > 0.0 else []
        fewer = [f"are held to {percent(1.0 - course.size)} of the normal flow"] if course.size > 0.0 else []
        return " and ".join(longer + fewer) or "go on"
