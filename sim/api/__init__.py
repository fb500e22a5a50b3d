"""The whole line from a scenario file to charts, and the facts behind it, for notebooks and for the command line."""

from __future__ import annotations

from sim.api.comparing import Comparison, compare
from sim.api.facts_told import facts, indices, materials, read_data
from sim.api.running import Result, chart_helper, check, load, plot, prepare, run, shipped, simulate, trace

__all__ = [
    "Comparison",
    "Result",
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
    "run",
    "shipped",
    "simulate",
    "trace",
]
