"""Compile the passes over links ahead of time: `python -m sim.engine.fast`."""

from __future__ import annotations

import sys
import time

from sim.engine.fast import compiled

began = time.perf_counter()
compiled(may_compile=True)
sys.stdout.write(f"The passes over links are compiled ({time.perf_counter() - began:.1f} s).\n")
