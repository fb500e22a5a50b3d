"""The materials of the pack: their files of facts, and every number of a material with its source."""

from __future__ import annotations

from collections.abc import Iterable
from importlib import resources
from math import floor, log10
from typing import TYPE_CHECKING

from sim.data.areas import areas
from sim.data.facts import ANY, QUANTITIES, Fact, packaged, read
from sim.errors import DataError, Problem, near_miss, shown

if TYPE_CHECKING:
    import pandas as pd

NO_MATERIALS = ("common", "regions")
MATERIALS = tuple(
    sorted(
        path.name.removesuffix(".csv")
        for path in resources.files("sim.data").iterdir()
        if path.name.endswith(".csv") and path.name.removesuffix(".csv") not in NO_MATERIALS
    )
)
COMMON = "common"


def materials() -> tuple[str, ...]:
    """Names of the materials with facts."""
    return MATERIALS


def facts(material: str) -> tuple[Fact, ...]:
    """Facts of one material, those common to all (commodity `any`) after its own.

    material: one of `materials()`. Returns values in base units. Raises DataError for an unknown material or a wrong row.
    """
    check_material(material)
    codes = areas().names
    return tuple(fact for name in (material, COMMON) for fact in read(packaged(f"{name}.csv"), f"{name}.csv", codes))


def check_material(material: str) -> None:
    """Raise DataError unless there are facts about the material."""
    if material not in MATERIALS:
        raise DataError(
            Problem(where="materials", what="no facts about this material", got=shown(material), remedy=near_miss(material, MATERIALS))
        )


def commodities(found: tuple[Fact, ...]) -> tuple[str, ...]:
    """Commodities that are made, in the order of the file (the first stage first)."""
    return tuple(dict.fromkeys(f.commodity for f in found if f.quantity == "production" and f.role == "base" and f.commodity != ANY))


def sources(names: Iterable[str]) -> tuple[str, ...]:
    """Sources of the numbers a run of these materials rests on, as they should be cited.

    names: materials. Returns each source with its licence once, then how many numbers were measured, derived and assumed.
    """
    # Parts in industry are told where they are used: in the rows split by them.
    found = dict.fromkeys(fact for name in names for fact in facts(name) if fact.role == "base" and fact.quantity != "industry_share")
    cited = dict.fromkeys(f"{fact.source} ({fact.licence})" for fact in found if fact.status != "assumption")
    counts = {status: sum(fact.status == status for fact in found) for status in ("measured", "derived", "assumption")}
    tally = f"{counts['measured']} numbers measured, {counts['derived']} derived, {counts['assumption']} assumed"
    return (*cited, tally)


def table(material: str) -> pd.DataFrame:
    """Every number of a material with its status, basis and source; measured ones as written, others to four digits.

    material: one of `materials()`. Returns one row a fact, base rows before context. Raises DataError for an unknown material.
    """
    import pandas as pd

    found = sorted(facts(material), key=lambda fact: fact.role)
    names = ("commodity", "quantity", "region", "partner", "sector", "value", "year", "role", "status", "basis", "source", "url", "licence")
    frame = pd.DataFrame(
        [{name: _shown(fact) if name == "value" else getattr(fact, name) for name in names} for fact in found], columns=list(names)
    )
    frame.insert(2, "meaning", [QUANTITIES[fact.quantity].meaning for fact in found])
    return frame


def _shown(fact: Fact) -> str:
    """Value as written if measured, else without digits that calculation alone put there."""
    number, gap, unit = fact.text.partition(" ")
    if fact.status == "measured":
        return fact.text
    value = float(number)
    rounded = round(value, 3 - floor(log10(value))) if value else value
    return f"{rounded:.15g}{gap}{unit}"
