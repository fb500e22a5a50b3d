"""What states say they hold or aim to hold of a material: for the reader, not for the network."""

from __future__ import annotations

import re
from collections.abc import Iterator

from sim.data.facts import COLUMNS
from sim.data.making.card import Card
from sim.data.making.inputs import sources, table

QUANTITIES = {
    "target_days": ("reserve_target", "days"),
    "stock_days_held": ("reserve", "days"),
    "stock_t_2010": ("strategic_stock", "t"),
    "planned_stock_t_2016": ("strategic_stock_planned", "t"),
    "potential_acquisitions": ("strategic_purchase", "t"),
    "purchases": ("strategic_purchase", "t"),
}
"""Metric of the table -> quantity and unit of the pack; what has no place there (funds, dates, shares) is left out."""
CALLED = {"neodymium": "ndpr", "ndpr_oxide": "ndpr"}
"""Materials the table calls otherwise."""


def policy_rows(card: Card) -> Iterator[dict[str, str]]:
    """Context rows of a material's stock policy, on what is stored, metal or oxide; entries without a number are left out.

    Arguments:
        card: the material.
    """
    stored = [stage.commodity for stage in card.stages if stage.commodity.endswith((".refined", ".oxide"))]
    held = stored[0] if stored else card.stages[-1].commodity
    for row in table("stockpiles"):
        year = re.search(r"\d{4}", row["date"])
        if CALLED.get(row["material"], row["material"]) != card.material or row["metric"] not in QUANTITIES or not year:
            continue
        if not re.fullmatch(r"\d+(\.\d+)?", row["value"]) or not float(row["value"]):
            continue
        quantity, unit = QUANTITIES[row["metric"]]
        key = sources()[row["source"]]
        basis = f"{row['programme']}; {row['metric'].replace('_', ' ')}, {row['unit']}, {row['date']} ({row['reliability']})"
        yield dict.fromkeys(COLUMNS, "") | {
            "commodity": held, "quantity": quantity, "region": row["actor"], "value": row["value"], "unit": unit,
            "year": year[0], "role": "context", "status": "measured", "basis": basis + key.how_read, "source": key.source, "url": key.url,
            "licence": key.licence,
        }  # fmt: skip
