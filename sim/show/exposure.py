"""The indices of `sim indices` for a terminal: a block a stage, a row a region, and how each is to be read."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, RunError
from sim.show.outcome import table_rows
from sim.show.text import WIDTH, Column, list_table, text_table
from sim.show.words import MISSING, commodity_label, format_number, listing

if TYPE_CHECKING:
    import pandas as pd

NOTES = (
    "Made worldwide: by producers, as the facts name them. HHI: sum of squared shares, 1 is a single producer; weighted: each square times "
    "governance from 0 (best) to 10 (worst), (2.5 - mean of six World Bank indicators) x 2. Blocs and ROW count as one country each.",
    "Import reliance: (use - production - recycled) / use, not below 0.",
    "From ORIGIN, direct: share of purchases made there. Whole chain: share that stops if ORIGIN stops at every stage before it too; of "
    "the inputs a maker needs, the one that depends most decides. Stocks and other sellers are not counted.",
    "GeoPolRisk: HHI x imports weighted by political instability (0 to 1) of their origin / (production + imports).",
    "Supply risk: the European Union's method, [GS x IR/2 + EU x (1 - IR/2)] x (1 - recycled / use) x SI; 1.0 is its threshold for a "
    "critical material. GS is the weighted HHI above, EU that of the region's own sourcing, IR its net imports without what is recycled. "
    "'Recycled' is all secondary supply, new scrap too, where the method takes end-of-life scrap alone: where there is much, the risk "
    "comes out low.",
    "Economic importance: the European Union's method, 10 x sum of (share of use x value added of its industry) / that of the largest "
    "industry x SI for importance; 2.8 is its threshold. Uses without a known industry are taken as the others are; value added: mean of "
    "2016 to 2020.",
    "Trade: flows at rest, balanced to what each region makes and uses: those a simulation starts from.",
)
"""How the table is to be read; ORIGIN stands for the region on which dependence is told."""
PERCENT = 100.0


def indices_table(table: pd.DataFrame, sources: Sequence[str] = (), *, width: int = WIDTH) -> str:
    """Every stage with its concentration and a row a region, notes and sources after them; what is not known is `-`.

    Arguments:
        table: columns of `sim.indices`, one row a stage and region; shares as fractions.
        sources: as they should be cited.
        width: characters a line may have.
    Raises:
        RunError: the table has no row.
    """
    rows = table_rows(table)
    if not rows:
        raise RunError(Problem(where="indices", what="there is nothing to show", remedy="Name a material and a region."))
    origin = str(rows[0]["origin"])
    stages: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        stages.setdefault(row["commodity"], []).append(row)
    parts = [_stage(commodity, group, origin, width) for commodity, group in stages.items()]
    notes = [*NOTES, _assumed(rows), *_larger(rows, len(stages))]
    parts.append("\n".join(textwrap.fill(note.replace("ORIGIN", origin), width) for note in notes))
    parts.append("\n".join(list_table({f"[{place}]": text for place, text in enumerate(sources, 1)}, width=width).splitlines()))
    return "\n\n".join(part for part in parts if part)


def _stage(commodity: str, rows: Sequence[dict[str, Any]], origin: str, width: int) -> str:
    first = rows[0]
    top = f"{first['top_producer']} makes {_percent(first['top_share'])} %" if first["top_producer"] else "no producer is named"
    told = f"made worldwide: {top}; HHI {_index(first['hhi'])}, weighted by governance {_index(first['hhi_wgi'])}"
    told += "".join(
        f"; economic importance for {row['region']} {row['economic_importance']:.1f}"
        for row in rows
        if not math.isnan(row["economic_importance"])
    )
    columns = [
        Column(head="region"),
        *(
            Column(head=head, is_number=True)
            for head in (
                "import\nreliance, %",
                f"from {origin},\ndirect, %",
                f"from {origin},\nwhole chain, %",
                "GeoPolRisk",
                "supply\nrisk",
            )
        ),
    ]
    cells = [
        [
            str(row["region"]),
            *(_percent(row[name]) for name in ("import_reliance", "direct", "through_chain")),
            *(_index(row[name]) for name in ("geopolrisk", "supply_risk")),
        ]
        for row in rows
    ]
    return f"{commodity_label(commodity)}\n{textwrap.fill(told, width)}\n{text_table(columns, cells, width=width)}"


def _assumed(rows: Sequence[dict[str, Any]]) -> str:
    """Which factors of the supply risk are figures, and which are taken as 1."""
    factors = {commodity_label(row["material"]): row["substitution"] for row in rows}
    stated = ", ".join(f"{name} {factor:g}" for name, factor in factors.items() if not math.isnan(factor))
    lacking = [name for name, factor in factors.items() if math.isnan(factor)]
    parts = [f"{stated} (European Union, 2017)"] if stated else []
    parts += [f"taken as 1 for want of a figure: {listing(lacking)}"] if lacking else []
    return f"SI, for substitutes: {'; '.join(parts)}. Trade factors are taken as 1."


def _larger(rows: Sequence[dict[str, Any]], n_stage: int) -> tuple[str, ...]:
    """A material takes the larger risk of its stages: said where it has several."""
    worst: dict[str, dict[str, float]] = {}
    several: dict[str, set[str]] = {}
    for row in rows:
        several.setdefault(row["material"], set()).add(row["commodity"])
        worst.setdefault(row["material"], {})[row["region"]] = row["material_supply_risk"]
    if n_stage == len(several):
        return ()
    told = (
        f"{commodity_label(material)}: " + ", ".join(f"{region} {_index(value)}" for region, value in worst[material].items())
        for material, stages in several.items()
        if len(stages) > 1
    )
    return (f"Supply risk of a material, the largest of its stages: {'; '.join(told)}.",)


def _percent(fraction: float) -> str:
    """A share in percent to a tenth; what is not quite all, or not quite nothing, is not shown as such."""
    if math.isnan(fraction):
        return MISSING
    percent = PERCENT * fraction
    if 0.0 < percent < 0.05:
        return "< 0.1"
    return "> 99.9" if 99.95 <= percent < 100.0 - 1e-9 else f"{percent:.1f}"


def _index(value: float) -> str:
    return MISSING if math.isnan(value) else f"{value:.2f}" if value >= 0.005 or not value else format_number(value, 1)
