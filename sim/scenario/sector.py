"""Sectors: final users that make one output together from all commodities they use."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic import Field, model_validator

from sim.errors import BadValue, Fault
from sim.scenario.amount import Excess, FixedDelay, FixedShare, Money, Strict, written


def too_much(shares: Mapping[str, float], whose: str) -> Fault | None:
    """The fault of cost shares that add up to more than 1, if they do. whose: what the shares are of, for the message."""
    total = math.fsum(shares.values())
    if total <= 1 + 1e-9:
        return None
    return Fault(f"the cost shares of {whose} add up to more than 100 %", f"{100 * total:.6g} %", "Lower one of them.", ("cost_share",))


class Sector(Strict):
    """Final users of this name in a region make one output together, from all commodities they use there."""

    essential: dict[str, FixedShare] = Field(
        default={}, description="Part of output that stops without this input, by commodity. 100 % where left out: the strict case."
    )
    product_stock: FixedDelay = Field(
        default=written("0 days"), description="Stock of products in time of output. 0 days: assumption, none, the strict case."
    )
    overtime: Excess = Field(
        default=written("25 %"), description="Output beyond the normal that can be reached to refill it. 25 %: default of ARIO."
    )
    value_added: dict[str, Money] = Field(
        default={},
        description="Value added per year, by region; a group's is that of each of its regions. Left out: as in the data pack for the "
        "materials named (an upper bound, see `sim data`), and where that has none losses are told in shares of output only.",
    )
    cost_share: dict[str, FixedShare] = Field(
        default={}, description="Share of each input in value added, by commodity; all together at most 100 %."
    )

    @model_validator(mode="after")
    def _check(self) -> Sector:
        fault = too_much(self.cost_share, "a sector")
        if fault:
            raise BadValue(fault)
        return self
