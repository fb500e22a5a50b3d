"""Chance, all of it: named streams of uniforms, quantile functions, and the worlds drawn from a model."""

from __future__ import annotations

from sim.draw.sampling import source_of
from sim.draw.worlds import draw

__all__ = ["draw", "source_of"]
