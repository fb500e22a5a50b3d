"""Facts about materials, each with its source, and the supply chains made from them."""

from __future__ import annotations

from sim.data.pack import Check, Fact, chain, checks, facts, materials, table

__all__ = ["Check", "Fact", "chain", "checks", "facts", "materials", "table"]
