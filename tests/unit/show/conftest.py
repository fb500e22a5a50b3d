"""A run by formula, with the shapes and columns of the real thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import pytest

from sim.show.view import SERIES_COLUMNS, SUMMARY_COLUMNS, RunView

DEMAND_T_PER_YEAR = {"CHN": 420.0, "EU27": 46.0, "JPN": 160.0, "KOR": 38.0, "USA": 19.0, "ROW": 12.0}
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """What the formula is to show."""

    commodities: tuple[str, ...] = ("gallium.refined",)
    regions: tuple[str, ...] = ("CHN", "EU27", "JPN", "KOR", "USA", "ROW")
    depth: Mapping[str, float] | None = None
    """Deepest unmet share of the median run; regions that are left out never run short."""
    shocks: Mapping[str, tuple[int, int]] | None = None
    """Name -> first and last step."""
    n_date: int = 209
    step_days: int = 7
    title: str = "China stops gallium exports for about a year"
    variant: str | None = None
    stored: tuple[str, ...] = ()
    n_runs: int = 2000
    priced: Mapping[str, float] | None = None
    """Price in the worst week of the median run, as a multiple of that at rest; regions left out stay at 1. None: no prices."""
    earned: tuple[str, ...] = ()
    """Regions that make some; with any of them the series `origin_price` is kept, as the real thing keeps it, for all."""
    given_up: Mapping[str, float] | None = None
    """Mean share of use given up."""
    at_work: Mapping[tuple[str, str], tuple[float, float]] | None = None
    """(region, sector) -> mean share of sales lost, and value added lost in USD."""


def build_view(recipe: Recipe) -> RunView:
    shocks = {"halt": (26, 78)} if recipe.shocks is None else recipe.shocks
    depth = {"EU27": 0.42, "JPN": 0.2, "KOR": 0.55, "USA": 0.3} if recipe.depth is None else recipe.depth
    dates = [date(2026, 1, 1) + timedelta(days=recipe.step_days * place) for place in range(recipe.n_date)]
    rows = [frame for name, span in shocks.items() for frame in _shock(name, span, dates, recipe.commodities[0])]
    summary: list[dict[str, object]] = []
    for commodity in recipe.commodities:
        for region in recipe.regions:
            rows += _place(recipe, (commodity, region), dates, depth.get(region, 0.0))
            summary += _summary(recipe, commodity, region, depth.get(region, 0.0))
            if recipe.priced is not None:
                rows += _prices(recipe, (commodity, region), dates)
                summary += _price_summary(recipe, commodity, region)
    summary += _sectors(recipe)
    series = pd.concat(rows, ignore_index=True).reindex(columns=list(SERIES_COLUMNS))
    return RunView(
        title=recipe.title, question="When do users run short?", scenario="gallium-export-halt", variant=recipe.variant,
        commodities=recipe.commodities, regions=recipe.regions, n_runs=recipe.n_runs, rng_seed=20260101, step_days=float(recipe.step_days),
        sources=("USGS Mineral Commodity Summaries 2026", "EU-US-Japan alliance (fact sheet eu-us-japan-alliance)"), threshold=0.05,
        series=series, summary=pd.DataFrame(summary).reindex(columns=list(SUMMARY_COLUMNS)),
    )  # fmt: skip


def certain(view: RunView) -> RunView:
    """The median run of all: no bands, no spread, and everybody who may run short does."""
    series, summary = view.series.copy(), view.summary.copy()
    for name in ("p05", "p25", "p75", "p95"):
        series[name] = series["p50"]
    series.loc[series["series"] == "short", "mean"] = (series.loc[series["series"] == "short", "mean"] > 0.3).astype(float)
    for name in ("p05", "p50", "p95", "cvar95"):
        summary[name] = summary["mean"].where(summary["measure"] != "first_shortage_days", summary["p50"])
    is_first = summary["measure"] == "first_shortage_days"
    summary.loc[is_first, "mean"] = summary.loc[is_first, "p50"]
    happened = summary["probability"] > 0.0
    summary.loc[happened, ["probability", "low", "high"]] = (1.0, 0.9982, 1.0)
    return replace(view, series=series, summary=summary)


def _shock(name: str, span: tuple[int, int], dates: list[date], commodity: str) -> list[pd.DataFrame]:
    step = np.arange(len(dates), dtype=float)
    # Lognormal ends: the mean level falls over many weeks.
    level = np.where(step < span[0], 0.0, 1.0 / (1.0 + np.exp((step - span[1]) / 8.0)))
    return [_frame("shock", (commodity, ""), dates, {"origin": name, "unit": "share", "mean": np.where(level < 0.002, 0.0, level)})]


def _place(recipe: Recipe, place: tuple[str, str], dates: list[date], depth: float) -> list[pd.DataFrame]:
    region = place[1]
    step = np.arange(len(dates), dtype=float)
    want = DEMAND_T_PER_YEAR.get(region, 30.0) * recipe.step_days / 365.25
    pulse = np.exp(-(((step - 62.0) / 22.0) ** 2)) * (step > 32)
    unmet = {q: np.clip(depth * pulse * (0.1 + 1.9 * q) - 0.06 * (1 - q), 0.0, 1.0) if depth else 0.0 * step for q in QUANTILES}
    drop = np.clip((step - 28) / 14.0, 0.0, 1.0) * np.clip((120 - step) / 40.0, 0.0, 1.0)
    cover = {q: 42.0 * (1.0 - min(1.0, 2.2 * depth) * drop * (1.15 - 0.5 * q)).clip(0.0) * (1 + 0.2 * (q - 0.5)) for q in QUANTILES}
    short = min(0.97, 1.9 * depth) / (1.0 + np.exp(-(step - 50.0) / 5.0)) * (step > 34)
    frames = [
        _frame("unmet", place, dates, {"unit": "share", "mean": np.nan, **_bands(unmet)}),
        _frame("cover", place, dates, {"unit": "days", "mean": np.nan, **_bands(cover)}),
        _frame("demand", place, dates, {"unit": "t/step", "mean": want + 0.0 * step}),
        _frame("short", place, dates, {"unit": "share", "mean": short}),
        _frame("recycled", place, dates, {"unit": "t/step", "mean": 0.06 * want + 0.0 * step}),
    ]
    others = [name for name in recipe.regions if name != region] or ["CHN"]
    for rank, origin in enumerate((others[0], region, *others[1:])):
        part = (0.62, 0.14, 0.09, 0.05, 0.03, 0.01)[min(rank, 5)]
        cut = 1.0 - (0.95 * drop if rank == 0 and depth else 0.0)
        frames.append(_frame("supply", place, dates, {"origin": origin, "unit": "t/step", "mean": part * want * cut}))
    if region in recipe.stored:
        held = {q: want / 7.0 * 60.0 * np.clip(step / 26.0, 0.0, 1.0) * (1.0 - drop * (1.1 - 0.6 * q)).clip(0.0) for q in QUANTILES}
        frames.append(_frame("store", place, dates, {"unit": "t", "mean": np.nan, **_bands(held)}))
    return frames


def _bands(quantiles: Mapping[float, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"p{round(100 * q):02d}": values for q, values in quantiles.items()}


def _frame(series: str, place: tuple[str, str], dates: list[date], columns: Mapping[str, object]) -> pd.DataFrame:
    fixed = {"series": series, "commodity": place[0], "region": place[1], "origin": "", "date": pd.to_datetime(pd.Series(dates))}
    return pd.DataFrame({**fixed, **columns})


def _summary(recipe: Recipe, commodity: str, region: str, depth: float) -> list[dict[str, object]]:
    place = {"commodity": commodity, "region": region, "sector": "all", "n": recipe.n_runs}
    want = DEMAND_T_PER_YEAR.get(region, 30.0) * 4
    chance = min(0.97, 1.9 * depth)
    error = 1.96 * np.sqrt(chance * (1 - chance) / recipe.n_runs)
    bounds = {"low": max(0.0, chance - error), "high": chance + error or 0.0018}
    event = {"measure": "p_short", "unit": "share", "probability": chance, **bounds}
    rows = [{**place, **event}]
    loss = 0.2 * depth
    spread = {"se": 0.01 * loss, "p05": 0.1 * loss, "p50": 0.9 * loss, "p95": 2.2 * loss, "cvar95": 2.6 * loss, "cvar95_se": 0.05 * loss}
    rows.append({**place, "measure": "unmet_share", "unit": "share", "mean": loss, **spread})
    rows.append({**place, "measure": "unmet_t", "unit": "t", "mean": want * loss, **{name: want * value for name, value in spread.items()}})
    if depth:
        rows.append({**place, "measure": "first_shortage_days", "unit": "days", "mean": 268.4, "p05": 231.0, "p50": 259.0, "p95": 371.0})
    rows.append({**place, "measure": "days_short", "unit": "days", "mean": 410 * depth, "p05": 0.0, "p50": 400 * depth, "p95": 900 * depth})
    rows.append({**place, "measure": "lowest_cover_days", "unit": "days", "mean": 42 * (1 - depth), "p05": 0.0, "p95": 45.0})
    return rows


def _prices(recipe: Recipe, place: tuple[str, str], dates: list[date]) -> list[pd.DataFrame]:
    step = np.arange(len(dates), dtype=float)
    top = (recipe.priced or {}).get(place[1], 1.0)
    pulse = np.exp(-(((step - 62.0) / 22.0) ** 2)) * (step > 32)
    price = {q: np.exp(np.log(top) * pulse * (0.2 + 1.6 * (q if top > 1.0 else 1.0 - q))) for q in QUANTILES}
    frames = [_frame("price", place, dates, {"unit": "multiple", "mean": np.nan, **_bands(price)})]
    if recipe.earned:
        # Where nothing is made it stays at 1.
        earned = {q: 0.5 * values if place[1] in recipe.earned else np.ones_like(step) for q, values in price.items()}
        frames.append(_frame("origin_price", place, dates, {"unit": "multiple", "mean": np.nan, **_bands(earned)}))
    return frames


def _price_summary(recipe: Recipe, commodity: str, region: str) -> list[dict[str, object]]:
    place = {"commodity": commodity, "region": region, "sector": "all", "n": recipe.n_runs}
    top, part = (recipe.priced or {}).get(region, 1.0), (recipe.given_up or {}).get(region, 0.0)
    peak = {"mean": top, "p05": top**0.5, "p50": top, "p95": top**1.2, "cvar95": top**1.3}
    made = top if region in recipe.earned else np.nan
    share = {"mean": part, "p05": 0.25 * part, "p50": part, "p95": 2.0 * part, "cvar95": 2.2 * part}
    return [
        {**place, "measure": "price_peak", "unit": "multiple", **peak},
        {**place, "measure": "origin_price_peak", "unit": "multiple", "mean": made, "p05": made, "p50": made, "p95": made},
        {**place, "measure": "forgone_share", "unit": "share", **share},
    ]


def _sectors(recipe: Recipe) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for (region, sector), (share, usd) in (recipe.at_work or {}).items():
        place = {"commodity": "", "region": region, "sector": sector, "n": recipe.n_runs}
        for end, factor in (("", 1.0), ("_high", 2.0), ("_low", 0.25)):
            for measure, mean in ((f"sales_lost_share{end}", share * factor), (f"value_added_lost{end}", usd * factor)):
                rows.append({**place, "measure": measure, "mean": mean, "p05": 0.5 * mean, "p50": mean, "p95": 3.0 * mean})
    return rows


@pytest.fixture
def make_view() -> Callable[..., RunView]:
    """Maker of runs: takes the fields of `Recipe`."""

    def make(**fields: Any) -> RunView:
        return build_view(Recipe(**fields))

    return make


@pytest.fixture
def make_certain() -> Callable[..., RunView]:
    """Maker of runs that are all the same: takes the fields of `Recipe`."""

    def make(**fields: Any) -> RunView:
        return certain(build_view(Recipe(**fields)))

    return make
