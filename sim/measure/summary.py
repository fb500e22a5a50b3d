"""The summary table: every measure at every place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sim.measure.estimate import chance, estimate
from sim.record.economy import ECONOMY_MEASURES, INDUSTRY_MEASURES
from sim.record.record import Place, Record
from sim.record.tally import COST_MEASURES, FLOOR_MEASURES, NODE_MEASURES, PRICE_MEASURES, SECTOR_MEASURES, SHOCK_MEASURES

UNITS = {
    **NODE_MEASURES,
    **PRICE_MEASURES,
    **SECTOR_MEASURES,
    **SHOCK_MEASURES,
    **ECONOMY_MEASURES,
    **INDUSTRY_MEASURES,
    **FLOOR_MEASURES,
    **COST_MEASURES,
}
COLUMNS = (
    *("measure", "commodity", "region", "sector", "unit", "mean", "se", "p05", "p50", "p95", "cvar95", "cvar95_se", "n"),
    *("probability", "low", "high"),
)


CHANCES = {"shock": "p_shock", "policy": "p_in_force"}
"""What the chance is called that a shock strikes, or a policy comes into force."""


def summary(record: Record) -> pd.DataFrame:
    """One row a measure and place, columns COLUMNS; chances fill `probability, low, high`, all other measures the rest.

    `first_shortage_days` and `recovery_days` are over the n runs in which that happened.

    Arguments:
        record: the record of the runs.
    """
    rows = [row for i, place in enumerate(record.places) for row in _rows(record, i, place)]
    return pd.DataFrame(rows, columns=pd.Index(COLUMNS))


def _rows(record: Record, i: int, place: Place) -> Iterator[dict[str, Any]]:
    where = place._asdict()
    kind, _, name = place.sector.partition(":")
    has_course = bool(name) and kind in CHANCES
    days = record.row("shock_days" if has_course else "days_short", i)
    if days is not None:
        name, at_end = CHANCES[kind] if has_course else "p_short", record.at_end[i]
        yield {"measure": name, **where, "unit": "probability", **chance(days > 0)._asdict()}
        yield {"measure": f"{name}_at_end", **where, "unit": "probability", **chance(at_end)._asdict()}
    for measure, unit in UNITS.items():
        values = record.row(measure, i)
        if values is not None:
            told = measure.replace("shock", "policy") if kind == "policy" else measure
            yield {"measure": told, **where, "unit": unit, **estimate(values)._asdict()}
