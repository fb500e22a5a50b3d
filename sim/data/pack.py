"""The data pack: materials, their facts, a table of them, their checks, and the supply chain made from them."""

from __future__ import annotations

from sim.data.chain import chain
from sim.data.checks import Check, checks
from sim.data.facts import Fact
from sim.data.material import facts, materials, sources, table

__all__ = ["Check", "Fact", "chain", "checks", "facts", "materials", "sources", "table"]
