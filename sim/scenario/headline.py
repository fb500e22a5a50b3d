"""What a scenario's answer is read from: one measure at one place, alone or set against variants."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal, get_args

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema, model_validator

from sim.errors import BadValue, Fault, near_miss, refuse
from sim.scenario.amount import NAMES_SCHEMA, Strict, as_list, check_listed

if TYPE_CHECKING:
    from sim.scenario.cross import Parts

Measure = Literal[
    "p_short", "unmet_share", "unmet_t", "days_short", "lowest_cover_days", "forgone_share", "price_peak", "price_mean",
    "sales_lost_share", "value_added_lost", "value_added_lost_high", "economy_lost",
]  # fmt: skip
MEASURES: tuple[Measure, ...] = get_args(Measure)
OF_USERS = ("unmet_share", "unmet_t")
"""Measures that are kept for each user of a commodity, not for whole regions alone."""
OF_SECTORS = ("sales_lost_share", "value_added_lost", "value_added_lost_high")
"""Measures of a sector at work, which has no one commodity."""
OF_ECONOMIES = ("economy_lost",)
WHOLE = "all"
MOST_AGAINST = 3


def _few(names: tuple[str, ...]) -> tuple[str, ...]:
    if len(names) > MOST_AGAINST:
        raise refuse(f"at most {MOST_AGAINST} variants have room in a sentence", ", ".join(names), "Leave some out.")
    return names


Variants = Annotated[
    tuple[str, ...],
    BeforeValidator(as_list),
    AfterValidator(check_listed),
    AfterValidator(_few),
    WithJsonSchema({"anyOf": [NAMES_SCHEMA["anyOf"][0], NAMES_SCHEMA["anyOf"][1] | {"maxItems": MOST_AGAINST}]}),
]


class Headline(Strict):
    """What the answer of the scenario is read from; it changes no run."""

    measure: Measure = Field(description="Measure of the summary table.")
    commodity: str | None = Field(default=None, description="Commodity; none for what sectors at work and economies lose.")
    region: str = Field(description="One of the regions.")
    sector: str = Field(default=WHOLE, description="User of the commodity, or sector at work; `all` is the whole region.")
    against: Variants | None = Field(default=None, description="Variant, or up to three, to set the scenario against, run by run.")

    @model_validator(mode="after")
    def _check(self) -> Headline:
        faults = list(self._misplaced())
        if faults:
            raise BadValue(*faults)
        return self

    def _misplaced(self) -> Iterator[Fault]:
        has_commodity = self.measure not in (*OF_SECTORS, *OF_ECONOMIES)
        if has_commodity and self.commodity is None:
            yield Fault("is missing", None, f"Name the commodity whose {self.measure} is meant.", ("commodity",))
        if not has_commodity and self.commodity is not None:
            yield Fault(f"{self.measure} is not of one commodity", repr(self.commodity), "Leave it out.", ("commodity",))
        if self.measure in OF_SECTORS and self.sector == WHOLE:
            yield Fault("is missing", None, f"Name the sector at work whose {self.measure} is meant.", ("sector",))
        if self.measure not in (*OF_SECTORS, *OF_USERS) and self.sector != WHOLE:
            yield Fault(f"{self.measure} is known of whole regions only", repr(self.sector), "Leave the sector out.", ("sector",))

    @property
    def variants(self) -> tuple[str, ...]:
        """Variants to set the scenario against; none if its answer stands alone."""
        return self.against or ()


def headline_faults(parts: Parts) -> Iterator[Fault]:
    """Regions, sectors at work, economies and variants of a headline that the scenario does not have."""
    headline = parts.headline
    if headline is None:
        return
    if parts.regions is not None and headline.region not in parts.regions:
        if headline.region in (WHOLE, *(parts.groups or ())):
            remedy = f"Name one region: {', '.join(parts.regions)}."
            yield Fault("an answer is of one region, not of several", repr(headline.region), remedy, ("headline", "region"))
        else:
            yield Fault("unknown region", repr(headline.region), near_miss(headline.region, parts.regions), ("headline", "region"))
    at_work = tuple(dict.fromkeys((*parts.sectors, *parts.sector_names)))
    if headline.measure in OF_SECTORS and headline.sector not in at_work:
        remedy = near_miss(headline.sector, at_work, "Sectors at work") or "Name one of them under `sectors:` at the top level."
        yield Fault("no such sector at work", repr(headline.sector), remedy, ("headline", "sector"))
    economies = tuple(dict.fromkeys((*parts.economies, *parts.economy_names)))
    if headline.measure in OF_ECONOMIES and headline.region not in economies:
        remedy = near_miss(headline.region, economies, "Economies") or "Give one under `economies:`."
        yield Fault("no economy of this region", repr(headline.region), remedy, ("headline", "region"))
    for i, name in enumerate(headline.variants):
        if name not in parts.variants:
            remedy = near_miss(name, tuple(parts.variants), "Variants") or "The scenario has no variants."
            yield Fault("unknown variant", repr(name), remedy, ("headline", "against", i))
