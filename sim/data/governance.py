"""Governance of countries: how well they are governed, and how stable; from the World Bank."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from sim.data.facts import packaged, rows
from sim.errors import DataError, Problem, shown

FILE = "governance.csv"
COLUMNS = ("country", "year", "mean", "political_stability", "source", "url", "licence")


@dataclass(frozen=True)
class Governance:
    """Worldwide Governance Indicators of one year by country, about -2.5 (worst) to 2.5 (best)."""

    year: str
    mean: dict[str, float]
    """Mean of the six dimensions."""
    stability: dict[str, float]
    """Political stability and absence of violence; countries without it are left out."""
    source: str


def read_governance(text: str, codes: Iterable[str]) -> Governance:
    """Governance from the text of governance.csv.

    text: whole csv file, one year. codes: region codes that exist. Raises DataError with every mistake.
    """
    known = frozenset(codes)
    mean: dict[str, float] = {}
    stability: dict[str, float] = {}
    problems: list[Problem] = []
    found = rows(text, FILE, COLUMNS)
    for line, row in found:
        country = row["country"]
        if country not in known or country in mean:
            what = "stated twice" if country in mean else "unknown region"
            problems.append(Problem(file=FILE, line=line, where="country", what=what, got=shown(country)))
        if row["year"] != found[0][1]["year"]:
            problems.append(Problem(file=FILE, line=line, where="year", what="differs from the year of the first row", got=row["year"]))
        for name in ("year", "mean", "source", "url", "licence"):
            if not row[name]:
                problems.append(Problem(file=FILE, line=line, where=name, what="is empty"))
        for name, into in (("mean", mean), ("political_stability", stability)):
            try:
                into.update({country: float(row[name])} if row[name] else {})
            except ValueError:
                problems.append(Problem(file=FILE, line=line, where=name, what="not a number", got=shown(row[name])))
    if problems or not found:
        raise DataError(*problems or [Problem(file=FILE, what="holds no country")])
    first = found[0][1]
    return Governance(first["year"], mean, stability, f"{first['source']} ({first['licence']})")


def governance(codes: Iterable[str]) -> Governance:
    """Governance of the pack. codes: region codes that exist."""
    return read_governance(packaged(FILE), codes)
