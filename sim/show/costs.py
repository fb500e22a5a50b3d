"""What policies cost: one row a policy, and of what kind the money is."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sim.show.outcome import Block, table_rows
from sim.show.text import Column
from sim.show.view import all_alike
from sim.show.words import MISSING, format_spread, money_unit

if TYPE_CHECKING:
    import pandas as pd

TITLE = "what policies cost"
TOTAL = "policy_cost_usd"
KINDS = {
    "policy_purchase_usd": "bought",
    "policy_proceeds_usd": "sold",
    "policy_holding_usd": "holding",
    "policy_programme_usd": "programme",
    "policy_support_usd": "price\nsupport",
    "policy_premium_usd": "premium",
    "policy_tariff_usd": "tariff\npaid",
}
"""Kinds of cost, as columns are headed."""
NOTE = (
    "Cost: in USD of the first day, discounted (rules.discount){means}; below 0 where more is earned than spent. Bought, sold: goods of a "
    "stockpile at the price of the day; sold includes what is left at the end, at the price at rest. Premium: what goods cost beyond what "
    "the usual sellers would have asked. What no figure is given for is not in it."
)


def cost_block(summary: pd.DataFrame, *, n_runs: int) -> Block | None:
    """Policies that cost or earn anything, one row each; None where there are none.

    Arguments:
        summary: columns of the contract (`measure, sector, mean, p05, p95` are used).
        n_runs: runs behind it.
    """
    found: dict[str, dict[str, dict[str, float]]] = {}
    for row in table_rows(summary.loc[summary["measure"].isin([TOTAL, *KINDS])]):
        found.setdefault(str(row["sector"]).removeprefix("policy:"), {})[str(row["measure"])] = row
    paid = {name: rows for name, rows in found.items() if any(row["mean"] != 0.0 for row in rows.values())}
    if not paid:
        return None
    is_certain = all_alike(summary, n_runs)
    sizes = [abs(row[name]) for rows in paid.values() for row in rows.values() for name in ("mean", "p05", "p95")]
    unit, factor = money_unit(max((size for size in sizes if not math.isnan(size)), default=0.0))
    shown = [kind for kind in KINDS if any(rows[kind]["mean"] != 0.0 for rows in paid.values())]
    columns = {"policy": Column(head="policy", wraps=True)}
    columns |= {TOTAL: Column(head=f"cost, {unit}" + ("" if is_certain else "\n(5-95 %)"), is_number=True)}
    columns |= {kind: Column(head=KINDS[kind], is_number=True) for kind in shown if len(shown) > 1}
    rows = tuple(
        {"policy": name, TOTAL: _spread(of[TOTAL], factor, is_certain=is_certain)}
        | {kind: _spread(of[kind], factor, is_certain=True) for kind in shown}
        for name, of in paid.items()
    )
    means = "" if is_certain else "; means over all runs, and of the cost the range that holds 90 % of them"
    return Block(name="", title=TITLE, unit=unit, columns=columns, rows=rows, note=NOTE.format(means=means))


def _spread(row: dict[str, float], factor: float, *, is_certain: bool) -> str:
    mean, low, high = (factor * float(row[name]) for name in ("mean", "p05", "p95"))
    if math.isnan(mean):
        return MISSING
    return "none" if mean == low == high == 0.0 else format_spread(mean, mean, mean) if is_certain else format_spread(mean, low, high)
