"""Numbers and rules of behaviour in the twin."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Habits:
    """Numbers and rules that everyone shares in one run, named as in `World` and `Network`."""

    hoarding: float
    uneven: float
    g_order: float
    g_stock: float
    g_expect: float
    front_running: float
    alpha: float
    prospect: float
    momentum: float
    log_ceiling: float
    bidding: float
    switching: float
    shut: float
    entry_price: float
    entry_elasticity: float
    entry_growth: float
    g_price: float
    g_belief: float
    g_memory: float
    g_contract: float
    g_demand: float
    g_source: float
    g_signal: float
    g_close: float
    g_restart: float
    g_build: float
    g_ramp: float
    use_rule: str
    ship_rule: str
    sweeps: int
    prices: bool
