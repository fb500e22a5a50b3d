"""The data pack: materials, their facts, a table of them, their checks, the supply chain made from them, and a person's own facts."""

from __future__ import annotations

from sim.data.chain import chain
from sim.data.checks import Check, checks
from sim.data.facts import Fact
from sim.data.folder import read_folder
from sim.data.material import facts, materials, sources, table
from sim.data.own import DataFolder

__all__ = ["Check", "DataFolder", "Fact", "chain", "checks", "facts", "materials", "read_folder", "sources", "table"]
