"""Policies on supply and demand at home: new works, guaranteed prices, saving, new materials."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.errors import Fault
from sim.scenario.amount import FixedShare, Multiple, Names, PositiveTime, Quantity, Share, Strict, Time, Whole
from sim.scenario.law import Amount
from sim.scenario.measure import AtUsers, Measure

_Level = Annotated[
    Amount, Quantity("number", 0, 100, above=True, hint="It is a multiple of the price at rest: 1.2 guarantees a fifth more than that.")
]
_Output = Annotated[Amount, Quantity("rate", 0, above=True)]


class CapacityProject(Measure):
    """New works: begun on a date, finished when they are, with the chance `probability`. `start` is the decision, `ramp` the run-in."""

    kind: Literal["capacity_project"] = Field(description="New works.")
    region: str = Field(description="Region in which they stand.")
    capacity: _Output = Field(description="Output they can reach, t/year.")
    build: PositiveTime = Field(
        description="Mean time from the decision to the first output, before slip. Past works took 15.7 years for a mine, 5.3 for "
        "separation, 2.8 to 3.6 for a magnet plant, 2.4 where works stood already."
    )
    stages: Whole = Field(
        default=3,
        ge=1,
        le=50,
        description="Stages of building of equal mean time, each as long as it takes (Erlang law). 3: an assumption.",
    )
    slip: Multiple = Field(default=1.0, description="Factor on the time announced; announced dates slip 1.5 to 2.2 times. 1: none.")
    offtake: dict[str, FixedShare] = Field(
        default_factory=dict,
        description="Region -> part of the works' output its buyers have agreed to take before anything else. A region that makes none of "
        "it yet sells to nobody else until usual sellers fail.",
    )

    def _faults(self) -> list[Fault]:
        total = sum(self.offtake.values())
        what = "the parts of the output agreed on add up to more than 100 %"
        over = [Fault(what, f"{100 * total:.6g} %", "Lower one of them.", ("offtake",))] if total > 1 + 1e-9 else []
        return [*super()._faults(), *over]


class DemandReduction(AtUsers):
    """Users make do with less: saving, rationing, efficiency."""

    kind: Literal["demand_reduction"] = Field(description="Saving.")
    size: Share = Field(description="Part of the demand at the usual price that is saved.")


class AdvancedMaterials(AtUsers):
    """Research into materials that need less of a scarce one: after a delay, with the chance `probability`, use falls over `ramp`."""

    kind: Literal["advanced_materials"] = Field(description="Research into new materials.")
    saving: Share = Field(description="Part of the demand at the usual price that the new material makes needless.")
    research: Time = Field(description="Time from the start of research to the first products. `ramp` is the time in which they spread.")


class PriceFloor(Strict):
    """Producers never ask less; what they make and cannot sell at that price is bought by the state, without limit."""

    kind: Literal["price_floor"] = Field(description="A guaranteed price.")
    commodity: str = Field(description="Commodity whose price is guaranteed, as material.stage.")
    region: Names = Field(description="Regions or groups of the producers who are guaranteed the price.")
    level: _Level = Field(description="Price guaranteed, as a multiple of the one at rest, above 0.")
