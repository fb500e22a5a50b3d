"""Tables for a terminal: plain text, aligned, no colour, within a given width."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, RunError
from sim.show.view import Chance, all_alike
from sim.show.words import (
    CERTAIN,
    MISSING,
    commodity_label,
    format_amount,
    format_count,
    format_cover,
    format_interval,
    format_number,
    format_spread,
    mass_unit,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Column", "facts_table", "format_number", "list_table", "summary_table", "text_table"]

WIDTH = 100
GAP = "  "
NARROWEST = 8
"""Characters below which a shrinking column is not squeezed further."""
FACT_COLUMNS = ("quantity", "region", "value", "unit", "year", "role", "status")
UNBROKEN = ("region", "value", "unit", "year", "status")
COVER_NOTE = "Lowest cover: users' own stock at its least, in days of use; a strategic store is not in it."
BESIDE_FACTS = ("commodity", "partner", "sector", "basis", "source", "url", "licence", "file")
"""Columns of facts that are not columns of the table."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a table."""

    head: str
    """May hold newlines: a heading of several lines."""
    is_number: bool = False
    """Numbers stand to the right, words to the left."""
    wraps: bool = False
    """Whether long text is broken over several lines where the table is too wide; otherwise it is never cut."""


def text_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, width: int = WIDTH, below: Sequence[str] = ()) -> str:
    """Rows under their headings, a rule between, wide text broken within its column.

    Arguments:
        columns: heads and how they align.
        rows: one text a column.
        width: characters a line may have; held by breaking the columns that wrap.
        below: a remark to set under each row, empty where there is none.
    """
    widths = _widths(columns, rows, width)
    heads = [column.head.split("\n") for column in columns]
    depth = max(len(lines) for lines in heads)
    raised = [[""] * (depth - len(head)) + head for head in heads]
    lines = [_line([head[level] for head in raised], columns, widths) for level in range(depth)]
    lines.append(GAP.join("-" * size for size in widths))
    for place, row in enumerate(rows):
        cells = [
            textwrap.wrap(cell, size) or [""] if column.wraps else [cell] for cell, column, size in zip(row, columns, widths, strict=True)
        ]
        lines += [
            _line([cell[level] if level < len(cell) else "" for cell in cells], columns, widths)
            for level in range(max(len(cell) for cell in cells))
        ]
        if below and below[place]:
            lines += textwrap.wrap(below[place], width, initial_indent=" " * 4, subsequent_indent=" " * 4)
    return "\n".join(line.rstrip() for line in lines)


def list_table(entries: Mapping[str, str], *, width: int = WIDTH) -> str:
    """Names with a description each, the descriptions broken to stand under one another.

    Arguments:
        entries: name -> description.
        width: characters a line may have.
    """
    if not entries:
        return ""
    column = max(len(name) for name in entries)
    lines: list[str] = []
    for name, text in entries.items():
        # Addresses hold hyphens and must stay whole where they can.
        wrapped = textwrap.wrap(text, max(NARROWEST, width - column - len(GAP)), break_on_hyphens=False) or [""]
        lines.append(f"{name:<{column}}{GAP}{wrapped[0]}".rstrip())
        lines += [" " * (column + len(GAP)) + line for line in wrapped[1:]]
    return "\n".join(lines)


def facts_table(facts: pd.DataFrame, *, width: int = WIDTH) -> str:
    """Every fact with its unit, year and status, what it rests on under it, and the sources numbered at the end.

    Arguments:
        facts: one row a fact; `source` is needed, `url` and `licence` join it, `basis` stands under the fact, `commodity` becomes a
            heading; of the other columns those that hold anything are shown. Numbers are written in full.
        width: characters a line may have.
    Raises:
        RunError: the table has no column `source`.
    """
    names = [str(name) for name in facts.columns]
    if "source" not in names:
        raise RunError(Problem(where="facts", what="no column 'source'", got=", ".join(names), remedy="Name the source of each fact."))
    records = [_joined({name: _plain(fact[name], is_year=name == "year") for name in names}) for fact in _records(facts)]
    candidates = (*FACT_COLUMNS, *(name for name in names if name not in (*FACT_COLUMNS, *BESIDE_FACTS)))
    shown = [name for name in candidates if any(fact.get(name, MISSING) != MISSING for fact in records)]
    columns = [Column(head=name.replace("_", " "), is_number=name == "value", wraps=name not in UNBROKEN) for name in shown]
    numbers: dict[str, int] = {}
    groups: dict[str, list[dict[str, str]]] = {}
    for fact in records:
        source = ", ".join(fact[name] for name in ("source", "url", "licence") if fact.get(name, MISSING) != MISSING)
        fact["source"] = f"[{numbers.setdefault(source, len(numbers) + 1)}]" if source else MISSING
        groups.setdefault(fact.get("commodity", ""), []).append(fact)
    parts = []
    for commodity, group in groups.items():
        rows = [[fact[name] for name in (*shown, "source")] for fact in group]
        below = ["" if fact.get("basis", MISSING) == MISSING else fact["basis"] for fact in group]
        table = text_table([*columns, Column(head="source")], rows, width=width, below=below)
        parts.append(f"{commodity}\n{table}" if commodity else table)
    sources = list_table({f"[{place}]": source for source, place in numbers.items()}, width=width)
    return "\n\n".join((*parts, sources)) if sources else "\n\n".join(parts)


def _joined(fact: dict[str, str]) -> dict[str, str]:
    """A fact with its sector beside the quantity, and buyer beside seller: two columns fewer."""
    pairs = (("quantity", "sector", " "), ("region", "partner", " -> "))
    joined = {
        first: f"{fact[first]}{between}{fact[second]}"
        for first, second, between in pairs
        if fact.get(first, MISSING) != MISSING and fact.get(second, MISSING) != MISSING
    }
    return fact | joined


def summary_table(summary: pd.DataFrame, *, n_runs: int, start: date | None = None, width: int = WIDTH) -> str:
    """What an analyst asks first, by commodity and region: how likely, when, how much, how long, how low, how bad.

    Arguments:
        summary: columns of the contract (`measure, commodity, region, sector, mean, p05, p50, p95, cvar95, probability, low, high`).
        n_runs: runs behind it.
        start: first day of the clock; with it the first shortage is a date, without it a number of days.
        width: characters a line may have; long names are broken to keep to it.
    Raises:
        RunError: the summary has no row for a whole region.
    """
    rows = summary.loc[summary["sector"] == "all"]
    places: dict[str, dict[str, dict[str, Mapping[str, float]]]] = {}
    for row in _records(rows):
        places.setdefault(str(row["commodity"]), {}).setdefault(str(row["region"]), {})[str(row["measure"])] = row
    if not places:
        raise RunError(Problem(where="summary", what="no row for a whole region (sector 'all')", remedy="Run the scenario again."))
    is_certain = all_alike(summary, n_runs)
    parts = []
    for commodity, regions in places.items():
        unmet = (_number(found.get("unmet_t", {}), "mean") for found in regions.values())
        unit, factor = mass_unit(max((amount for amount in unmet if not math.isnan(amount)), default=0.0))
        make = _certain_place if is_certain else _place
        cells = [make(region, found, start, factor) for region, found in regions.items()]
        columns = _summary_columns(unit, is_certain=is_certain)
        parts.append(f"{commodity_label(commodity)}\n{text_table(columns, cells, width=width)}")
    return "\n\n".join((*parts, textwrap.fill((_certain_legend if is_certain else _legend)(n_runs, start), width)))


def _summary_columns(unit: str, *, is_certain: bool) -> tuple[Column, ...]:
    """Where every run is the same there is no range, and no run is worse than another."""
    between = "" if is_certain else " (5-95 %)"
    return (
        Column(head="region", wraps=True),
        Column(head="runs\nshort" if is_certain else "chance of\nshortage", is_number=True),
        Column(head="first\nshort", is_number=True),
        Column(head=f"unmet demand,\n{unit}{between}", is_number=True),
        Column(head=f"% of demand\n{between.strip()}" if between else "% of\ndemand", is_number=True),
        Column(head="days\nshort", is_number=True),
        Column(head="lowest\ncover", is_number=True),
        *(() if is_certain else (Column(head=f"CVaR95,\n{unit}", is_number=True),)),
    )


def _legend(n_runs: int, start: date | None) -> str:
    first = "median day, counted from the start," if start is None else "median date"
    return (
        f"{format_count(n_runs)} runs. Chance of shortage: with its exact 95 % interval; '<' and '>' are its bound where no run, or every "
        f"run, had one. First short: {first} among the runs that run short. Unmet demand, % of demand, days short and lowest cover: means "
        "over all runs, and the range that holds 90 % of them where that has a width. CVaR95: mean unmet demand in the worst 5 % of runs. "
        f"{COVER_NOTE}"
    )


def _certain_legend(n_runs: int, start: date | None) -> str:
    first = "day, counted from the start" if start is None else "date"
    return f"{format_count(n_runs)} runs; {CERTAIN}. First short: {first} of the first shortage. {COVER_NOTE}"


def _place(region: str, found: Mapping[str, Mapping[str, float]], start: date | None, factor: float) -> list[str]:
    event = found.get("p_short", {})
    chance = Chance(probability=_number(event, "probability"), low=_number(event, "low"), high=_number(event, "high"))
    unmet = found.get("unmet_t", {})
    return [
        region,
        MISSING if math.isnan(chance.probability) else format_interval(chance),
        _first(found, start),
        _spread(unmet, factor),
        _spread(found.get("unmet_share", {}), 100.0),
        _seen(_number(found.get("days_short", {}), "mean")),
        format_cover(_number(found.get("lowest_cover_days", {}), "mean")),
        _seen(factor * _number(unmet, "cvar95")),
    ]


def _certain_place(region: str, found: Mapping[str, Mapping[str, float]], start: date | None, factor: float) -> list[str]:
    probability = _number(found.get("p_short", {}), "probability")
    return [
        region,
        MISSING if math.isnan(probability) else "yes" if probability else "no",
        _first(found, start),
        _seen(factor * _number(found.get("unmet_t", {}), "mean")),
        _seen(100.0 * _number(found.get("unmet_share", {}), "mean")),
        _seen(_number(found.get("days_short", {}), "mean")),
        format_cover(_number(found.get("lowest_cover_days", {}), "mean")),
    ]


def _first(found: Mapping[str, Mapping[str, float]], start: date | None) -> str:
    first = _number(found.get("first_shortage_days", {}), "p50")
    return format_number(first) if start is None or math.isnan(first) else str(start + timedelta(days=math.floor(first)))


def _spread(row: Mapping[str, float], factor: float) -> str:
    mean, low, high = (factor * _number(row, name) for name in ("mean", "p05", "p95"))
    return "none" if mean == 0.0 else format_spread(mean, low, high)


def _seen(value: float) -> str:
    # A loss that no run had is not a loss that cannot be: the chance beside it says how rare it may be.
    return "none" if value == 0.0 else format_amount(value)


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def _number(row: Mapping[str, float], name: str) -> float:
    value = row.get(name)
    return math.nan if value is None else float(value)


def _plain(value: object, *, is_year: bool = False) -> str:
    if value is None or str(value) in ("", "<NA>", "nan", "NaT"):
        return MISSING
    if isinstance(value, float):
        return f"{value:.0f}" if is_year else f"{value:,.10g}"
    return str(value)


def _widths(columns: Sequence[Column], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    wanted = [
        max((len(line) for line in (*column.head.split("\n"), *(row[place] for row in rows))), default=0)
        for place, column in enumerate(columns)
    ]
    widths = list(wanted)
    # First words stay whole, then, if that is not enough, they are broken too.
    whole = [max((_longest_word(row[place]) for row in rows), default=0) for place in range(len(columns))]
    heads = [max(len(line) for line in column.head.split("\n")) for column in columns]
    for least in (whole, [max(NARROWEST, head) for head in heads], heads):
        over = sum(widths) + len(GAP) * (len(widths) - 1) - room
        while over > 0:
            able = [place for place, column in enumerate(columns) if column.wraps and widths[place] > max(least[place], heads[place])]
            if not able:
                break
            widths[max(able, key=lambda place: widths[place])] -= 1
            over -= 1
    return widths


def _longest_word(text: str) -> int:
    return max((len(word) for word in text.split()), default=0)


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    return GAP.join(
        f"{cell:>{size}}" if column.is_number else f"{cell:<{size}}" for cell, column, size in zip(cells, columns, widths, strict=True)
    )
