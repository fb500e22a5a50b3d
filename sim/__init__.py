"""Supply-chain dependency risk: who runs short of what, when, for how long, and what each policy would have bought."""

from __future__ import annotations

from typing import Any

__all__ = [
    "Backtest", "Comparison", "Execution", "Result", "answer", "backtest", "check", "compare", "dask_cluster", "facts", "indices", "load",
    "materials", "plot", "processes", "read_data", "run", "seeds", "shipped", "simulate", "simulate_until", "trace",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    """Bring in the library only when it is asked for, so that `sim --help` stays quick."""
    if name in __all__:
        from sim import api

        return getattr(api, name)
    raise AttributeError(f"module 'sim' has no attribute {name!r}")


def __dir__() -> list[str]:
    """The names a notebook offers."""
    return list(__all__)
