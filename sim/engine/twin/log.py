"""The twin's log: what happened, when, to whom and how much of it, in plain English."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import floor, inf

from sim.engine.twin.entities import Buyer, Cast, Producer, Store
from sim.engine.twin.shocks import Strike
from sim.model.world import Network
from sim.units import format_amount

KINDS = (
    "announced",
    "restriction starts",
    "approvals begin",
    "restriction eases",
    "restriction ends",
    "outage starts",
    "recovery begins",
    "outage ends",
    "surge starts",
    "surge fades",
    "surge ends",
    "store releases",
    "store empty",
    "store release ends",
    "stock half gone",
    "stock empty",
    "shortage starts",
    "output cut for want of input",
    "output restored",
    "shortage ends",
    "shortage goes on",
    "stock rebuilt",
    "store full",
)
"""Kinds of event, in the order in which those of the same date are told: causes before effects."""

ROUNDING = 1e-9
"""Fraction below which an amount is rounding, and no news."""


@dataclass(frozen=True)
class Event:
    """One line of the log. `amount` is in `unit`: `t`, `share` or `days`."""

    step: int
    date: date
    kind: str
    commodity: str
    region: str
    amount: float
    unit: str
    text: str


@dataclass(frozen=True)
class Told:
    """An event before it has its date: `at` in steps from the clock's start."""

    at: float
    kind: str
    commodity: str
    region: str
    amount: float
    unit: str
    text: str


class Log:
    """Watches everyone at the end of each step and keeps what is worth telling."""

    def __init__(self, network: Network, cast: Cast, threshold: float) -> None:
        """threshold: share of wants unmet (or of planned output lost) above which there is a shortage (or a cut), fraction."""
        self._network = network
        self._told: list[Told] = []
        period = _period(network.step_days)
        blow = min((min(strike.profile.announced, strike.profile.start) for strike in cast.strikes), default=inf)
        self._shortages = [ShortageWatch(buyer, threshold, blow, period, network.step_days) for buyer in cast.buyers]
        self._stores = [StoreWatch(store, network.step_days) for store in cast.stores if store.members]
        self._watches = [
            *(StrikeWatch(strike, network) for strike in cast.strikes),
            *self._shortages,
            *(StockWatch(buyer) for buyer in cast.buyers if buyer.rest_stock > 0.0),
            *(OutputWatch(producer, threshold, period) for producer in cast.producers if producer.inputs),
            *self._stores,
        ]

    def note(self, step: int) -> None:
        """Look at everyone once the step is done."""
        for watch in self._watches:
            self._told.extend(watch.look(step))

    def close(self) -> tuple[Event, ...]:
        """All events sorted by date; shortages and releases that outlast the horizon are told last."""
        for watch in (*self._shortages, *self._stores):
            self._told.extend(watch.at_horizon(self._network.n_step))
        events = [self._dated(told) for told in self._told]
        return tuple(sorted(events, key=lambda e: (e.date, e.step, KINDS.index(e.kind), e.commodity, e.region, e.text)))

    def _dated(self, told: Told) -> Event:
        when = self._network.date_of(told.at)
        return Event(floor(told.at), when, told.kind, told.commodity, told.region, told.amount, told.unit, told.text)


class StrikeWatch:
    """Tells how one event of a shock opens, eases and closes."""

    def __init__(self, strike: Strike, network: Network) -> None:
        """The whole course is known beforehand; an event that does not happen has its instants at `inf` and is never told."""
        self._strike = strike
        self._network = network
        self._course = list(self._tell())

    def look(self, step: int) -> Iterator[Told]:
        """What happens in this step; the first step also tells what was announced before the clock started."""
        since = step if step > 0 else -inf
        return (told for told in self._course if since <= told.at < step + 1)

    def _tell(self) -> Iterator[Told]:
        plan, course = self._strike.plan, self._strike.profile
        starts, eases, ends = _STRIKE_KINDS[plan.kind]
        whole, depth = self._whole(), 1.0 - course.size if self._strike.links else course.size
        if course.announced < course.start:
            text = f"{plan.name} is announced for {self._day(course.start)}: {whole}"
            yield self._told(course.announced, "announced", depth, "share", text)
        yield self._told(course.start, starts, depth, "share", f"{plan.name} begins: {whole} {_effect(plan.kind, course.size)}")
        # With nothing left after the ramp, a shock is over when the ramp is; but a restriction, even one that approves all of the
        # normal flow, binds what goes beyond it until its end.
        end = course.end if self._strike.links or course.after > 0.0 else course.ramp_end
        if course.full_end < end:
            passes = self._passes_after_ramp() if self._strike.links else 1.0 - course.after
            text = f"{plan.name} eases: {self._easing(passes)} from {self._day(course.ramp_end)}"
            yield self._told(course.full_end, eases, passes, "share", text)
        if end < self._network.n_step:
            lasted = (end - course.start) * self._network.step_days
            yield self._told(end, ends, lasted, "days", f"{plan.name} ends after {_lasting(lasted)}: {whole}")

    def _passes_after_ramp(self) -> float:
        # Where the ramp runs into the end, the restriction is gone.
        course = self._strike.profile
        return 1.0 if course.ramp_end >= course.end else (1.0 - course.after) + course.size * course.after

    def _easing(self, passes: float) -> str:
        course = self._strike.profile
        if not self._strike.links:
            return "nothing is left of it" if course.after <= 0.0 else f"{_percent(course.after)} of it remains"
        return "all orders pass again" if course.ramp_end >= course.end else f"at most {_percent(passes)} of the normal flow passes"

    def _told(self, at: float, kind: str, amount: float, unit: str, text: str) -> Told:
        return Told(at, kind, self._strike.plan.commodity, _listed(self._where()), amount, unit, text)

    def _where(self) -> Iterator[str]:
        strike = self._strike
        parties = [link.seller for link in strike.links] or strike.producers or [user.buyer for user in strike.users]
        return (party.region for party in parties)

    def _whole(self) -> str:
        strike, what, where = self._strike, self._strike.plan.commodity, _listed(self._where())
        if strike.links:
            return f"exports of {what} from {where} to {_listed(link.buyer.region for link in strike.links)}"
        if strike.producers:
            return f"output of {what} in {where}"
        return f"demand for {what} by {_listed(user.sector for user in strike.users)} in {where}"

    def _day(self, at: float) -> str:
        return self._network.date_of(at).isoformat() if at < self._network.n_step else "a day beyond the horizon"


_STRIKE_KINDS = {
    "export_ban": ("restriction starts", "restriction eases", "restriction ends"),
    "export_licence": ("restriction starts", "approvals begin", "restriction ends"),
    "outage": ("outage starts", "recovery begins", "outage ends"),
    "demand_surge": ("surge starts", "surge fades", "surge ends"),
}


@dataclass
class ShortageWatch:
    """Tells when users of a node run short, and what they missed by the end."""

    buyer: Buyer
    threshold: float
    blow: float
    """The earliest instant at which a shock of this run is announced or starts; `inf` if none does."""
    period: str
    step_days: float
    since: float | None = None
    missed: float = 0.0

    def look(self, step: int) -> Iterator[Told]:
        """A shortage starts above the threshold and ends at or below it; what is missed in between is summed, t."""
        buyer = self.buyer
        unmet = sum(user.unmet for user in buyer.users)
        short = unmet > max(self.threshold, ROUNDING) * buyer.wanted
        if short and self.since is None:
            self.since, self.missed = self._runs_out(step, unmet / buyer.wanted), 0.0
            text = (
                f"{buyer.region} users of {buyer.commodity} run short: {_percent(unmet / buyer.wanted)} of this {self.period}'s "
                f"{_tonnes(buyer.wanted)} cannot be served"
            )
            yield self._tell(self.since, "shortage starts", unmet, text)
        if short:
            self.missed += unmet
        elif self.since is not None:
            text = (
                f"{buyer.region} users of {buyer.commodity} are served again after {self._lasted(step)}; they missed {_tonnes(self.missed)}"
            )
            yield self._tell(step, "shortage ends", self.missed, text)
            self.since = None

    def _runs_out(self, step: int, share: float) -> float:
        # The stock lasts through the part of the step that could be served; but what a blow within the step brings cannot precede it.
        at = step + 1.0 - min(1.0, share)
        return max(at, self.blow) if self.blow < step + 1 else at

    def at_horizon(self, horizon: int) -> Iterator[Told]:
        """A shortage that the horizon cuts off."""
        if self.since is not None:
            text = (
                f"{self.buyer.region} users of {self.buyer.commodity} are still short at the horizon, after {self._lasted(horizon)}, "
                f"and have missed {_tonnes(self.missed)}"
            )
            yield self._tell(horizon, "shortage goes on", self.missed, text)

    def _lasted(self, step: int) -> str:
        return _lasting((step - (self.since or 0.0)) * self.step_days)

    def _tell(self, at: float, kind: str, amount: float, text: str) -> Told:
        return Told(at, kind, self.buyer.commodity, self.buyer.region, amount, "t", text)


@dataclass
class StockWatch:
    """Tells when a users' stock is half gone, empty, and rebuilt (to 90 % of the stock at rest); each once a fall."""

    buyer: Buyer
    fallen: int = 0

    def look(self, step: int) -> Iterator[Told]:
        """How far the stock has fallen: 1 below half, 2 empty."""
        buyer, normal = self.buyer, self.buyer.rest_stock
        if self.fallen < 2 and buyer.on_hand <= ROUNDING * normal:
            self.fallen = 2
            yield self._tell(step, "stock empty", "is empty")
        elif self.fallen < 1 and buyer.on_hand < normal / 2:
            self.fallen = 1
            yield self._tell(step, "stock half gone", "is half gone")
        elif self.fallen > 0 and buyer.on_hand >= 0.9 * normal:
            self.fallen = 0
            yield self._tell(step, "stock rebuilt", "is rebuilt")

    def _tell(self, step: int, kind: str, what: str) -> Told:
        buyer = self.buyer
        left = max(0.0, buyer.on_hand)
        text = f"{buyer.region} users' stock of {buyer.commodity} {what}: {_tonnes(left)} of a normal {_tonnes(buyer.rest_stock)}"
        return Told(step, kind, buyer.commodity, buyer.region, left, "t", text)


@dataclass
class OutputWatch:
    """Tells when a producer makes less than planned for want of an input."""

    producer: Producer
    threshold: float
    period: str
    cut: bool = False

    def look(self, step: int) -> Iterator[Told]:
        """Output is cut when more than the threshold of what was planned cannot be made."""
        producer = self.producer
        lost = producer.plan - producer.made
        cut = lost > max(self.threshold, ROUNDING) * producer.plan
        # No plan is no news: a producer that plans nothing neither cuts nor restores.
        if cut == self.cut or producer.plan <= 0.0:
            return
        self.cut = cut
        whose = f"{producer.region} output of {producer.commodity}"
        if cut:
            scarcest = min((u for u in producer.inputs if u.want > 0.0), key=lambda u: u.got / u.want)
            text = (
                f"{whose} is cut by {_percent(lost / producer.plan)} to {_tonnes(producer.made)} this {self.period} "
                f"for want of {scarcest.buyer.commodity}"
            )
            yield Told(step, "output cut for want of input", producer.commodity, producer.region, lost, "t", text)
        else:
            text = f"{whose} is back to plan: {_tonnes(producer.made)} this {self.period}"
            yield Told(step, "output restored", producer.commodity, producer.region, producer.made, "t", text)


@dataclass
class StoreWatch:
    """Tells when a store begins and ends to release, is empty, and is full."""

    store: Store
    step_days: float
    since: int | None = None
    given: float = 0.0
    takers: list[str] = field(default_factory=list)
    empty: bool = field(init=False)
    full: bool = field(init=False)

    def __post_init__(self) -> None:
        self.empty, self.full = self._is_empty(), self._is_full()

    def look(self, step: int) -> Iterator[Told]:
        """A release is told when it begins, not again while it lasts, and in full when it ends."""
        store = self.store
        served = [member for member in store.members if member.released > ROUNDING * member.buyer.wanted]
        amount = sum(member.released for member in store.members)
        if served and self.since is None:
            self.since, self.given, self.takers = step, 0.0, []
            to = _listed(member.buyer.region for member in served)
            yield self._tell(step, "store releases", amount, f"releases {_tonnes(amount)} to {to}; {_tonnes(store.held)} is left")
        if served:
            self.given += amount
            self.takers += [member.buyer.region for member in served]
        elif self.since is not None:
            yield self._end(step, "releases no more")
            self.since = None
        if self._is_empty() and not self.empty:
            yield self._tell(step, "store empty", 0.0, f"is empty; its target is {_tonnes(store.target)}")
        if self._is_full() and not self.full:
            yield self._tell(step, "store full", store.held, f"is full: {_tonnes(store.held)}")
        self.empty, self.full = self._is_empty(), self._is_full()

    def at_horizon(self, horizon: int) -> Iterator[Told]:
        """A release that the horizon cuts off."""
        if self.since is not None:
            yield self._end(horizon, "still releases at the horizon")

    def _end(self, step: int, what: str) -> Told:
        lasted = _lasting((step - (self.since or 0)) * self.step_days)
        gave = f"{_tonnes(self.given)} to {_listed(self.takers)} in {lasted}; {_tonnes(self.store.held)} is left"
        return self._tell(step, "store release ends", self.given, f"{what}: it gave {gave}")

    def _is_empty(self) -> bool:
        return self.store.held <= ROUNDING * self.store.target

    def _is_full(self) -> bool:
        return self.store.held >= (1.0 - ROUNDING) * self.store.target

    def _tell(self, step: int, kind: str, amount: float, what: str) -> Told:
        store = self.store
        region = _listed(member.buyer.region for member in store.members)
        return Told(step, kind, store.commodity, region, amount, "t", f"store {store.name} of {store.commodity} {what}")


def _effect(kind: str, size: float) -> str:
    if kind == "export_ban":
        return f"stop, but {_percent(size)} of the normal flow leaks through" if size > 0.0 else "stop"
    if kind == "export_licence":
        return f"wait for licences, but {_percent(size)} of the normal flow passes" if size > 0.0 else "wait for licences; none passes yet"
    return f"falls by {_percent(size)}" if kind == "outage" else f"rises by {_percent(size)}"


def _listed(names: Iterable[str], at_most: int = 4) -> str:
    unique = list(dict.fromkeys(names))
    if len(unique) <= at_most:
        return ", ".join(unique)
    return f"{', '.join(unique[:at_most])} and {len(unique) - at_most} more"


def _period(step_days: float) -> str:
    # A month is given as days: between 28 and 31 of them.
    return "day" if step_days == 1.0 else "week" if step_days == 7.0 else "month" if 28.0 <= step_days <= 31.0 else "step"


def _lasting(days: float) -> str:
    return format_amount(float(round(days)), "time")


def _tonnes(amount: float) -> str:
    return format_amount(float(f"{amount:.3g}"), "mass")


def _percent(share: float) -> str:
    return format_amount(float(f"{share:.2g}"), "share")
