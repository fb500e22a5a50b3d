"""Shocks an author may write: limits on trade, losses of production, low prices and surges of demand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import BadValue, Fault
from sim.scenario.amount import Day, Excess, Frequency, Instant, Names, PositiveTime, Quantity, Share, Strict, Time, written
from sim.scenario.law import Amount, support
from sim.units import day_of, instant

_Rate = Annotated[Amount, Quantity("share", 0, 10, hint="25 % or 0.25 is a quarter of the price at the border.")]
_Discount = Annotated[Amount, Quantity("share", 0, 0.95)]
Growth = Annotated[Amount, Quantity("number", 0, above=True)]


class Every(Strict):
    """A shock that strikes at random instead of on a date."""

    rate: Frequency = Field(description="Expected strikes per year, such as 0.3 /year, while in order (or at all times with overlap).")
    overlap: bool = Field(
        default=False, description="True: strikes come independently of repairs; false: the next can come only after repair."
    )


class After(Strict):
    """Follows another shock: begins a while after its start, with a chance each time it strikes."""

    shock: str = Field(description="Name of the shock that it follows.")
    probability: Share = Field(default=1.0, description="Chance that it follows, each time the other strikes. 1: an assumption, always.")
    delay: Time = Field(default=written("0 days"), description="Time from the start of the other to its own. 0: an assumption, at once.")


class _Shock(Strict):
    """What all shocks share: what they strike, when, for how long, and with what chance."""

    commodity: str = Field(description="Commodity struck, as material.stage.")
    announced: Day | None = Field(
        default=None,
        description="Date from which buyers expect it, hoard, and hurry (rules.front_running); the start if left out. It has a meaning for "
        "bans and licences only: nothing else happens before its start.",
    )
    start: Instant | None = Field(default=None, description="Date it begins to bite, or a law over dates.")
    duration: PositiveTime | None = Field(default=None, description="How long it bites in full. With neither this nor end, to the horizon.")
    end: Day | None = Field(default=None, description="Date on which it stops biting in full; instead of duration.")
    every: Every | None = Field(default=None, description="Strikes at random, time and again, instead of start.")
    after: After | None = Field(default=None, description="Follows another shock, instead of start.")
    probability: Share = Field(default=1.0, description="Chance that it happens at all in a run; of a random strike, each time.")

    @model_validator(mode="after")
    def _check(self) -> _Shock:
        faults = list(self._faults())
        if faults:
            raise BadValue(*faults)
        return self

    def _faults(self) -> list[Fault]:
        faults = []
        if self.duration is not None and self.end is not None:
            faults.append(Fault("duration and end are both given", None, "Give one of them.", ("end",)))
        if self.after is not None:
            return [*faults, *self._following_faults()]
        if self.every is not None:
            return [*faults, *self._random_faults()]
        if self.start is None:
            return [*faults, Fault("is missing", None, "Write start: with a date.", ("start",))]
        low, high = support(self.start)
        if self.end is not None and instant(self.end) <= high:
            what = "not after the start" if low == high else "not after the latest start the law can give"
            faults.append(Fault(f"{what}, {day_of(high)}", self.end.isoformat(), "Give a later end, or a duration.", ("end",)))
        if self.announced is not None and instant(self.announced) > low:
            what = "after the start" if low == high else "after the earliest start the law can give"
            remedy = "Give the start or an earlier date."
            faults.append(Fault(f"{what}, {day_of(low)}", self.announced.isoformat(), remedy, ("announced",)))
        return faults

    def _following_faults(self) -> list[Fault]:
        faults = []
        for name in ("start", "every"):
            if getattr(self, name) is not None:
                faults.append(Fault(f"{name} and after are both given", None, "Give one of them.", ("after",)))
        for name, remedy in (("end", "Give a duration."), ("announced", "Remove it.")):
            if getattr(self, name) is not None:
                faults.append(Fault(f"'{name}' has no meaning for a shock that follows another", None, remedy, (name,)))
        return faults

    def _random_faults(self) -> list[Fault]:
        faults = []
        if self.start is not None:
            faults.append(Fault("start and every are both given", None, "Give a date or a random rate.", ("every",)))
        if self.duration is None:
            what = "a shock that strikes at random needs a duration"
            faults.append(Fault(what, None, "Write duration: with a time or a law.", ("every",)))
        for name in ("end", "announced"):
            if getattr(self, name) is not None:
                faults.append(Fault(f"'{name}' has no meaning for a shock that strikes at random", None, "Remove it.", (name,)))
        return faults


class ExportBan(_Shock):
    """Exports from some regions to others stop, but for a leakage."""

    kind: Literal["export_ban"] = Field(description="An export ban.")
    source: Names = Field(validation_alias="from", description="Regions or groups whose exports stop.")
    to: Names = Field(default=("all",), description="Regions or groups that no longer receive; all others if left out.")
    leakage: Share = Field(
        default=0.0, description="Part of the usual trade that still passes (smuggling, detours). 0: an assumption, strict."
    )
    recovery: Time = Field(
        default=written("0 days"), description="Time over which trade comes back in a straight line. 0: an assumption, at once."
    )


class ExportQuota(_Shock):
    """Exports are held to a part of the usual trade, spread evenly over the year."""

    kind: Literal["export_quota"] = Field(description="An export quota.")
    source: Names = Field(validation_alias="from", description="Regions or groups whose exports are limited.")
    to: Names = Field(default=("all",), description="Regions or groups that receive less; all others if left out.")
    quota: Share = Field(description="Part of the usual trade that may pass, whatever is ordered.")
    recovery: Time = Field(
        default=written("0 days"), description="Time over which trade comes back in a straight line. 0: an assumption, at once."
    )


class ExportLicence(_Shock):
    """Exports need a licence: next to nothing passes while applications are processed, then approvals ramp up."""

    kind: Literal["export_licence"] = Field(description="An export licence regime.")
    source: Names = Field(validation_alias="from", description="Regions or groups whose exports need a licence.")
    to: Names = Field(default=("all",), description="Regions or groups that need one to receive; all others if left out.")
    processing: Time = Field(
        default=written({"uniform": ["30 days", "60 days"]}),
        description="Time in which only leakage passes. 30 to 60 days: with the ramp, a near-total stop for 1 to 3 months as in past "
        "regimes.",
    )
    ramp: Time = Field(
        default=written({"uniform": ["40 days", "80 days"]}),
        description="Time in which approvals climb in a straight line. 40 to 80 days: with the others, 25 % at day 61 and 60 % at day 87, "
        "as in 2025, in the middle of the law; 2023 was slower.",
    )
    approval: Share = Field(
        default=0.8,
        description="Part of the usual trade approved after the ramp, whatever is ordered. 0.8: an assumption, some users are refused.",
    )
    leakage: Share = Field(default=0.0, description="Part of the usual trade that passes without a licence. 0: an assumption, strict.")


class Outage(_Shock):
    """Production capacity is lost: accident, flood, cyber attack, war; on a date or at random."""

    kind: Literal["outage"] = Field(description="A loss of production capacity.")
    region: Names = Field(description="Regions or groups whose producers stop.")
    severity: Share = Field(default=1.0, description="Part of capacity lost.")
    recovery: Time = Field(
        default=written("0 days"), description="Time over which capacity comes back in a straight line. 0: an assumption, at once."
    )


class DemandSurge(_Shock):
    """Demand rises for a time: a war, a new technology, a subsidy."""

    kind: Literal["demand_surge"] = Field(description="A rise of final demand.")
    region: Names = Field(description="Regions or groups whose demand rises.")
    sector: Names | None = Field(default=None, description="Sectors whose demand rises; all final sectors if left out.")
    size: Growth = Field(description="Relative rise: 0.2 or 20 % means a fifth more.")
    recovery: Time = Field(
        default=written("0 days"), description="Time over which demand falls back in a straight line. 0: an assumption, at once."
    )


class Tariff(_Shock):
    """A tax on the price at the border. Home trade is never taxed."""

    kind: Literal["tariff"] = Field(description="A tariff.")
    source: Names = Field(validation_alias="from", description="Regions or groups whose goods are taxed.")
    to: Names = Field(description="Regions or groups that tax what they import.")
    rate: _Rate = Field(description="Tariff on the price at the border, up to 1000 %; 25 % means 0.25.")
    recovery: Time = Field(
        default=written("0 days"), description="Time over which the tariff falls to nothing in a straight line. 0: an assumption, at once."
    )


class Dumping(_Shock):
    """Some sell below cost, have more capacity than before, or both."""

    kind: Literal["dumping"] = Field(description="Sales below cost.")
    region: Names = Field(description="Regions or groups who sell below cost.")
    discount: _Discount = Field(
        default=0.0, description="Part by which they ask less than they would, up to 95 %. 0: none, where capacity is what rises."
    )
    capacity: Excess = Field(default=0.0, description="Relative rise of their capacity. 0: none, where it is the price that falls.")
    recovery: Time = Field(
        default=written("0 days"), description="Time over which both go back in a straight line. 0: an assumption, at once."
    )

    def _faults(self) -> list[Fault]:
        return [*super()._faults(), *_idle(self, "dumping", ("discount", "capacity"))]


class Transport(_Shock):
    """Journeys take longer, or part of a route's trade no longer passes. Home trade is not touched."""

    kind: Literal["transport"] = Field(description="Trouble on the way.")
    source: Names = Field(default=("all",), validation_alias="from", description="Regions or groups that send; all if left out.")
    to: Names = Field(default=("all",), description="Regions or groups that receive; all if left out.")
    delay: Time = Field(default=written("0 days"), description="Time added to the journey. 0 days: none, where the route is closed.")
    closed: Share = Field(default=0.0, description="Part of the route's usual trade that no longer passes. 0: none, where it is delayed.")
    recovery: Time = Field(
        default=written("0 days"), description="Time over which the route comes back in a straight line. 0: an assumption, at once."
    )

    def _faults(self) -> list[Fault]:
        return [*super()._faults(), *_idle(self, "transport", ("delay", "closed"))]


class TechnologyBan(_Shock):
    """Know-how is withheld: new works are begun and finished more slowly, or not at all."""

    kind: Literal["technology_ban"] = Field(description="A ban on know-how.")
    region: Names = Field(description="Regions or groups whose projects lack the know-how.")
    severity: Share = Field(
        default=1.0, description="Part by which projects slow down. 1: an assumption, nothing new is begun or finished."
    )
    recovery: Time = Field(
        default=written("0 days"), description="Time over which the know-how comes back in a straight line. 0: an assumption, at once."
    )


def _idle(shock: Dumping | Transport, kind: str, names: tuple[str, str]) -> list[Fault]:
    """The fault of a shock whose two effects are both certainly 0."""
    if any(support(getattr(shock, name))[1] > 0 for name in names):
        return []
    first, second = names
    what = f"{kind} with neither {first} nor {second} changes nothing"
    return [Fault(what, None, f"Write {first}:, {second}: or both.", (first,))]


Shock = Annotated[
    ExportBan | ExportQuota | ExportLicence | Outage | DemandSurge | Tariff | Dumping | Transport | TechnologyBan,
    Field(discriminator="kind"),
]
"""Any shock; `kind` tells which."""
