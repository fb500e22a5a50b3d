"""What a run came to, cell by cell: one block a commodity, and one for sectors at work. Terminal and page both show these."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sim.errors import Problem, RunError
from sim.show.text import Column
from sim.show.view import Chance, all_alike
from sim.show.words import (
    CERTAIN,
    MISSING,
    commodity_label,
    format_amount,
    format_count,
    format_cover,
    format_interval,
    format_number,
    format_spread,
    format_tenth,
    format_tenths,
    listing,
    mass_unit,
    money_unit,
)  # fmt: skip

if TYPE_CHECKING:
    import pandas as pd

COVER_NOTE = "Lowest cover: users' own stock at its least, in days of use; a strategic store is not in it."
PRICE_NOTE = (
    "Price peak: highest delivered price, as a multiple of the one at rest. Use given up: what final users do without because it is dear, "
    "in % of what they would use at the price of rest; it is no shortage and not in unmet demand."
)
SECTOR_TITLE = "sectors at work"
PRICED = ("price", "given_up")
"""Columns that a run without prices lacks."""
NOTHING = 1e-9
"""Share below which a number is rounding."""

Row = Mapping[str, float]
Found = Mapping[str, Row]
"""Measure -> its row of the summary, at one place."""


@dataclass(frozen=True, kw_only=True)
class Block:
    """A table before it is laid out."""

    name: str
    """The commodity; empty for sectors at work."""
    title: str
    unit: str
    """Unit of the amounts."""
    columns: Mapping[str, Column]
    rows: tuple[Mapping[str, str], ...]
    """One a place: key of the column -> text."""
    note: str = ""


def outcome_blocks(summary: pd.DataFrame, *, n_runs: int, start: date | None = None) -> tuple[Block, ...]:
    """One block a commodity, one row a region.

    Arguments:
        summary: columns of the contract (`measure, commodity, region, sector, mean, p05, p50, p95, cvar95, probability, low, high`).
        n_runs: runs behind it.
        start: first day of the clock; with it the first shortage is a date, without it a number of days.
    Raises:
        RunError: the summary has no row for a whole region.
    """
    places: dict[str, dict[str, dict[str, Row]]] = {}
    for row in table_rows(summary.loc[summary["sector"] == "all"]):
        places.setdefault(str(row["commodity"]), {}).setdefault(str(row["region"]), {})[str(row["measure"])] = row
    if not places:
        raise RunError(Problem(where="summary", what="no row for a whole region (sector 'all')", remedy="Run the scenario again."))
    is_certain = all_alike(summary, n_runs)
    blocks: list[Block] = []
    for commodity, regions in places.items():
        unmet = (_number(found.get("unmet_t", {}), "mean") for found in regions.values())
        unit, factor = mass_unit(max((amount for amount in unmet if not math.isnan(amount)), default=0.0))
        has_prices = any(not math.isnan(_number(found.get("price_peak", {}), "mean")) for found in regions.values())
        cells = _certain_place if is_certain else _place
        rows = [{"region": region} | cells(found, start, factor) for region, found in regions.items()]
        absent = () if has_prices else PRICED
        shown = tuple({key: cell for key, cell in row.items() if key not in absent} for row in rows)
        columns = _columns(unit, shown, is_certain=is_certain)
        blocks.append(Block(name=commodity, title=commodity_label(commodity), unit=unit, columns=columns, rows=shown))
    return tuple(blocks)


def outcome_legend(blocks: tuple[Block, ...], *, n_runs: int, start: date | None, is_certain: bool) -> str:
    """What the columns of the blocks mean.

    Arguments:
        blocks: as `outcome_blocks` gives them.
        n_runs: runs behind them.
        start: first day of the clock, if dates are shown.
        is_certain: whether every run is the same.
    """
    price = f" {PRICE_NOTE}" if any("price" in block.columns for block in blocks) else ""
    if is_certain:
        first = "day, counted from the start" if start is None else "date"
        return f"{format_count(n_runs)} runs; {CERTAIN}. First short: {first} of the first shortage. {COVER_NOTE}{price}"
    first = "median day, counted from the start," if start is None else "median date"
    means = "days short, lowest cover, price peak and use given up" if price else "days short and lowest cover"
    return (
        f"{format_count(n_runs)} runs. Chance of shortage: with its 95 % interval; '<' and '>' are its bound where no run, or every "
        f"run, had one. First short: {first} among the runs that run short. Unmet demand, % of demand, {means}: means "
        "over all runs, and the range that holds 90 % of them where that has a width. CVaR95: mean unmet demand in the worst 5 % of runs. "
        f"{COVER_NOTE}{price}"
    )


def sector_block(summary: pd.DataFrame, *, n_runs: int) -> Block | None:
    """Sectors at work, one row a region and sector; None where there are none.

    Arguments:
        summary: as for `outcome_blocks`.
        n_runs: runs behind it.
    """
    places: dict[tuple[str, str], dict[str, Row]] = {}
    for row in table_rows(
        summary.loc[summary["measure"].isin(["sales_lost_share", *(f"value_added_lost{end}" for end in ("", "_low", "_high"))])]
    ):
        places.setdefault((str(row["region"]), str(row["sector"])), {})[str(row["measure"])] = row
    if not places:
        return None
    is_certain = all_alike(summary, n_runs)
    calm = [place for place, found in places.items() if not _number(found.get("sales_lost_share", {}), "mean") > NOTHING]
    losing = {place: found for place, found in places.items() if place not in calm} or places
    lost = {place: _value_lost(found) for place, found in losing.items()}
    unit, factor = money_unit(max((abs(value) for values in lost.values() for value in values if not math.isnan(value)), default=0.0))
    between = "" if is_certain else " (5-95 %)"
    columns = {
        "region": Column(head="region", wraps=True),
        "sector": Column(head="sector", wraps=True),
        "sales": Column(head=f"sales lost,\n%{between}", is_number=True),
        "value": Column(head=f"value added lost,\n{unit} (low-high)", is_number=True),
    }
    rows = []
    for (region, sector), found in losing.items():
        sales = found.get("sales_lost_share", {})
        share = seen_share(_number(sales, "mean")) if is_certain else _spread(sales, 100.0)
        rows.append({"region": region, "sector": sector, "sales": share, "value": _bracket(lost[region, sector], factor)})
    note = _sector_note(is_certain=is_certain, is_whole=all(row["value"] != MISSING for row in rows))
    if len(losing) < len(places):
        note += f"\nNo sales lost: {_named(calm)}."
    return Block(name="", title=SECTOR_TITLE, unit=unit, columns=columns, rows=tuple(rows), note=note)


def _named(places: Sequence[tuple[str, str]]) -> str:
    """Sectors with their regions: `cars in CHN and JPN; wind in JPN`."""
    regions: dict[str, list[str]] = {}
    for region, sector in places:
        regions.setdefault(sector, []).append(region)
    return "; ".join(f"{sector} in {listing(names)}" for sector, names in regions.items())


def _value_lost(found: Found) -> tuple[float, float, float]:
    mean, low, high = (_number(found.get(f"value_added_lost{end}", {}), "mean") for end in ("", "_low", "_high"))
    return mean, low, high


def _bracket(lost: tuple[float, float, float], factor: float) -> str:
    mean, low, high = (factor * value for value in lost)
    return "none" if not any(lost) else format_spread(mean, low, high)


def _sector_note(*, is_certain: bool, is_whole: bool) -> str:
    mean = "" if is_certain else "mean over all runs, and the range that holds 90 % of them where that has a width"
    spread = "" if is_certain else f": {mean}"
    note = (
        f"Sales lost: of what the sector sells over the whole time at rest{spread}. Value added lost: "
        f"{'' if is_certain else 'mean; '}in brackets from each missing input costing no more than its share in value added, to any "
        "missing input stopping all output with no products in stock."
    )
    return note if is_whole else f"{note}\n'-': neither scenario nor facts state the value added of the sector there."


def _columns(unit: str, rows: tuple[Mapping[str, str], ...], *, is_certain: bool) -> dict[str, Column]:
    """The columns that the rows have; a range stands in the head where a row has one."""

    def ranged(key: str, head: str, join: str = "\n") -> Column:
        return Column(head=f"{head}{join}(5-95 %)" if any("(" in row.get(key, "") for row in rows) else head, is_number=True)

    columns = {
        "region": Column(head="region", wraps=True),
        "chance": Column(head="runs\nshort" if is_certain else "chance of\nshortage", is_number=True),
        "first": Column(head="first\nshort", is_number=True),
        "unmet": ranged("unmet", f"unmet\ndemand,\n{unit}", " "),
        "share": ranged("share", "% of\ndemand"),
        "days": Column(head="days\nshort", is_number=True),
        "cover": Column(head="lowest\ncover", is_number=True),
        "cvar": Column(head=f"CVaR95,\n{unit}", is_number=True),
        "price": ranged("price", "price\npeak, x"),
        "given_up": ranged("given_up", "use given\nup, %"),
    }
    return {key: column for key, column in columns.items() if key in rows[0]}


def _place(found: Found, start: date | None, factor: float) -> dict[str, str]:
    event = found.get("p_short", {})
    chance = Chance(probability=_number(event, "probability"), low=_number(event, "low"), high=_number(event, "high"))
    unmet, price = found.get("unmet_t", {}), found.get("price_peak", {})
    return {
        "chance": MISSING if math.isnan(chance.probability) else format_interval(chance),
        "first": _first(found, start),
        "unmet": _spread(unmet, factor),
        "share": _spread(found.get("unmet_share", {}), 100.0),
        "days": _seen(_number(found.get("days_short", {}), "mean")),
        "cover": format_cover(_number(found.get("lowest_cover_days", {}), "mean")),
        "cvar": _seen(factor * _number(unmet, "cvar95")),
        "price": format_tenths(*(_number(price, name) for name in ("mean", "p05", "p95"))),
        "given_up": _given_up(found.get("forgone_share", {})),
    }


def _certain_place(found: Found, start: date | None, factor: float) -> dict[str, str]:
    probability = _number(found.get("p_short", {}), "probability")
    return {
        "chance": MISSING if math.isnan(probability) else "yes" if probability else "no",
        "first": _first(found, start),
        "unmet": _seen(factor * _number(found.get("unmet_t", {}), "mean")),
        "share": seen_share(_number(found.get("unmet_share", {}), "mean")),
        "days": _seen(_number(found.get("days_short", {}), "mean")),
        "cover": format_cover(_number(found.get("lowest_cover_days", {}), "mean")),
        "price": format_tenth(_number(found.get("price_peak", {}), "mean")),
        "given_up": _given_up(found.get("forgone_share", {})),
    }


def _given_up(row: Row) -> str:
    """To a tenth of a percent: how far users economise is an assumption."""
    mean, low, high = (100.0 * _number(row, name) for name in ("mean", "p05", "p95"))
    if math.isnan(mean) or mean < 100.0 * NOTHING:
        return MISSING if math.isnan(mean) else "none"
    return "< 0.1" if mean < 0.05 else format_tenths(mean, low, high)


def _first(found: Found, start: date | None) -> str:
    first = _number(found.get("first_shortage_days", {}), "p50")
    return format_number(first) if start is None or math.isnan(first) else str(start + timedelta(days=math.floor(first)))


def _spread(row: Row, factor: float) -> str:
    mean, low, high = (factor * _number(row, name) for name in ("mean", "p05", "p95"))
    return "none" if abs(mean) < NOTHING * factor else format_spread(mean, low, high)


def seen_share(share: float) -> str:
    """A share in percent without its sign; `none` where it is nothing but rounding.

    Arguments:
        share: fraction; NaN is missing.
    """
    return "none" if abs(share) < NOTHING else format_amount(100.0 * share)


def _seen(value: float) -> str:
    # A loss that no run had is not a loss that cannot be: the chance beside it says how rare it may be.
    return "none" if value == 0.0 else format_amount(value)


def table_rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """The rows of a table, each as column -> value.

    Arguments:
        table: any.
    """
    return [dict(zip(table.columns, row, strict=True)) for row in table.itertuples(index=False, name=None)]


def _number(row: Row, name: str) -> float:
    value = row.get(name)
    return math.nan if value is None else float(value)
