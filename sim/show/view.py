"""What a chart or table needs to know of a run, whether it comes from a Result in memory or from a run folder."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, fields
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.errors import Problem, RunError, near_miss

if TYPE_CHECKING:
    import pandas as pd

SERIES_COLUMNS = ("series", "commodity", "region", "origin", "date", "unit", "mean", "p05", "p25", "p50", "p75", "p95")
STATISTICS = SERIES_COLUMNS[6:]
SUMMARY_COLUMNS = (
    "measure", "commodity", "region", "sector", "unit", "mean", "se", "p05", "p50", "p95", "cvar95", "cvar95_se", "n",
    "probability", "low", "high",
)  # fmt: skip

WATCHED = ("unmet", "cover", "stock", "store", "supply", "price", "origin_price")
"""Series that a scenario may choose to keep or not; the others are always kept."""

Floats = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """How one quantity runs over time; arrays are [date], and only `mean` is sure to be filled."""

    day: Floats
    """Instants, days since 1970-01-01."""
    mean: Floats
    p05: Floats
    p25: Floats
    p50: Floats
    p75: Floats
    p95: Floats
    """Quantiles over runs, in the unit of the series."""

    def scaled(self, factor: float) -> Course:
        """The same course in another unit.

        Arguments:
            factor: new unit per old unit.
        """
        return Course(day=self.day, **{name: factor * getattr(self, name) for name in STATISTICS})


@dataclass(frozen=True, kw_only=True)
class Chance:
    """Chance of an event with its 95 % interval, fractions."""

    probability: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True, eq=False)
class RunView:
    """A finished run as charts and tables see it."""

    title: str
    question: str
    scenario: str
    """Name of the scenario."""
    variant: str | None = None
    commodities: tuple[str, ...]
    main: str | None = None
    """Commodity of the scenario's headline, which is drawn whatever happens."""
    regions: tuple[str, ...]
    sources: tuple[str, ...] = ()
    """Where the facts come from, as they should be cited."""
    n_runs: int
    rng_seed: int
    step_days: float
    """Length of a step; amounts of the series are per step."""
    threshold: float = 0.01
    """Unmet share of demand from which a region counts as short."""
    series: pd.DataFrame
    """Columns `SERIES_COLUMNS`: one row a series, place and date."""
    summary: pd.DataFrame
    """Columns `SUMMARY_COLUMNS`: one row a measure and place."""

    @cached_property
    def is_certain(self) -> bool:
        """Whether every run is the same, see `all_alike`."""
        return all_alike(self.summary, self.n_runs)

    def has(self, series: str, commodity: str) -> bool:
        """Whether the run kept this series for this commodity.

        Arguments:
            series: one of `WATCHED`, `recycled`, `demand` or `short`.
            commodity: as in `commodities`.
        """
        return (series, commodity) in self._kept

    def by_region(self, series: str, commodity: str) -> dict[str, Course]:
        """One course a region, in the order of `regions`.

        Arguments:
            series: name of a series without origins.
            commodity: as in `commodities`.
        Raises:
            RunError: the run kept no such series, or knows no such commodity.
        """
        if (series, commodity) not in self._courses:
            table = self._rows(series, commodity)
            parts = {str(region): part for region, part in table.groupby("region", sort=False, observed=True)}
            self._courses[series, commodity] = {region: _course(parts[region]) for region in _ordered(self.regions, parts)}
        return dict(self._courses[series, commodity])

    def by_origin(self, series: str, commodity: str) -> dict[str, dict[str, Course]]:
        """One course a region and origin, both in the order of `regions`.

        Arguments:
            series: name of a series with origins (`supply`).
            commodity: as in `commodities`.
        Raises:
            RunError: the run kept no such series, or knows no such commodity.
        """
        if (series, commodity) not in self._by_origin:
            self._by_origin[series, commodity] = self._origins(series, commodity)
        return {region: dict(origins) for region, origins in self._by_origin[series, commodity].items()}

    def _origins(self, series: str, commodity: str) -> dict[str, dict[str, Course]]:
        found: dict[str, dict[str, Course]] = {}
        for region, sold in self._rows(series, commodity).groupby("region", sort=False, observed=True):
            found[str(region)] = {str(origin): _course(part) for origin, part in sold.groupby("origin", sort=False, observed=True)}
        return {
            region: {origin: found[region][origin] for origin in _ordered(self.regions, found[region])}
            for region in _ordered(self.regions, found)
        }

    def shocks(self) -> dict[str, Course]:
        """Mean level of each shock over time (0 to 1), by name; empty for a run without shocks."""
        table = self.series.loc[self.series["series"] == "shock"]
        found: dict[str, Course] = {}
        for name, part in table.groupby("origin", sort=False, observed=True):
            # A shock that names several places has a row for each; its level is the same in all.
            course = _course(part[~part["date"].duplicated()])
            if np.nanmax(course.mean, initial=0.0) > 0.0:
                found[str(name)] = course
        return found

    def is_struck(self, commodity: str) -> bool:
        """Whether a shock names this commodity.

        Arguments:
            commodity: as in `commodities`.
        """
        return self.has("shock", commodity)

    def chance_short(self, commodity: str) -> dict[str, Chance]:
        """Chance that a region runs short before the horizon, where the summary has it.

        Arguments:
            commodity: as in `commodities`.
        """
        table = self.summary
        if "probability" not in table:
            return {}
        rows = table[(table["measure"] == "p_short") & (table["commodity"] == commodity) & (table["sector"] == "all")]
        return {
            str(region): Chance(probability=float(p), low=float(low), high=float(high))
            for region, p, low, high in zip(rows["region"], rows["probability"], rows["low"], rows["high"], strict=True)
            if not np.isnan(p)
        }

    def values(self, measure: str, commodity: str, column: str = "mean") -> dict[str, float]:
        """One column of the summary by whole region, in the unit of the measure, where there is a number.

        Arguments:
            measure: such as `unmet_t`; one that the run did not measure gives nothing.
            commodity: as in `commodities`.
            column: as in `SUMMARY_COLUMNS`.
        """
        table = self.summary
        rows = table[(table["measure"] == measure) & (table["commodity"] == commodity) & (table["sector"] == "all")]
        pairs = zip(rows["region"], rows[column], strict=True)
        return {str(region): float(value) for region, value in pairs if not np.isnan(value)}

    def __getstate__(self) -> dict[str, Any]:
        """What another process needs: the tables, not what was looked up in them."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    @cached_property
    def _courses(self) -> dict[tuple[str, str], dict[str, Course]]:
        """Courses by region that were asked for, by (series, commodity)."""
        return {}

    @cached_property
    def _by_origin(self) -> dict[tuple[str, str], dict[str, dict[str, Course]]]:
        """Courses by region and origin that were asked for, by (series, commodity)."""
        return {}

    @cached_property
    def _kept(self) -> dict[Hashable, pd.DataFrame]:
        """Rows of each (series, commodity)."""
        return dict(iter(self.series.groupby(["series", "commodity"], sort=False, observed=True)))

    def _rows(self, series: str, commodity: str) -> pd.DataFrame:
        if (series, commodity) in self._kept:
            return self._kept[series, commodity]
        if commodity not in self.commodities:
            remedy = near_miss(commodity, self.commodities, "Commodities here")
            raise RunError(Problem(where="charts", what=f"the run has no commodity '{commodity}'", remedy=remedy))
        again = f"Add '{series}' to watch.series in the scenario and run it again." if series in WATCHED else "Run the scenario again."
        kept = sorted(str(name) for name in self.series.loc[self.series["commodity"] == commodity, "series"].unique())
        raise RunError(
            Problem(
                where="charts",
                what=f"the run kept no series '{series}' of {commodity}",
                got=", ".join(kept) or "no series at all",
                remedy=again,
            )
        )


def all_alike(summary: pd.DataFrame, n_runs: int) -> bool:
    """Whether every run is the same: no measure has a spread, and what happened in one run happened in all.

    One run tells nothing of chance, nor does a shock that none of the runs saw.

    Arguments:
        summary: columns `SUMMARY_COLUMNS`.
        n_runs: runs behind it.
    """
    if n_runs < 2 or not {"mean", "p05", "p95", "probability"} <= set(summary.columns):
        return False
    events = summary["probability"].to_numpy(dtype=np.float64, na_value=np.nan)
    shocks = events[(summary["measure"] == "p_shock").to_numpy(dtype=bool)]
    values = summary[["mean", "p05", "p95"]].to_numpy(dtype=np.float64, na_value=np.nan)
    values = values[np.isfinite(values).all(axis=1)]
    # Not at all the same numbers: a mean of equal numbers may be a rounding away from them.
    is_flat = np.allclose(values[:, :2], values[:, 2:], rtol=1e-9, atol=1e-12)
    return bool(len(values) and is_flat and np.isin(events[np.isfinite(events)], (0.0, 1.0)).all() and (shocks == 1.0).all())


def _ordered(first: tuple[str, ...], names: dict) -> list[str]:
    known = [name for name in first if name in names]
    return known + [name for name in names if name not in first]


def _course(table: pd.DataFrame) -> Course:
    # A run folder gives text, parquet gives timestamps or dates: numpy reads them all to whole days.
    instants = np.asarray(table["date"].to_numpy(), dtype="datetime64[D]").astype(np.float64)
    order = np.argsort(instants, kind="stable")
    columns = {name: table[name].to_numpy(dtype=np.float64, na_value=np.nan)[order] for name in STATISTICS}
    return Course(day=instants[order], **columns)
