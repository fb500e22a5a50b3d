"""Economies: an input-output table of a region, through which the losses of a sector reach those it buys from."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from sim.errors import BadValue, Fault, refuse
from sim.scenario.amount import FixedDelay, Quantity, Strict, check_listed, written

_Coefficient = Annotated[float, Quantity("number", 0, law=False)]
_FixedMoney = Annotated[float, Quantity("value", 0, law=False)]


def _check_sectors(names: tuple[str, ...]) -> tuple[str, ...]:
    if "all" in names:
        raise refuse("'all' already means every sector", remedy="Choose another name.")
    return check_listed(names)


class Economy(Strict):
    """An input-output table of one region. Its sectors that are named under `sectors:` too are those that are hit."""

    sectors: Annotated[tuple[str, ...], AfterValidator(_check_sectors)] = Field(
        description="Sectors of the table, in its order; at least one of them a sector at work, named under `sectors:`."
    )
    coefficients: tuple[tuple[_Coefficient, ...], ...] = Field(
        description="Input coefficients, a row for each sector: the number at row i, column j is the input from sector i per unit of "
        "output of sector j. Each column adds up to less than 1."
    )
    final_demand: tuple[_FixedMoney, ...] = Field(description="Sales a year to final users, sector by sector, in the order of `sectors`.")
    recovery: FixedDelay = Field(
        default=written("4 weeks"), description="Time in which a sector follows what it can sell and buy. 4 weeks: assumption, one month."
    )

    @model_validator(mode="after")
    def _check(self) -> Economy:
        faults = [*self._shape_faults()] or [*self._column_faults()]
        if faults:
            raise BadValue(*faults)
        return self

    def _shape_faults(self) -> Iterator[Fault]:
        n = len(self.sectors)
        if len(self.coefficients) != n:
            what, remedy = "needs a row for each sector", "Write them in the order of `sectors`."
            yield Fault(what, f"{_count(len(self.coefficients), 'row')} for {_count(n, 'sector')}", remedy, ("coefficients",))
        for i, row in enumerate(self.coefficients):
            if len(row) != n:
                what, remedy = "needs a column for each sector", "Write 0 where a sector buys nothing."
                yield Fault(what, f"{_count(len(row), 'number')} for {_count(n, 'sector')}", remedy, ("coefficients", i))
        if len(self.final_demand) != n:
            what, remedy = "needs an amount for each sector", "Write 0 USD/year for a sector that sells to other sectors only."
            yield Fault(what, f"{_count(len(self.final_demand), 'amount')} for {_count(n, 'sector')}", remedy, ("final_demand",))

    def _column_faults(self) -> Iterator[Fault]:
        for j, name in enumerate(self.sectors):
            total = math.fsum(row[j] for row in self.coefficients)
            if total >= 1.0:
                what = f"the inputs of {name} (column {j + 1}) are worth as much as its output or more, so it adds no value"
                yield Fault(what, f"a sum of {total:.6g}", "Lower one of them: each column must add up to less than 1.", ("coefficients",))


def _count(n: int, noun: str) -> str:
    return f"{n} {noun}{'' if n == 1 else 's'}"
