"""The twin: one run, entity by entity, written from MODEL.md and not from the batch engine. Slow, readable, and the check on the other."""

from __future__ import annotations

from sim.engine.twin.log import Event
from sim.engine.twin.run import TwinResult, run_twin

__all__ = ["Event", "TwinResult", "run_twin"]
