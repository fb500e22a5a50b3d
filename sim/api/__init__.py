"""The whole line from a scenario file to charts, and the facts behind it, for notebooks and for the command line."""

from __future__ import annotations

from sim.api.facts_told import facts, indices, materials, read_data
from sim.api.running import Result, chart_helper, check, load, plot, prepare, run, shipped, simulate, trace

__all__ = [
    "Result",
    "chart_helper",
    "check",
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
