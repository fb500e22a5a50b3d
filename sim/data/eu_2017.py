"""The European Union's list of 2017: published inputs and results of supply risk and economic importance."""

from __future__ import annotations

from typing import Literal, NamedTuple, get_args

from sim.data.facts import packaged, rows
from sim.errors import DataError, Problem, near_miss, shown

FILE = "eu-2017.csv"
NUMBERS = (
    *("supply_risk", "economic_importance", "import_reliance_pct", "recycling_pct"),
    *("hhi_global", "hhi_eu", "substitution_sr", "substitution_ei"),
)
COLUMNS = ("material", "stage", *NUMBERS, "mix", "basis", "source", "url", "licence")

Mix = Literal["both", "global", "eu", "members"]


class Row(NamedTuple):
    """One material; None where nothing is published. Indices and factors are plain numbers, as rounded by the source."""

    material: str
    stage: str
    """As printed: Extraction or Processing, the stage with the larger risk."""
    supply_risk: float
    economic_importance: float
    import_reliance: float | None
    """Fraction."""
    recycled_frac: float
    """End-of-life recycling input rate, fraction."""
    hhi_global: float | None
    """Sum of share squared x governance (0 to 10) x trade factor over the world's producers."""
    hhi_eu: float | None
    """The same over the countries that supply the European Union."""
    substitution_sr: float | None
    substitution_ei: float | None
    mix: Mix
    """Sourcing mixes the result rests on; `members`: the mean of a group's members."""
    basis: str
    """Why one mix only, and whether that is printed or inferred from the result."""
    source: str
    """As it should be cited."""


def read_eu_2017(text: str) -> tuple[Row, ...]:
    """Rows from the text of eu-2017.csv, in its order. Raises DataError with every mistake."""
    found: dict[str, Row] = {}
    problems: list[Problem] = []
    for line, row in rows(text, FILE, COLUMNS):
        if row["material"] in found:
            problems.append(Problem(file=FILE, line=line, where="material", what="stated twice", got=shown(row["material"])))
        if row["mix"] not in get_args(Mix):
            remedy = near_miss(row["mix"], get_args(Mix))
            problems.append(Problem(file=FILE, line=line, where="mix", what="unknown mix", got=shown(row["mix"]), remedy=remedy))
        empty = [name for name in ("material", "stage", "source", "url", "licence", *NUMBERS[:2], "recycling_pct") if not row[name]]
        problems += [Problem(file=FILE, line=line, where=name, what="is empty") for name in empty]
        try:
            value = {name: float(row[name]) if row[name] else None for name in NUMBERS}
        except ValueError as error:
            problems.append(Problem(file=FILE, line=line, what="not a number", got=str(error).rpartition(": ")[2]))
            continue
        found[row["material"]] = Row(
            material=row["material"],
            stage=row["stage"],
            supply_risk=value["supply_risk"] or 0.0,
            economic_importance=value["economic_importance"] or 0.0,
            import_reliance=None if value["import_reliance_pct"] is None else value["import_reliance_pct"] / 100,
            recycled_frac=(value["recycling_pct"] or 0.0) / 100,
            hhi_global=value["hhi_global"],
            hhi_eu=value["hhi_eu"],
            substitution_sr=value["substitution_sr"],
            substitution_ei=value["substitution_ei"],
            mix=next((mix for mix in get_args(Mix) if mix == row["mix"]), "both"),
            basis=row["basis"],
            source=f"{row['source']} ({row['licence']})",
        )
    if problems:
        raise DataError(*problems)
    return tuple(found.values())


def eu_2017() -> tuple[Row, ...]:
    """The table of the pack."""
    return read_eu_2017(packaged(FILE))
