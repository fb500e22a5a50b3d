"""A record as tidy tables: outcomes by run, series by week."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from sim.model.world import Floats
from sim.record.fan import LEVELS
from sim.record.record import Record

SERIES_UNITS = {
    "unmet": "share",
    "cover": "days",
    "stock": "t",
    "store": "t",
    "price": "multiple",
    "origin_price": "multiple",
    "supply": "t/step",
    "recycled": "t/step",
    "demand": "t/step",
    "short": "share",
    "shock": "share",
    "policy": "share",
}
BLOCK_ROWS = 2**17
QUANTILES = tuple(f"p{round(100 * level):02d}" for level in LEVELS)
COLUMNS = ("series", "commodity", "region", "origin", "date", "unit", "mean", *QUANTILES)


def outcomes(record: Record) -> Iterator[pd.DataFrame]:
    """Place by place, one row a run: `run, commodity, region, sector`, then one column a measure; NaN where it did not happen.

    Arguments:
        record: the record of the runs.
    Yields:
        blocks, so that memory does not grow with the table: some places, or some runs of one.
    """
    n_place, most = max(1, BLOCK_ROWS // record.n_run), min(record.n_run, BLOCK_ROWS)
    for first in range(0, len(record.places), n_place):
        rows = range(first, min(first + n_place, len(record.places)))
        for start in range(0, record.n_run, most):
            yield _block(record, rows, range(start, min(start + most, record.n_run)))


def _block(record: Record, rows: range, runs: range) -> pd.DataFrame:
    """Some runs of some places, place by place."""
    some, never = slice(runs.start, runs.stop), np.full(len(runs), np.nan)
    places = pd.DataFrame([record.places[row] for row in rows])
    block = places.loc[places.index.repeat(len(runs))].reset_index(drop=True)
    block.insert(0, "run", np.tile(np.arange(runs.start, runs.stop), len(rows)))
    kept = {measure: [record.row(measure, row, some) for row in rows] for measure in record.outcomes}
    columns = {measure: np.concatenate([never if v is None else v for v in values]) for measure, values in kept.items()}
    return pd.concat([block, pd.DataFrame(columns)], axis=1)


def series(record: Record) -> pd.DataFrame:
    """Weekly series, columns COLUMNS; `mean` or the quantiles are filled, whichever is kept of a series.

    Arguments:
        record: the record of the runs.
    """
    net = record.network
    *names, kept = zip(*_blocks(record), strict=True)
    places = pd.DataFrame(dict(zip(COLUMNS, names, strict=False)))
    table = places.loc[places.index.repeat(net.n_step)].reset_index(drop=True)
    dates = pd.to_datetime(net.start) + pd.to_timedelta(np.arange(net.n_step) * net.step_days, unit="D")
    table["date"] = np.tile(dates, len(kept))
    table["unit"] = table["series"].map(SERIES_UNITS)
    numbers = np.full((len(kept), net.n_step, 1 + len(QUANTILES)), np.nan)
    for block, values in zip(numbers, kept, strict=True):
        is_mean = values.shape[1] == 1
        block[:, slice(0, 1) if is_mean else slice(1, None)] = values
    table[["mean", *QUANTILES]] = numbers.reshape(len(table), -1)
    return table


def _blocks(record: Record) -> Iterator[tuple[str, str, str, str, Floats]]:
    """(series, commodity, region, origin, values [step, 1 mean or quantiles])."""
    net = record.network

    def names(node: np.intp) -> tuple[str, str]:
        return net.commodities[net.node_commodity[node]], net.regions[net.node_region[node]]

    used = np.flatnonzero(np.bincount(net.users.node, minlength=net.n_node))
    for name, fan in record.fans.items():
        for node in np.flatnonzero(~np.isnan(fan[0, 0])):
            yield name, *names(node), "", fan[:, :, node].T
    for node in used:
        yield "demand", *names(node), "", record.means["demand"][:, node, None]
        yield "short", *names(node), "", _ever_short(record, *names(node))[:, None]
        if record.means["recycled"][:, node].any():
            yield "recycled", *names(node), "", record.means["recycled"][:, node, None]
    for link, (src, dst) in enumerate(zip(net.links.src, net.links.dst, strict=True)):
        yield "supply", *names(dst), net.regions[net.node_region[src]], record.means["supply"][:, link, None]
    for s, shock in enumerate(net.shocks):
        yield "policy" if shock.is_policy else "shock", shock.commodity, "", shock.name, record.means["shock"][:, s, None]


def _ever_short(record: Record, commodity: str, region: str) -> Floats:
    """Share of runs that have run short by the end of each step, [step]."""
    net = record.network
    first = record.outcome("first_shortage_days", commodity, region)
    steps = np.floor(first[~np.isnan(first)] / net.step_days + 1e-9).astype(np.intp)
    return np.cumsum(np.bincount(steps, minlength=net.n_step)) / record.n_run
