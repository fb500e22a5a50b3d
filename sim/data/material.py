"""The materials of the pack: their files of facts, and every number of a material with its source."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib import resources
from math import floor, log10
from typing import TYPE_CHECKING

from sim.data.areas import areas
from sim.data.facts import ANY, COLUMNS, QUANTITIES, Fact, packaged, read
from sim.data.own import COMMON, DataFolder
from sim.errors import DataError, Problem, near_miss, shown

if TYPE_CHECKING:
    import pandas as pd


ASIDE = ("industry_share", "largest_value_added")
"""Quantities that a run does not rest on by themselves: parts in industry are told in the rows split by them, the other serves an index."""


@cache
def shipped_materials() -> tuple[str, ...]:
    """Materials of the pack: files of the package with the header of facts; those of another header are tables of another kind."""
    names = []
    for entry in resources.files("sim.data").iterdir():
        name, dot, kind = entry.name.rpartition(".")
        if (dot, kind) == (".", "csv") and name != COMMON:
            with entry.open(encoding="utf-8") as file:
                names += [name] if file.readline().rstrip("\r\n") == ",".join(COLUMNS) else []
    return tuple(sorted(names))


@cache
def _shipped_facts(name: str) -> tuple[Fact, ...]:
    """Facts of a file of the package, read once; none if it is no file of the pack."""
    known = name in (*shipped_materials(), COMMON)
    return read(packaged(f"{name}.csv"), f"{name}.csv", areas().names) if known else ()


def materials(own: DataFolder | None = None) -> tuple[str, ...]:
    """Names of the materials with facts, those of one's own folder included, in order of the alphabet."""
    return shipped_materials() if own is None else tuple(sorted({*shipped_materials(), *own.materials()}))


def facts(material: str, own: DataFolder | None = None) -> tuple[Fact, ...]:
    """Facts of one material, those common to all (commodity `any`) after its own.

    material: one of `materials(own)`. own: facts over those of the pack.
    Returns values in base units. Raises DataError for an unknown material or a wrong row.
    """
    check_materials((material,), own)
    found: tuple[Fact, ...] = ()
    for name in (material, COMMON):
        found += _shipped_facts(name) if own is None else own.over(_shipped_facts(name), name)
    return found


def check_materials(names: Sequence[str], own: DataFolder | None = None) -> None:
    """Raise DataError unless there are facts about the materials, and no two of them are about the same commodity.

    names: materials. own: facts over those of the pack.
    """
    known = materials(own)
    strange = [name for name in dict.fromkeys(names) if name not in known]
    if strange:
        what = "no facts about this material"
        raise DataError(*(Problem(where="materials", what=what, got=shown(name), remedy=near_miss(name, known)) for name in strange))
    if own is None or len(names) < 2:
        return
    maker: dict[str, str] = {}
    for name in dict.fromkeys(names):
        for commodity in commodities(facts(name, own)):
            if maker.setdefault(commodity, name) != name:
                what = f"{maker[commodity]} and {name} both state {commodity}"
                raise DataError(Problem(where="materials", what=what, remedy="Name one of the two."))


def commodities(found: tuple[Fact, ...]) -> tuple[str, ...]:
    """Commodities that are made, in the order of the file (the first stage first)."""
    return tuple(dict.fromkeys(f.commodity for f in found if f.quantity == "production" and f.role == "base" and f.commodity != ANY))


def sources(names: Iterable[str], own: DataFolder | None = None) -> tuple[str, ...]:
    """Sources of the numbers a run of these materials rests on, as they should be cited.

    names: materials. own: facts over those of the pack.
    Returns each source with its licence once, then how many numbers were measured, derived and assumed.
    """
    found = dict.fromkeys(fact for name in names for fact in facts(name, own) if fact.role == "base" and fact.quantity not in ASIDE)
    cited = dict.fromkeys(f"{fact.source} ({fact.licence})" for fact in found if fact.status != "assumption")
    counts = {status: sum(fact.status == status for fact in found) for status in ("measured", "derived", "assumption")}
    tally = f"{counts['measured']} numbers measured, {counts['derived']} derived, {counts['assumption']} assumed"
    return (*cited, tally)


def table(material: str, own: DataFolder | None = None) -> pd.DataFrame:
    """Every number of a material with its status, basis and source; measured ones as written, others to four digits.

    material: one of `materials(own)`. own: facts over those of the pack; what they replace is context, with a note by which row.
    Returns one row a fact, base rows before context. Raises DataError for an unknown material.
    """
    import pandas as pd

    found = sorted(facts(material, own), key=lambda fact: fact.role)
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
