"""Tables for a terminal: the facts of a material, and what a run came to."""

from __future__ import annotations

import textwrap
from datetime import date
from typing import TYPE_CHECKING

from sim.errors import Problem, RunError
from sim.show.costs import cost_block
from sim.show.outcome import PRICED, Block, outcome_blocks, outcome_legend, sector_block, table_rows
from sim.show.text import WIDTH, Column, fits, list_table, text_table
from sim.show.view import all_alike
from sim.show.words import MISSING, format_number

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Column", "facts_table", "format_number", "list_table", "summary_table", "text_table"]

FACT_COLUMNS = ("quantity", "region", "value", "unit", "year", "role", "status")
UNBROKEN = ("region", "value", "unit", "year", "status")
BESIDE_FACTS = ("commodity", "partner", "sector", "basis", "source", "url", "licence", "file")
"""Columns of facts that are not columns of the table."""


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
    listed = [_joined({name: _plain(fact[name], is_year=name == "year") for name in names}) for fact in table_rows(facts)]
    candidates = (*FACT_COLUMNS, *(name for name in names if name not in (*FACT_COLUMNS, *BESIDE_FACTS)))
    shown = [name for name in candidates if any(fact.get(name, MISSING) != MISSING for fact in listed)]
    columns = [Column(head=name.replace("_", " "), is_number=name == "value", wraps=name not in UNBROKEN) for name in shown]
    numbers: dict[str, int] = {}
    groups: dict[str, list[dict[str, str]]] = {}
    for fact in listed:
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
    """What an analyst asks first, by commodity and region: how likely, when, how much, how long, how low, how bad, how dear.

    Where not all columns have room side by side, those on prices stand under the others. Sectors at work follow in a table of their own.

    Arguments:
        summary: columns of the contract (`measure, commodity, region, sector, mean, p05, p50, p95, cvar95, probability, low, high`).
        n_runs: runs behind it.
        start: first day of the clock; with it the first shortage is a date, without it a number of days.
        width: characters a line may have; long names are broken to keep to it.
    Raises:
        RunError: the summary has no row for a whole region.
    """
    blocks = outcome_blocks(summary, n_runs=n_runs, start=start)
    legend = outcome_legend(blocks, n_runs=n_runs, start=start, is_certain=all_alike(summary, n_runs))
    parts = [*(_laid_out(block, width) for block in blocks), textwrap.fill(legend, width)]
    for block in (sector_block(summary, n_runs=n_runs), cost_block(summary, n_runs=n_runs)):
        if block is not None:
            notes = (textwrap.fill(line, width) for line in block.note.split("\n"))
            parts += [_laid_out(block, width), "\n".join(notes)]
    return "\n\n".join(parts)


def _laid_out(block: Block, width: int) -> str:
    keys = tuple(block.columns)
    cells = [[row[key] for key in keys] for row in block.rows]
    if fits(list(block.columns.values()), cells, width) or not set(PRICED) & set(keys):
        return f"{block.title}\n{_part(block, keys, width)}"
    first = tuple(key for key in keys if key not in PRICED)
    return f"{block.title}\n{_part(block, first, width)}\n\n{_part(block, ('region', *PRICED), width)}"


def _part(block: Block, keys: tuple[str, ...], width: int) -> str:
    return text_table([block.columns[key] for key in keys], [[row[key] for key in keys] for row in block.rows], width=width)


def _plain(value: object, *, is_year: bool = False) -> str:
    if value is None or str(value) in ("", "<NA>", "nan", "NaT"):
        return MISSING
    if isinstance(value, float):
        return f"{value:.0f}" if is_year else f"{value:,.10g}"
    return str(value)
