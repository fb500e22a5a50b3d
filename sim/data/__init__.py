"""Facts about materials, each with its source, and the supply chains made from them."""

from __future__ import annotations

from sim.data.pack import Check, DataFolder, Fact, chain, checks, facts, materials, read_folder, table

__all__ = ["Check", "DataFolder", "Fact", "chain", "checks", "facts", "materials", "read_folder", "table"]
