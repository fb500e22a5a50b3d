"""The whole line from a scenario file to charts, and the facts behind it, for notebooks and for the command line."""

from __future__ import annotations

from sim.api.answering import ANSWER_RUNS, answer, seeds
from sim.api.backtesting import BACKTEST_RUNS, Backtest, backtest, read_episode
from sim.api.comparing import Comparison, compare
from sim.api.executing import Execution, dask_cluster, processes, resumable
from sim.api.facts_told import facts, indices, materials, read_data
from sim.api.result import Result, plot
from sim.api.running import chart_helper, check, load, prepare, run, shipped, simulate, trace
from sim.api.until import simulate_until

__all__ = [
    "ANSWER_RUNS",
    "BACKTEST_RUNS",
    "Backtest",
    "Comparison",
    "Execution",
    "Result",
    "answer",
    "backtest",
    "chart_helper",
    "check",
    "compare",
    "dask_cluster",
    "facts",
    "indices",
    "load",
    "materials",
    "plot",
    "prepare",
    "processes",
    "read_data",
    "read_episode",
    "resumable",
    "run",
    "seeds",
    "shipped",
    "simulate",
    "simulate_until",
    "trace",
]
