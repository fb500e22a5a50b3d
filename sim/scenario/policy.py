"""Policies an author may write; the strategic stockpile, national or pooled, is here."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, ValidationInfo, WithJsonSchema, model_validator

from sim.errors import BadValue, Fault, refuse
from sim.scenario.amount import Day, FixedShare, Money, Names, PositiveTime, Quantity, Share, Strict, written
from sim.scenario.law import Amount, support
from sim.scenario.measure import OnTrade
from sim.scenario.policy_supply import AdvancedMaterials, CapacityProject, DemandReduction, PriceFloor, Recycling, Substitution
from sim.scenario.policy_trade import (
    BeyondPrice,
    EarlyWarning,
    ExportControl,
    HomeTariff,
    ImportQuota,
    JointProcurement,
    SingleSourceCap,
    SupplierQualification,
)
from sim.units import format_amount

_WHEN = re.compile(r"\s*shortage\s*>\s*(\S.*?)\s*")

_PerYear = Annotated[Amount, Quantity("frequency", 0, above=True)]
_WHEN_SCHEMA = {"type": "string", "pattern": r"^\s*shortage\s*>\s*[0-9.]+\s*%?\s*$"}


def _read_when(value: Any, info: ValidationInfo) -> Any:
    if not isinstance(value, str):
        if (info.context or {}).get("written"):
            raise refuse("not a condition", value, "Write 'shortage > 5 %'.")
        return value
    match = _WHEN.fullmatch(value)
    if match is None:
        raise refuse("not a condition", value, "Write 'shortage > 5 %'.")
    return Quantity("share", 0, 1, law=False).read(match[1])


class Release(Strict):
    """When a stockpile opens, and how far."""

    when: Annotated[FixedShare, BeforeValidator(_read_when), WithJsonSchema(_WHEN_SCHEMA)] = Field(
        default=written("shortage > 0 %"),
        description="Condition: shortage is the part of what users want at the usual price that they go without in a step, because their "
        "own stock cannot serve it or because it is too dear. "
        "'shortage > 0 %': an assumption, the store opens at the first shortage.",
    )
    at_most: Share = Field(
        default=1.0, description="Largest part of the shortage that the store covers, above 0. 1: an assumption, all of it."
    )

    @model_validator(mode="after")
    def _check(self) -> Release:
        if support(self.at_most)[1] <= 0:
            what, remedy = "the store would never give anything", "Write a share above 0 %, or take the policy out."
            raise BadValue(Fault(what, format_amount(0.0, "share"), remedy, ("at_most",)))
        return self


class Stockpile(Strict):
    """A strategic stock that buys slowly and is released in a shortage."""

    kind: Literal["stockpile"] = Field(description="A strategic stockpile.")
    commodity: str = Field(description="Commodity held, as material.stage.")
    holders: Names = Field(description="Regions or groups that hold it and draw on it.")
    pooled: bool = Field(default=False, description="True: one stock shared by all holders; false: each holder has its own.")
    target: PositiveTime = Field(description="Stock aimed at, as days of the holders' use at rest.")
    fill: PositiveTime = Field(
        default=written("2 years"),
        description="Time to fill from empty at an even pace. 2 years: an assumption, slow enough not to move the market.",
    )
    initial: Share = Field(default=0.0, description="Part of the target already held at the start. 0: a new stockpile.")
    start: Day | None = Field(default=None, description="Date from which it buys and sells; the clock's start if left out.")
    budget: Money | None = Field(
        default=None, description="Money there is for buying, USD/year, shared by the holders' parts. Without limit if left out."
    )
    sharing: Literal["need", "contribution", "max-min"] = Field(
        default="need",
        description="How holders of a pooled stock share what is released where it does not cover all: `need`: in proportion to what they "
        "lack; `contribution`: in proportion to what they put in, what one does not need going to the others; `max-min`: to each the "
        "same tonnage until it lacks no more.",
    )
    reserve: Share = Field(default=0.0, description="Part of the target that is never released. 0: an assumption, none.")
    rate: _PerYear | None = Field(
        default=None, description="Most that is released, in targets per year, such as 2 /year; no limit if left out."
    )
    leaving: dict[str, Day] = Field(
        default_factory=dict, description="Holder of a pooled stock -> date on which it leaves and takes what it has put in and not lost."
    )
    holding: Share = Field(
        default=written("3 %"), description="Cost of holding, part of the stock's value at rest per year. 3 %: an assumption."
    )
    rotation: Share = Field(default=0.0, description="Part of the stock sold and bought anew each year to keep it fresh. 0: none.")
    rotation_loss: Share = Field(
        default=written("5 %"), description="Part of the value lost when stock is turned over. 5 %: an assumption."
    )
    release: Release = Field(default_factory=Release, description="When it opens, and how far.")


Policy = Annotated[
    Stockpile
    | JointProcurement
    | CapacityProject
    | SupplierQualification
    | AdvancedMaterials
    | DemandReduction
    | Recycling
    | Substitution
    | PriceFloor
    | HomeTariff
    | ImportQuota
    | BeyondPrice
    | SingleSourceCap
    | EarlyWarning
    | ExportControl,
    Field(discriminator="kind"),
]
"""Any policy; `kind` tells which."""


def regions_named(policy: Policy) -> dict[str, tuple[str, ...]]:
    """Regions and groups a policy names, by key as a file has it; where it acts comes first."""
    keys = ("holders", "members", "region", "source", *(("to",) if isinstance(policy, OnTrade) else ()), "trusted")
    named = {key: getattr(policy, key, None) for key in keys}
    return {"from" if key == "source" else key: (v,) if isinstance(v, str) else v for key, v in named.items() if v is not None}
