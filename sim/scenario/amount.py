"""Fields that hold a quantity: read with its unit, checked against its range, a law allowed where it makes sense."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import core_schema

from sim.errors import BadValue, Fault, refuse
from sim.scenario.law import Amount, Choice, Empirical, Law, read_law, support
from sim.units import EXAMPLE, NOUN, Dimension, format_amount, parse


class Strict(BaseModel):
    """Base of everything an author may write: frozen, no unknown keys, no infinities.

    Text from a file must carry units; a bare float given by Python code counts as base units.
    """

    model_config = ConfigDict(
        extra="forbid", frozen=True, allow_inf_nan=False, validate_default=True, populate_by_name=True, defer_build=True
    )

    @model_validator(mode="before")
    @classmethod
    def _written_keys(cls, data: Any, info: ValidationInfo) -> Any:
        # Python code says `source`, because `from` is taken; a file says `from` only.
        if isinstance(data, Mapping) and (info.context or {}).get("written"):
            for name, field in cls.model_fields.items():
                if key_of(name, field) != name and name in data:
                    raise BadValue(Fault("unknown key", repr(name), f"Did you mean '{key_of(name, field)}'?", (name,), on_key=True))
        return data


@dataclass(frozen=True)
class Quantity:
    """How one field is read: its dimension, its range in base units, and whether a law may stand there."""

    dimension: Dimension
    low: float = -math.inf
    high: float = math.inf
    above: bool = False
    """The low end itself is not allowed."""
    below: bool = False
    """Nor is the high end."""
    law: bool = True
    hint: str | None = None
    """Remedy where the value is out of range."""

    def read(self, value: Any, *, bare: bool = True) -> Amount:
        """Read a number, text, date, law or law mapping into base units; raises BadValue."""
        if isinstance(value, get_args(Law)):
            amount: Amount = value
        elif isinstance(value, Mapping):
            if not self.law:
                raise refuse("must be certain, not a law", value, f"Write {EXAMPLE[self.dimension]}.")
            amount = read_law(dict(value), self.dimension, bare=bare)
        else:
            amount = parse(value, self.dimension, bare=bare)
        self._check_range(amount, value)
        return amount

    def _check_range(self, amount: Amount, value: Any) -> None:
        low, high = support(amount)
        # A continuous law may touch an open end: it has no chance there.
        has_mass = isinstance(amount, (int, float, Choice, Empirical))
        is_above = low > self.low or (low == self.low and not (self.above and has_mass))
        if is_above and (high < self.high or (high == self.high and not (self.below and has_mass))):
            return
        shape = f"must be {self._range()}"
        if isinstance(amount, (int, float)):
            raise refuse(shape, value, self.hint)
        what = f"{shape}, and so must every value of the law"
        if not math.isfinite(low):
            raise BadValue(Fault(what, "a normal law, which has no bounds", "Write pert or triangular."))
        top = f"to {format_amount(high, self.dimension)}" if math.isfinite(high) else "without end"
        got = f"a law from {format_amount(low, self.dimension)} {top}"
        raise BadValue(Fault(what, got, self.hint or "Choose a law within the range."))

    def _range(self) -> str:
        low = format_amount(self.low, self.dimension) if math.isfinite(self.low) and self.low else "0"
        if self.dimension == "share" and (self.low, self.high) == (0, 1):
            return "a share between 0 % and 100 %"
        if self.below:
            return f"above {low} and below {format_amount(self.high, self.dimension)}"
        if self.above and math.isfinite(self.high) and not self.below:
            return f"above {low} and at most {format_amount(self.high, self.dimension)}"
        if math.isfinite(self.high):
            low = format_amount(self.low, "share") if self.dimension == "share" else low
            return f"between {low} and {format_amount(self.high, self.dimension)}"
        return f"above {low}" if self.above else f"{low} or more"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        def validate(value: Any, info: ValidationInfo) -> Amount:
            return self.read(value, bare=not (info.context or {}).get("written"))

        return core_schema.with_info_plain_validator_function(validate)

    def __get_pydantic_json_schema__(self, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        finite = {name: end for name, end in (("minimum", self.low), ("maximum", self.high)) if math.isfinite(end)}
        return {"quantity": self.dimension, "law": self.law, "range": finite}  # made concrete by sim.scenario.schema


def _read_whole(value: Any) -> Any:
    if isinstance(value, (bool, str)):
        raise refuse("must be a whole number", value)
    return value


def _read_day(value: Any, info: ValidationInfo) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str):
        raise refuse(f"not {NOUN['instant']}", value, "Write a date as year-month-day, such as '2026-07-01'.")
    parse(value, "instant")
    return date.fromisoformat(value.strip())


def as_list(value: Any) -> Any:
    """One name as a list of one; anything else as it is."""
    return (value,) if isinstance(value, str) else value


def check_listed(names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names as they are; raises BadValue where there are none or one comes twice."""
    if not names:
        raise refuse("the list is empty", remedy="Name at least one.")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise refuse(f"'{twice[0]}' is named twice", remedy="Name each once.")
    return names


def key_of(name: str, field: FieldInfo) -> str:
    """The key of a field in a file: its name, but `from` for `source`."""
    return field.validation_alias if isinstance(field.validation_alias, str) else name


def written(value: Any) -> Any:
    """A default as an author would write it, an amount or a law; it is read like any other value, and shown as it stands."""
    return value


Share = Annotated[Amount, Quantity("share", 0, 1)]
Excess = Annotated[Amount, Quantity("share", 0)]
Time = Annotated[Amount, Quantity("time", 0)]
PositiveTime = Annotated[Amount, Quantity("time", 0, above=True)]
Rate = Annotated[Amount, Quantity("rate", 0)]
Frequency = Annotated[Amount, Quantity("frequency", 0, above=True)]
Instant = Annotated[Amount, Quantity("instant")]
Money = Annotated[Amount, Quantity("value", 0)]
Cash = Annotated[Amount, Quantity("money", 0)]
PerTonne = Annotated[Amount, Quantity("price", 0)]
Multiple = Annotated[Amount, Quantity("number", 1, 100)]
Elasticity = Annotated[
    Amount, Quantity("number", 0, 10, hint="Write it positive: 0.15 means that users take 1.5 % less where the price is 10 % higher.")
]
Slope = Annotated[Amount, Quantity("number", 0.05, 100)]
"""An elasticity of supply: never so small that no price could bring more."""
FixedTime = Annotated[float, Quantity("time", 0, above=True, law=False)]
FixedDelay = Annotated[float, Quantity("time", 0, law=False)]
FixedShare = Annotated[float, Quantity("share", 0, 1, law=False)]
FixedRatio = Annotated[float, Quantity("ratio", 0, above=True, law=False)]
Day = Annotated[date, BeforeValidator(_read_day)]
Whole = Annotated[int, BeforeValidator(_read_whole)]
NAMES_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1, "uniqueItems": True}]}
Names = Annotated[tuple[str, ...], BeforeValidator(as_list), AfterValidator(check_listed), WithJsonSchema(NAMES_SCHEMA)]
"""One name or a list of names."""
