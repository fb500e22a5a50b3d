"""What was observed in a past episode: one number a row, with the band that counts as right, and its source. Read strictly."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sim.data.facts import rows_of
from sim.errors import DataError, Problem, near_miss, shown

COLUMNS = (
    *("name", "series", "commodity", "region", "partner", "statistic", "over", "relative_to", "level"),
    *("observed", "low", "high", "unit", "source", "url"),
)
"""Header of `observed.csv`."""

SERIES: dict[str, str] = {
    "price": "delivered price",
    "origin_price": "what producers earn",
    "use": "what users get",
    "unmet": "part of what users want that they do not get",
    "stock": "users' stock",
    "store": "strategic stock",
    "production": "output",
    "exports": "shipments to partner, or to all abroad",
    "imports": "arrivals from partner, or from all abroad",
    "import_share": "part of the arrivals from abroad that comes from partner",
    "world_share": "part of the world's output",
}
"""What may be looked at, by name."""
WITH_PARTNER = ("exports", "imports", "import_share")

STATISTICS: dict[str, str] = {
    "mean": "mean over the period",
    "at": "value on a day",
    "highest": "highest monthly mean of the period",
    "lowest": "lowest monthly mean of the period",
    "months_to_highest": "months from the first of the period to the one of its highest monthly mean",
    "months_until_above": "months from the first of the period to the first whose mean is not below level; all of the period if none is",
    "months_until_below": "months from the first of the period to the first whose mean is not above level; all of the period if none is",
    "months_below": "months of the period whose mean is below level",
}
"""What may be made of a series, by name."""
WITH_LEVEL = ("months_until_above", "months_until_below", "months_below")

REST, PEAK, STORAGE, REGION = "rest", "peak", "storage", "region:"
"""What a number may be relative to, besides a period: the value at rest (in the same season), the highest monthly mean up to the end of the
period, the largest stock users can hold, the same of another region."""

_PERIOD = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")


@dataclass(frozen=True)
class Period:
    """Days from `first` up to, not including, `last`."""

    first: date
    last: date

    def __str__(self) -> str:
        return self.first.isoformat() if self.last - self.first == timedelta(1) else f"{self.first} to {self.last - timedelta(1)}"


@dataclass(frozen=True)
class Observable:
    """A number that was seen, and where in a simulation its like is found."""

    name: str
    series: str
    """One of SERIES."""
    commodity: str
    region: str
    partner: str
    """Other side of a flow, empty for all abroad."""
    statistic: str
    """One of STATISTICS."""
    over: Period
    base: str | Period
    """What it is relative to: empty for nothing, `rest`, `peak`, `region:NAME` or a period."""
    level: float
    """Level of those statistics that need one, in the unit of the series made relative; NaN for the others."""
    observed: float
    low: float
    high: float
    """Band within which a simulated median counts as right, ends included."""
    unit: str
    source: str
    url: str
    line: int


def period(text: str) -> Period | None:
    """A day, a month, a year, or two of these with `..` between them; None if it is none of these."""
    ends = [_span(part) for part in text.split("..")]
    if not 1 <= len(ends) <= 2 or None in ends:
        return None
    first, last = ends[0], ends[-1]
    return Period(first[0], last[1]) if first and last and first[0] < last[1] else None


def _span(text: str) -> tuple[date, date] | None:
    found = _PERIOD.fullmatch(text.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        first = date(int(year), int(month or 1), int(day or 1))
        if day:
            return first, first + timedelta(1)
        return first, date(first.year + 1, 1, 1) if month in (None, "12") else date(first.year, first.month + 1, 1)
    except (ValueError, OverflowError):
        return None


def read_observed(path: Path) -> tuple[Observable, ...]:
    """The observables of a file, every row checked.

    path: of a csv file with the header COLUMNS. Raises DataError with every mistake.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        remedy = "An episode is a folder with scenario.yaml and observed.csv."
        raise DataError(Problem(file=str(path), what="cannot be read", got=error.strerror, remedy=remedy)) from error
    rows, problems = rows_of(data, str(path), COLUMNS)
    found = []
    for line, row in rows:
        wrong = list(_faults(row))
        problems += [Problem(file=str(path), line=line, where=where, what=what, got=got, remedy=rem) for where, what, got, rem in wrong]
        if not wrong:
            found.append(_observable(row, line))
    problems += _twice(found, path)
    if not rows and not problems:
        problems.append(Problem(file=str(path), what="holds no observable", remedy="Write a row for each number that was seen."))
    if problems:
        raise DataError(*sorted(problems, key=lambda problem: problem.line or 0))
    return tuple(found)


def _observable(row: dict[str, str], line: int) -> Observable:
    over, base = period(row["over"]), row["relative_to"]
    if over is None:
        raise ValueError(row["over"])
    observed, low, high = (float(row[name]) for name in ("observed", "low", "high"))
    return Observable(
        **{name: row[name] for name in ("name", "series", "commodity", "region", "partner", "statistic", "unit", "source", "url")},
        over=over,
        base=period(base) or base,
        level=float(row["level"]) if row["level"] else float("nan"),
        observed=observed,
        low=low,
        high=high,
        line=line,
    )


Fault = tuple[str, str, str | None, str | None]


def _faults(row: dict[str, str]) -> Iterator[Fault]:
    for name in ("name", "commodity", "region", "over", "observed", "low", "high", "source"):
        if not row[name]:
            yield name, "is empty", None, None
    for name, known in (("series", SERIES), ("statistic", STATISTICS)):
        if row[name] not in known:
            yield name, f"unknown {name}", shown(row[name]), near_miss(row[name], known)
    over = period(row["over"])
    if row["over"] and over is None:
        yield "over", "not a period", shown(row["over"]), "Write 2023-12-15, 2023-12, 2023, or two of these as 2023-08..2024-01."
    if over and row["statistic"] == "at" and over.last - over.first != timedelta(1):
        yield "over", "must be a day", shown(row["over"]), "Write a day, such as 2023-12-15, or another statistic."
    base = row["relative_to"]
    if base and base not in (REST, PEAK, STORAGE) and not base.startswith(REGION) and period(base) is None:
        yield "relative_to", "not a base", shown(base), "Write rest, peak, storage, region:NAME, a period such as 2023-06, or nothing."
    elif base == STORAGE and row["series"] in SERIES and row["series"] != "stock":
        yield "relative_to", f"{row['series']} has no storage", shown(base), "Only stock is told as a part of what users can hold."
    elif base == REST and row["series"] == "store":
        yield "relative_to", "a store is not at rest", shown(base), "Give it in t, or against a period such as 2023-06."
    for name, allowed, needed in (("partner", WITH_PARTNER, ("import_share",)), ("level", WITH_LEVEL, WITH_LEVEL)):
        key = row["series" if name == "partner" else "statistic"]
        if row[name] and key not in allowed:
            yield name, f"{key} takes no {name}", shown(row[name]), "Leave it empty."
        elif not row[name] and key in needed:
            yield name, f"{key} needs {name}", None, None
    numbers = [name for name in ("level", "observed", "low", "high") if row[name]]
    bad = [name for name in numbers if not _NUMBER.fullmatch(row[name])]
    yield from ((name, "not a number", shown(row[name]), "Write digits with a decimal point.") for name in bad)
    if not bad and {"observed", "low", "high"} <= set(numbers):
        low, seen, high = (float(row[name]) for name in ("low", "observed", "high"))
        if low >= high:
            yield "low", "the band has no width", f"{low:g} to {high:g}", "Give a low below high."
        elif not low <= seen <= high:
            yield "observed", "lies outside its own band", f"{seen:g}, band {low:g} to {high:g}", "Mend the band."


def _twice(found: Iterable[Observable], path: Path) -> list[Problem]:
    first: dict[str, int] = {}
    problems = []
    for item in found:
        if first.setdefault(item.name, item.line) != item.line:
            what = f"has the name of the observable on line {first[item.name]}"
            problems.append(
                Problem(file=str(path), line=item.line, where="name", what=what, got=shown(item.name), remedy="Name it otherwise.")
            )
    return problems
