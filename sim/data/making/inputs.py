"""The tables the pack is made from, as published."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sim.data.facts import COLUMNS as FACT_COLUMNS
from sim.data.facts import packaged, rows

INPUTS = Path(__file__).parent / "inputs"


@dataclass(frozen=True)
class Source:
    """Where a figure stands, and on what terms it may be used."""

    source: str
    url: str
    licence: str
    seen: str
    """The copy it was read from, where that is another."""

    @property
    def how_read(self) -> str:
        """Words that a figure was not read where it was published; the tables of the USGS were."""
        return "; read in a transcription" if self.seen and "P1WKQ63T" not in self.url else ""


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of a table of inputs.

    Arguments:
        name: of the file without its ending.
    """
    with (INPUTS / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def sources() -> dict[str, Source]:
    """Sources by key."""
    return {row["key"]: Source(row["source"], row["url"], row["licence"], row["seen"]) for row in table("sources")}


def pick(name: str, wanted: Mapping[str, str]) -> list[dict[str, str]]:
    """Rows of a table in which every named column has the given text."""
    return [row for row in table(name) if all(row[column] == text for column, text in wanted.items())]


@cache
def industry() -> dict[str, float]:
    """Part of each area in world manufacturing, from the pack's common facts."""
    common = rows(packaged("common.csv"), "common.csv", FACT_COLUMNS)
    return {row["region"]: float(row["value"]) / 100.0 for _, row in common if row["quantity"] == "industry_share"}
