"""The summary table: every measure at every place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sim.measure.estimate import chance, estimate
from sim.record.economy import ECONOMY_MEASURES, INDUSTRY_MEASURES
from sim.record.record import Place, Record
from sim.record.stock_tally import STOCK_MEASURES
from sim.record.tally import COST_MEASURES, FLOOR_MEASURES, NODE_MEASURES, PRICE_MEASURES, SECTOR_MEASURES, SHOCK_MEASURES

UNITS = {
    **NODE_MEASURES,
    **PRICE_MEASURES,
    **STOCK_MEASURES,
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


def events(record: Record, place: int) -> dict[str, NDArray[np.bool_]]:
    """Whether a place was ever short, and in the last step (shock, policy: ever in force, and at the end), by name of the chance, [run].

    Arguments:
        record: the record of the runs.
        place: its number there.
    """
    kind, _, named = record.places[place].sector.partition(":")
    has_course = bool(named) and kind in CHANCES
    days = record.row("shock_days" if has_course else "days_short", place)
    name = CHANCES[kind] if has_course else "p_short"
    return {} if days is None else {name: days > 0, f"{name}_at_end": record.at_end[place]}


def told_as(measure: str, place: Place) -> str:
    """What a measure is called at a place: the days of a policy are no days of a shock."""
    return measure.replace("shock", "policy") if place.sector.startswith("policy:") else measure


def _rows(record: Record, i: int, place: Place) -> Iterator[dict[str, Any]]:
    where = place._asdict()
    for name, happened in events(record, i).items():
        yield {"measure": name, **where, "unit": "probability", **chance(happened, record.sampler)._asdict()}
    for measure, unit in UNITS.items():
        values = record.row(measure, i)
        if values is not None:
            yield {"measure": told_as(measure, place), **where, "unit": unit, **estimate(values, record.sampler)._asdict()}
