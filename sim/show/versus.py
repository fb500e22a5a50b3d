"""How scenarios differ, for a terminal: a table a commodity, its measures one under another, a row a region."""

from __future__ import annotations

import math
import string
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, RunError
from sim.measure.compare import SENSES, is_calm
from sim.show.outcome import SECTOR_TITLE, seen_share, table_rows
from sim.show.text import WIDTH, Column, fits, list_table, text_table
from sim.show.view import Chance
from sim.show.words import (
    MISSING,
    commodity_label,
    format_amount,
    format_count,
    format_difference,
    format_interval,
    format_part,
    listing,
    mass_unit,
    money_unit,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

PERCENT = 100.0
LABELS = {
    "p_short": "chance of shortage",
    "p_short_at_end": "chance of being short at the end",
    "unmet_t": "unmet demand",
    "unmet_share": "unmet demand",
    "unmet_t_cvar95": "unmet demand in the worst 5 % of runs (CVaR95)",
    "first_shortage_days": "first shortage, where both are short",
    "deepest_share": "deepest shortage",
    "recovery_days": "end of the last shortage, where both have one",
    "lowest_cover_days": "lowest cover",
    "price_peak_days": "date of the price peak",
    "price_mean": "mean price",
    "shock_days": "shock in force",
    "longest_shock_days": "longest shock",
    "price_peak": "price peak",
    "forgone_share": "use given up",
    "forgone_t": "use given up",
    "sales_lost_share": "sales lost",
    "value_added_lost": "value added lost",
    "value_added_lost_low": "value added lost, each input costing no more than its share",
    "value_added_lost_high": "value added lost, any input stopping all",
    "policy_cost_usd": "cost of policies",
}
"""Measures in words; any other by its name."""
UNIT_WORDS = {
    "unmet_share": "% of demand",
    "deepest_share": "% of demand",
    "forgone_share": "% of use at rest",
    "lowest_cover_days": "days of use",
    "first_shortage_days": "days from the start",
    "recovery_days": "days from the start",
    "price_peak_days": "days from the start",
}
"""Units in words, where the unit alone would not say it."""
KINDS = {"economy": "economies", "policy": "policies"}
"""Kinds of places by the word before their name; any other takes an s."""

Row = Mapping[str, Any]
"""A row of the table of differences."""
Place = tuple[str, str]
"""Region and sector."""


@dataclass(frozen=True)
class _Line:
    """One measure at one place."""

    measure: str
    place: Place
    rows: Mapping[int, Row]
    """Number of another scenario -> its difference from the first."""

    @property
    def is_calm(self) -> bool:
        return all(is_calm(self.measure, row["mean_a"], row["diff"], row["p_alike"]) for row in self.rows.values())

    @property
    def is_level(self) -> bool:
        """Whether nothing at all would be told of it: it has a rest, and is there."""
        return self.is_calm and not math.isnan(SENSES[self.measure].at_rest)

    def before(self, others: Sequence[int]) -> set[float]:
        """Means in the first: several where it happened in other runs of each pair."""
        return {float(self.rows[other]["mean_a"]) for other in others if other in self.rows and not math.isnan(self.rows[other]["mean_a"])}


def letters(n: int) -> list[str]:
    """A, B, C ... for the scenarios compared.

    Arguments:
        n: how many.
    """
    alphabet = string.ascii_uppercase
    return [alphabet[i % len(alphabet)] + (str(i // len(alphabet)) if i >= len(alphabet) else "") for i in range(n)]


def compare_table(differences: pd.DataFrame, b: Sequence[int], names: Sequence[str], *, n_runs: int, width: int = WIDTH) -> str:
    """Who is who, a table a commodity, and how to read it.

    Arguments:
        differences: columns of `sim.measure.compare`.
        b: number of the second scenario of each row; two may have one name.
        names: of the scenarios.
        n_runs: runs of each.
        width: characters a line may have; where not all scenarios have room side by side, those left follow in a further table.
    Raises:
        RunError: there is no row.
    """
    blocks: dict[str, dict[tuple[str, Place], dict[int, Row]]] = {}
    for row, other in zip(table_rows(differences), b, strict=True):
        measure, commodity, region, sector = (str(row[name]) for name in ("measure", "commodity", "region", "sector"))
        block = blocks.setdefault(place_title(commodity, sector), {})
        block.setdefault((measure, (region, sector)), {})[other] = row
    if not blocks:
        raise RunError(Problem(where="compare", what="there is nothing to show", remedy="Name measures that the scenarios have."))
    marks = letters(len(names))
    parts = [list_table(dict(zip(marks, names, strict=True)), width=width)]
    for title, found in blocks.items():
        lines = [_Line(measure, place, rows) for (measure, place), rows in found.items()]
        parts += _block(title, lines, marks, width)
    parts.append("\n".join(textwrap.fill(note, width) for note in _notes(differences, marks, n_runs)))
    return "\n\n".join(parts)


def measure_words(measure: str, unit: str, largest: float) -> tuple[str, float]:
    """A measure with the unit it is told in, and how many of these make one of its own.

    Arguments:
        measure: its name.
        unit: its unit in the summary.
        largest: largest size to be told, in that unit.
    """
    label = LABELS.get(measure, measure.removesuffix("_t").removesuffix("_share").removesuffix("_days").replace("_", " "))
    if unit == "probability":
        return f"{label}, %", PERCENT
    told, factor = {"t": mass_unit(largest), "USD": money_unit(largest), "share": ("%", PERCENT), "multiple": ("x rest", 1.0)}.get(
        unit, (unit, 1.0)
    )
    words = UNIT_WORDS.get(measure, told)
    return (label if words in label.split() else f"{label}, {words}"), factor


def place_title(commodity: str, sector: str) -> str:
    """Under what a place is told: its commodity, and what it is a place of if not a whole region.

    Arguments:
        commodity: of the place, empty where it is of none.
        sector: of the place.
    """
    kind, _, name = sector.partition(":")
    told = "" if sector == "all" else KINDS.get(kind, f"{kind}s") if name else SECTOR_TITLE if not commodity else sector
    return ": ".join(filter(None, (commodity_label(commodity), told)))


def place_name(region: str, sector: str) -> str:
    """A place within its block: `JPN`, `JPN cars`, or the name of a shock.

    Arguments:
        region: of the place, empty where it is of none.
        sector: of the place.
    """
    return " ".join(filter(None, (region, "" if sector == "all" else sector.partition(":")[2] or sector)))


def _block(title: str, lines: Sequence[_Line], marks: Sequence[str], width: int) -> Iterator[str]:
    """Tables of one commodity, and the places that have nothing to tell."""
    lively = {line.place for line in lines if not line.is_calm}
    shown = [line for line in lines if line.place in lively and not line.is_level]
    quiet = list(dict.fromkeys(line.place for line in lines if line.place not in lively))
    others = list(range(1, len(marks)))
    heading = title
    while shown and others:
        n = next((n for n in range(len(others), 1, -1) if _is_one_table(shown, others[:n], marks, width)), 1)
        columns, rows, above = _table(shown, others[:n], marks)
        yield f"{heading}\n{text_table(columns, rows, width=width, above=above)}"
        others, heading = others[n:], f"{title}, continued"
    if quiet:
        told = f"Nothing happens and nothing differs: {named(quiet)}."
        yield textwrap.fill(told if shown else f"{title}: {told[0].lower()}{told[1:]}", width)


def _is_one_table(lines: Sequence[_Line], others: Sequence[int], marks: Sequence[str], width: int) -> bool:
    """Whether several stand side by side: there is room, and the first is the same in all pairs."""
    columns, rows, _ = _table(lines, others, marks)
    return fits(columns, rows, width) and all(len(line.before(others)) <= 1 for line in lines)


def _table(lines: Sequence[_Line], others: Sequence[int], marks: Sequence[str]) -> tuple[list[Column], list[list[str]], list[str]]:
    """The first beside some others: columns, rows, and headings over the rows."""
    has_sectors = any(line.place[1] != "all" for line in lines)
    columns = [Column(head="region"), *([Column(head="sector")] if has_sectors else []), Column(head=marks[0], is_number=True)]
    for other in others:
        heads = (marks[other], f"{marks[other]} - {marks[0]},\n± 95 %", f"{marks[other]} better,\n% of runs", "alike,\n%")
        columns += [Column(head=head, is_number=True) for head in heads]
    above, rows, last = [], [], ""
    for line in lines:
        heading, factor = measure_words(line.measure, next(iter(line.rows.values()))["unit"], _largest(lines, line.measure))
        above.append("" if heading == last else f"{heading}{_direction(line.measure)}")
        last = heading
        region, sector = line.place
        before = next(iter(line.before(others)), math.nan)
        cells = [region, *([place_name("", sector)] if has_sectors else []), _mean(before, factor)]
        for other in others:
            cells += _cells(line.rows[other], factor) if other in line.rows else [MISSING] * 4
        rows.append(cells)
    return columns, rows, above


def _cells(row: Row, factor: float) -> list[str]:
    half = factor * (row["high"] - row["low"]) / 2.0
    better = Chance(probability=row["p_strict"], low=row["p_strict_low"], high=row["p_strict_high"])
    return [
        _mean(row["mean_b"], factor),
        format_difference(factor * row["diff"], half),
        MISSING if math.isnan(better.probability) else format_interval(better).replace(" %", ""),
        format_part(PERCENT * row["p_alike"]),
    ]


def _mean(value: float, factor: float) -> str:
    return seen_share(value) if factor == PERCENT else "none" if value == 0.0 else format_amount(factor * value)


def _largest(lines: Sequence[_Line], measure: str) -> float:
    """Largest mean, in the unit of the measure; for the tail mean that of the measure behind it, so that both are told in one unit."""
    behind = measure.removesuffix("_cvar95")
    used = behind if any(line.measure == behind for line in lines) else measure
    means = (row[name] for line in lines if line.measure == used for row in line.rows.values() for name in ("mean_a", "mean_b"))
    return max((abs(mean) for mean in means if not math.isnan(mean)), default=0.0)


def _direction(measure: str) -> str:
    return {1: " (more is better)", 0: " (neither is better)"}.get(SENSES[measure].better, "")


def named(places: Sequence[Place]) -> str:
    """Regions, by sector where they have one: `CHN and JPN`, `cars in CHN and JPN; wind in JPN`.

    Arguments:
        places: region and sector of each.
    """
    regions: dict[str, list[str]] = {}
    for region, sector in places:
        regions.setdefault(place_name("", sector), []).append(region)
    return "; ".join(
        listing(names) if not sector else f"{sector} in {listing(names)}" if any(names) else sector for sector, names in regions.items()
    )


def _notes(differences: pd.DataFrame, marks: Sequence[str], n_runs: int) -> Iterator[str]:
    a, b = marks[0], marks[1]
    yield (
        f"{format_count(n_runs)} runs of each; runs of one number live in the same world. {b} - {a}: mean of their differences, and half "
        f"of its 95 % interval (normal, from the spread of the differences). {b} better: part of the runs in which it is, by more than "
        "rounding, with its 95 % interval; alike: part in which the two are the same; in the rest it is worse. Less is better where "
        "nothing else is said. Not shown: what does not happen and does not differ."
    )
    if min(differences["n"]) < n_runs:
        yield "Where a thing did not happen in both, a run has no difference: means are over the runs in which it happened in both."
