"""A row of a material's file."""

from __future__ import annotations

from sim.data.facts import COLUMNS
from sim.data.making.inputs import Source

Row = dict[str, str]
"""Cells by column of the pack."""


def base_row(what: tuple[str, str, str], value: float, unit: str, how: tuple[str, str, str], source: Source) -> Row:
    """A row that feeds the network.

    Arguments:
        what: commodity, quantity, region. value: in the unit. unit: as written. how: status, basis, year. source: where it stands.
    """
    commodity, quantity, region = what
    status, basis, year = how
    row = dict.fromkeys(COLUMNS, "")
    row |= {"commodity": commodity, "quantity": quantity, "region": region, "value": f"{value:.10g}", "unit": unit, "role": "base"}
    row |= {"status": status, "basis": basis, "year": year, "source": source.source, "url": source.url, "licence": source.licence}
    return row
