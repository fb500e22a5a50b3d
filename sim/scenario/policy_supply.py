"""Policies on supply and demand at home: new works, guaranteed prices, saving, new materials."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sim.errors import Fault
from sim.scenario.amount import (
    Cash,
    FixedRatio,
    FixedShare,
    Multiple,
    Names,
    PerTonne,
    PositiveTime,
    Quantity,
    Share,
    Strict,
    Time,
    Whole,
    written,
)
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
        default=50,
        ge=1,
        le=50,
        description="Stages of building of equal mean time, each as long as it takes (Erlang law). 50: an assumption, how late works come "
        "is told by slip; 3 for works of which nothing else is known.",
    )
    slip: Multiple = Field(
        default=written({"uniform": [1.5, 2.2]}),
        description="Factor on the time announced. 1.5 to 2.2: company records and S&P on past works; write 1 for a time that is meant.",
    )
    ramp: Time = Field(
        default=written("4 years"),
        description="Time over which works are run in, in a straight line. 4 years: a quarter of nameplate a year after first output, as "
        "in past cases.",
    )
    per_tonne: PerTonne = Field(default=written("0 USD/t"), description="Support for each tonne the works make, USD/t. 0: none is counted.")
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
    """Producers never ask less; what they make and cannot sell at that price is bought by the state, as far as its budget goes."""

    kind: Literal["price_floor"] = Field(description="A guaranteed price.")
    commodity: str = Field(description="Commodity whose price is guaranteed, as material.stage.")
    region: Names = Field(description="Regions or groups of the producers who are guaranteed the price.")
    level: _Level = Field(description="Price guaranteed, as a multiple of the one at rest, above 0.")
    budget: Cash | None = Field(
        default=None, description="Money there is for it in all; once it is spent the guarantee ends. Without limit if left out."
    )


class Recycling(Measure):
    """More of what comes out of use is collected and worked up."""

    kind: Literal["recycling"] = Field(description="Recycling of old products.")
    region: Names = Field(description="Regions or groups that recycle their own scrap.")
    life: PositiveTime = Field(description="Mean time for which products with the material are used.")
    life_sd: Time = Field(
        default=written("0 days"), description="Standard deviation of that time (normal law, cut off at 0). 0: an assumption, all alike."
    )
    collection: Share = Field(description="Part of what comes out of use that is collected.")
    recovery: Share = Field(default=1.0, description="Part of the material collected that is won back. 1: an assumption, all of it.")
    per_tonne: PerTonne = Field(default=written("0 USD/t"), description="What a tonne more costs, USD/t. 0: none is counted.")


class Substitution(AtUsers):
    """Users change to another material when this one has become dear enough, and back when it is cheap again."""

    kind: Literal["substitution"] = Field(description="Change to another material.")
    share: Share = Field(description="Largest part of the demand that can change.")
    price: Multiple = Field(default=1.0, description="Price, as a multiple of the one at rest, from which users change. 1: at once.")
    time: Time = Field(
        default=written("1 year"),
        description="Time over which they change, and change back. 1 year: an assumption, products are redesigned.",
    )
    to: str | None = Field(default=None, description="Commodity used instead, where it is in the model, as material.stage.")
    ratio: FixedRatio = Field(default=1.0, description="Tonnes of it per tonne replaced. 1: an assumption.")
