"""Regions: which codes exist, who belongs to which bloc, and how the areas of the facts add up to the regions of a scenario."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache

from sim.data.facts import WORLD, packaged, rows
from sim.errors import DataError, Problem, near_miss, shown

REST = "ROW"
"""Every country not named."""
FILE = "regions.csv"


@dataclass(frozen=True)
class Areas:
    """Region codes with their names, and the bloc of each country that has one."""

    names: dict[str, str]
    blocs: dict[str, str]

    def members(self, bloc: str) -> tuple[str, ...]:
        """Countries of a bloc; empty if it is not one."""
        return tuple(code for code, name in self.blocs.items() if name == bloc)

    def home(self, area: str, regions: Collection[str]) -> str:
        """Region of a scenario that an area of the facts belongs to.

        area: code in a file of facts. regions: codes of the scenario, disjoint.
        """
        if area in regions:
            return area
        bloc = self.blocs.get(area, "")
        return bloc if bloc in regions else REST


def read_areas(text: str) -> Areas:
    """Areas from the text of regions.csv. Raises DataError for an empty or repeated code."""
    names: dict[str, str] = {}
    blocs: dict[str, str] = {}
    problems = []
    for line, row in rows(text, FILE, ("code", "name", "bloc", "source", "url", "licence")):
        code = row["code"]
        if not code or code in names:
            problems.append(
                Problem(file=FILE, line=line, where="code", what="stated twice" if code else "is empty", got=shown(code) if code else None)
            )
        for name in ("name", "source", "licence"):
            if not row[name]:
                problems.append(Problem(file=FILE, line=line, where=name, what="is empty"))
        names[code] = row["name"]
        if row["bloc"]:
            blocs[code] = row["bloc"]
    problems += [Problem(file=FILE, where=code, what=f"bloc '{bloc}' has no row") for code, bloc in blocs.items() if bloc not in names]
    if problems:
        raise DataError(*problems)
    return Areas(names, blocs)


@cache
def areas() -> Areas:
    """Areas of the pack."""
    return read_areas(packaged(FILE))


def check_regions(regions: Sequence[str], known: Areas, usable: Collection[str]) -> None:
    """Refuse regions the facts cannot fill.

    regions: as the scenario names them. known: codes that exist. usable: codes whose use the facts state by itself.
    Raises DataError with every mistake.
    """
    problems: list[Problem] = []
    can = ", ".join(sorted({*usable, REST}))
    for region in regions:
        if region == WORLD:
            problems.append(_wrong(region, "is a world total, not a region", f"Use {REST} for every country not named."))
        elif region not in known.names:
            problems.append(_wrong(region, "unknown region", near_miss(region, sorted({*usable, REST}))))
        elif region != REST and region not in usable:
            bloc = known.blocs.get(region, REST)
            inside = bloc if bloc in usable else REST
            remedy = f"Use {inside}, or any of {can}; or write the nodes of {region} under `network:`."
            problems.append(_wrong(region, f"is finer than the facts: its use is inside {inside}", remedy))
        elif (bloc := known.blocs.get(region)) in regions:
            problems.append(_wrong(region, f"is named beside {bloc}, which holds it", "Name one of the two."))
    twice = sorted({region for region in regions if regions.count(region) > 1})
    problems += [_wrong(region, "is named twice", "Name it once.") for region in twice]
    if REST not in regions:
        problems.append(
            Problem(where="regions", what=f"{REST} is not named, so world supply and use would not close", remedy=f"Add {REST}.")
        )
    if problems:
        raise DataError(*problems)


def _wrong(region: str, what: str, remedy: str | None) -> Problem:
    return Problem(where="regions", what=what, got=shown(region), remedy=remedy)
