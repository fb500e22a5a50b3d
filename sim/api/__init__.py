"""The whole line from a scenario file to charts, and the facts behind it, for notebooks and for the command line."""

from __future__ import annotations

from sim.api.answering import ANSWER_RUNS, answer, seeds
from sim.api.backtesting import BACKTEST_RUNS, Backtest, backtest, read_episode
from sim.api.comparing import Comparison, compare
from sim.api.facts_told import facts, indices, materials, read_data
from sim.api.running import Result, chart_helper, check, load, plot, prepare, run, shipped, simulate, trace
from sim.api.until import simulate_until

__all__ = [
    "ANSWER_RUNS",
    "BACKTEST_RUNS",
    "Backtest",
    "Comparison",
    "Result",
    "answer",
    "backtest",
    "chart_helper",
    "check",
    "compare",
    "facts",
    "indices",
    "load",
    "materials",
    "plot",
    "prepare",
    "read_data",
    "read_episode",
    "run",
    "seeds",
    "shipped",
    "simulate",
    "simulate_until",
    "trace",
]
