"""Shocks an author may write: bans, licences, outages and surges of demand."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from sim.errors import BadValue, Fault
from sim.scenario.amount import Day, Frequency, Instant, Names, PositiveTime, Quantity, Share, Strict, Time, written
from sim.scenario.law import Amount, support
from sim.units import day_of, instant

Growth = Annotated[Amount, Quantity("number", 0, above=True)]


class Every(Strict):
    """A shock that strikes at random instead of on a date."""

    rate: Frequency = Field(description="Expected strikes per year, such as 0.3 /year, while in order (or at all times with overlap).")
    overlap: bool = Field(
        default=False, description="True: strikes come independently of repairs; false: the next can come only after repair."
    )


class _Shock(Strict):
    """What all shocks share: what they strike, when, for how long, and with what chance."""

    commodity: str = Field(description="Commodity struck, as material.stage.")
    announced: Day | None = Field(default=None, description="Date from which buyers expect it and hoard; the start if left out.")
    start: Instant | None = Field(default=None, description="Date it begins to bite, or a law over dates.")
    duration: PositiveTime | None = Field(default=None, description="How long it bites in full. With neither this nor end, to the horizon.")
    end: Day | None = Field(default=None, description="Date on which it stops biting in full; instead of duration.")
    every: Every | None = Field(default=None, description="Strikes at random, time and again, instead of start.")
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


class ExportLicence(_Shock):
    """Exports need a licence: next to nothing passes while applications are processed, then approvals ramp up."""

    kind: Literal["export_licence"] = Field(description="An export licence regime.")
    source: Names = Field(validation_alias="from", description="Regions or groups whose exports need a licence.")
    to: Names = Field(default=("all",), description="Regions or groups that need one to receive; all others if left out.")
    processing: Time = Field(
        default=written("60 days"),
        description="Time in which only leakage passes. 60 days: near-total stop for 1 to 3 months in past regimes.",
    )
    ramp: Time = Field(
        default=written("60 days"),
        description="Time in which approvals climb in a straight line. 60 days: an assumption; 25 % at day 61 and 60 % at day 87 in 2025.",
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


Shock = Annotated[ExportBan | ExportLicence | Outage | DemandSurge, Field(discriminator="kind")]
"""Any shock; `kind` tells which."""
