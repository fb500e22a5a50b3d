"""Cards: which figures make up the chain of a material, and what is assumed, with the reason."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

CARDS = Path(__file__).parent / "cards"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Assumed(_Strict):
    """A number that stands in no table: nobody publishes it, or a page tells it alone."""

    value: float
    because: Annotated[str, Field(min_length=20)]
    """The reason; for a figure from a page, what it says."""
    status: Literal["measured", "derived", "assumption"] = "assumption"
    year: str = "2024"
    source: str = "own assumption"
    url: str = ""
    licence: str = "own work"


class Output(_Strict):
    """Output of a stage by country: tonnes from a table, or shares in a total."""

    table: str = ""
    """Name of the material in production.csv."""
    stage: Literal["mine", "refined", "component"] = "mine"
    dataset: Literal["USGS_MCS2026", "IEA_CMDE", "EC_CRM2023", "MANUAL_PAGES"] = "USGS_MCS2026"
    shares: dict[str, Assumed] = {}
    """Area -> part of the world's output, where no table has it; adds up to 1."""
    year: str = "2024"
    measure: str = "production"
    content: float = 1.0
    """Tonnes of what the chain counts per tonne of the table."""
    counted: str = ""
    """What is counted, such as "contained metal"; goes into every basis."""
    total: Assumed | None = None
    """World total in t/year, where the table has shares alone."""
    total_of: str | None = None
    """Commodity whose world total stands for this one's, where the table has shares alone."""
    part: Assumed | None = None
    """Part of that total that gets here."""
    rest: str = "ROW"
    """Area that makes what the table gives to no country."""

    @property
    def rests_on_assumption(self) -> bool:
        """Whether what shares are taken of is assumed itself."""
        return any(number is not None and number.status == "assumption" for number in (self.total, self.part))

    @model_validator(mode="before")
    @classmethod
    def _as_the_dataset(cls, given: dict[str, Any]) -> dict[str, Any]:
        """The study of the EU has shares, means of five years."""
        return {"year": "2016-2020", "measure": "share"} | given if given.get("dataset") == "EC_CRM2023" else given

    @model_validator(mode="after")
    def _one_total(self) -> Output:
        if self.total is not None and self.total_of is not None:
            raise ValueError("give total or total_of, not both")
        if bool(self.table) == bool(self.shares):
            raise ValueError("give a table or shares")
        if self.shares and abs(sum(share.value for share in self.shares.values()) - 1) > 1e-9:
            raise ValueError("the shares do not add up to 1")
        if self.shares and self.total is None and self.total_of is None:
            raise ValueError("shares need a total")
        return self


class Use(_Strict):
    """Final use of a stage, and who uses it for what."""

    measured: dict[str, str] = {}
    """Area -> row of demand.csv as `material | form`, where a region's use is published."""
    content: dict[str, float] = {}
    """Area -> tonnes of what the chain counts per unit of that row, 1 where not given."""
    assumed: dict[str, Assumed] = {}
    """Area -> part of world use, where the common split would be far off."""
    end_use: str | None = None
    """Name of the material in end_uses.csv, for its uses in the EU."""
    world_end_use: str | None = None
    """The same for uses in the world; without it, and without `sectors`, the shares of the EU stand for all."""
    world_source: str = "s54"
    """Key of the source of the latter."""
    sectors: dict[str, Assumed] = {}
    """Sector -> share of the world's use, where no table has it."""
    goes_into: dict[str, dict[str, Assumed]] = {}
    """Sector -> commodity of whatever material -> part of the sector's use that is its making, where a scenario has both."""
    recycled: Literal["table", "none"] | Assumed = "none"
    """Secondary supply as a part of use: the EU's end-of-life recycling input rate, or assumed."""
    recycled_as: str | None = None
    """Name of the material in recycling.csv."""


class Trade(_Strict):
    """Codes of the Harmonized System (1992) under which customs record a commodity."""

    codes: dict[str, Assumed]
    """Code -> tonnes of what the chain counts per tonne recorded."""
    without: dict[str, Annotated[str, Field(min_length=20)]] = {}
    """Exporter whose goods under these codes are of another stage -> the reason."""


class Stage(_Strict):
    """One commodity of the chain."""

    commodity: str
    output: Output
    made_of: dict[str, Assumed | Literal["all"]] = {}
    """Input -> tonnes per tonne; `all`: what the input's world output comes to per tonne of this one's."""
    hosts: dict[str, Assumed] = {}
    """Commodity in whose making this one comes up -> part of its output that does."""
    use: Use | None = None
    trade: Trade | None = None
    price: str | None = None
    """Name of the material in prices.csv."""


class Extra(_Strict):
    """A row written out."""

    commodity: str
    quantity: str
    region: str
    partner: str = ""
    sector: str = ""
    value: float
    unit: str
    year: str
    role: Literal["base", "context"] = "context"
    status: Literal["measured", "derived", "assumption"]
    basis: str
    source: str
    url: str = ""
    licence: str


class Card(_Strict):
    """One material."""

    material: str
    title: str
    stages: tuple[Stage, ...]
    rows: tuple[Extra, ...] = ()


def cards() -> tuple[Card, ...]:
    """All cards, by name. Raises pydantic.ValidationError for a wrong one."""
    return tuple(read_card(path) for path in sorted(CARDS.glob("*.yaml")))


def read_card(path: Path) -> Card:
    """One card.

    Arguments:
        path: its file, named as the material.
    Raises:
        pydantic.ValidationError: a key or value is wrong. ValueError: the name is not that of the file.
    """
    card: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    found = Card.model_validate(card)
    if found.material != path.stem:
        raise ValueError(f"{path.name}: the material is called {found.material}")
    return found
