"""What policies share that come into force on a date: when, how gradually, and with what chance."""

from __future__ import annotations

from pydantic import Field, model_validator

from sim.errors import BadValue, Fault
from sim.scenario.amount import Cash, Day, Instant, Money, Names, PerTonne, PositiveTime, Share, Strict, Time, written
from sim.scenario.law import support
from sim.units import day_of, instant


class Measure(Strict):
    """A policy with a course of its own."""

    commodity: str = Field(description="Commodity concerned, as material.stage.")
    start: Instant | None = Field(default=None, description="Date it begins, or a law over dates; the clock's start if left out.")
    duration: PositiveTime | None = Field(default=None, description="How long it holds. With neither this nor end, to the horizon.")
    end: Day | None = Field(default=None, description="Date on which it ends; instead of duration.")
    ramp: Time = Field(
        default=written("0 days"), description="Time over which it comes into full force in a straight line. 0: an assumption, at once."
    )
    probability: Share = Field(default=1.0, description="Chance that it comes about at all in a run. 1: an assumption, it does.")
    upfront: Cash = Field(
        default=written("0 USD"),
        description="Money committed at the start, in USD of that day, whether or not anything comes of it. 0: none is counted.",
    )
    yearly: Money = Field(default=written("0 USD/year"), description="Money spent while it is in force, USD/year. 0: none is counted.")

    @model_validator(mode="after")
    def _check(self) -> Measure:
        faults = self._faults()
        if faults:
            raise BadValue(*faults)
        return self

    def _faults(self) -> list[Fault]:
        if self.duration is not None and self.end is not None:
            return [Fault("duration and end are both given", None, "Give one of them.", ("end",))]
        if self.end is not None and self.start is not None:
            high = support(self.start)[1]
            if instant(self.end) <= high:
                return [Fault(f"not after the start, {day_of(high)}", self.end.isoformat(), "Give a later end, or a duration.", ("end",))]
        return []


class AtUsers(Measure):
    """A policy at the users of some regions."""

    region: Names = Field(description="Regions or groups whose users it concerns.")
    sector: Names | None = Field(default=None, description="Sectors concerned; all final sectors if left out.")
    per_tonne: PerTonne = Field(
        default=written("0 USD/t"), description="What a tonne less used costs its users, USD/t. 0: none is counted."
    )


class OnTrade(Measure):
    """A policy on the trade from some regions to others."""

    source: Names = Field(validation_alias="from", description="Regions or groups that sell.")
    to: Names = Field(description="Regions or groups that buy.")
