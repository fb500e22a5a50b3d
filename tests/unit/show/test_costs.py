"""The table of what policies cost."""

from __future__ import annotations

import pandas as pd

from sim.show.costs import KINDS, TOTAL, cost_block


def paid(name: str, **usd: float) -> list[dict[str, object]]:
    """Rows of a summary for one policy; what is not named is nothing."""
    rows = {kind: usd.get(kind.removeprefix("policy_").removesuffix("_usd"), 0.0) for kind in (TOTAL, *KINDS)}
    return [
        {"measure": kind, "sector": f"policy:{name}", "mean": value, "p05": 0.9 * value, "p95": 1.1 * value} for kind, value in rows.items()
    ]


def table(*rows: list[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame([row for policy in rows for row in policy]).assign(commodity="", region="", unit="USD", probability=float("nan"))


def test_policies_that_cost_nothing_have_no_row_and_no_table() -> None:
    assert cost_block(table(paid("free")), n_runs=10) is None
    block = cost_block(table(paid("free"), paid("pile", cost=-2e6, purchase=5e6, proceeds=-7e6)), n_runs=10)
    assert block is not None
    assert [row["policy"] for row in block.rows] == ["pile"]


def test_only_kinds_that_somebody_pays_have_a_column() -> None:
    block = cost_block(table(paid("pile", cost=4e9, purchase=5e9, proceeds=-1e9), paid("duty", cost=3e6, tariff=3e6)), n_runs=10)
    assert block is not None
    assert list(block.columns) == ["policy", TOTAL, "policy_purchase_usd", "policy_proceeds_usd", "policy_tariff_usd"]
    assert block.unit == "USD bn"
    pile, duty = block.rows
    assert (pile[TOTAL], pile["policy_purchase_usd"]) == ("4.00 (3.60-4.40)", "5")
    assert duty["policy_purchase_usd"] == "none"


def test_a_cost_that_is_not_known_is_missing_and_not_nothing() -> None:
    block = cost_block(table(paid("pile", cost=float("nan"), purchase=float("nan"), holding=1e6)), n_runs=10)
    assert block is not None
    assert (block.rows[0][TOTAL], block.rows[0]["policy_holding_usd"]) == ("-", "1")
